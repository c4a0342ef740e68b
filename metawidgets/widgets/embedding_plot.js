// The map itself: borders, trails, items and prototypes on one canvas, with its own pointer, wheel and keys.

// emPlot({space, arrays, config, names, signal, on}) -> {node, canvas, fit(width), paint(state), layout(...), nearestItem(...), ...}
// on: {hover(i), pick(i), chosen(indices), moved()}. places(step) gives {items, prototypes}: flat [x, y] arrays of the layout shown.
function emPlot({ space, arrays, config, names, on }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "em-canvas", "aria-hidden": "true" });
  const node = mwEl("div", {
    class: "em-plot", tabindex: 0, role: "application", "aria-roledescription": "map",
    "aria-label": `Map of ${space.n} items. Arrow keys move to the next item in their direction, Enter pins it, Space chooses it, plus and minus zoom, 0 shows all, Shift and arrows move the map, Escape lets go.`,
  }, canvas);
  const camera = emCamera();
  const images = arrays.x?.shape.length === 4 ? arrays.x : null;
  const order = Array.from({ length: space.n }, (_, i) => i).sort((a, b) => space.isSupport(b) - space.isSupport(a) || emScatter(a) - emScatter(b));
  const sides = config.has_sides;
  let [width, height] = [0, 0];
  let atlas = null;
  let stamps = null;
  let look = "";
  let room = null;
  let roomKey = "";
  let state = null;
  let loop = null; // the outline being drawn, in pixels
  let drawn = { size: 0, images: new Uint8Array(0) };

  const imageSize = () => {
    const base = Math.min(34, Math.max(17, Math.sqrt((width * height) / (1.6 * space.n))));
    return Math.round(Math.min(112, base * Math.max(1, camera.zoom) ** 0.55));
  };

  function prepare(theme) {
    if (look === theme.fg + theme.bg) return;
    look = theme.fg + theme.bg;
    stamps = emStamps(theme, space.n > 500 ? 3.2 : space.n > 150 ? 4 : 5);
    atlas = images && emAtlas(images, theme.fg);
  }

  function paint(next) {
    state = next ?? state;
    if (!width || !state) return;
    const { theme, items, prototypes, planes } = state;
    prepare(theme);
    ctx.clearRect(0, 0, width, height);
    if (planes) paintRegions(planes, theme);
    if (state.trails) paintTrails(theme);
    paintItems(items, theme);
    if (prototypes) paintPrototypes(prototypes, theme);
    paintFocus(theme);
    paintAxes(theme);
    if (loop) paintLoop(theme);
  }

  function paintRegions(planes, theme) {
    const regions = emRegions(planes, space.way, camera.frame);
    for (const { k, points } of regions) {
      ctx.beginPath();
      points.forEach(([x, y], i) => (i ? ctx.lineTo(camera.u(x), camera.v(y)) : ctx.moveTo(camera.u(x), camera.v(y))));
      ctx.closePath();
      ctx.fillStyle = mwCss(mwClassRgb(k, theme), mwIsDark(theme) ? 0.13 : 0.09);
      ctx.fill();
      ctx.strokeStyle = mwCss(mwRgb(theme.fg), 0.35);
      ctx.lineWidth = 0.75;
      ctx.stroke();
    }
  }

  function paintTrails(theme) {
    ctx.lineWidth = 1.25;
    for (let k = 0; k < space.way; k++) {
      ctx.strokeStyle = mwCss(mwClassRgb(k, theme), 0.6);
      mwDrawLine(ctx, state.step + 1, (t) => camera.u(state.trails[2 * (t * space.way + k)]), (t) => camera.v(state.trails[2 * (t * space.way + k) + 1]));
    }
  }

  const kindOf = (i) => (!sides ? "support" : !space.isSupport(i) ? "query" : space.absorbed(state.step, i) ? "support" : "pale");
  const isWrong = (i) => state.nearest[i] >= 0 && !(sides && space.isSupport(i)) && state.nearest[i] !== space.labels[i];

  function paintItems(items, theme) {
    const size = imageSize();
    const pictures = images && state.marks !== "dots";
    const key = `${state.layoutKey} ${size} ${camera.scale.toPrecision(6)} ${state.marks}`;
    if (pictures && key !== roomKey) {
      roomKey = key;
      room = state.marks === "images" ? new Uint8Array(space.n).fill(1) : emRoom(items, order, camera.scale, size + 3);
    }
    drawn = { size: pictures ? size : 0, images: pictures ? room : new Uint8Array(space.n) };
    const inSight = (i) => {
      const [u, v] = [camera.u(items[2 * i]), camera.v(items[2 * i + 1])];
      return u > -size && v > -size && u < width + size && v < height + size;
    };
    const dim = (i) => (state.chosen.size && !state.chosen.has(i) ? 0.22 : 1);
    const seen = order.filter(inSight).reverse(); // the first in order last, on top
    ctx.strokeStyle = theme.bad;
    for (const i of seen) {
      if (drawn.images[i]) continue;
      const [u, v] = [camera.u(items[2 * i]), camera.v(items[2 * i + 1])];
      ctx.globalAlpha = dim(i);
      stamps.stamp(ctx, space.labels[i], kindOf(i), u, v);
      if (isWrong(i)) { ctx.lineWidth = 1.75; mwCrossMark(ctx, u, v, space.n > 500 ? 3.5 : 4.5); }
    }
    if (pictures) {
      const paper = mwCss(mwRgb(theme.bg), 0.93);
      ctx.imageSmoothingEnabled = true;
      ctx.imageSmoothingQuality = size > 40 ? "high" : "low";
      for (const i of seen) if (drawn.images[i]) paintPicture(i, camera.u(items[2 * i]), camera.v(items[2 * i + 1]), size, dim(i), paper, theme);
    }
    ctx.globalAlpha = 1;
  }

  // An image in a frame of its class's colour, thick for support, with the class's shape at its corner and a cross where it is wrong.
  function paintPicture(i, u, v, size, alpha, paper, theme) {
    const kind = kindOf(i);
    const colour = mwCss(mwClassRgb(space.labels[i], theme));
    const [x, y] = [Math.round(u - size / 2), Math.round(v - size / 2)];
    ctx.globalAlpha = alpha * (kind === "pale" ? 0.4 : 1);
    ctx.fillStyle = paper;
    ctx.fillRect(x, y, size, size);
    atlas.draw(ctx, i, x + 1, y + 1, size - 2);
    ctx.strokeStyle = colour;
    ctx.lineWidth = sides && kind !== "query" ? 2.5 : 1.25;
    ctx.strokeRect(x, y, size, size);
    if (size >= 20) {
      ctx.fillStyle = colour;
      mwShapePath(ctx, space.labels[i], x, y, size > 40 ? 4.5 : 3.5);
      ctx.fill();
      ctx.strokeStyle = theme.bg;
      ctx.lineWidth = 0.75;
      ctx.stroke();
    }
    if (isWrong(i)) {
      ctx.strokeStyle = theme.bad;
      ctx.lineWidth = 2;
      mwCrossMark(ctx, x + size, y + size, size > 40 ? 5 : 3.5);
    }
  }

  function paintPrototypes(prototypes, theme) {
    const taken = []; // boxes of the names written, so that none covers another
    ctx.font = `600 11px ${theme.font}`;
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    for (let k = 0; k < space.way; k++) {
      const [u, v] = [camera.u(prototypes[2 * k]), camera.v(prototypes[2 * k + 1])];
      if (!Number.isFinite(u) || u < -20 || v < -20 || u > width + 20 || v > height + 20) continue;
      emCross(ctx, u, v, mwCss(mwClassRgb(k, theme)), theme.bg, space.way > 20 ? 4 : 6);
      const text = mwShorten(ctx, names[k], 120);
      const wide = ctx.measureText(text).width;
      const left = u + 11 + wide > width ? u - 11 - wide : u + 11;
      const box = [left, v - 7, left + wide, v + 7];
      if (space.way > 20 && camera.zoom < 2 || taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) continue;
      taken.push(box);
      ctx.strokeStyle = theme.bg;
      ctx.lineWidth = 3.5;
      ctx.lineJoin = "round";
      ctx.strokeText(text, left, v);
      ctx.fillStyle = theme.fg;
      ctx.fillText(text, left, v);
      ctx.lineJoin = "miter";
    }
  }

  function ring(i, theme, wide) {
    const [u, v] = [camera.u(state.items[2 * i]), camera.v(state.items[2 * i + 1])];
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = wide;
    if (drawn.images[i]) {
      const r = drawn.size / 2 + 4;
      ctx.strokeRect(u - r, v - r, 2 * r, 2 * r);
    } else mwDotMark(ctx, u, v, 9, false);
  }

  // The item shown in detail: on top, whole, with lines to its nearest neighbours and its nearest prototype in the space.
  function paintFocus(theme) {
    const i = state.current;
    if (i < 0 || !Number.isFinite(state.items[2 * i])) return;
    const [u, v] = [camera.u(state.items[2 * i]), camera.v(state.items[2 * i + 1])];
    const line = (x, y) => { ctx.beginPath(); ctx.moveTo(u, v); ctx.lineTo(camera.u(x), camera.v(y)); ctx.stroke(); };
    ctx.strokeStyle = mwCss(mwRgb(theme.fg), 0.55);
    ctx.lineWidth = 1;
    for (const j of state.neighbours) line(state.items[2 * j], state.items[2 * j + 1]);
    const k = state.nearest[i];
    if (k >= 0 && state.prototypes && Number.isFinite(state.prototypes[2 * k])) {
      ctx.setLineDash([4, 3]);
      line(state.prototypes[2 * k], state.prototypes[2 * k + 1]);
      ctx.setLineDash([]);
    }
    if (images && state.marks !== "dots") {
      const size = Math.max(drawn.size, 34);
      paintPicture(i, u, v, size, 1, theme.bg, theme);
      drawn = { ...drawn };
      ctx.strokeStyle = theme.fg;
      ctx.lineWidth = state.pinned ? 2.5 : 1.25;
      ctx.strokeRect(Math.round(u - size / 2) - 4, Math.round(v - size / 2) - 4, size + 8, size + 8);
    } else {
      stamps.stamp(ctx, space.labels[i], kindOf(i), u, v);
      ring(i, theme, state.pinned ? 2.5 : 1.25);
    }
  }

  function paintAxes(theme) {
    ctx.font = `11px ${theme.font}`;
    ctx.fillStyle = theme.muted;
    ctx.strokeStyle = theme.bg;
    ctx.lineWidth = 3;
    const write = (text, x, y) => { ctx.strokeText(text, x, y); ctx.fillText(text, x, y); };
    ctx.textAlign = "right";
    ctx.textBaseline = "bottom";
    write(state.axes[0], width - 8, height - 6);
    ctx.save();
    ctx.translate(8, 8);
    ctx.rotate(-Math.PI / 2);
    ctx.textAlign = "right";
    ctx.textBaseline = "top";
    write(state.axes[1], 0, 0);
    ctx.restore();
  }

  function paintLoop(theme) {
    ctx.beginPath();
    loop.forEach(([u, v], i) => (i ? ctx.lineTo(u, v) : ctx.moveTo(u, v)));
    ctx.closePath();
    ctx.fillStyle = mwCss(mwRgb(theme.accent), 0.14);
    ctx.fill();
    ctx.strokeStyle = theme.accent;
    ctx.lineWidth = 1.75;
    ctx.stroke();
  }

  // -- who is there
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const hit = ([u, v]) => {
    if (!state) return -1;
    let [best, least] = [-1, 12];
    for (let i = 0; i < space.n; i++) {
      const [du, dv] = [Math.abs(camera.u(state.items[2 * i]) - u), Math.abs(camera.v(state.items[2 * i + 1]) - v)];
      const distance = drawn.images[i] && Math.max(du, dv) <= drawn.size / 2 ? Math.min(11.9, Math.hypot(du, dv)) : Math.hypot(du, dv);
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  };
  // The next item in a direction: near, and not far off to the side.
  const towards = (from, du, dv) => {
    return emTowards(state.items, space.n, from, du, dv, 0.5 / camera.scale);
  };
  const central = () => {
    let [best, least] = [-1, Infinity];
    for (let i = 0; i < space.n; i++) {
      const distance = Math.hypot(camera.u(state.items[2 * i]) - width / 2, camera.v(state.items[2 * i + 1]) - height / 2);
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  };
  emGestures({
    node, canvas, camera, at, hit, on,
    lassoing: on.lassoing,
    loop: (points) => { loop = points; on.paint(); },
    enclosed: (points) => {
      const polygon = points.map(([u, v]) => camera.place(u, v));
      return Array.from({ length: space.n }, (_, i) => i).filter((i) => emInside(polygon, state.items[2 * i], state.items[2 * i + 1]));
    },
  });
  const fit = (w) => {
    [width, height] = [w, Math.round(Math.min(560, Math.max(300, 0.74 * w)))];
    resize(width, height);
    camera.size(width, height);
    roomKey = "";
  };
  return { node, camera, fit, paint, towards, central, images, atlas: (theme) => { prepare(theme); return atlas; } };
}

// A fixed order that mixes the items, so that the images which find room first come from everywhere.
const emScatter = (i) => Math.imul(i + 1, 2654435761) >>> 0;
