// Draws charts for every ChartView of the page with one copy of Vega.

// A chart says its neutral colours as views/theme.py does; they follow the page's theme here, in marks and axes alike.
const MW_ROLES = {
  "#1f2328": "fg", "#57606a": "muted", "#d0d7de": "grid", "#eaeef2": "grid",
};

// The specification in the page's colours. Data are left alone: a colour there is a value.
function mwThemed(node, theme, key = "") {
  if (key === "data" || key === "datasets" || key === "values") return node;
  if (typeof node === "string") return theme[MW_ROLES[node.toLowerCase()]] ?? node;
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

  const follow = async () => {
    if (!api || !slider) return;
    api.view.signal("step", Math.min(slider.max, Math.max(slider.min, model.get("step"))));
    await api.view.runAsync();
  };

  const draw = async () => {
    const theme = mwTheme(root);
    const spec = mwThemed(structuredClone(model.get("config").spec), theme);
    const step = mwTakeStep(spec);
    if (step) step.param.value = Math.min(step.max, Math.max(step.min, model.get("step")));
    spec.background = "transparent";
    const next = await embed(chart, spec, {
      actions: false, renderer: "svg", ast: true, // no eval: the page's policy forbids it
      tooltip: { theme: "mw" }, config: { font: theme.font },
    });
    api?.finalize();
    api = next;
    // Bound inputs of other parameters are Vega's own; give them the name that stands beside them.
    for (const input of chart.querySelectorAll(".vega-bind input, .vega-bind select")) {
      input.setAttribute("aria-label", input.closest(".vega-bind").textContent.trim());
    }
  };

  const safely = (work) => async () => {
    try {
      await work();
    } catch (error) {
      model.set("error", `The chart cannot be drawn: ${error.message}`);
    }
  };
  mwListen(model, "change:step", safely(follow), signal);
  mwListen(model, "change:config", safely(draw), signal);
  mwOnTheme(safely(draw), signal);
  signal?.addEventListener("abort", () => api?.finalize());
  await safely(draw)();
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
