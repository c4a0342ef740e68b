// Signs and words that canvas components share: numbers as text, shapes of classes, right and wrong by shape.

// A number for people: three significant digits, and words for what is no number.
function mwNumber(value, digits = 3) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) {
    const [mantissa, exponent] = value.toExponential(digits - 2).split("e");
    return `${mantissa} \u00d7 10${mwRaised(Number(exponent))}`.replace("-", "\u2212");
  }
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size || 1)));
  return value.toFixed(Math.min(places, digits + 2)).replace("-", "\u2212");
}
const MW_RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
const mwRaised = (whole) => [...String(whole)].map((c) => (c === "-" ? "\u207b" : MW_RAISED[c])).join("");

// A fraction in whole per cent; what is nearly all or nearly nothing does not pass for it.
function mwPercent(value) {
  if (!Number.isFinite(value)) return mwNumber(value);
  if (value > 0 && value < 0.005) return "<1\u00a0%";
  if (value < 1 && value > 0.995) return ">99\u00a0%";
  return `${Math.round(100 * value)}\u00a0%`;
}

// About n round numbers that span low..high, each with its text.
function mwTicks(low, high, n) {
  const raw = (high - low) / Math.max(1, n);
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= raw);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
    ticks.push([i * step, String(Number((i * step).toPrecision(6))).replace("-", "\u2212")]);
  }
  return ticks;
}

// Shorten in the middle: names of classes differ most often at their ends.
function mwShorten(ctx, text, width) {
  if (ctx.measureText(text).width <= width) return text;
  for (let keep = text.length - 1; keep > 1; keep--) {
    const head = Math.ceil(keep / 2);
    const short = `${text.slice(0, head).trimEnd()}\u2026${text.slice(text.length - (keep - head)).trimStart()}`;
    if (ctx.measureText(short).width <= width) return short;
  }
  return "\u2026";
}

const mwIsDark = (theme) => mwLuminance(mwRgb(theme.bg)) < 0.3;

function mwLuminance([r, g, b]) {
  const linear = (c) => (c <= 10.3 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

// Black or white for a sign on a colour, at 3:1 or better; white as far as that goes, so that neighbours agree.
const mwInkOn = (rgb) => (mwLuminance(rgb) > 0.28 ? "#000000" : "#ffffff");

// The colour of class k as [r, g, b]; lifted towards white on dark paper, where the palette's blue would sink.
function mwClassRgb(k, theme) {
  const rgb = mwRgb(mwPalette[k % mwPalette.length]);
  return mwIsDark(theme) ? rgb.map((c) => Math.round(c + 0.3 * (255 - c))) : rgb;
}
const mwCss = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`;

// The outline of class k's shape around (x, y), in the order of the charts; areas look alike at equal r.
const MW_SHAPES = ["circle", "square", "triangle", "diamond", "down", "star", "plus"];
function mwShapePath(ctx, k, x, y, r) {
  const corners = {
    square: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
    triangle: [[0, -1.2], [1.1, 0.75], [-1.1, 0.75]],
    diamond: [[0, -1.25], [1.1, 0], [0, 1.25], [-1.1, 0]],
    down: [[0, 1.2], [1.1, -0.75], [-1.1, -0.75]],
    star: Array.from({ length: 10 }, (_, i) => {
      const size = i % 2 ? 0.55 : 1.35;
      return [size * Math.sin((i * Math.PI) / 5), -size * Math.cos((i * Math.PI) / 5)];
    }),
    plus: [[-0.4, -1.15], [0.4, -1.15], [0.4, -0.4], [1.15, -0.4], [1.15, 0.4], [0.4, 0.4],
      [0.4, 1.15], [-0.4, 1.15], [-0.4, 0.4], [-1.15, 0.4], [-1.15, -0.4], [-0.4, -0.4]],
  }[MW_SHAPES[k % MW_SHAPES.length]];
  ctx.beginPath();
  if (!corners) ctx.arc(x, y, r, 0, 2 * Math.PI);
  else {
    corners.forEach(([u, v], i) => (i ? ctx.lineTo(x + u * r, y + v * r) : ctx.moveTo(x + u * r, y + v * r)));
    ctx.closePath();
  }
}

function mwCrossMark(ctx, x, y, r) {
  ctx.beginPath();
  ctx.moveTo(x - r, y - r); ctx.lineTo(x + r, y + r);
  ctx.moveTo(x + r, y - r); ctx.lineTo(x - r, y + r);
  ctx.stroke();
}

function mwDotMark(ctx, x, y, r, filled = true) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  if (filled) ctx.fill();
  else ctx.stroke();
}

// Diagonal lines for "nothing here yet", anchored to the canvas so that neighbouring areas join.
function mwHatch(ctx, x, y, width, height, colour) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  const gap = 6;
  for (let c = Math.floor((x + y) / gap) * gap; c <= x + y + width + height; c += gap) {
    ctx.moveTo(c - y, y);
    ctx.lineTo(c - y - height, y + height);
  }
  ctx.stroke();
  ctx.restore();
}

// Images of an array (item, channel, height, width) as small canvases, made once per ink colour.
function mwThumbs(array) {
  let made = [];
  let ink = null;
  return {
    get(i, colour) {
      if (colour !== ink) { made = []; ink = colour; }
      return (made[i] ??= mwImageCanvas(mwAt(array, i), colour));
    },
    draw(ctx, i, x, y, size, colour, smooth = false) {
      const image = this.get(i, colour);
      const scale = size / Math.max(image.width, image.height);
      // Whole multiples of a pixel stay crisp; anything else is smoothed, since uneven pixels would lie about strokes.
      ctx.imageSmoothingEnabled = smooth || !Number.isInteger(scale * (window.devicePixelRatio || 1));
      ctx.imageSmoothingQuality = "high";
      const width = image.width * scale;
      const height = image.height * scale;
      ctx.drawImage(image, x + (size - width) / 2, y + (size - height) / 2, width, height);
    },
  };
}
