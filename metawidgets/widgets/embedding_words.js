// What is said of the map as a whole: how many items are right, how it was made, and what its signs mean.

const emLassoIcon = () => mwEl("svg", { class: "mw-icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
  mwEl("path", { d: "M4.5 10.2C2.6 9.3 1.8 8 2 6.4 2.4 4 5.2 2.4 8.6 2.6s5.8 2.1 5.4 4.4c-.4 2.4-3.2 3.9-6.6 3.6-.9-.1-1.6-.3-2.2-.6M5.4 12.4a1.3 1.3 0 1 1-1.2-2.1c1.6.2 2 2 .6 3.6", "stroke-width": 1.3 }));

// emWords({...}) -> {reading, note, legend, show(state)}
function emWords({ space, arrays, config, names, images }) {
  const reading = mwEl("p", { class: "em-reading" });
  const note = mwEl("p", { class: "em-kicker em-note" });
  const legend = mwEl("ul", { class: "em-legend" });
  const queries = Array.from({ length: space.n }, (_, i) => i).filter((i) => !(config.has_sides && space.isSupport(i)));
  const noun = config.has_sides ? "queries" : "items";
  const sayReading = ({ metric, nearest }) => {
    if (!queries.some((i) => nearest[i] >= 0)) return `No class has a ${config.noun} yet.`;
    const right = queries.filter((i) => nearest[i] === space.labels[i]).length;
    return `${right.toLocaleString("en")} of ${queries.length.toLocaleString("en")} ${noun} are nearest to their own ${config.noun} (${EM_WORDS[metric]}, whole space).`;
  };
  const sayNote = ({ step, nearest, planes, target }) => {
    const { found } = target;
    if (found) {
      const made = [`${target.name === "tsne" ? "t-SNE, perplexity" : "UMAP, neighbours"} ${found.neighbours}, ${EM_WORDS[found.metric]}, seed ${found.seed}`];
      if (found.steps) made.push(`${found.steps.toLocaleString("en")} steps, divergence ${mwNumber(found.divergence)} nats`);
      const when = found.step !== step && config.step_names[found.step];
      const stale = when ? ` Made at \u201c${when}\u201d: ${space.states > 1 ? "compute it again for this step." : "prototypes of other steps have no place on it."}` : "";
      return `${made.join("; ")}.${stale} There is no way back into the space, hence no borders; distances between clusters say little.`;
    }
    if (!config.decides) return `${config.learner} does not decide by the nearest class mean, hence no borders: the means of the support stand in for prototypes.`;
    if (!planes) return "";
    const agree = queries.filter((i) => nearest[i] >= 0 && emRegionAt(planes, space.way, target.items[2 * i], target.items[2 * i + 1]) === nearest[i]).length;
    return `Regions are a slice of the whole space through its mean: each place of this plane goes to its nearest prototype. Items lie off the plane: ${mwPercent(agree / (queries.length || 1))} of the ${noun} stand in the region of their nearest prototype.`;
  };
  const entry = (text, draw) => {
    const { canvas, ctx, resize } = mwCanvas({ "aria-hidden": "true" });
    resize(18, 16);
    draw(ctx);
    return mwEl("li", {}, canvas, text);
  };
  const showLegend = (theme) => {
    const key = theme.fg + theme.bg;
    if (legend.dataset.key === key) return;
    legend.dataset.key = key;
    const mark = (filled, alpha = 1) => (ctx) => {
      ctx.globalAlpha = alpha;
      ctx.fillStyle = ctx.strokeStyle = theme.fg;
      ctx.lineWidth = 1.5;
      mwShapePath(ctx, 0, 9, 8, 4.2);
      if (filled) ctx.fill();
      else ctx.stroke();
    };
    const cross = (ctx) => emCross(ctx, 9, 8, theme.fg, theme.bg, 4.5);
    const wrong = (ctx) => { ctx.strokeStyle = theme.bad; ctx.lineWidth = 1.75; mwCrossMark(ctx, 9, 8, 3.5); };
    legend.replaceChildren(...[
      config.has_sides && entry(images ? "support, thick frame" : "support", mark(true)),
      config.has_sides && arrays.absorbed.data.includes(0) && entry("not yet absorbed", mark(true, 0.3)),
      config.has_sides && entry(images ? "query, thin frame" : "query", mark(false)),
      entry(space.steps > 1 ? `${config.noun} and its way` : config.noun, cross),
      entry(`nearest to a wrong ${config.noun}`, wrong),
    ].filter(Boolean));
  };
  return {
    reading, note, legend,
    show(state) {
      reading.textContent = sayReading(state);
      note.textContent = sayNote(state);
      showLegend(state.theme);
    },
  };
}
