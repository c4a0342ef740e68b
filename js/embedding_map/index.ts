// Where a learner puts its items. All steps and the whole space are here; only a new projection asks Python.
import { Camera } from "../plot/map/camera.ts";
import type { Point } from "../plot/map/places.ts";
import { mapButton, mapTools, mapZoomOf, zoomHint, zoomKeys } from "../plot/map/zoom.ts";
import { arraysOf } from "../shared/arrays.ts";
import { copy } from "../shared/controls.ts";
import { h, type KeyMap, keys, svg } from "../shared/elements.ts";
import { fold, tryFirst } from "../shared/first_view.ts";
import { listen, type View } from "../shared/model.ts";
import { mount } from "../shared/mount.ts";
import { playerOf } from "../shared/player.ts";
import { pythonOf } from "../shared/python.ts";
import { later, onWidth, repaint } from "../shared/repaint.ts";
import { selectionOf } from "../shared/selection.ts";
import { onTheme } from "../shared/theme.ts";
import { chosenOf } from "./chosen.ts";
import { detailOf } from "./detail.ts";
import { actionsOf, focusOf } from "./focus.ts";
import { matrixOf } from "./matrix.ts";
import type { Arrays, Traits } from "./model.ts";
import { glideOf, layoutsOf } from "./plot/layout.ts";
import { painterOf } from "./plot/paint.ts";
import { type Plot, plotOf } from "./plot/plot.ts";
import { scatterOf } from "./plot/scatter.ts";
import { spaceOf } from "./space/space.ts";
import style from "./style.css";
import { toolbarOf } from "./toolbar.ts";
import { wordsOf } from "./words.ts";

function render(view: View<Traits>): void {
  const core = coreOf(view);
  const parts = partsOf(core);
  const { model, signal, frame, ask, zoom, camera, layouts, selection, step } = core;
  const { main, plot, lasso, scatter, matrix, words } = parts;
  const glide = glideOf({ camera, restore: zoom.restore, repaint: () => ask.map() });
  const painter = painterOf({ ...core, ...parts, root: frame.root, glide });
  const { root } = frame;
  // What the eye follows is drawn with the frame, what is read beside it behind the frame.
  const rest = repaint(painter.rest, { el: root, signal, after: true });
  ask.map = repaint(painter.map, { el: root, signal });
  ask.all = repaint(
    () => {
      painter.map();
      rest();
    },
    { el: root, signal },
  );
  const now = () => {
    painter.map();
    painter.rest();
  };
  keys(
    plot.node,
    keysOf(core, plot, lasso, () => now(), painter.spoken),
  );
  const stepped = later(() => {
    const name = core.config.step_names[step()];
    frame.say(`${name}. ${words.reading.textContent}`);
  }, signal);
  listen(model, "change:step", stepped, signal);
  for (const name of SHOWN) listen(model, `change:${name}`, () => ask.all(), signal);
  selection.on(() => ask.all());
  signal.addEventListener("abort", () => selection.close());
  onWidth(
    main,
    (width) => {
      plot.fit(width);
      camera.bounds(layouts.at(step()).bounds);
      zoom.fit();
      ask.all();
    },
    signal,
  );
  for (const [name, { node }] of Object.entries({ scatter, matrix })) {
    const take = (width: number) => {
      painter.widths[name as "scatter" | "matrix"] = width;
      ask.all();
    };
    onWidth(node, take, signal);
  }
  const retheme = () => {
    painter.retheme();
    ask.all();
  };
  onTheme(retheme, signal);
  now();
}

/** Traits whose change is painted. */
const SHOWN = [
  "step",
  "projection",
  "projections",
  "metric",
  "marks",
  "borders",
  "lasso",
  "matrix",
] as const;

type Core = ReturnType<typeof coreOf>;

/** What the component knows, without what it shows. */
function coreOf(view: View<Traits>) {
  const { model, signal } = view;
  const config = model.get("config");
  const arrays = arraysOf<Arrays>(model);
  const space = spaceOf(config, arrays);
  const frame = mount(view, { name: "embedding_map", label: config.label, style });
  const python = pythonOf(model, { frame, signal });
  const selection = selectionOf(model);
  const camera = new Camera();
  const layouts = layoutsOf(model, config, arrays, space);
  const player = playerOf({
    model,
    steps: space.steps,
    label: config.axis_label,
    format: (t) => config.step_names[t],
    interval: 500,
    loop: true,
    signal,
  });
  const step = player.get;
  const focus = focusOf({ model, selection, space, step });
  const ask = { map: () => {}, all: () => {} }; // given by `render`
  const about = (): Point | [] => {
    const i = focus.pinned();
    if (i < 0) return [];
    const { items } = layouts.at(step());
    return [camera.u(items[2 * i]), camera.v(items[2 * i + 1])];
  };
  const zoom = mapZoomOf({ model, camera, repaint: () => ask.map(), about, signal });
  const save = (values: Partial<Traits>) => {
    for (const [name, value] of Object.entries(values)) {
      model.set(name as keyof Traits, value as never);
    }
    model.save_changes();
  };
  const acting = { config, selection, focus, camera, zoom, layouts, step, save };
  const actions = actionsOf({ ...acting, say: frame.say, repaint: () => ask.all() });
  return { ...acting, model, signal, arrays, space, frame, python, player, ask, actions };
}

