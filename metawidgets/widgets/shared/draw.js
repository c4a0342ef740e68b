// Drawing on canvases that stay sharp on any screen.

// {canvas, ctx, resize(width, height)} in CSS pixels. resize() also clears.
function mwCanvas(props = {}) {
  const canvas = mwEl("canvas", props);
  const ctx = canvas.getContext("2d");
  const resize = (width, height) => {
    const ratio = window.devicePixelRatio || 1;
    const pixels = [width, height].map((side) => Math.max(1, Math.round(side * ratio)));
    if (ctx.reset && pixels[0] === canvas.width && pixels[1] === canvas.height) ctx.reset(); // a new buffer costs milliseconds
    else [canvas.width, canvas.height] = pixels;
    for (const [name, side] of [["width", width], ["height", height]]) if (canvas.style[name] !== `${side}px`) canvas.style[name] = `${side}px`;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  };
  return { canvas, ctx, resize };
}

// Any CSS colour -> [r, g, b]; the browser's own parser does the work.
const MW_RGB = new Map();
function mwRgb(colour) {
  if (!MW_RGB.has(colour)) {
    const ctx = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    ctx.fillStyle = colour;
    ctx.fillRect(0, 0, 1, 1);
    MW_RGB.set(colour, Array.from(ctx.getImageData(0, 0, 1, 1).data.slice(0, 3)));
  }
  return MW_RGB.get(colour);
}

// An image {data: uint8, shape: [channel, height, width]} as a small canvas of its own pixels.
// One channel is an ink map (0 = paper, 255 = full ink): drawn in the text colour with alpha = ink, so that it reads
// on light and dark paper alike. Three channels are drawn as they are.
function mwImageCanvas(image, ink) {
  const [channels, height, width] = image.shape;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const ctx = canvas.getContext("2d");
  const pixels = ctx.createImageData(width, height);
  const area = width * height;
  const [r, g, b] = mwRgb(ink);
  for (let i = 0; i < area; i++) {
    const at = 4 * i;
    if (channels === 1) {
      pixels.data[at] = r; pixels.data[at + 1] = g; pixels.data[at + 2] = b;
      pixels.data[at + 3] = image.data[i];
    } else {
      for (let c = 0; c < 3; c++) pixels.data[at + c] = image.data[c * area + i];
      pixels.data[at + 3] = 255;
    }
  }
  ctx.putImageData(pixels, 0, 0);
  return canvas;
}
