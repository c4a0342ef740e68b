// What Python's VegaRuntime sends, and what a chart gets from it.
import type { Traits as ChartTraits } from "../chart_view/model.ts";
import type { View } from "../shared/model.ts";

export interface RuntimeTraits {
  /** Vega, Vega-Lite and vega-embed as one ES module that exports `vegaEmbed`. */
  source: DataView<ArrayBuffer>;
}

/** What the runtime's module gives to those that ask for it. */
export interface Runtime {
  draw(view: View<ChartTraits>): Promise<void>;
}
