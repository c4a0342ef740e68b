// A hidden state: every unit over all steps, sorted by what is of interest, the current step framed.

// mvUnitsPanel(shared) -> {node, paint(state), fit(width)}
function mvUnitsPanel(shared) {
  const { config, arrays, model, player, itemWords } = shared;
  const { hidden } = arrays;
  const [steps, n] = hidden.shape;
  const reach = Math.max(1e-9, mvReach(hidden.data));
  const at = (t, u) => hidden.data[t * n + u];
  const options = [["change", "change at this step"], ["value", "value at this step"], ["number", "number"]];
  const order = () => (options.some(([each]) => each === model.get("order")) ? model.get("order") : "change");
  let state = null;
  let sorted = { key: "", units: [] };
  // Units in the order asked for; by their number where they tie.
  const units = () => {
    const [by, t] = [order(), state.step];
    const key = by === "number" ? by : `${by} ${t}`;
    if (sorted.key === key) return sorted.units;
    const rank = { number: () => 0, value: (u) => -at(t, u), change: (u) => -Math.abs(at(t, u) - at(Math.max(0, t - 1), u)) }[by];
    const keys = Float32Array.from({ length: n }, (_, u) => rank(u));
    sorted = { key, units: Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b] || a - b) };
    return sorted.units;
  };
  const choice = mwChoice({ label: "Units sorted by", options, value: order(), onchange: (next) => mvSave(model, "order", next) });
  const legend = mvLegend();
  const words = (r, t) => {
    const { step } = state;
    if (r < 0 || t < 0) {
      if (!step) return "The state that it starts from.";
      let moved = 0;
      for (let u = 0; u < n; u++) moved += (at(step, u) - at(step - 1, u)) ** 2;
      return `This step moved the state by ${mwNumber(Math.sqrt(moved))} (Euclidean norm).`;
    }
    const u = units()[r];
    const change = t ? at(t, u) - at(t - 1, u) : 0;
    const moved = t ? `, ${mwNumber(Math.abs(change))} ${change < 0 ? "less" : "more"} than before` : "";
    return `Unit ${u}: ${mwNumber(at(t, u))} after step ${t}${config.taken[t] >= 0 ? ` (${itemWords(config.taken[t])})` : ""}${moved}.`;
  };
  const forth = (by) => player.set(player.get() + by);
  const matrix = mvMatrix({
    ...shared, words, start: () => player.get(),
    name: `${n} hidden units over ${steps - 1} reads. Up and down move over the units, left and right move the step.`,
    keys: { ArrowLeft: () => forth(-1), ArrowRight: () => forth(1), Home: () => player.set(0), End: () => player.set(steps - 1), " ": () => player.toggle() },
    shape: () => ({ rows: n, columns: steps, gutter: 34, tall: 350, most: 14 }),
    item: (t) => config.taken[t], pale: (t) => t > state.step, tick: (t) => `${t}`, label: (r) => `${units()[r]}`,
    cells: () => { const list = units(); return { kind: "sign", key: sorted.key, place: (r, t) => mvPlace(at(t, list[r]), reach, "sign") }; },
    scrub: (t) => player.set(t), choose: (r, t) => t >= 0 && player.set(t),
    more: (ctx, layout) => mvMarkStep(ctx, layout, matrix, state),
  });
  return {
    node: mwEl("div", { role: "group", class: "mv-panel", "aria-label": "Hidden state" },
      mwEl("div", { class: "mv-head" }, mwEl("h4", {}, "Hidden state, unit by unit"), choice.node, legend.node), matrix.node, matrix.told),
    fit: matrix.fit,
    paint(next) {
      state = next;
      matrix.paint(state);
      choice.set(order());
      legend.set({ text: "activation", kind: "sign", reach, theme: state.theme });
    },
  };
}
