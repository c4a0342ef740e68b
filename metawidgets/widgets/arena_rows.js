// A row for each learner: a dot for each episode, the mean with its interval; beside it the paired differences.

const AR_ROW = 58;
const AR_HEAD = 8;
const AR_FOOT = 40;
const AR_DOT = 2.7;
const MW_ERRORS_LOG = 100;

// Dots of one row: each in the column nearest to its score, stacked from the row's floor. -> [{episode, u, level}]
function mwStacked(scores, x) {
  const columns = new Map();
  const width = 2 * AR_DOT + 0.6;
  const found = [];
  scores.forEach((score, episode) => {
    if (!Number.isFinite(score)) return;
    const column = Math.round(x(score) / width);
    const level = columns.get(column) ?? 0;
    columns.set(column, level + 1);
    found.push({ episode, u: column * width, level });
  });
  return { dots: found, highest: Math.max(1, ...columns.values()) };
}

// mwArenaDots({words, onPoint, onOpen, label, signal}) -> {node, fit(width, side), show(state)}
// state: {rows: [{name, rival, scores, interval}], theme, cursor: {row, episode} | null, opened, sent: Set}
function mwArenaDots({ words, onPoint, onOpen, say, label, signal }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "ar-canvas", "aria-hidden": "true" });
  const node = mwEl("div", { class: "ar-plot", role: "application", "aria-roledescription": "dot plot", tabindex: 0, "aria-label": label }, canvas);
  let [width, side, state, placed, x] = [0, 0, null, [], null];
  const floor = (row) => AR_HEAD + (row + 1) * AR_ROW - 17;
  const domain = (rows) => {
    const values = rows.flatMap((row) => Array.from(row.scores)).filter((v) => Number.isFinite(v));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    if (words.percent) return [Math.max(0, Math.floor(10 * low - 0.01) / 10), 1];
    // Errors of very different size are told apart on a log scale only.
    if (low > 0 && high > MW_ERRORS_LOG * low) return [low / 1.3, 1.3 * high, true];
    return [0, high > 0 ? 1.05 * high : 1];
  };
  const paint = () => {
    if (!state || !width) return;
    const { rows, theme, cursor, opened, sent } = state;
    const height = AR_HEAD + rows.length * AR_ROW + AR_FOOT;
    resize(width, height);
    const box = { left: side + 8, right: width - 24, top: AR_HEAD, bottom: height - AR_FOOT };
    const [low, high, log = false] = domain(rows);
    x = mwScale([low, high], [box.left + 4, box.right - 4], log);
    const ticks = log ? mwLogTicks(low, high, (box.right - box.left) / 60) : mwTicks(low, high, Math.max(2, (box.right - box.left) / 70)).map(([v, text]) => [v, words.percent ? `${Math.round(100 * v)}\u00a0%` : text]);
    ctx.strokeStyle = theme.grid;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (const [v] of ticks) { const u = Math.round(x(v)) + 0.5; ctx.moveTo(u, box.top); ctx.lineTo(u, box.bottom); }
    ctx.stroke();
    mwDrawAxes(ctx, { box, x, y: () => 0, xTicks: ticks, yTicks: [], xLabel: `${words.name} on an episode${words.percent ? "" : ` (less is better${log ? "; log scale" : ""})`}`, theme });
    placed = rows.map((row, r) => {
      const { dots, highest } = mwStacked(row.scores, x);
      const rise = Math.min(2 * AR_DOT + 0.4, (AR_ROW - 24) / Math.max(1, highest - 1));
      return dots.map((dot) => ({ ...dot, v: floor(r) - 4 - dot.level * rise }));
    });
    // The same episode in every row, joined: that is what pairing means.
    const shown = cursor?.episode ?? (opened >= 0 ? opened : -1);
    const track = placed.map((dots) => dots.find((dot) => dot.episode === shown)).filter(Boolean);
    if (track.length > 1) {
      ctx.strokeStyle = theme.muted;
      ctx.lineWidth = 1;
      mwDrawLine(ctx, track.length, (i) => track[i].u, (i) => track[i].v);
    }
    rows.forEach((row, r) => {
      const look = mwRivalLook(row.rival, theme);
      ctx.globalAlpha = 0.62;
      for (const dot of placed[r]) {
        ctx.fillStyle = ctx.strokeStyle = look.colour;
        ctx.lineWidth = 1;
        mwDotMark(ctx, dot.u, dot.v, sent(dot.episode) ? AR_DOT : AR_DOT - 0.6, sent(dot.episode));
      }
      ctx.globalAlpha = 1;
      if (row.interval) {
        const v = floor(r) + 8;
        ctx.strokeStyle = look.colour;
        if (Number.isFinite(row.interval.half)) {
          ctx.lineWidth = 3;
          mwDrawLine(ctx, 2, (i) => [x(Math.max(low, row.interval.low)), x(Math.min(high, row.interval.high))][i], () => v);
        }
        mwRivalMark(ctx, look, x(row.interval.mean), v, 5, {});
      }
      if (side) {
        ctx.textAlign = "left";
        ctx.textBaseline = "middle";
        ctx.fillStyle = theme.fg;
        ctx.font = `600 12px ${theme.font}`;
        mwRivalMark(ctx, look, 8, floor(r) - 13, 5, {});
        ctx.fillStyle = theme.fg;
        ctx.fillText(mwShorten(ctx, row.name, side - 22), 20, floor(r) - 13);
        ctx.font = `12px ${theme.font}`;
        ctx.fillStyle = theme.muted;
        ctx.fillText(words.mean(row.interval), 20, floor(r) + 3);
      }
    });
    for (const dot of track) {
      ctx.strokeStyle = theme.fg;
      ctx.lineWidth = 1.5;
      mwDotMark(ctx, dot.u, dot.v, AR_DOT + 2.2, false);
    }
    if (cursor && document.activeElement === node) {
      const dot = placed[cursor.row]?.find((d) => d.episode === cursor.episode);
      if (dot) { ctx.strokeStyle = theme.focus; ctx.lineWidth = 2; mwDotMark(ctx, dot.u, dot.v, AR_DOT + 4.5, false); }
    }
  };
  const nearest = (event) => {
    const box = canvas.getBoundingClientRect();
    const [u, v] = [event.clientX - box.left, event.clientY - box.top];
    let [best, least] = [null, 12 ** 2];
    placed.forEach((dots, row) => dots.forEach((dot) => {
      const far = (dot.u - u) ** 2 + (dot.v - v) ** 2;
      if (far < least) { least = far; best = { row, episode: dot.episode }; }
    }));
    return best;
  };
  canvas.addEventListener("pointermove", (event) => {
    const found = nearest(event);
    canvas.style.cursor = found ? "pointer" : "";
    onPoint(found);
  });
  canvas.addEventListener("pointerleave", () => onPoint(null));
  canvas.addEventListener("click", (event) => { const found = nearest(event); if (found) onOpen(found); });
  // Keys may come faster than frames: the next one starts from where this one went.
  const go = (found) => { state.cursor = found; onPoint(found, true); };
  const here = () => state?.cursor ?? { row: 0, episode: -1 };
  const along = (to) => {
    const { row, episode } = here();
    const order = (placed[row] ?? []).slice().sort((a, b) => a.u - b.u || a.level - b.level).map((d) => d.episode);
    if (!order.length) return;
    const at = order.indexOf(episode);
    const next = to === "first" ? 0 : to === "last" ? order.length - 1 : at < 0 ? (to > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + to));
    go({ row, episode: order[next] });
  };
  const across = (by) => {
    const { row, episode } = here();
    for (let r = row + by; r >= 0 && r < placed.length; r += by) {
      if (placed[r].some((dot) => dot.episode === episode)) return go({ row: r, episode });
    }
    return say();
  };
  mwKeys(node, {
    ArrowLeft: () => along(-1), ArrowRight: () => along(1), ArrowUp: () => across(-1), ArrowDown: () => across(1),
    PageUp: () => along(-10), PageDown: () => along(10), Home: () => along("first"), End: () => along("last"),
    Enter: () => { if (state?.cursor) onOpen(state.cursor); }, " ": () => { if (state?.cursor) onOpen(state.cursor); },
    Escape: () => { if (state) go(null); },
  });
  node.addEventListener("focus", paint, { signal });
  node.addEventListener("blur", paint, { signal });
  return { node, fit: (w, s) => { width = w; side = s; paint(); }, show: (next) => { state = next; paint(); } };
}

