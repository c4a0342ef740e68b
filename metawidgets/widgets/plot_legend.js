// A legend: [text, draw(ctx, x, y, theme)] as small canvases with their words, redrawn when the theme changes.
function mwPlotLegend(entries) {
  const made = entries.map(([text, draw]) => ({ ...mwCanvas({ "aria-hidden": "true" }), text, draw }));
  let painted = "";
  const node = mwEl("ul", { class: "mw-plot-legend" }, made.map((m) => mwEl("li", {}, m.canvas, m.text)));
  return {
    node,
    paint(theme) {
      if (painted === theme.fg + theme.bg) return;
      painted = theme.fg + theme.bg;
      for (const m of made) {
        m.resize(22, 16);
        m.draw(m.ctx, 11, 8, theme);
      }
    },
  };
}

// A point of a curve: support filled and larger, query hollow; `size` is the support point's radius.
function mwCurvePoint(ctx, x, y, side, theme, size = 5.5) {
  const support = side === "support";
  const radius = support ? size : 0.68 * size;
  ctx.fillStyle = support ? mwCss(mwClassRgb(1, theme)) : theme.bg;
  ctx.strokeStyle = support ? theme.bg : theme.fg;
  ctx.lineWidth = 1.5;
  mwDotMark(ctx, x, y, radius);
  mwDotMark(ctx, x, y, radius, false);
}

function mwLegendLine(ctx, x, y, colour, width, dash = []) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  mwDrawLine(ctx, 2, (j) => x + [-10, 10][j], () => y);
  ctx.setLineDash([]);
}
