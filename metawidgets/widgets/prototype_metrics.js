// The choice of a distance, with the accuracy that each would have.

// mwPrototypeMetrics({config, set(metric)}) -> {node, show({metric, right(metric), asked})}; "" is the learner's own distance.
function mwPrototypeMetrics({ config, set }) {
  const { own, off } = config;
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  const options = Object.entries(PH_METRICS).map(([name, [text]]) => [name === own ? "" : name, text]);
  if (!own) options.unshift(["", "Learner\u2019s own"]);
  const scores = options.map(() => mwEl("small", {}));
  const buttons = options.map(([value, text], i) => mwEl("button", {
    type: "button", class: "mw-button ph-metric", disabled: Boolean(off) && value !== "", onclick: () => set(value),
  }, mwEl("span", {}, text), scores[i]));
  const note = mwEl("p", { class: "ph-said" });
  const means = {
    "": "as the learner has it; the others are to class means.", squared_euclidean: "which is also the point of least squared distance to them.",
    euclidean: "not the point of least distance to them.", manhattan: "not their median, the point of least Manhattan distance.",
    cosine: "averaged as they are, not brought to one length first.",
  };
  function show({ metric, right, asked }) {
    options.forEach(([value], i) => {
      buttons[i].setAttribute("aria-pressed", String(value === metric));
      const score = off && value !== "" ? "" : mwPercent(right(value) / asked);
      scores[i].textContent = [score && `${score} right`, value === "" && own && "the learner\u2019s"].filter(Boolean).join(" \u00b7 ");
    });
    const rule = means[metric || own];
    note.textContent = off ? `Other distances are off: ${off}.` : metric || own ? `Prototypes are means of embeddings, ${rule}${metric ? " For this distance the learner has no probabilities: decisions only." : ""}` : `${capital(config.metric)} ${rule}`;
  }
  return { node: mwEl("div", { class: "ph-metrics" }, mwEl("div", { class: "ph-metric-row", role: "group", "aria-label": "Distance" }, buttons), note), show };
}
