// Which tasks are alike: a map, a matrix, and two episodes opened side by side. Nothing asks Python.
import { mapTools, mapZoomOf, zoomHint, zoomKeys } from "../plot/map/zoom.ts";
import { arraysOf } from "../shared/arrays.ts";
import { choice, segments } from "../shared/controls.ts";
import { h, type KeyMap, keys } from "../shared/elements.ts";
import { fold, tryFirst } from "../shared/first_view.ts";
import { listen, type View } from "../shared/model.ts";
import { mount } from "../shared/mount.ts";
import { onWidth, repaint } from "../shared/repaint.ts";
import { selectionOf } from "../shared/selection.ts";
import { onTheme, themeOf } from "../shared/theme.ts";
import { episodesOf } from "./episodes.ts";
import { likenessOf, type Pair } from "./likeness.ts";
import { matrixOf } from "./matrix.ts";
import type { Arrays, Config, Measure, Traits } from "./model.ts";
import { nextCell, openedOf } from "./opened.ts";
import { pairOf } from "./pair.ts";
import { plotOf } from "./plot.ts";
import style from "./style.css";
import { wordsOf } from "./words.ts";

function render(view: View<Traits>): void {
  const { model, signal } = view;
  const core = coreOf(view);
  const parts = partsOf(core);
  const { frame, likeness, selection, opened } = core;
  const { plot, matrix, pair, words, zoom, measure, order, left, right } = parts;
  let theme = themeOf(frame.root);
  let spoken = "";
  const paint = () => {
    const now = likeness();
    const shown = opened.shown();
    const state = { ...shown, theme, likeness: now, pinned: shown.mode === "pinned" };
    plot.paint(state);
    matrix.paint({ ...state, rows: now.rows(model.get("order")) });
    spoken = pair.show({ ...state, marked: selection.get() });
    measure?.set(now.measure);
    order.set(model.get("order"));
    words.show(now, theme);
  };
  const ask = repaint(paint, { el: frame.root, signal });
  core.ask.paint = ask;
  const say = () => {
    paint();
    frame.say(spoken);
  };
  keys(plot.node, mapKeys(core, parts, say));
  keys(matrix.node, matrixKeys(core, say));
  for (const name of ["pair", "measure", "order"]) listen(model, `change:${name}`, ask, signal);
  selection.on(ask);
  signal.addEventListener("abort", () => selection.close());
  onWidth(
    left,
    (width) => {
      plot.fit(width);
      zoom.fit();
      ask();
    },
    signal,
  );
  onWidth(
    right,
    (width) => {
      matrix.fit(width);
      ask();
    },
    signal,
  );
  const retheme = () => {
    theme = themeOf(frame.root);
    ask();
  };
  onTheme(retheme, signal);
  paint();
}

type Core = ReturnType<typeof coreOf>;
type Parts = ReturnType<typeof partsOf>;

/** What the component knows, without what it shows. */
function coreOf(view: View<Traits>) {
  const { model, signal } = view;
  const config = model.get("config");
  const arrays = arraysOf<Arrays>(model);
  const frame = mount(view, { name: "task_map_view", label: config.label, style });
  const selection = selectionOf(model);
  const likeness = likenessReader(view, config, arrays);
  const ask = { paint: () => {} }; // given by `render`
  const save = (values: Partial<Traits>) => {
    for (const [name, value] of Object.entries(values)) {
      model.set(name as keyof Traits, value as never);
    }
    model.save_changes();
  };
  const n = config.names.length;
  const opened = openedOf({ model, n, likeness, save, repaint: () => ask.paint() });
  return { model, signal, config, arrays, frame, selection, likeness, ask, save, opened };
}

/** A function that gives the likeness in the measure that is shown, which is similarity where no other was sent. */
function likenessReader({ model }: View<Traits>, config: Config, arrays: Arrays) {
  const made: Partial<Record<Measure, ReturnType<typeof likenessOf>>> = {};
  return () => {
    const asked = model.get("measure");
    const measure = asked === "distance" && arrays.distance ? "distance" : "similarity";
    return (made[measure] ??= likenessOf(config, arrays, measure));
  };
}

