// A pad to draw an example of one's own: mouse, finger, pen, or keys; smoothed, and seen at once as the item that it becomes.

const MWB_PAD = 224; // units of the pad, whatever its size on the screen

// Strokes as one smooth path: each point is the handle of a curve between the middles of its neighbours.
function mwbTrace(ctx, strokes, width) {
  ctx.lineCap = ctx.lineJoin = "round";
  for (const points of strokes) {
    const pressed = (p) => width * (0.6 + 0.8 * p[2]);
    for (let i = 0; i < Math.max(1, points.length - 1); i++) {
      const [a, b, c] = [points[Math.max(0, i - 1)], points[i], points[Math.min(points.length - 1, i + 1)]];
      const from = i ? [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] : b;
      const last = i >= points.length - 2;
      const to = last ? c : [(b[0] + c[0]) / 2, (b[1] + c[1]) / 2];
      ctx.lineWidth = pressed(b);
      ctx.beginPath();
      ctx.moveTo(...from.slice(0, 2));
      ctx.quadraticCurveTo(b[0], b[1], to[0], to[1] + (points.length === 1 ? 0.01 : 0));
      ctx.stroke();
    }
  }
}

// Strokes to an ink map of height x width bytes: 0 paper, 255 ink. The drawing is brought to the middle of the page; each pixel is the
// share of it that ink covers, as in the data sets' own images.
function mwbRaster(strokes, height, width, { thickness, centre }) {
  const fine = 8;
  const canvas = Object.assign(document.createElement("canvas"), { width: width * fine, height: height * fine });
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  const points = strokes.flat();
  const out = new Uint8Array(height * width);
  if (!points.length) return out;
  const scale = (Math.min(width, height) * fine) / MWB_PAD;
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2;
  const shift = centre ? [MWB_PAD / 2 - middle(xs), MWB_PAD / 2 - middle(ys)] : [0, 0];
  ctx.translate(((width - Math.min(width, height)) * fine) / 2, ((height - Math.min(width, height)) * fine) / 2);
  ctx.scale(scale, scale);
  ctx.translate(...shift);
  mwbTrace(ctx, strokes, thickness);
  const pixels = ctx.getImageData(0, 0, canvas.width, canvas.height).data;
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let v = 0; v < fine; v++) for (let u = 0; u < fine; u++) sum += pixels[4 * (((Math.floor(i / width) * fine + v) * canvas.width) + (i % width) * fine + u) + 3];
    out[i] = Math.round(sum / (fine * fine));
  }
  return out;
}

