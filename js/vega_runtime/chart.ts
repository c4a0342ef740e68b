// One chart in a shadow root of its own: its slider, its picture, and when that is drawn again.
import type { Traits } from "../chart_view/model.ts";
import { isDark } from "../shared/colour.ts";
import { h } from "../shared/elements.ts";
import { tryFirst } from "../shared/first_view.ts";
import { listen, type View } from "../shared/model.ts";
import { mount } from "../shared/mount.ts";
import { playerOf } from "../shared/player.ts";
import { isPrinting, onWidth, repaint } from "../shared/repaint.ts";
import { onTheme, type Theme, themeOf } from "../shared/theme.ts";
import { themedColour } from "./colours.ts";
import { type Embed, type Embedded, embedFitting } from "./embed.ts";
import { configOf, onPaper } from "./paper.ts";
import { adviceOf, recoloured, type StepSlider, takeStep, within } from "./spec.ts";
import style from "./style.css";
import { type Tooltip, tooltipOf } from "./tooltip.ts";

/** Draw the chart of a ChartView. */
export async function drawChart(embed: Embed, view: View<Traits>): Promise<void> {
  const { model, signal } = view;
  const { title, axis, spec } = model.get("config");
  const frame = mount(view, { name: "chart_view", label: title || "Chart", style });
  const { root, body } = frame;
  const place = h("div", { class: "mw-chart" });
  const slider = takeStep(structuredClone(spec));
  // A chart without steps is read, not played with: nothing to try.
  if (slider) body.append(tryFirst(adviceOf(slider, axis)), sliderOf(view, slider, axis));
  body.append(place);
  const tip = tooltipOf();
  root.append(tip.node);
  const picture = pictureOf(embed, view, { root, place, tip });
  const redraw = oneAtATime(async () => {
    try {
      await picture.draw();
      frame.fail(model.get("error"));
    } catch (error) {
      frame.fail(`The chart cannot be drawn: ${(error as Error).message}`);
    }
  });
  const follow = repaint(
    () => {
      if (slider) picture.step(within(slider, model.get("step")));
    },
    { el: place, signal, after: true },
  );
  listen(model, "change:step", follow, signal);
  listen(model, "change:config", redraw, signal);
  // Vega draws too slowly to be asked again when a page goes to print: see style.css.
  onTheme(() => {
    if (!isPrinting() && picture.isStale()) redraw();
  }, signal);
  signal.addEventListener("abort", picture.end);
  await redraw();
  onWidth(
    body,
    (width) => {
      if (picture.fit(width) || picture.isStale()) redraw();
    },
    signal,
  );
}

/** The transport of the chart's steps. */
function sliderOf({ model, signal }: View<Traits>, slider: StepSlider, axis: string) {
  const { max, label } = slider;
  const format = (step: number) => `${axis || label.toLowerCase()} ${step} of ${max}`;
  return playerOf({ model, steps: max + 1, label, format, signal }).node;
}

interface Parts {
  root: HTMLElement;
  place: HTMLElement;
  tip: Tooltip;
}

/** The chart as Vega draws it, in the colours of the page and the room there is. */
function pictureOf(embed: Embed, { model }: View<Traits>, { root, place, tip }: Parts) {
  let chart: Embedded | null = null;
  let room = place.clientWidth; // 0 before the component stands in the page
  let natural = Infinity; // the chart's width when nothing constrains it
  let drawn = ""; // the theme it was drawn in
  const draw = async () => {
    const theme = themeOf(root);
    drawn = JSON.stringify(theme);
    const spec = themedSpec(model, theme);
    const options = {
      actions: false,
      renderer: "svg",
      ast: true, // no eval: the page's policy forbids it
      defaultStyle: false, // it dresses the menu of actions, which is off
      tooltip: tip.show,
      config: configOf(spec, theme),
    } as const;
    const next = await embedFitting((each) => embed(place, each, options), place, spec, room);
    chart?.finalize();
    tip.hide();
    chart = next.chart;
    natural = next.natural;
    place.classList.toggle("is-dark", isDark(theme) && !spec.background);
    nameInputs(place);
  };
  return {
    draw,
    step: (step: number) => chart?.view.signal("step", step).run(),
    /** Whether the theme has changed since it was drawn. */
    isStale: () => drawn !== JSON.stringify(themeOf(root)),
    /** Take another width; true if that makes another drawing. */
    fit(width: number) {
      const matters = width !== room && (width < natural || room < natural);
      room = width;
      return matters;
    },
    end: () => chart?.finalize(),
  };
}

/** The specification as it is drawn: in the theme's colours, at the model's step. */
function themedSpec(model: View<Traits>["model"], theme: Theme) {
  const original = structuredClone(model.get("config").spec);
  const spec = recoloured(original, (text) => themedColour(text, theme));
  const slider = takeStep(spec);
  if (slider) slider.param.value = within(slider, model.get("step"));
  return onPaper(spec, isDark(theme));
}

/** Bound inputs of other parameters are Vega's own; give them the name that stands beside them. */
function nameInputs(place: HTMLElement): void {
  for (const input of place.querySelectorAll(".vega-bind input, .vega-bind select")) {
    const name = input.closest(".vega-bind")?.textContent ?? "";
    input.setAttribute("aria-label", name.trim());
  }
}

/** Return a function that runs `task`, one at a time: what is asked for meanwhile runs once, afterwards. */
function oneAtATime(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  const run = (): Promise<void> => {
    if (running) {
      again = true;
      return running;
    }
    running = task().then(() => {
      running = null;
      if (!again) return;
      again = false;
      return run();
    });
    return running;
  };
  return run;
}
