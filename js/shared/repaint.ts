// When things are painted: once a frame, only what is in sight, canvases before words.

// Canvases first, words after: a canvas that writes text has the browser lay out the page if anything in it was
// touched before, and several of them, each with words beside it, would have it laid out again and again.
let writes: (() => void)[] | null = null;

/** Run `draw`, and then what it gave to `afterDrawing`. */
export function drawing(draw: () => void): void {
  if (writes) {
    draw();
    return;
  }
  writes = [];
  try {
    draw();
  } finally {
    const waiting = writes;
    writes = null;
    for (const write of waiting) write();
  }
}

/** Run `write` when the drawing under way is done; at once where none is. */
export function afterDrawing(write: () => void): void {
  if (writes) writes.push(write);
  else write();
}

/** Whether the page is being printed: then there will be no further frame. */
export function isPrinting(): boolean {
  return printing;
}
let printing = false;
addEventListener(
  "beforeprint",
  () => {
    printing = true;
  },
  { capture: true },
);
addEventListener("afterprint", () => {
  printing = false;
});

export interface RepaintOptions {
  /** Paint only while this is in sight or nearly; what was missed is made up for when it comes there. */
  el?: Element;
  signal?: AbortSignal;
  /** Run behind the frame, for what follows along. */
  after?: boolean;
}

/**
 * Return a function that asks for `paint`, which runs at most once a frame however often it is asked for.
 *
 * The first times it runs in any case: widths come in over a few frames, and what `paint` gives a name to must not
 * stay without one. A page that is being printed gets no further frame: `paint` runs at once, seen or not.
 */
export function repaint(paint: () => void, options: RepaintOptions = {}): () => void {
  const { el, signal, after = false } = options;
  let [pending, seen, due, early] = [0, true, false, 3];
  const run = () => {
    if (!due || (!seen && early <= 0)) return;
    due = false;
    early--;
    drawing(paint);
  };
  if (el) {
    const observer = new IntersectionObserver(
      (entries) => {
        seen = entries.at(-1)?.isIntersecting ?? true;
        run();
      },
      { rootMargin: "200px" },
    );
    observer.observe(el);
    const show = () => {
      seen = true;
      run();
    };
    addEventListener("beforeprint", show, { signal });
    signal?.addEventListener("abort", () => observer.disconnect());
  }
  return () => {
    due = true;
    if (printing) run();
    else if (!pending) {
      pending = requestAnimationFrame(() => {
        pending = 0;
        if (after) setTimeout(run);
        else run();
      });
    }
  };
}

/** Return a function that calls back once it has not been called for a while. */
export function later(callback: () => void, signal?: AbortSignal, wait = 600): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal?.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    timer = setTimeout(callback, wait);
  };
}

/** Call back with the width available to an element, now and whenever it changes. */
export function onWidth(el: Element, callback: (width: number) => void, signal: AbortSignal): void {
  let last = -1;
  const observer = new ResizeObserver((entries) => {
    const width = Math.floor(entries[0].contentRect.width);
    if (width > 0 && width !== last) {
      last = width;
      callback(width);
    }
  });
  observer.observe(el);
  signal.addEventListener("abort", () => observer.disconnect());
  // What a fold held until now has no width yet, and a page that is printed gets no frame in which to measure it.
  const measure = () => {
    const { paddingLeft, paddingRight } = getComputedStyle(el);
    const width = Math.floor(el.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
    if (width > 0 && width !== last) {
      last = width;
      callback(width);
    }
  };
  addEventListener("beforeprint", measure, { signal });
  if (printing) queueMicrotask(measure); // made for paper: as soon as it stands in the page
}
