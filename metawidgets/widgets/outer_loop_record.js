// The record of a meta-training as the browser reads it: its points, the adaptations to the held episode, and words for both.

const OL_COLUMNS = ["first", "last", "loss", "loss_low", "loss_high", "metric", "norm", "norm_low", "norm_high", "meta_lr", "seconds"];
const OL_BUSY = ["running", "pausing", "stopping"];
const OL_PHASES = {
  ready: "Not started", running: "Training", pausing: "Pausing after the task in hand", paused: "Paused",
  stopping: "Stopping after the task in hand", stopped: "Stopped", failed: "Failed", finished: "Finished",
};

// {n, newest, <column>: Float32Array, smooth}; olPointAt(record, step) is the point that step is in, or the last before it.
function olRecord(model) {
  const text = atob(model.get("history") ?? "");
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const table = new Float32Array(bytes.buffer);
  const n = table.length / OL_COLUMNS.length;
  const record = { n, newest: model.get("figures")?.step ?? 0 };
  OL_COLUMNS.forEach((name, i) => { record[name] = table.subarray(i * n, (i + 1) * n); });
  record.smooth = olSmooth(record.loss);
  return record;
}

// A running mean over about a 20th of the points; what is not finite is passed over.
function olSmooth(values) {
  const weight = 2 / (1 + Math.max(1, values.length / 20));
  let level = NaN;
  return values.map((value) => {
    if (Number.isFinite(value)) level = Number.isFinite(level) ? level + weight * (value - level) : value;
    return Number.isFinite(value) ? level : value;
  });
}

// Index of the last of `sorted` that is at most `value`, or -1.
function olLastUpTo(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
const olPointAt = (record, step) => olLastUpTo(record.first, step);

const olCount = (value) => (Math.round(value) || 0).toLocaleString("en"); // no minus zero

// "3 min 20 s"; seconds alone below a minute.
function olDuration(seconds) {
  if (seconds < 1) return "under 1 s";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}\u00a0s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}\u00a0min ${whole % 60}\u00a0s`;
  return `${Math.floor(whole / 3600)}\u00a0h ${Math.round((whole % 3600) / 60)}\u00a0min`;
}

// A score with half of its interval, as its metric is written.
function olScore(metric, mean, half) {
  const [scale, unit] = metric === "accuracy" ? [100, "\u00a0%"] : [1, ""];
  const text = metric === "accuracy" ? (scale * mean).toFixed(1) : mwNumber(mean);
  return half === null || half === undefined ? `${text}${unit}` : `${text} \u00b1 ${metric === "accuracy" ? (scale * half).toFixed(1) : mwNumber(half, 2)}${unit}`;
}

// Range of values for an axis, logarithmic where they span much and are all positive: {low, high, log}.
// `trim` leaves out that part of the highest, so that one spike does not flatten an hour.
function olRange(values, { log = false, trim = 0, zero = false } = {}) {
  const finite = values.flatMap((part) => Array.from(part)).filter(Number.isFinite).sort((a, b) => a - b);
  if (!finite.length) return { low: log ? 0.1 : 0, high: 1, log };
  const high = finite[Math.min(finite.length - 1, Math.floor((1 - trim) * finite.length))];
  const low = finite[0];
  const positive = finite.find((v) => v > 0) ?? 1e-6;
  if (high > 0 && (log || (low > 0 && high > MW_OL_LOG_FROM * low))) {
    const floor = Math.max(positive, high / 1e5);
    return { low: floor / 1.15, high: Math.max(high, floor * 1.5) * 1.15, log: true };
  }
  const [from, to] = [zero ? Math.min(0, low) : low, high];
  const margin = 0.05 * (to - from || Math.abs(to) || 1);
  return { low: zero && from === 0 ? 0 : from - margin, high: to + margin, log: false };
}
const MW_OL_LOG_FROM = 50;
