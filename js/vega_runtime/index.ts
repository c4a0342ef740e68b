// Draws charts for every ChartView of the page with one copy of Vega.
import type { Model } from "../shared/model.ts";
import { drawChart } from "./chart.ts";
import { type Embed, loadEmbed } from "./embed.ts";
import type { Runtime, RuntimeTraits } from "./model.ts";

function initialize({ model }: { model: Model<RuntimeTraits> }): Runtime {
  // Vega is parsed when the first chart is drawn: anywidget drops a model that takes more than two seconds to initialise.
  let embed: Promise<Embed> | null = null;
  return {
    draw: async (view) => {
      embed ??= loadEmbed(model.get("source"));
      return drawChart(await embed, view);
    },
  };
}

export default { initialize };