// mwbPad({store, python, target, theme}) -> {node, paint(), clear()}; target() -> {key, side}
function mwbPad({ store, python, target, theme }) {
  const { canvas, ctx, resize } = mwCanvas({ class: "eb-pad", tabindex: 0, role: "img" });
  canvas.setAttribute("aria-label", "Drawing pad. Draw with mouse, finger or pen; or move the cross with the arrow keys, and put the pen down or up with space.");
  const preview = mwEl("div", { class: "eb-preview", "aria-hidden": "true" });
  let [strokes, drawing, pen, down, thickness, centre] = [[], null, [MWB_PAD / 2, MWB_PAD / 2], false, 11, true];
  const size = 196;
  resize(size, size);
  const shape = () => store.doc().shape;
  const image = () => mwbRaster(strokes, shape()[1], shape()[2], { thickness, centre });
  function paint() {
    const look = theme();
    ctx.clearRect(0, 0, size, size);
    ctx.save();
    ctx.scale(size / MWB_PAD, size / MWB_PAD);
    ctx.strokeStyle = look.grid;
    ctx.lineWidth = 1;
    ctx.strokeRect(MWB_PAD * 0.14, MWB_PAD * 0.14, MWB_PAD * 0.72, MWB_PAD * 0.72);
    ctx.strokeStyle = look.fg;
    mwbTrace(ctx, strokes, thickness);
    if (document.activeElement === canvas && canvas.matches(":focus-visible")) {
      ctx.strokeStyle = look.accent;
      ctx.lineWidth = down ? 4 : 2;
      ctx.beginPath();
      ctx.moveTo(pen[0] - 9, pen[1]); ctx.lineTo(pen[0] + 9, pen[1]);
      ctx.moveTo(pen[0], pen[1] - 9); ctx.lineTo(pen[0], pen[1] + 9);
      ctx.stroke();
    }
    ctx.restore();
    if (shape().length === 3) preview.replaceChildren(mwImageCanvas({ data: image(), shape: [1, shape()[1], shape()[2]] }, look.fg));
    const empty = strokes.length === 0;
    [back, clear].forEach((button) => { mwDisable(button, empty); });
    if (python.can("draw")) mwDisable(add, empty || !store.doc().classes.length);
  }
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const at = [event.clientX - box.left, event.clientY - box.top].map((v, i) => Math.min(MWB_PAD, Math.max(0, (v * MWB_PAD) / (i ? box.height : box.width))));
    return [...at, event.pointerType === "pen" ? event.pressure : 0.5];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || drawing || strokes.length > 200) return;
    drawing = event.pointerId;
    down = false;
    try { canvas.setPointerCapture(event.pointerId); } catch { /* the pointer is gone already */ }
    strokes.push([place(event)]);
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawing) return;
    const stroke = strokes.at(-1);
    for (const each of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) {
      const p = place(each);
      if (stroke && stroke.length < 2000 && Math.hypot(p[0] - stroke.at(-1)[0], p[1] - stroke.at(-1)[1]) > 2.5) stroke.push(p);
    }
    paint();
  });
  for (const type of ["pointerup", "pointercancel"]) canvas.addEventListener(type, (event) => { if (event.pointerId === drawing) drawing = null; });
  const step = (dx, dy) => () => {
    pen = [pen[0] + dx, pen[1] + dy].map((v) => Math.min(MWB_PAD, Math.max(0, v)));
    if (down && strokes.at(-1).length < 2000) strokes.at(-1).push([...pen, 0.5]);
    paint();
  };
  const far = MWB_PAD / 28;
  mwKeys(canvas, {
    ArrowLeft: step(-far, 0), ArrowRight: step(far, 0), ArrowUp: step(0, -far), ArrowDown: step(0, far),
    " ": () => { down = !down; if (down) strokes.push([[...pen, 0.5]]); paint(); mwAnnounce(canvas, down ? "Pen down." : "Pen up."); },
    Backspace: () => undo(), Enter: () => { if (!add.disabled) add.click(); },
  });
  canvas.addEventListener("focus", () => paint());
  canvas.addEventListener("blur", () => { down = false; paint(); });
  const undo = () => { strokes.pop(); down = false; paint(); };
  const back = mwButton({ text: "Undo stroke", onclick: undo });
  const clear = mwButton({ text: "Clear", onclick: () => { strokes = []; down = false; paint(); canvas.focus(); } });
  const add = mwButton({ text: "Add the drawing", onclick: async () => {
    const { key, side } = target();
    if (await store.ask("draw", { key, side }, { buffers: [image().buffer] })) { strokes = []; down = false; canvas.focus(); paint(); }
  } });
  add.classList.add("eb-primary");
  python.bind(add, "draw", "Adding a drawing");
  const width = mwRange({ label: "Pen", value: 11, min: 5, max: 30, stops: 25, format: (v) => `${(v / 8).toFixed(1)} px`, oninput: (v) => { thickness = v; paint(); } });
  const middle = mwCheck({ label: "Bring to the middle", value: true, onchange: (on) => { centre = on; paint(); } });
  const node = mwEl("div", { class: "eb-pad-box" }, canvas,
    mwEl("div", { class: "eb-pad-side" }, mwEl("div", { class: "eb-seen" }, preview, mwEl("span", {}, "as the learner sees it")), width.node, middle.node,
      mwEl("div", { class: "eb-pad-buttons" }, add, back, clear)));
  return { node, paint, clear: () => { strokes = []; paint(); } };
}
