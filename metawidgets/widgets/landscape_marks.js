// What is drawn over contours: paths of tasks, the initialisation, meta-gradients as arrows, and labels that keep out of each other's way.

const LL_METHODS = {
  second_order: ["second order (MAML)", []], first_order: ["first order", [7, 3]], reptile: ["Reptile", [2, 2.5]], implicit: ["implicit", [9, 3, 2, 3]],
  anil: ["ANIL", [9, 2, 2, 2, 2, 2]],
};
const LL_GRIP = 11; // radius that the initialisation's mark keeps for itself
const llMethod = (name) => LL_METHODS[name] ?? [name, [4, 4]];

// Labels find a free place: boxes are what is taken, try() the first offset at which a text of that width is free within `box`.
function mwLabelRoom(box) {
  const taken = [];
  const free = (l, t, r, b) => l >= box.left && r <= box.right && t >= box.top && b <= box.bottom
    && taken.every(([tl, tt, tr, tb]) => r <= tl || l >= tr || b <= tt || t >= tb);
  const take = (l, t, r, b) => taken.push([l, t, r, b]);
  return {
    take,
    dot: (x, y, r) => take(x - r, y - r, x + r, y + r),
    // A line through points, every few pixels of it.
    way(points) {
      points.slice(1).forEach(([x, y], i) => {
        const [u, v] = points[i];
        const pieces = Math.min(200, Math.max(1, Math.ceil(Math.hypot(x - u, y - v) / 8)));
        for (let j = 1; j <= pieces && Number.isFinite(pieces); j++) take(u + ((x - u) * j) / pieces - 4, v + ((y - v) * j) / pieces - 4, u + ((x - u) * j) / pieces + 4, v + ((y - v) * j) / pieces + 4);
      });
    },
    try(width, height, places) {
      for (const [x, y] of places) {
        const [l, t] = [x - width / 2, y - height / 2];
        if (!free(l, t, l + width, t + height)) continue;
        take(l, t, l + width, t + height);
        return [x, y];
      }
      return null;
    },
  };
}

