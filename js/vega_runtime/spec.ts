// Changes of a Vega-Lite specification: its slider, its colours, and where its panels stand.
import type { Binding, Param, Spec } from "../chart_view/model.ts";

export interface StepSlider {
  /** The parameter that the slider moves. */
  param: Param;
  min: number;
  max: number;
  label: string;
}

/** Take the slider of the parameter "step" out: ours can be reached and read without a mouse. Null where there is none. */
export function takeStep(spec: Spec): StepSlider | null {
  const param = (spec.params ?? []).find((each) => each.name === "step" && sliderOf(each));
  if (!param) return null;
  const { min = 0, max = 0, name = "" } = sliderOf(param) ?? {};
  delete param.bind;
  return { param, min, max, label: name.replace(/[:\s]+$/, "") || "Step" };
}

/** Ours moves by whole steps; any other slider stays Vega's. */
function sliderOf({ bind }: Param): Binding | null {
  if (typeof bind !== "object" || bind.input !== "range") return null;
  const { min = 0, max = 0, step = 1 } = bind;
  return step === 1 && Number.isInteger(min) && Number.isInteger(max) ? bind : null;
}

/** What to try first with a chart of steps. */
export function adviceOf({ max, label }: StepSlider, axis: string): string {
  const step = axis || label.toLowerCase();
  return `Drag the slider to ${step} ${max}, or press play, and watch what changes on the way.`;
}

/** A step within the slider's reach. */
export function within({ min, max }: StepSlider, step: number): number {
  return Math.min(max, Math.max(min, step));
}

/** The specification with `colourOf` applied to every text in it. Data are left alone: a colour there is a value. */
export function recoloured<Part>(part: Part, colourOf: (text: string) => string): Part {
  return recolour(part, colourOf) as Part;
}

function recolour(part: unknown, colourOf: (text: string) => string): unknown {
  if (typeof part === "string") return colourOf(part);
  if (Array.isArray(part)) return part.map((each) => recolour(each, colourOf));
  if (part === null || typeof part !== "object") return part;
  const isData = (name: string) => name === "data" || name === "datasets" || name === "values";
  const entries = Object.entries(part).map(([name, each]) => [
    name,
    isData(name) ? each : recolour(each, colourOf),
  ]);
  return Object.fromEntries(entries);
}

/** The specification with its panels below each other: those that stood side by side, and a facet's columns. */
export function stacked(spec: Spec): Spec {
  const { hconcat, ...rest } = spec;
  if (hconcat) return stacked({ ...rest, vconcat: hconcat });
  if (spec.vconcat) return { ...spec, vconcat: spec.vconcat.map(stacked) };
  return spec.facet && (spec.columns ?? 0) > 1 ? { ...spec, columns: 1 } : spec;
}

/** The specification with every panel so many pixels narrower, but none below 120. */
export function narrower(spec: Spec, by: number): Spec {
  if (spec.vconcat) return { ...spec, vconcat: spec.vconcat.map((each) => narrower(each, by)) };
  if (spec.spec) return { ...spec, spec: narrower(spec.spec, by) };
  if (typeof spec.width !== "number") return spec;
  return { ...spec, width: Math.max(120, Math.floor(spec.width - by)) };
}

/** The specification with its legend below the plots. */
export function legendBelow(spec: Spec): Spec {
  const legend = { ...spec.config?.legend, orient: "bottom", columns: 2 };
  return { ...spec, config: { ...spec.config, legend } };
}

/** The specification with a smaller title, cut at `limit` pixels. */
export function titleWithin(spec: Spec, limit: number): Spec {
  const title = { ...spec.config?.title, fontSize: 12, subtitleFontSize: 11, limit };
  return { ...spec, config: { ...spec.config, title } };
}
