// A canvas as large as its viewport over a page as large as the data: 300 rows are drawn at the cost of those in sight.

// mwScrollCanvas({draw, signal, ...props}) -> {node, canvas, resize({width, height, view}), paint(), repaint(), reveal(box), at(event)}
// draw(ctx, {left, top, width, height}) gets the part in sight; props are attributes of the focusable box (role, label).
function mwScrollCanvas({ draw, signal, ...props }) {
  const { canvas, ctx, resize: sizeCanvas } = mwCanvas({ class: "mw-scroll-canvas", "aria-hidden": "true" });
  const page = mwEl("div", { class: "mw-scroll-page" }, canvas);
  const node = mwEl("div", { class: "mw-scroll", tabindex: 0, ...props }, page);
  let sized = "";
  const paint = () => {
    const [width, height] = [node.clientWidth, node.clientHeight];
    if (!width || !height) return;
    const key = `${width} ${height} ${window.devicePixelRatio}`;
    if (key !== sized) { sizeCanvas(width, height); sized = key; }
    ctx.clearRect(0, 0, width, height);
    draw(ctx, { left: node.scrollLeft, top: node.scrollTop, width, height });
  };
  const repaint = mwRepaint(paint);
  node.addEventListener("scroll", repaint, { passive: true });
  const observer = new ResizeObserver(repaint);
  observer.observe(node);
  signal?.addEventListener("abort", () => observer.disconnect());
  return {
    node, canvas, paint, repaint,
    // The data's size, and the height that is shown of it.
    resize({ width, height, view }) {
      sizeCanvas(1, 1); // or the old canvas would hold the page open
      sized = "";
      page.style.width = `${width}px`;
      page.style.height = `${height}px`;
      node.style.height = `${view}px`;
      repaint();
    },
    // Scroll as little as needed to bring a box into sight; `left` and `top` are covered by fixed heads.
    reveal({ x, y, width, height, left = 0, top = 0 }) {
      if (x - left < node.scrollLeft) node.scrollLeft = x - left;
      else if (x + width > node.scrollLeft + node.clientWidth) node.scrollLeft = x + width - node.clientWidth;
      if (y - top < node.scrollTop) node.scrollTop = y - top;
      else if (y + height > node.scrollTop + node.clientHeight) node.scrollTop = y + height - node.clientHeight;
    },
    // Where a pointer is: in the viewport, and in the page.
    at(event) {
      const box = node.getBoundingClientRect();
      const [u, v] = [event.clientX - box.left - node.clientLeft, event.clientY - box.top - node.clientTop];
      return { u, v, x: u + node.scrollLeft, y: v + node.scrollTop };
    },
  };
}
