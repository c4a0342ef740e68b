// Those who play: a colour and a shape that stay theirs, and what their scores come to.

// Learner i, or the person (i < 0), whose star takes the colour of the text.
const MW_RIVAL_SHAPES = [0, 1, 2, 3, 4, 6];
function mwRivalLook(i, theme) {
  if (i < 0) return { shape: 5, colour: theme.fg };
  return { shape: MW_RIVAL_SHAPES[i % MW_RIVAL_SHAPES.length], colour: mwCss(mwClassRgb(i, theme)) };
}

function mwRivalMark(ctx, { shape, colour }, x, y, r, { hollow = "", width = 1.75 } = {}) {
  mwShapePath(ctx, shape, x, y, r);
  ctx.fillStyle = hollow || colour;
  ctx.fill();
  if (hollow) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

// The mark as a small picture for a line of text; paint(theme) draws it.
function mwRivalSign(i, size = 14) {
  const { canvas, ctx, resize } = mwCanvas({ class: "ct-sign", "aria-hidden": "true" });
  return { node: canvas, paint: (theme) => { resize(size, size); mwRivalMark(ctx, mwRivalLook(i, theme), size / 2, size / 2, size * 0.33); } };
}

// Below so many episodes the interval, by the normal distribution, is too narrow to call a difference clear (contest_state.is_clear).
const MW_FEW = 5;

// Mean and half width of the 95 % interval over episodes, 1.96 s / sqrt(n); half is NaN for fewer than two. null for none.
function mwInterval(values) {
  const known = Array.from(values).filter((v) => Number.isFinite(v));
  const n = known.length;
  if (!n) return null;
  const mean = known.reduce((a, b) => a + b, 0) / n;
  const half = n > 1 ? 1.96 * Math.sqrt(known.reduce((a, v) => a + (v - mean) ** 2, 0) / (n - 1) / n) : NaN;
  return { mean, half, n, low: mean - half, high: mean + half, few: n < MW_FEW, clear: n >= MW_FEW && (mean - half > 0 || mean + half < 0) };
}

function mwMedian(values) {
  const known = Array.from(values).filter((v) => Number.isFinite(v)).sort((a, b) => a - b);
  const half = Math.floor(known.length / 2);
  return known.length ? (known.length % 2 ? known[half] : (known[half - 1] + known[half]) / 2) : NaN;
}

// Scores in words: "96.4 ± 0.8 %", or squared errors; differences in points with a sign.
function mwScoreWords(metric) {
  const percent = metric === "accuracy";
  const plain = (v) => (percent ? `${(100 * v).toFixed(1)}` : mwNumber(v));
  const sign = (v) => `${v > 0 ? "+" : ""}${plain(v)}`.replace("-", "\u2212");
  const unit = percent ? "\u00a0%" : "";
  return {
    percent,
    name: percent ? "Accuracy" : "Mean squared error",
    one: (v) => `${plain(v)}${unit}`,
    mean: (i) => (i ? (Number.isFinite(i.half) ? `${plain(i.mean)} \u00b1 ${percent ? (100 * i.half).toFixed(1) : mwNumber(i.half, 2)}${unit}` : `${plain(i.mean)}${unit}`) : "\u2013"),
    points: (v) => `${sign(v)}${percent ? " points" : ""}`,
    difference: (i) => (Number.isFinite(i.half) ? `${sign(i.mean)} (${sign(i.low)} to ${sign(i.high)})` : `${sign(i.mean)}`),
    better: (a, b) => (percent ? a > b : a < b),
  };
}

// Seconds for people: 0.42 ms, 12 ms, 3.1 s.
const mwDuration = (s) => (!Number.isFinite(s) ? "\u2013" : s < 0.9995 ? `${mwNumber(1000 * s, 2)}\u00a0ms` : `${mwNumber(s, 2)}\u00a0s`);

// The inverse of contest_state.sealed.
function mwUnsealed(array) {
  return JSON.parse(new TextDecoder().decode(array.data.map((byte) => byte ^ 0x5a)));
}

// A table of figures; on a narrow screen its rows become blocks (see ct-table), and the roles keep it a table for all readers.
function mwFillTable(table, { caption, head, rows }) {
  table.className = "ct-table";
  table.setAttribute("role", "table");
  table.replaceChildren(
    mwEl("caption", {}, caption),
    mwEl("thead", { role: "rowgroup" }, mwEl("tr", { role: "row" }, head.map((text) => mwEl("th", { scope: "col", role: "columnheader" }, text)))),
    mwEl("tbody", { role: "rowgroup" }, rows.map((cells) => mwEl("tr", { role: "row" }, cells.map((content, i) => (i
      ? mwEl("td", { role: "cell", dataset: { label: head[i] } }, mwEl("span", {}, content))
      : mwEl("th", { scope: "row", role: "rowheader" }, content)))))));
}
