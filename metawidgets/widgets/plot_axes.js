// Scales and axes of small plots on canvas.

// value -> pixel, linear or logarithmic; .invert goes back. A log scale holds what is not positive at its low end.
function mwScale([low, high], [from, to], log = false) {
  const f = log ? (value) => Math.log10(Math.max(value, low)) : (value) => value;
  const [a, b] = [f(low), f(high)];
  const scale = (value) => from + ((f(value) - a) / (b - a || 1)) * (to - from);
  scale.invert = (pixel) => {
    const value = a + ((pixel - from) / (to - from || 1)) * (b - a);
    return log ? 10 ** value : value;
  };
  return scale;
}

// Powers of ten within low..high as [value, text], at most n of them; further apart than a decade if need be.
function mwLogTicks(low, high, n) {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((to - from + 1) / n));
  const ticks = [];
  for (let e = from; e <= to; e += every) ticks.push([10 ** e, e >= -3 && e <= 4 ? String(Number((10 ** e).toPrecision(1))) : `10${mwRaised(e)}`]);
  return ticks;
}

// Steps as [value, text]: whole numbers only.
function mwStepTicks(last, n) {
  return mwTicks(0, Math.max(1, last), Math.min(n, Math.max(1, last))).filter(([value]) => Number.isInteger(value) && value <= last);
}

// box: {left, right, top, bottom} in pixels; x and y: scales; ticks as [value, text].
function mwDrawAxes(ctx, { box, x, y, xTicks, yTicks, xLabel = "", yLabel = "", theme }) {
  const { left, right, top, bottom } = box;
  ctx.strokeStyle = theme.grid;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const [value] of yTicks) {
    const v = Math.round(y(value)) + 0.5;
    ctx.moveTo(left, v);
    ctx.lineTo(right, v);
  }
  ctx.stroke();
  ctx.font = `11px ${theme.font}`;
  ctx.fillStyle = theme.muted;
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  for (const [value, text] of yTicks) ctx.fillText(text, left - 7, y(value));
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  for (const [value, text] of xTicks) ctx.fillText(text, x(value), bottom + 6);
  ctx.beginPath();
  for (const [value] of xTicks) {
    const u = Math.round(x(value)) + 0.5;
    ctx.moveTo(u, bottom);
    ctx.lineTo(u, bottom + 3);
  }
  ctx.strokeStyle = theme.muted;
  ctx.moveTo(left, bottom + 0.5);
  ctx.lineTo(right, bottom + 0.5);
  ctx.stroke();
  if (xLabel) ctx.fillText(xLabel, (left + right) / 2, bottom + 21);
  if (yLabel) {
    ctx.save();
    ctx.translate(9, (top + bottom) / 2);
    ctx.rotate(-Math.PI / 2);
    ctx.textBaseline = "middle";
    ctx.fillText(yLabel, 0, 0);
    ctx.restore();
  }
}

// A line through points given as (pixel x, pixel y) functions of 0..n-1; what is not finite breaks it.
function mwDrawLine(ctx, n, x, y) {
  ctx.beginPath();
  let down = false;
  for (let i = 0; i < n; i++) {
    const v = y(i);
    if (!Number.isFinite(v)) { down = false; continue; }
    if (down) ctx.lineTo(x(i), v);
    else ctx.moveTo(x(i), v);
    down = true;
  }
  ctx.stroke();
}