/** The elements, laid out in the body. */
function partsOf(core: Core) {
  const { model, signal, config, arrays, space, frame, python, player, camera, zoom } = core;
  const { save, layouts, actions } = core;
  const what = (i: number) => {
    const side = config.has_sides ? (space.isSupport(i) ? "Support item" : "Query") : "Item";
    return `${side} ${config.ids[i].split("/").pop()}, class ${config.class_names[space.labels[i]]}`;
  };
  const chosenByLasso = (indices: number[]) => {
    actions.choose(indices);
    lasso(false);
  };
  const { hover, pick } = actions;
  const drawn = () => core.ask.map();
  const on = { hover, pick, chosen: chosenByLasso, moved: zoom.moved, drawn };
  const hint = zoomHint(signal);
  const plot = plotOf({ space, arrays, config, camera, on, hint });
  const lasso = (next: boolean) => {
    plot.lassoing = next;
    lassoButton.setAttribute("aria-pressed", String(next));
  };
  const lassoButton = mapButton("em", {
    show: lassoIcon(),
    name: "Lasso: draw around items to choose them (Shift and drag does it too)",
    onclick: () => lasso(!plot.lassoing),
  });
  lassoButton.setAttribute("aria-pressed", "false");
  const images = plot.hasImages;
  const isComputed = (name: "tsne" | "umap") => layouts.computed(name) !== null;
  const metric = model.get("metric");
  const toolbar = toolbarOf({ config, python, images, metric, save, isComputed });
  const words = wordsOf({ space, arrays, config, images });
  const detail = detailOf({ space, config, what, onPick: actions.pin });
  const chosen = chosenOf({
    space,
    names: config.class_names,
    what,
    onClear: () => actions.choose([]),
    onCopy: () => copy(model.get("lasso").join("\n"), frame),
    onPick: actions.pin,
  });
  const ofClass = (k: number) => [...space.labels.keys()].filter((i) => space.labels[i] === k);
  const onClass = (k: number) => actions.choose(ofClass(k));
  const scatter = scatterOf({ space, arrays, config, onStep: player.set, onClass });
  const matrix = matrixOf({ space, config, onKind: (kind) => save({ matrix: kind }) });
  const tools = mapTools("em", zoom, lassoButton);
  const stage = h("div", { class: "em-stage" }, plot.node, tools, hint.node);
  const main = h("div", { class: "em-main" }, stage, chosen.node);
  const parts = { main, plot, lasso, toolbar, words, detail, chosen, scatter, matrix };
  layOut(core, parts);
  return parts;
}

/** Put the map and one item in detail in sight; all else is folded. */
function layOut(core: Core, parts: ReturnType<typeof partsOf>): void {
  const { config, space, frame, player } = core;
  const { main, toolbar, words, detail, scatter, matrix } = parts;
  const name = (part: string) => `embedding_map/${part}`;
  const more = `Projection, metric${toolbar.hasMarks ? ", marks" : ""} and borders`;
  frame.body.append(
    h("header", { class: "em-header" }, h("h3", {}, config.label), words.reading),
    tryFirst(
      "Point at an item to see what is nearest to it" +
        (space.steps > 1 ? ", and press play to see how the learner got there." : "."),
    ),
    space.steps > 1 ? player.node : "",
    fold({ name: name("controls"), title: more, content: toolbar.node }),
    h("div", { class: "em-columns" }, main, h("div", { class: "em-side" }, detail.node)),
    h("div", { class: "em-under" }, words.legend, words.note),
    h(
      "div",
      { class: "em-geometry" },
      fold({ name: name("scatter"), title: "Scatter in the whole space", content: scatter.node }),
      fold({
        name: name("matrix"),
        title: `Distances between ${config.noun === "prototype" ? "prototypes" : "class means"}`,
        content: matrix.node,
      }),
    ),
  );
}

/** The keys of the map. */
function keysOf(
  { frame, camera, zoom, focus, actions, ask }: Core,
  plot: Plot,
  lasso: (next: boolean) => void,
  paint: () => void,
  spoken: () => string,
): KeyMap {
  const go = (du: number, dv: number) => () => {
    if (!actions.go(plot, [du, dv])) return;
    paint();
    frame.say(spoken());
  };
  const slide = (du: number, dv: number) => () => {
    camera.pan(60 * du, 60 * dv);
    zoom.moved();
  };
  return {
    ArrowLeft: go(-1, 0),
    ArrowRight: go(1, 0),
    ArrowUp: go(0, -1),
    ArrowDown: go(0, 1),
    "Shift+ArrowLeft": slide(1, 0),
    "Shift+ArrowRight": slide(-1, 0),
    "Shift+ArrowUp": slide(0, 1),
    "Shift+ArrowDown": slide(0, -1),
    Enter: () => {
      const { current } = focus.shown();
      if (current >= 0) actions.pin(current);
      frame.say(`Pinned. ${spoken()}`);
    },
    " ": actions.chooseShown,
    ...zoomKeys(zoom),
    l: () => lasso(!plot.lassoing),
    Escape: () => {
      if (plot.lassoing) lasso(false);
      else actions.letGo();
      ask.all();
    },
  };
}

function lassoIcon(): SVGSVGElement {
  const d =
    "M4.5 10.2C2.6 9.3 1.8 8 2 6.4 2.4 4 5.2 2.4 8.6 2.6s5.8 2.1 5.4 4.4c-.4 2.4-3.2 3.9-6.6 " +
    "3.6-.9-.1-1.6-.3-2.2-.6M5.4 12.4a1.3 1.3 0 1 1-1.2-2.1c1.6.2 2 2 .6 3.6";
  const look = { class: "mw-icon", viewBox: "0 0 16 16", "aria-hidden": "true" };
  return svg("svg", look, svg("path", { d, "stroke-width": 1.3 }));
}

export default { render };
