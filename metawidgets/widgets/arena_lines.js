// What more shots, and more inner steps, are worth: a line for each learner with its intervals.

// mwArenaLines({title, xLabel, words, whole}) -> {node, fit(width), show({lines, theme, chance})}
// lines: [{name, rival, points: [[x, interval]]}]
function mwArenaLines({ title, xLabel, words }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "ar-canvas", role: "img" });
  const node = mwEl("figure", { class: "ar-lines" }, mwEl("figcaption", { class: "ar-chart-title" }, title), canvas);
  const height = 210;
  let [width, state] = [0, null];
  const spread = (labels, low, high) => {
    // Names at the ends of lines, pushed apart until none lies on another.
    labels.sort((a, b) => a.v - b.v);
    for (let round = 0; round < 40; round++) {
      labels.forEach((each, i) => {
        const next = labels[i + 1];
        if (next && next.v - each.v < 14) { const push = (14 - (next.v - each.v)) / 2; each.v -= push; next.v += push; }
      });
    }
    // What that left beyond an end comes back, and pushes the others before it.
    labels.forEach((each, i) => { each.v = Math.max(each.v, i ? labels[i - 1].v + 14 : low); });
    for (let i = labels.length - 1; i >= 0; i--) labels[i].v = Math.min(labels[i].v, i + 1 < labels.length ? labels[i + 1].v - 14 : high);
  };
  const paint = () => {
    if (!state || !width) return;
    const { lines, theme, chance } = state;
    resize(width, height);
    ctx.font = `12px ${theme.font}`;
    const names = Math.min(0.34 * width, 16 + Math.max(...lines.map((line) => ctx.measureText(line.name).width)));
    const box = { left: 50, right: width - names - 6, top: 10, bottom: height - 40 };
    const at = [...new Set(lines.flatMap((line) => line.points.map(([p]) => p)))].sort((a, b) => a - b);
    const values = lines.flatMap((line) => line.points.flatMap(([, i]) => [i.mean, i.low, i.high])).filter((v) => Number.isFinite(v));
    let [low, high] = [Math.min(...values), Math.max(...values)];
    if (words.percent) [low, high] = [Math.max(0, Math.floor(20 * (low - 0.005)) / 20), Math.min(1, Math.ceil(20 * high + 0.01) / 20)];
    else [low, high] = [0, 1.05 * high || 1];
    const apart = at.length <= 8 ? 5 : 0; // intervals beside each other, not on one another, and all within the box
    const reach = (apart * (lines.length - 1)) / 2 + 10;
    const x = mwScale([at[0], at.at(-1)], [box.left + reach, box.right - reach]);
    const y = mwScale([low, high], [box.bottom, box.top]);
    const yTicks = mwTicks(low, high, 4).map(([v, text]) => [v, words.percent ? `${Number((100 * v).toFixed(1))}\u00a0%` : text]);
    const every = Math.ceil((at.length * 26) / Math.max(1, box.right - box.left));
    mwDrawAxes(ctx, { box, x, y, xTicks: at.filter((_, i) => i % every === 0).map((v) => [v, String(v)]), yTicks, xLabel, theme });
    if (chance > low) {
      ctx.setLineDash([1, 3]);
      ctx.strokeStyle = theme.muted;
      mwDrawLine(ctx, 2, (i) => [box.left, box.right][i], () => y(chance));
      ctx.setLineDash([]);
      ctx.textAlign = "right"; ctx.textBaseline = "bottom"; ctx.fillStyle = theme.muted; ctx.font = `11px ${theme.font}`;
      ctx.fillText("chance", box.right, y(chance) - 1);
    }
    const labels = [];
    lines.forEach((line, j) => {
      const look = mwRivalLook(line.rival, theme);
      const shift = apart * (j - (lines.length - 1) / 2);
      const u = (i) => x(line.points[i][0]) + shift;
      ctx.strokeStyle = look.colour;
      ctx.lineWidth = 2;
      mwDrawLine(ctx, line.points.length, u, (i) => y(line.points[i][1].mean));
      line.points.forEach(([, interval], i) => {
        ctx.strokeStyle = look.colour;
        ctx.lineWidth = 1.5;
        if (Number.isFinite(interval.half)) mwDrawLine(ctx, 2, () => u(i), (k) => y([Math.max(low, interval.low), Math.min(high, interval.high)][k]));
        if (at.length <= 24) mwRivalMark(ctx, look, u(i), y(interval.mean), 4, {});
      });
      if (line.points.length) labels.push({ line, look, v: y(line.points.at(-1)[1].mean) });
    });
    spread(labels, box.top, box.bottom);
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.font = `12px ${theme.font}`;
    for (const { line, look, v } of labels) {
      mwRivalMark(ctx, look, box.right + 12, v, 4, {});
      ctx.fillStyle = theme.fg;
      ctx.fillText(mwShorten(ctx, line.name, names - 16), box.right + 21, v);
    }
    canvas.setAttribute("aria-label", `${title}. ${lines.map((line) => `${line.name}: ${line.points.filter((_, i) => line.points.length <= 8 || i % 2 === 0).map(([p, i]) => `${words.one(i.mean)} at ${p}`).join(", ")}`).join("; ")}.`);
  };
  return { node, fit: (w) => { width = w; paint(); }, show: (next) => { state = next; paint(); } };
}
