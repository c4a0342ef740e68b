// How the state of an embedding map becomes what is seen: the map with the frame, the words beside it behind the frame.
import { at } from "../../shared/arrays.ts";
import type { Metric } from "../../shared/distances.ts";
import type { Model } from "../../shared/model.ts";
import { themeOf } from "../../shared/theme.ts";
import type { chosenOf } from "../chosen.ts";
import type { detailOf } from "../detail.ts";
import type { Focus } from "../focus.ts";
import type { matrixOf } from "../matrix.ts";
import type { Arrays, Traits } from "../model.ts";
import type { Ranked, Space } from "../space/space.ts";
import type { toolbarOf } from "../toolbar.ts";
import type { wordsOf } from "../words.ts";
import type { glideOf, Layout, Layouts } from "./layout.ts";
import type { Plot } from "./plot.ts";
import type { scatterOf } from "./scatter.ts";
import type { MapState } from "./scene.ts";

export interface PaintOptions {
  root: HTMLElement;
  model: Model<Traits>;
  arrays: Arrays;
  space: Space;
  focus: Focus;
  layouts: Layouts;
  step: () => number;
  plot: Plot;
  glide: ReturnType<typeof glideOf>;
  toolbar: ReturnType<typeof toolbarOf>;
  words: ReturnType<typeof wordsOf>;
  detail: ReturnType<typeof detailOf>;
  chosen: ReturnType<typeof chosenOf>;
  scatter: ReturnType<typeof scatterOf>;
  matrix: ReturnType<typeof matrixOf>;
}

/** What paints the component. */
export function painterOf(options: PaintOptions) {
  const { root, model, plot, toolbar, words, detail, scatter, matrix } = options;
  const stateOf = stateReader(options);
  const widths = { scatter: 0, matrix: 0 };
  let theme = themeOf(root);
  let spoken = "";
  const map = () => plot.paint(mapState(options, { ...stateOf(), theme }));
  const rest = () => {
    const state = { ...stateOf(), theme, atlas: plot.atlas(theme) };
    // Canvases first: what they write has the browser lay out what was touched before.
    scatter.paint(state, widths.scatter);
    matrix.paint({ ...state, kind: model.get("matrix") }, widths.matrix);
    spoken = detail.show(state);
    options.chosen.show(options.focus.chosen(), state.atlas, theme);
    words.show(state);
    toolbar.show({
      projection: state.target.name,
      marks: model.get("marks"),
      metric: state.metric,
      borders: model.get("borders"),
    });
  };
  return {
    widths,
    map,
    rest,
    /** Read the theme again. */
    retheme(): void {
      theme = themeOf(root);
    },
    /** What was shown last, as a sentence. */
    spoken: () => spoken,
  };
}

type State = ReturnType<ReturnType<typeof stateReader>>;

/** A function that reads what is shown now; what takes long is kept until it changes. */
function stateReader({ model, arrays, space, focus, layouts, step: stepOf }: PaintOptions) {
  let key = "";
  let near: { neighbours: Ranked[]; ranked: Ranked[] } = { neighbours: [], ranked: [] };
  const nearOf = (step: number, current: number, metric: Metric) => {
    const now = [step, current, metric].join();
    if (key !== now) {
      key = now;
      near = { neighbours: [], ranked: [] };
      if (current >= 0) {
        near.neighbours = space.neighbours(step, current, metric, 6);
        near.ranked = space.ranks(step, current, metric);
      }
    }
    return near;
  };
  return () => {
    const step = stepOf();
    const metric = model.get("metric");
    const shown = focus.shown();
    const target = layouts.at(step);
    const planes = metric === "cosine" ? arrays.planes_cosine : arrays.planes_euclidean;
    const bordered = target.name === "pca" && model.get("borders") && planes;
    return {
      ...shown,
      ...nearOf(step, shown.current, metric),
      step,
      metric,
      target,
      nearest: space.nearest(step, metric),
      planes: bordered ? at(bordered, step).data : null,
    };
  };
}

/** What the map shows; while items glide, only they do. */
function mapState(
  { model, arrays, space, focus, glide }: PaintOptions,
  state: State & Pick<MapState, "theme">,
): MapState {
  const { target, mode, neighbours, planes } = state;
  const items = glide(target);
  const still = items === target.items;
  return {
    theme: state.theme,
    step: state.step,
    nearest: state.nearest,
    current: state.current,
    pinned: mode === "pinned",
    items,
    layoutKey: still ? target.key : `${performance.now()}`,
    prototypes: still ? target.prototypes : null,
    planes: still ? planes : null,
    trails: still && hasTrails(target, space) ? arrays.pca_prototypes.data : null,
    axes: target.axes,
    neighbours: mode === "typical" ? [] : neighbours.map(([j]) => j),
    chosen: new Set(focus.chosen()),
    marks: model.get("marks"),
  };
}

function hasTrails(target: Layout, space: Space): boolean {
  return target.name === "pca" && space.steps > 1 && space.way <= 20;
}
