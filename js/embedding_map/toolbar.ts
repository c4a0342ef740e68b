// The controls above the map: which projection, which marks, which metric, and what Python is asked to compute.
import { button, check, choice, numberField, segments } from "../shared/controls.ts";
import { metricName } from "../shared/distances.ts";
import { disable, h } from "../shared/elements.ts";
import type { Python } from "../shared/python.ts";
import type { ComputedName, Config, MapMetric, Projection, Traits } from "./model.ts";

export interface ToolbarOptions {
  config: Config;
  python: Python;
  /** Whether items are images. */
  images: boolean;
  /** The values at the start. */
  metric: MapMetric;
  save: (values: Partial<Traits>) => void;
  /** Whether a projection was computed. */
  isComputed: (name: ComputedName) => boolean;
}

interface ToolbarState {
  /** The projection that is shown. */
  projection: Projection;
  marks: Traits["marks"];
  metric: MapMetric;
  borders: boolean;
}

const PROJECTIONS = [
  ["pca", "PCA"],
  ["tsne", "t-SNE"],
  ["umap", "UMAP"],
] as const;
const MARKS = [
  ["auto", "Auto"],
  ["images", "Images"],
  ["dots", "Dots"],
] as const;
const METRICS = (["squared_euclidean", "euclidean", "cosine"] as const).map(
  (metric) => [metric, metricName(metric)] as const,
);

/** The toolbar; `show` follows the state. */
export function toolbarOf(options: ToolbarOptions) {
  const { config, python, images, save, isComputed } = options;
  const flat = segments<Projection>({
    label: "Projection",
    options: PROJECTIONS,
    value: "pca",
    onchange: (projection) => save({ projection, zoom: [] }),
  });
  const marks = segments<Traits["marks"]>({
    label: "Marks",
    options: MARKS,
    value: "auto",
    onchange: (value) => save({ marks: value }),
  });
  const metric = choice<MapMetric>({
    label: "Metric",
    options: METRICS,
    value: options.metric,
    onchange: (value) => save({ metric: value }),
  });
  const borders = check({
    label: "Borders",
    value: true,
    onchange: (value) => save({ borders: value }),
  });
  borders.control.setAttribute("aria-label", "Borders");
  const node = h(
    "div",
    { class: "mw-toolbar em-toolbar" },
    group("Projection", flat.node),
    computing(options),
    images && group("Marks", marks.node),
    metric.node,
    config.decides && borders.node,
    python.needs(),
  );
  const show = (state: ToolbarState) => {
    flat.set(state.projection);
    for (const [i, control] of flat.control.entries()) {
      const name = PROJECTIONS[i][0];
      const missing = name !== "pca" && !isComputed(name);
      control.hidden = name === "umap" && !config.umap && missing;
      disable(control, missing);
      control.title = missing ? "not computed yet: press Compute" : "";
    }
    marks.set(state.marks);
    metric.set(state.metric);
    borders.set(state.borders);
    disable(borders.control, state.projection !== "pca");
  };
  return { node, show, hasMarks: images };
}

function group(label: string, control: HTMLElement): HTMLElement {
  const name = h("span", { class: "mw-field-label" }, label);
  return h("div", { class: "mw-field" }, name, control);
}

/** The controls by which Python is asked for another projection. */
function computing({ config, python }: ToolbarOptions): HTMLElement[] {
  const few = !config.neighbours.length;
  const [low, high, start] = few ? [2, 2, 2] : config.neighbours;
  let [method, neighbours]: [ComputedName, number] = ["tsne", start];
  const methods = choice<ComputedName>({
    label: "Compute",
    options: [
      ["tsne", "t-SNE"],
      ["umap", config.umap ? "UMAP" : "UMAP (not installed)"],
    ],
    value: method,
    onchange: (value) => {
      method = value;
    },
  });
  methods.control.options[1].disabled = !config.umap;
  const count = numberField({
    label: `Perplexity ${low}\u2013${high}`,
    value: start,
    min: low,
    max: high,
    onchange: (value) => {
      neighbours = value;
    },
  });
  count.control.setAttribute("aria-label", `Perplexity, ${low} to ${high}`);
  const compute = button({
    text: "Compute",
    onclick: () => python.ask("project", { method, neighbours, seed: 0 }),
  });
  for (const control of [methods.control, count.control, compute]) {
    if (!few) python.bind(control, "project", "A new projection");
    else {
      disable(control, true);
      control.title = "t-SNE needs at least 7 items";
    }
  }
  return [methods.node, count.node, compute];
}
