// Numbers beside the landscape: every task's losses before and after the inner loop, and the meta-gradients side by side.

const llCell = (text, props = {}) => mwEl("td", props, text);

// Losses of all tasks, the states' own and not those of their projections; a moved initialisation gets a line of its own.
function mwLossTable({ arrays, config, task, moved, theme, stale }) {
  const last = config.steps - 1;
  const at = (name, k, t) => mwAt(arrays[name], k).data[t];
  const rows = config.titles.flatMap((title, k) => {
    const line = (prefix, label, second) => {
      const pair = (side) => [0, last].map((t) => mwNumber(at(`${prefix}${side}_loss`, k, t)));
      const better = second && ["query", "support"].map((side) => at(`${side}_loss`, k, last) - at(`home.${side}_loss`, k, last));
      const tone = (i) => (better && better[i] ? (better[i] < 0 ? "ll-good" : "ll-bad") : "");
      const sign = (i) => (better && better[i] ? (better[i] < 0 ? " \u2193" : " \u2191") : "");
      const [q, s] = [pair("query"), pair("support")];
      return mwEl("tr", { class: `${k === task ? "ll-chosen" : ""} ${second && stale ? "ll-stale" : ""}` },
        mwEl("th", { scope: "row" }, second ? "" : mwTaskSign(k, theme), second ? mwEl("span", { class: "ll-second" }, label) : title),
        llCell(q[0]), llCell(`${q[1]}${sign(0)}`, { class: tone(0) }), llCell(s[0]), llCell(`${s[1]}${sign(1)}`, { class: tone(1) }), llCell(mwOff(at(`${prefix}off_plane`, k, last))));
    };
    return moved ? [line("home.", "", false), line("", "moved", true)] : [line("home.", "", false)];
  });
  const head = (text, props) => mwEl("th", { scope: "col", ...props }, text);
  const title = `Loss before and after ${last} inner step${last === 1 ? "" : "s"}`;
  return [mwEl("h4", { class: "ll-head" }, title), mwEl("table", { class: "ll-table", "aria-label": title },
    mwEl("thead", {},
      mwEl("tr", {}, mwEl("td", {}), head("query", { colspan: 2, scope: "colgroup" }), head("support", { colspan: 2, scope: "colgroup" }), head("ends off")),
      mwEl("tr", {}, mwEl("td", {}), head("before"), head("after"), head("before"), head("after"), head("the plane"))),
    mwEl("tbody", {}, rows))];
}

// What rounding leaves of a state that is on the plane is not worth a power of ten.
const mwOff = (value) => (value < 1e-5 ? "0" : mwNumber(value));

function mwTaskSign(k, theme) {
  const { canvas, ctx, resize } = mwCanvas({ class: "ll-sign", "aria-hidden": "true" });
  resize(14, 14);
  ctx.fillStyle = mwCss(mwClassRgb(k, theme));
  mwShapePath(ctx, k, 7, 7, 5);
  ctx.fill();
  return canvas;
}

// Each method with its dash, its cosine with the second-order gradient in the whole space, and how much of it the plane shows.
function mwGradientTable({ arrays, config, task, theme, stale }) {
  const { names, settings } = config.gradients;
  const row = (array, k) => mwAt(arrays[array], k).data;
  const several = config.titles.length > 1;
  const mean = config.titles.length;
  const lines = names.map((name, i) => {
    const { canvas, ctx, resize } = mwCanvas({ class: "ll-dash", "aria-hidden": "true" });
    resize(30, 12);
    ctx.strokeStyle = ctx.fillStyle = theme.fg;
    ctx.lineWidth = 1.75;
    ctx.setLineDash(llMethod(name)[1]);
    mwArrow(ctx, 1, 6, 1, 0, 28);
    return mwEl("tr", {}, mwEl("th", { scope: "row" }, canvas, llMethod(name)[0]),
      llCell(mwFixed(row("gradient_cosines", task)[i])), several && llCell(mwFixed(row("gradient_cosines", mean)[i])),
      llCell(mwPercent(row("gradient_share", task)[i])), llCell(mwNumber(row("gradient_norm", task)[i])));
  });
  const head = (text) => mwEl("th", { scope: "col" }, text);
  const title = `Meta-gradients at the initialisation${several ? `, ${config.titles[task]}` : ""}`;
  const how = `${settings.inner_steps} inner step${settings.inner_steps === 1 ? "" : "s"} of rate ${Number(settings.inner_lr.toPrecision(3))}, `
    + `\u03bb = ${Number(settings.proximal_strength.toPrecision(3))} for the implicit one. Arrows point downhill, as an outer step goes; the longest has the largest share in the plane.`;
  return [mwEl("h4", { class: "ll-head" }, title),
    mwEl("table", { class: `ll-table ${stale ? "ll-stale" : ""}`, "aria-label": title },
      mwEl("thead", {}, mwEl("tr", {}, mwEl("td", {}), head("cosine with second order"), several && head("the same, mean of tasks"), head("share in the plane"), head("norm"))),
      mwEl("tbody", {}, lines)),
    mwEl("p", { class: "ll-fine" }, how)];
}
const mwFixed = (value) => (Number.isFinite(value) ? value.toFixed(2).replace("-", "\u2212") : mwNumber(value));

// Signs of the plot with their words.
function mwLandscapeLegend({ config, theme, moved, arrows }) {
  const sign = (draw) => {
    const { canvas, ctx, resize } = mwCanvas({ class: "ll-sign", "aria-hidden": "true" });
    resize(22, 16);
    draw(ctx);
    return canvas;
  };
  const entries = [
    [(ctx) => { ctx.lineWidth = 1.75; ctx.strokeStyle = theme.fg; ctx.fillStyle = theme.fg; mwDotMark(ctx, 11, 8, 5.5, false); mwDotMark(ctx, 11, 8, 1.8); }, "initialisation: drag it"],
    [(ctx) => mwTaskPath(ctx, [[1, 8], [7, 8], [14, 8], [99, 8]], { k: 0, step: 2, theme, main: true }), "inner loop, a mark a step"],
    moved && [(ctx) => mwTaskPath(ctx, [[1, 8], [16, 8]], { k: 0, theme, style: "home" }), "from the learner's own initialisation"],
    [(ctx) => mwOffRing(ctx, 11, 18, 14, 0, theme), "ring: distance of this step off the plane"],
  ].filter(Boolean);
  return mwEl("ul", { class: "ll-legend" }, entries.map(([draw, text]) => mwEl("li", {}, sign(draw), text)));
}
