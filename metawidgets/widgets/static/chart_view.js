async function m(t){let{model:e,el:o,signal:r,host:i}=t,{exports:s}=await i.getWidget(e.get("runtime"));await s.draw({model:e,el:o,signal:r})}var n={render:m};export{n as default};
