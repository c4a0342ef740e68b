// Elements, keyboard and announcements. Shared files are joined in front of every component's own module.

// Make an element. Text reaches the page only as text nodes, so a hostile label stays a label.
// props: "class", "style" (object), "dataset" (object), "on<event>" (listener), anything else is an attribute
// (true = empty attribute, false/null/undefined = absent).
function mwEl(tag, props = {}, ...children) {
  const svg = ["svg", "g", "path", "circle", "rect", "line", "text", "title", "polyline", "polygon", "ellipse", "defs", "clipPath", "marker"].includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "style") Object.entries(value).forEach(([key, each]) => node.style.setProperty(mwKebab(key), each));
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2).toLowerCase(), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// "marginTop" -> "margin-top"; custom properties are left alone.
const mwKebab = (name) => (name.startsWith("--") ? name : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

// The frame every component draws in: root > body + progress + status line + live region.
// Returns {root, body, status, busy(text), fail(text), say(text)}. Keys pressed inside never reach the notebook's shortcuts.
// The model's `error` stands in the status line until Python takes it back; fail(text) is for what the browser finds out itself.
function mwFrame({ model, el, label, signal }) {
  const body = mwEl("div", { class: "mw-body" });
  const status = mwEl("p", { class: "mw-status", role: "status", hidden: true });
  const bar = mwEl("progress", { class: "mw-progress-bar", max: 1, "aria-label": "Progress" });
  const doing = mwEl("span", { role: "status" });
  const working = mwEl("div", { class: "mw-progress", hidden: true }, bar, doing);
  const live = mwEl("div", { class: "mw-live", "aria-live": "polite" });
  const root = mwEl(
    "section",
    { class: "mw", "aria-label": label, tabindex: -1, "data-lm-suppress-shortcuts": "true" },
    body, working, status, live,
  );
  for (const type of ["keydown", "keyup", "keypress"]) root.addEventListener(type, (event) => event.stopPropagation());
  const fail = (text) => {
    status.textContent = text;
    status.hidden = !text;
  };
  let waiting = "";
  const showProgress = () => {
    const { text = "", part = null } = model.get("progress") ?? {};
    working.hidden = !text && !waiting;
    if (part === null) bar.removeAttribute("value");
    else bar.value = part;
    doing.textContent = text || waiting;
  };
  const showError = () => fail(model.get("error") || "");
  mwListen(model, "change:error", showError, signal);
  mwListen(model, "change:progress", showProgress, signal);
  showError();
  showProgress();
  el.replaceChildren(root);
  return { root, body, status, fail, busy: (text) => { waiting = text; showProgress(); }, say: (text) => mwAnnounce(root, text) };
}

// model.on that ends with the view.
function mwListen(model, event, callback, signal) {
  model.on(event, callback);
  signal?.addEventListener("abort", () => model.off(event, callback));
}

// Switch a control off or on. One that has the focus hands it to its component: a disabled control would drop it, and every
// further key with it.
function mwDisable(control, off) {
  if (off && control === document.activeElement) control.closest(".mw")?.focus({ preventScroll: true });
  control.disabled = Boolean(off);
}

// Say something to a screen reader. The region is emptied first: the same sentence twice is read twice.
function mwAnnounce(root, text) {
  const live = root.closest?.(".mw")?.querySelector(".mw-live") ?? root.querySelector(".mw-live");
  if (!live) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}

// Keyboard map: {"ArrowLeft": fn, "Shift+ArrowLeft": fn, " ": fn}. A handled key is consumed here.
function mwKeys(el, map) {
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const handler = (event.shiftKey && map[`Shift+${event.key}`]) || map[event.key];
    if (handler) {
      event.preventDefault();
      handler(event);
    }
    event.stopPropagation();
  });
}

// Canvases first, words after: a canvas that writes text has the browser lay out the page if anything in it was touched before, and
// several of them, each with words beside it, would have it laid out again and again. mwDrawing(fn) runs fn and then what
// fn gave to mwAfterDrawing; outside of it that runs at once.
let mwWrites = null;
function mwDrawing(fn) {
  if (mwWrites) return void fn();
  mwWrites = [];
  try { fn(); } finally {
    const writes = mwWrites;
    mwWrites = null;
    for (const write of writes) write();
  }
}
function mwAfterDrawing(write) {
  if (mwWrites) mwWrites.push(write);
  else write();
}

// Run fn at most once a frame, however often it is asked for. With `el`, only while el is in sight or nearly: what was missed is
// made up for when it comes there, so that in a long page only what is seen costs. The first times it runs in any case: widths
// come in over a few frames, and what fn gives a name to must not stay without one. With `after`, behind the frame, for what
// follows along. A page that is being printed gets no further frame: fn runs at once, seen or not.
function mwRepaint(fn, { el, signal, after = false } = {}) {
  let [pending, seen, due, early] = [0, true, false, 3];
  const run = () => { if (due && (seen || early > 0)) { due = false; early--; mwDrawing(fn); } };
  if (el) {
    const observer = new IntersectionObserver((entries) => { seen = entries.at(-1).isIntersecting; run(); }, { rootMargin: "200px" });
    observer.observe(el);
    addEventListener("beforeprint", () => { seen = true; run(); }, { signal });
    signal?.addEventListener("abort", () => observer.disconnect());
  }
  return () => {
    due = true;
    if ("mwPrint" in document.documentElement.dataset) run();
    else if (!pending) pending = requestAnimationFrame(() => { pending = 0; if (after) setTimeout(run); else run(); });
  };
}

// A function that calls back once it has not been called for a while: what is said of a step waits until the steps stop.
function mwLater(callback, signal, wait = 600) {
  let timer = 0;
  signal?.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    timer = setTimeout(callback, wait);
  };
}

// Call back with the width available to an element, now and whenever it changes.
function mwOnWidth(el, callback, signal) {
  let last = -1;
  const observer = new ResizeObserver((entries) => {
    const width = Math.floor(entries[0].contentRect.width);
    if (width > 0 && width !== last) callback((last = width));
  });
  observer.observe(el);
  signal?.addEventListener("abort", () => observer.disconnect());
}