// mwArenaDifferences({words}) -> {node, fit(width, side), show({rows, reference, theme})}; rows carry .difference or null.
function mwArenaDifferences({ words }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "ar-canvas", "aria-hidden": "true" });
  let [width, side, state] = [0, 0, null];
  const paint = () => {
    if (!state || !width) return;
    const { rows, reference, theme } = state;
    const height = AR_HEAD + rows.length * AR_ROW + AR_FOOT;
    resize(width, height);
    const box = { left: side + 8, right: width - 24, top: AR_HEAD, bottom: height - AR_FOOT };
    const ends = rows.flatMap(({ difference: d }) => (d ? [d.mean, d.low, d.high] : [])).filter((v) => Number.isFinite(v));
    let [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
    if (low === high) [low, high] = words.percent ? [-0.05, 0.05] : [-1, 1];
    const pad = 0.06 * (high - low);
    const x = mwScale([low - pad, high + pad], [box.left, box.right]);
    const ticks = mwTicks(low - pad, high + pad, Math.max(2, (box.right - box.left) / 64)).map(([v, text]) => [v, `${v > 1e-9 ? "+" : ""}${words.percent ? String(Number((100 * v).toPrecision(4))).replace("-", "\u2212") : text}`]);
    ctx.strokeStyle = theme.grid;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (const [v] of ticks) { const u = Math.round(x(v)) + 0.5; ctx.moveTo(u, box.top); ctx.lineTo(u, box.bottom); }
    ctx.stroke();
    const name = reference.length > 22 ? `${reference.slice(0, 20)}\u2026` : reference;
    mwDrawAxes(ctx, { box, x, y: () => 0, xTicks: ticks, yTicks: [], xLabel: `${words.percent ? "Points" : "Error"} more than ${name}, paired`, theme });
    ctx.strokeStyle = theme.fg;
    mwDrawLine(ctx, 2, () => Math.round(x(0)) + 0.5, (i) => [box.top, box.bottom][i]);
    rows.forEach((row, r) => {
      const look = mwRivalLook(row.rival, theme);
      const v = AR_HEAD + (r + 0.5) * AR_ROW;
      if (side) {
        mwRivalMark(ctx, look, 8, v, 5, {});
        ctx.textAlign = "left";
        ctx.textBaseline = "middle";
        ctx.fillStyle = theme.fg;
        ctx.font = `600 12px ${theme.font}`;
        ctx.fillText(mwShorten(ctx, row.name, side - 22), 20, v);
      }
      ctx.font = `11px ${theme.font}`;
      ctx.textBaseline = "middle";
      const d = row.difference;
      if (!d) {
        ctx.fillStyle = theme.muted;
        const near = x(0) - box.left > (box.right - box.left) / 2;
        ctx.textAlign = near ? "right" : "left";
        ctx.fillText(row.name === reference ? "the reference" : "no episode in common", x(0) + (near ? -8 : 8), v);
        return;
      }
      ctx.strokeStyle = look.colour;
      if (Number.isFinite(d.half)) {
        ctx.lineWidth = 2.5;
        mwDrawLine(ctx, 2, (i) => [x(d.low), x(d.high)][i], () => v);
        ctx.lineWidth = 1.5;
        for (const end of [d.low, d.high]) mwDrawLine(ctx, 2, () => x(end), (i) => v + [-4, 4][i]);
      }
      mwRivalMark(ctx, look, x(d.mean), v, 5.5, d.clear ? {} : { hollow: theme.bg });
    });
  };
  return { node: canvas, fit: (w, s) => { width = w; side = s; paint(); }, show: (next) => { state = next; paint(); } };
}
