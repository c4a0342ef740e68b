// How the answer to one query changes as the context grows: probabilities of the classes, or the predicted value with its target.

const MV_GROWTH = 176;

// mvGrowth(shared) -> {node, paint(state), fit(width)}
function mvGrowth({ config, arrays, coloured, player }) {
  const { probabilities, outputs } = arrays;
  const names = config.episode.class_names;
  const [steps] = (probabilities ?? outputs).shape;
  const { canvas, ctx, resize } = mwCanvas({ class: "mv-growth", "aria-hidden": "true" });
  const told = mwEl("p", { class: "mv-told" });
  const title = mwEl("h4", {});
  let width = 0;
  let x = null;
  let state = null;

  function lines(q) {
    if (probabilities) {
      const way = names.length;
      const truth = arrays.query_y.data[q];
      return Array.from({ length: way }, (_, k) => ({ k, true: k === truth, at: (t) => probabilities.data[(t * arrays.query_y.shape[0] + q) * way + k] })).sort((a, b) => a.true - b.true);
    }
    const dim = outputs.shape[2];
    return Array.from({ length: dim }, (_, k) => ({ k, true: true, target: arrays.query_y.data[q * dim + k], at: (t) => outputs.data[(t * arrays.query_y.shape[0] + q) * dim + k] }));
  }
  function paint(next) {
    state = next;
    const { theme, step, askedIndex: q } = state;
    if (!width || q < 0) return;
    ctx.clearRect(0, 0, width, MV_GROWTH);
    const drawn = lines(q);
    const box = { left: 40, right: width - 14, top: 8, bottom: MV_GROWTH - 38 };
    x = mwScale([0, Math.max(1, steps - 1)], [box.left + 4, box.right - 4]);
    let [low, high] = [0, 1];
    if (!probabilities) {
      const all = drawn.flatMap((line) => [line.target, ...Array.from({ length: steps }, (_, t) => line.at(t))]).filter(Number.isFinite);
      [low, high] = [Math.min(...all), Math.max(...all)];
      const room = 0.08 * (high - low || 1);
      [low, high] = [low - room, high + room];
    }
    const y = mwScale([low, high], [box.bottom, box.top]);
    const yTicks = probabilities ? [[0, "0"], [0.5, "50\u00a0%"], [1, "100\u00a0%"]] : mwTicks(low, high, 3);
    mwDrawAxes(ctx, { box, x, y, xTicks: mwStepTicks(steps - 1, width / 56), yTicks, xLabel: config.axis_label, theme });
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = 1;
    mwDrawLine(ctx, 2, () => Math.round(x(step)) + 0.5, (i) => [box.top - 4, box.bottom][i]);
    for (const line of drawn) {
      const colour = coloured ? mwCss(mwClassRgb(line.k, theme)) : line.true ? theme.accent : mwCss(mwRgb(theme.muted), 0.5);
      ctx.strokeStyle = ctx.fillStyle = colour;
      if (line.target !== undefined) {
        ctx.lineWidth = 1.5;
        ctx.setLineDash([4, 3]);
        mwDrawLine(ctx, 2, (i) => [box.left, box.right][i], () => y(line.target));
        ctx.setLineDash([]);
      }
      ctx.lineWidth = line.true ? 2.75 : 1.25;
      ctx.globalAlpha = 0.3;
      mwDrawLine(ctx, steps, x, (t) => y(line.at(t)));
      ctx.globalAlpha = 1;
      mwDrawLine(ctx, step + 1, x, (t) => y(line.at(t)));
      const now = line.at(step);
      if (!Number.isFinite(now)) continue;
      if (coloured) mwShapePath(ctx, line.k, x(step), y(now), line.true ? 5 : 3.5);
      else { ctx.beginPath(); ctx.arc(x(step), y(now), line.true ? 4.5 : 2.5, 0, 2 * Math.PI); }
      ctx.fill();
    }
    mwAfterDrawing(() => {
      title.textContent = `Query ${q} as the context grows`;
      told.textContent = words(drawn, step, q);
    });
  }
  const words = (drawn, step, q) => {
    if (!probabilities) return drawn.map((line) => `Predicted ${mwNumber(line.at(step))}, target ${mwNumber(line.target)} (dashed): ${mwNumber(Math.abs(line.at(step) - line.target))} off.`).join(" ");
    const truth = arrays.query_y.data[q];
    const p = mwAt(mwAt(probabilities, step), q).data;
    const best = mvArgmax(p);
    const right = `True class ${names[truth]} (bold): ${mwPercent(p[truth])}.`;
    return best === truth ? right : `${right} Predicted ${names[best]}: ${mwPercent(p[best])}.`;
  };
  const scrub = (event) => {
    if (!x || (event.type === "pointermove" && !event.buttons)) return;
    player.set(Math.min(steps - 1, Math.max(0, Math.round(x.invert(event.clientX - canvas.getBoundingClientRect().left)))));
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); scrub(event); });
  canvas.addEventListener("pointermove", scrub);
  return { node: mwEl("div", { role: "group", class: "mv-panel", "aria-label": "Prediction as the context grows" }, title, canvas, told), paint, fit: (available) => { width = available; resize(width, MV_GROWTH); } };
}

