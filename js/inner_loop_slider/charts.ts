// The charts beside the panels, kept by what they show: a scale that the reader chose outlives new data.
import { onWidth } from "../shared/repaint.ts";
import type { Theme } from "../shared/theme.ts";
import type { Snapshot } from "./adaptations.ts";
import { layersChartOf } from "./layers/chart.ts";
import { type Layers, layersOf } from "./layers/layers.ts";
import { seriesChartOf } from "./series/chart.ts";
import { type Series, seriesOf } from "./series/series.ts";

export interface Chart {
  node: HTMLElement;
  paint(step: number, theme: Theme): void;
}

/** Give the charts of a snapshot. `onStep` hears of the step to which one of them is dragged. */
export function chartsOf(given: {
  onStep: (step: number) => void;
  repaint: () => void;
  signal: AbortSignal;
}) {
  const { onStep, repaint, signal } = given;
  const series = new Map<Series["key"], ReturnType<typeof seriesChartOf>>();
  let layers: ReturnType<typeof layersChartOf> | null = null;
  const follow = <C extends Chart & { fit(width: number): void }>(chart: C): C => {
    const fit = (width: number) => {
      chart.fit(width);
      repaint();
    };
    onWidth(chart.node, fit, signal);
    return chart;
  };
  const seriesChart = (data: Series): Chart => {
    const chart = series.get(data.key) ?? follow(seriesChartOf(data, onStep));
    series.set(data.key, chart);
    chart.update(data);
    return chart;
  };
  const layersChart = (data: Layers): Chart => {
    layers ??= follow(layersChartOf(data));
    layers.update(data);
    return layers;
  };
  return (now: Snapshot): Chart[] => {
    const charts = seriesOf(now).map(seriesChart);
    const moved = layersOf(now);
    return moved ? [...charts, layersChart(moved)] : charts;
  };
}
