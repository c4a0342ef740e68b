// Draws charts for every ChartView of the page with one copy of Vega.

// A chart says its colours as views/theme.py does. Here they follow the page's theme, in marks and axes alike: neutral ones
// become the page's own, and those of classes are lifted on dark paper as in the components.
const MW_ROLES = { "#1f2328": "fg", "#57606a": "muted", "#d0d7de": "grid", "#eaeef2": "grid" };
function mwThemedColour(text, theme) {
  const k = mwPalette.indexOf(text.toLowerCase());
  return k >= 0 ? mwCss(mwClassRgb(k, theme)) : theme[MW_ROLES[text.toLowerCase()]] ?? text;
}

// The specification in the page's colours. Data are left alone: a colour there is a value.
function mwThemed(node, theme, key = "") {
  if (key === "data" || key === "datasets" || key === "values") return node;
  if (typeof node === "string") return mwThemedColour(node, theme);
  if (Array.isArray(node)) return node.map((child) => mwThemed(child, theme));
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, mwThemed(child, theme, name)]));
}

// Take the slider of the parameter "step" out of the specification: ours can be reached and read without a mouse.
function mwTakeStep(spec) {
  const param = (spec.params ?? []).find(({ name, bind }) => name === "step" && bind?.input === "range");
  if (!param) return null;
  const { min = 0, max, name = "" } = param.bind;
  delete param.bind;
  return { param, min, max, label: name.replace(/[:\s]+$/, "") || "Step" };
}

// The panels of a chart below each other: those that stood side by side, and a facet's columns.
function mwStacked(spec) {
  const { hconcat, ...rest } = spec;
  if (hconcat) return mwStacked({ ...rest, vconcat: hconcat });
  if (spec.vconcat) return { ...spec, vconcat: spec.vconcat.map(mwStacked) };
  return spec.facet && spec.columns > 1 ? { ...spec, columns: 1 } : spec;
}

// Every panel by so many pixels narrower.
function mwNarrower(spec, by) {
  if (spec.vconcat) return { ...spec, vconcat: spec.vconcat.map((panel) => mwNarrower(panel, by)) };
  if (spec.spec) return { ...spec, spec: mwNarrower(spec.spec, by) };
  return typeof spec.width === "number" ? { ...spec, width: Math.max(120, Math.floor(spec.width - by)) } : spec;
}

// Embed a chart so that it fits `room` pixels: if it is too wide, first its legend and panels move below each other, then the
// plots shrink, and what stands above them is cut at the edge. Text in them keeps its size.
async function mwEmbedFitting(embed, node, spec, room, options) {
  let api = await embed(node, spec, options);
  const excess = () => node.querySelector("svg").getBoundingClientRect().width - room;
  if (!(room > 0) || excess() <= 0) return api;
  spec = { ...mwStacked(spec), config: { ...spec.config, legend: { ...spec.config?.legend, orient: "bottom", columns: 2 } } };
  api.finalize();
  api = await embed(node, spec, options);
  if (excess() <= 0) return api;
  api.finalize();
  const title = { ...spec.config.title, fontSize: 12, subtitleFontSize: 11, limit: room - 16 };
  return embed(node, { ...mwNarrower(spec, excess()), config: { ...spec.config, title } }, options);
}

async function mwDrawChart(embed, { model, el, signal }) {
  const { title, axis } = model.get("config");
  const { root, body } = mwFrame({ model, el, label: title || "Chart", signal });
  const chart = mwEl("div", { class: "mw-chart" });
  const slider = mwTakeStep(structuredClone(model.get("config").spec));
  if (slider) {
    const format = (step) => `${axis || slider.label.toLowerCase()} ${step} of ${slider.max}`;
    body.append(mwPlayer({ model, steps: slider.max + 1, label: slider.label, format, signal }).node);
  }
  body.append(chart);
  let api = null;
  let room = 0;
  let natural = Infinity; // width of the chart when nothing constrains it

  const follow = mwRepaint(() => {
    if (api && slider) api.view.signal("step", Math.min(slider.max, Math.max(slider.min, model.get("step")))).run();
  }, { el: chart, signal, after: true });

  const draw = async () => {
    const theme = mwTheme(root);
    const spec = mwThemed(structuredClone(model.get("config").spec), theme);
    const step = mwTakeStep(spec);
    if (step) step.param.value = Math.min(step.max, Math.max(step.min, model.get("step")));
    spec.background = "transparent";
    const next = await mwEmbedFitting(embed, chart, spec, room, {
      actions: false, renderer: "svg", ast: true, // no eval: the page's policy forbids it
      tooltip: { theme: "mw" }, config: { font: theme.font },
    });
    api?.finalize();
    api = next;
    chart.classList.toggle("is-dark", mwIsDark(theme));
    // Bound inputs of other parameters are Vega's own; give them the name that stands beside them.
    for (const input of chart.querySelectorAll(".vega-bind input, .vega-bind select")) {
      input.setAttribute("aria-label", input.closest(".vega-bind").textContent.trim());
    }
  };

  // One drawing at a time, and after it the newest wish only.
  let busy = null;
  let again = false;
  const redraw = () => {
    if (busy) { again = true; return busy; }
    busy = draw().catch((error) => model.set("error", `The chart cannot be drawn: ${error.message}`)).then(() => {
      busy = null;
      if (again) { again = false; return redraw(); }
    });
    return busy;
  };
  mwListen(model, "change:step", follow, signal);
  mwListen(model, "change:config", redraw, signal);
  mwOnTheme(redraw, signal);
  signal?.addEventListener("abort", () => api?.finalize());
  await redraw();
  mwOnWidth(body, (width) => {
    if (room === 0) natural = chart.scrollWidth;
    const matters = width < natural || room < natural;
    room = width;
    if (matters) redraw();
  }, signal);
}

export default {
  initialize({ model }) {
    let embed = null;
    const load = async () => {
      const url = URL.createObjectURL(new Blob([model.get("source")], { type: "text/javascript" }));
      try {
        return (await import(url)).vegaEmbed;
      } finally {
        URL.revokeObjectURL(url);
      }
    };
    return { draw: async (view) => mwDrawChart(await (embed ??= load()), view) };
  },
};