// Text with a rim of paper, so that it reads on lines and bands.
function mwRimmedText(ctx, text, x, y, colour, theme, size = 11, weight = 400) {
  ctx.font = `${weight} ${size}px ${theme.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.strokeStyle = theme.bg;
  ctx.lineWidth = 3.5;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

// Where a label of this width may stand beside (x, y): right, left, above, below, and corners.
const llAround = (x, y, width, gap = 10) => {
  const w = width / 2;
  return [[x + gap + w, y], [x - gap - w, y], [x, y - gap - 6], [x, y + gap + 6], [x + gap + w, y - 13], [x + gap + w, y + 13], [x - gap - w, y - 13], [x - gap - w, y + 13],
    [x + gap + w, y - 27], [x + gap + w, y + 27], [x - gap - w, y + 27], [x - gap - w, y - 27], [x, y - 42], [x, y + 42], [x, y - 58], [x, y + 58]];
};

// points: [[x, y], ...] in pixels, not finite ones left out; up to `step` in full, the rest faint. style "stale" is a path that no
// longer holds, "home" the one from the learner's own initialisation.
function mwTaskPath(ctx, points, { k, step, theme, main, style = "" }) {
  const colour = mwCss(mwClassRgb(k, theme));
  const known = points.map((p, t) => [...p, t]).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const line = (part) => mwDrawLine(ctx, part.length, (i) => part[i][0], (i) => part[i][1]);
  ctx.save();
  ctx.lineJoin = "round";
  if (style === "home") {
    ctx.globalAlpha = 0.75;
    ctx.setLineDash([3, 3]);
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.5;
    line(known);
    ctx.setLineDash([]);
    const [x, y] = known.at(-1) ?? [];
    ctx.fillStyle = theme.bg;
    if (known.length > 1) { mwShapePath(ctx, k, x, y, 4); ctx.fill(); ctx.stroke(); }
    ctx.restore();
    return;
  }
  ctx.globalAlpha = style === "stale" ? 0.3 : 1;
  ctx.strokeStyle = theme.bg;
  ctx.lineWidth = main ? 5.5 : 4;
  line(known);
  ctx.strokeStyle = colour;
  ctx.lineWidth = main ? 2.75 : 1.6;
  ctx.globalAlpha *= 0.4;
  line(known);
  ctx.globalAlpha /= 0.4;
  line(known.filter(([, , t]) => t <= step));
  for (const [x, y, t] of known) {
    if (t === 0) continue;
    const here = t === Math.min(step, points.length - 1);
    ctx.fillStyle = t <= step ? colour : theme.bg;
    ctx.strokeStyle = t <= step ? theme.bg : colour;
    ctx.lineWidth = 1.25;
    mwShapePath(ctx, k, x, y, here ? (main ? 7 : 5) : main ? 3.75 : 3);
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

// A ring as wide as the state's distance from the plane: it is somewhere on a sphere of which this is the equator.
function mwOffRing(ctx, x, y, radius, k, theme) {
  if (!(radius > 8) || !Number.isFinite(x + y)) return;
  ctx.save();
  ctx.strokeStyle = mwCss(mwClassRgb(k, theme));
  ctx.lineWidth = 1.25;
  ctx.setLineDash([2, 3]);
  mwDotMark(ctx, x, y, radius, false);
  ctx.restore();
}

// arrows: [{name, way: [dx, dy], share}] in the plane's coordinates. They begin at the rim of the initialisation's mark; the
// largest share is `longest` pixels long, and the smallest still has a head, since its direction counts too.
function mwArrowShapes([x, y], arrows, longest) {
  const most = Math.max(...arrows.map((a) => a.share).filter(Number.isFinite));
  return arrows.map(({ name, way, share }) => {
    const norm = Math.hypot(...way);
    const length = Math.max(7, (longest * share) / most);
    const [u, v] = [way[0] / norm, -way[1] / norm];
    const from = [x + LL_GRIP * u, y + LL_GRIP * v];
    return norm > 0 && share > 0 ? { name, u, v, length, from, tip: [from[0] + u * length, from[1] + v * length] } : null;
  }).filter(Boolean);
}

function mwGradientArrows(ctx, shapes, { theme, room, faint }) {
  ctx.save();
  ctx.globalAlpha = faint ? 0.3 : 1;
  for (const rim of [true, false]) for (const { name, u, v, length, from } of shapes) {
    ctx.strokeStyle = ctx.fillStyle = rim ? theme.bg : theme.fg;
    ctx.lineWidth = rim ? 4.5 : 1.75;
    ctx.setLineDash(rim ? [] : llMethod(name)[1]);
    mwArrow(ctx, ...from, u, v, length);
  }
  ctx.restore();
  if (faint) return;
  for (const { name, u, v, tip } of shapes) {
    const text = llMethod(name)[0].replace(" (MAML)", "");
    ctx.font = `11px ${theme.font}`;
    const width = ctx.measureText(text).width + 4;
    const beyond = [tip[0] + u * (10 + (width / 2) * Math.abs(u)), tip[1] + v * 12];
    const place = room.try(width, 13, [beyond, ...llAround(...tip, width, 7)]);
    if (place) mwRimmedText(ctx, text, ...place, theme.fg, theme);
  }
}

function mwArrow(ctx, x, y, u, v, length) {
  const head = Math.min(8, length);
  const [tx, ty] = [x + u * length, y + v * length];
  mwDrawLine(ctx, 2, (i) => [x, tx - u * head * 0.6][i], (i) => [y, ty - v * head * 0.6][i]);
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(tx, ty);
  ctx.lineTo(tx - head * (u + 0.45 * v), ty - head * (v - 0.45 * u));
  ctx.lineTo(tx - head * (u - 0.45 * v), ty - head * (v + 0.45 * u));
  ctx.closePath();
  ctx.fill();
}

// The learner's own initialisation, when another is looked at.
function mwHomeMark(ctx, x, y, theme) {
  ctx.lineWidth = 1.5;
  ctx.fillStyle = theme.bg;
  ctx.strokeStyle = theme.muted;
  mwDotMark(ctx, x, y, 4.5);
  mwDotMark(ctx, x, y, 4.5, false);
}

// Each level once, on its longest line, where there is room and as far from the edge as it goes.
function mwContourLabels(ctx, lines, px, { room, theme, style = "" }) {
  for (const [level, all] of lines) {
    const longest = all.reduce((a, b) => (b.length > a.length ? b : a), []);
    if (longest.length < 6) continue;
    const text = mwLevelText(level);
    ctx.font = `10px ${theme.font}`;
    const width = ctx.measureText(text).width + 6;
    const places = [0.5, 0.35, 0.65, 0.2, 0.8, 0.42, 0.58, 0.27, 0.73, 0.12, 0.88].map((part) => px(longest[Math.round(part * (longest.length - 1))]));
    const place = room.try(width, 13, places);
    if (place) mwRimmedText(ctx, text, ...place, theme.fg, theme, 10, style ? `${style} 400` : 400);
  }
}
const mwLevelText = (level) => (level !== 0 && (Math.abs(level) < 1e-3 || Math.abs(level) >= 1e5) ? mwNumber(level, 2) : String(level).replace("-", "\u2212"));