/** The elements, laid out in the body. */
function partsOf({
  model,
  signal,
  config,
  arrays,
  frame,
  selection,
  ask,
  save,
  opened,
  likeness,
}: Core) {
  const episodes = episodesOf(config, arrays, (id) => selection.toggle(id));
  const besideOrNone = (i: number) => (i < 0 ? null : opened.beside(i));
  const hint = zoomHint(signal);
  const plot = plotOf({
    config,
    hint,
    arrays,
    episodes,
    on: {
      hover: (i) => opened.point(besideOrNone(i)),
      pick: (i) => opened.toggle(besideOrNone(i)),
      moved: () => zoom.moved(),
    },
  });
  const { camera } = plot;
  const zoom = mapZoomOf({ model, camera, repaint: () => ask.paint(), signal });
  const matrix = matrixOf({ config, on: { hover: opened.point, pick: opened.toggle } });
  const pair = pairOf({ config, episodes, onPair: opened.pin });
  const words = wordsOf(config);
  const measure = arrays.distance
    ? segments<Measure>({
        label: "Likeness",
        options: [
          ["similarity", "Cosine of embeddings"],
          ["distance", "Prototype distance"],
        ],
        value: likeness().measure,
        onchange: (value) => save({ measure: value }),
      })
    : null;
  const order = choice<Traits["order"]>({
    label: "Order of the matrix",
    options: [
      ["clustered", "Clustered"],
      ...(config.groups.length ? [["group", "By group"] as const] : []),
      ["given", "As drawn"],
    ],
    value: model.get("order"),
    onchange: (value) => save({ order: value }),
  });
  const stage = h("div", { class: "tm-stage" }, plot.node, mapTools("tm", zoom), hint.node);
  const left = h("div", { class: "tm-column" }, stage, words.legend);
  const beside = h("div", { class: "tm-column" }, measure?.node, pair.node);
  const right = h("div", { class: "tm-column" }, order.node, matrix.node, words.scale);
  const n = config.names.length;
  frame.body.append(
    h("header", {}, h("h3", {}, config.label), words.reading),
    tryFirst("Point at a task: B is the one that is most like it. A click keeps both open."),
    h("div", { class: "tm-columns" }, left, beside),
    h(
      "div",
      { class: "tm-columns" },
      fold({
        name: "task_map_view/matrix",
        title: `How alike every two tasks are: a matrix of ${n} \u00d7 ${n}`,
        content: right,
      }),
      fold({
        name: "task_map_view/ranks",
        title: "The tasks nearest to A, and the farthest",
        content: pair.lists,
      }),
    ),
  );
  return { plot, matrix, pair, words, zoom, measure, order, left, right };
}

function mapKeys({ opened }: Core, { plot, zoom }: Parts, say: () => void): KeyMap {
  const go = (du: number, dv: number) => () => {
    const [a] = opened.shown().pair;
    const next = plot.towards(a, [du, dv]);
    if (next < 0) return;
    plot.reveal(next);
    opened.moveTo(opened.beside(next));
    say();
  };
  return {
    ArrowLeft: go(-1, 0),
    ArrowRight: go(1, 0),
    ArrowUp: go(0, -1),
    ArrowDown: go(0, 1),
    ...fixing(opened, say),
    ...zoomKeys(zoom),
  };
}

function matrixKeys({ model, config, likeness, opened }: Core, say: () => void): KeyMap {
  const go = (down: number, across: number) => () => {
    const rows = likeness().rows(model.get("order"));
    const next: Pair | null = nextCell(rows, opened.shown().pair, down, across);
    if (!next) return;
    opened.moveTo(next);
    say();
  };
  const n = config.names.length;
  const fix = fixing(opened, say);
  return {
    ArrowLeft: go(0, -1),
    ArrowRight: go(0, 1),
    ArrowUp: go(-1, 0),
    ArrowDown: go(1, 0),
    Home: go(0, -n),
    End: go(0, n),
    " ": fix.Enter,
    ...fix,
  };
}

function fixing(opened: Core["opened"], say: () => void) {
  return {
    Enter: () => {
      opened.fix();
      say();
    },
    Escape: () => {
      opened.letGo();
      say();
    },
  };
}

export default { render };
