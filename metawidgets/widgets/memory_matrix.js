// A matrix to point at and to walk over by keys: items above its columns, names beside its rows, one colour a cell.

// mvMatrix(of) -> {node, told, ctx, pointed(), paint(state), fit(width), layout()}. `of` says what it shows:
//   name, keys                     for readers of the screen, and further keys
//   shape() -> {rows, columns, gutter, tall, most, part, beside}: part of the width for columns, pixels beside them, rows as high as fit
//   item(c), pale(c), tick(c)      the support item above a column (-1: none), whether it stands back, what is printed below
//   cells(state) -> {key, place(r, c), kind}    the colours, 0 to 255 on the ramp `kind`; redrawn when the key changes
//   label(r, box, ctx)             draws what stands beside row r, or returns a text
//   more(ctx, layout)              draws over the matrix; layout has x, y(r), row, column, head, bottom
//   words(r, c), choose(r, c), hover(r, c), scrub(c); c is -1 beside the columns
function mvMatrix(of) {
  const { arrays, images, coloured, redraw, announce, name, keys = {}, walk = true } = of;
  const thumbs = images && mwThumbs(arrays.support_x);
  const labels = arrays.support_y.data;
  const { canvas, ctx, resize } = mwCanvas({ class: "mv-canvas", "aria-hidden": "true" });
  const board = mwEl("div", { class: "mv-board", tabindex: 0, role: "application", "aria-roledescription": "matrix", "aria-label": name }, canvas);
  const told = mwEl("p", { class: "mv-told" });
  const picture = mvPicture();
  let [layout, state, pointed, width] = [null, null, null, 0];
  let fitted = "";

  // A page holds several of these: only those in sight are drawn at every step, the others when they come there or are printed.
  let seen = true;
  const observer = new IntersectionObserver((entries) => { seen = entries.at(-1).isIntersecting; if (seen && state) paint(state); }, { rootMargin: "200px" });
  observer.observe(board);
  of.signal?.addEventListener("abort", () => observer.disconnect());

  function measure() {
    const shape = of.shape();
    const { rows, columns, gutter, tall, most, part = 1, beside = 0, gap = () => 0 } = shape;
    const room = (part * (width - gutter - beside - 6)) / columns;
    const column = room >= 4 ? Math.min(34, Math.floor(room)) : room; // whole pixels, where that leaves any
    const row = Math.max(rows > 200 ? 2 : 3, Math.min(most, Math.floor(tall / Math.max(1, rows))));
    const head = (images && column >= 11 ? Math.min(28, column) + 3 : coloured && column >= 7 ? 13 : 2) + (shape.titles ?? 0);
    const y = (r) => head + r * row + gap(r);
    const bottom = rows ? y(rows - 1) + row : head;
    return { ...shape, x: gutter, column, row, head, y, bottom, right: gutter + columns * column, width, height: bottom + 22 };
  }
  function drawColumns(theme) {
    const { x, column, head, columns, bottom, titles = 0 } = layout;
    const size = Math.min(28, column);
    for (let c = 0; c < columns; c++) {
      const item = of.item(c);
      if (item < 0 || head - titles < 12) continue;
      ctx.globalAlpha = of.pale(c) ? 0.3 : 1;
      if (images && column >= 11) thumbs.draw(ctx, item, x + c * column + (column - size) / 2, head - size - 2, size - 1, theme.fg, true);
      else {
        ctx.fillStyle = mwCss(mwClassRgb(labels[item], theme));
        mwShapePath(ctx, labels[item], x + (c + 0.5) * column, head - 7, 3.4);
        ctx.fill();
      }
    }
    ctx.globalAlpha = 1;
    ctx.fillStyle = theme.muted;
    ctx.textAlign = "center";
    for (const [c] of mwStepTicks(columns - 1, (columns * column) / 44)) ctx.fillText(of.tick(c), x + (c + 0.5) * column, bottom + 10);
  }
  function paint(next, now = seen || "mwPrint" in document.documentElement.dataset) {
    state = next;
    if (!width) return;
    const shape = of.shape();
    if (!now && fitted) {
      tell();
      return;
    }
    const key = `${width} ${shape.rows} ${shape.gutter} ${window.devicePixelRatio}`;
    if (key !== fitted) {
      [layout, fitted, pointed] = [measure(), key, null];
      resize(layout.width, layout.height);
    }
    const { theme } = state;
    const { x, row, column, columns, rows, y } = layout;
    ctx.clearRect(0, 0, layout.width, layout.height);
    ctx.font = `11px ${theme.font}`;
    ctx.textBaseline = "middle";
    ctx.imageSmoothingEnabled = false;
    const cells = of.cells(state);
    if (cells) {
      const ramp = mvRamp(cells.kind, theme).packed;
      const image = picture(`${cells.key} ${theme.bg}`, columns, rows, (pixels) => {
        for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) pixels[r * columns + c] = ramp[cells.place(r, c)];
      });
      if (layout.gap) for (let r = 0; r < rows; r++) ctx.drawImage(image, 0, r, columns, 1, x, y(r), columns * column, row - (row > 5 ? 1 : 0));
      else ctx.drawImage(image, x, layout.head, columns * column, rows * row);
    }
    drawColumns(theme);
    const every = [1, 2, 5, 10, 20, 50, 100, 200].find((m) => m * row >= (of.everyRow ? 1 : 12)) ?? 500;
    for (let r = 0; r < rows; r += every) {
      ctx.textAlign = "right";
      ctx.fillStyle = theme.muted;
      const text = of.label(r, { x, y: y(r), row }, ctx, state);
      if (text) ctx.fillText(mwShorten(ctx, text, x - 10), x - 7, y(r) + row / 2);
    }
    of.more?.(ctx, layout, state);
    if (pointed) {
      frameRow(pointed[0], theme.muted, 1);
      if (pointed[1] >= 0) frame(x + pointed[1] * column, y(pointed[0]), column, row, theme.fg, 1.5);
    }
    tell();
  }
  const tell = () => mwAfterDrawing(() => { told.textContent = of.words(...(pointed ?? [-1, -1]), state); });
  const frame = (left, top, across, down, colour, line) => {
    ctx.strokeStyle = colour;
    ctx.lineWidth = line;
    ctx.strokeRect(left - line / 2, top - line / 2, across + line, down + line);
  };
  const frameRow = (r, colour, line) => frame(layout.x, layout.y(r), layout.columns * layout.column, layout.row, colour, line);

  const hit = (event) => {
    if (!layout) return null;
    const box = canvas.getBoundingClientRect();
    const [u, v] = [event.clientX - box.left, event.clientY - box.top];
    let r = 0;
    while (r < layout.rows && v >= layout.y(r) + layout.row) r++;
    const c = Math.floor((u - layout.x) / layout.column);
    return r >= layout.rows || v < layout.y(r) || c < 0 ? null : [r, c < layout.columns ? c : -1];
  };
  const point = (found) => {
    if (String(found) === String(pointed)) return;
    pointed = found;
    of.hover?.(found);
    redraw();
  };
  canvas.addEventListener("pointermove", (event) => {
    point(hit(event));
    if (pointed && event.buttons && pointed[1] >= 0) of.scrub?.(pointed[1]);
  });
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener("click", (event) => { const found = hit(event); if (found) of.choose?.(...found); });
  const move = (down, right) => {
    paint(state, true); // the rows may just have been chosen anew, and the next frame not been drawn
    const { rows, columns } = layout;
    const [r, c] = pointed ?? [down > 0 ? -1 : 0, Math.max(0, of.start?.() ?? 0)];
    pointed = [Math.min(rows - 1, Math.max(0, r + down)), Math.min(columns - 1, Math.max(0, c + right))];
    paint(state, true);
    announce(told.textContent);
  };
  const walking = {
    ArrowUp: () => move(-1, 0), ArrowDown: () => move(1, 0), ArrowLeft: () => move(0, -1), ArrowRight: () => move(0, 1), PageUp: () => move(-10, 0), PageDown: () => move(10, 0),
    Home: () => move(0, -Infinity), End: () => move(0, Infinity),
    Enter: () => { if (pointed) { of.choose?.(...pointed); announce(told.textContent); } }, Escape: () => { pointed = null; redraw(); },
  };
  mwKeys(board, { ...(walk ? walking : {}), ...keys });
  return { node: board, told, paint, frame, frameRow, fit: (available) => { width = available; fitted = ""; } };
}

// The column of the current step framed; what is still to come stands back.
function mvMarkStep(ctx, { x, column, columns, head, bottom }, matrix, { step, theme }) {
  ctx.fillStyle = mwCss(mwRgb(theme.bg), 0.55);
  ctx.fillRect(x + (step + 1) * column, head, (columns - 1 - step) * column, bottom - head);
  matrix.frame(x + step * column, head, column, bottom - head, theme.fg, 1.5);
}
