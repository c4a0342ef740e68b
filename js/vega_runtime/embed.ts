// vega-embed, as far as it is used here, and charts that fit the room they have.
import type { Spec, SpecConfig } from "../chart_view/model.ts";
import { legendBelow, narrower, stacked, titleWithin } from "./spec.ts";

/** A Vega view. */
export interface VegaView {
  signal(name: string, value: unknown): VegaView;
  run(): VegaView;
}

/** A chart that stands in the page. */
export interface Embedded {
  view: VegaView;
  finalize(): void;
}

/** Called with what is pointed at; `value` is null or "" where that has no tooltip. */
export type TooltipHandler = (
  handler: unknown,
  event: MouseEvent,
  item: unknown,
  value: unknown,
) => void;

export interface EmbedOptions {
  actions: boolean;
  renderer: "svg";
  /** Run expressions without `eval`. */
  ast: boolean;
  defaultStyle: boolean;
  tooltip: TooltipHandler;
  config: SpecConfig;
}

export type Embed = (node: HTMLElement, spec: Spec, options: EmbedOptions) => Promise<Embedded>;

/** Load vega-embed from its gzipped source. */
export async function loadEmbed(source: DataView<ArrayBuffer>): Promise<Embed> {
  const text = new Blob([source]).stream().pipeThrough(new DecompressionStream("gzip"));
  const module = await new Response(text).blob();
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  try {
    const loaded: { vegaEmbed: Embed } = await import(url);
    return loaded.vegaEmbed;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * Embed a chart so that it fits `room` pixels, 0 for any width: if it is too wide, first its legend and panels move
 * below each other, then the plots shrink, and what stands above them is cut at the edge. Text in them keeps its size.
 *
 * @returns the chart, and the width that it would have in any room
 */
export async function embedFitting(
  embed: (spec: Spec) => Promise<Embedded>,
  node: HTMLElement,
  spec: Spec,
  room: number,
): Promise<{ chart: Embedded; natural: number }> {
  const width = () => node.querySelector("svg")!.getBoundingClientRect().width;
  let chart = await embed(spec);
  const natural = width();
  if (!(room > 0) || natural <= room) return { chart, natural };
  const below = legendBelow(stacked(spec));
  chart.finalize();
  chart = await embed(below);
  const excess = width() - room;
  if (excess <= 0) return { chart, natural };
  chart.finalize();
  return { chart: await embed(titleWithin(narrower(below, excess), room - 16)), natural };
}
