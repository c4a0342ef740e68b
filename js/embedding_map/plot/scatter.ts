// Scatter in the whole space: how far classes lie apart, how that changes over the steps, and which classes are right.
import { drawAxes, drawLine, scaleOf, stepTicksOf, ticksOf } from "../../plot/axes.ts";
import { canvasOf, cutTo } from "../../plot/canvas.ts";
import { classSign } from "../../plot/class_sign.ts";
import { dotMark } from "../../plot/shapes.ts";
import { at } from "../../shared/arrays.ts";
import type { Metric } from "../../shared/distances.ts";
import { h } from "../../shared/elements.ts";
import { numberText, percentText } from "../../shared/numbers.ts";
import type { Theme } from "../../shared/theme.ts";
import type { Arrays, Config } from "../model.ts";
import type { Space } from "../space/space.ts";

export interface ScatterOptions {
  space: Space;
  arrays: Arrays;
  config: Config;
  onStep: (step: number) => void;
  onClass: (k: number) => void;
}

interface ScatterState {
  step: number;
  metric: Metric;
  nearest: Int32Array;
  theme: Theme;
}

/** Figures, their course over the steps, and a list of classes. */
export function scatterOf(options: ScatterOptions) {
  const { space, config } = options;
  const facts = h("dl", { class: "em-facts" });
  const chart = courseOf(options);
  const classes = classesOf(options);
  const about = `Nearest to their own ${config.noun}, by class; a press chooses the class`;
  const node = h(
    "div",
    { class: "em-scatter" },
    facts,
    chart.node,
    h("p", { class: "em-kicker" }, about),
    classes.node,
  );
  chart.node.hidden = space.steps === 1;
  const paint = (state: ScatterState, width: number) => {
    facts.replaceChildren(...factsOf(options, state));
    classes.show(state);
    if (space.steps > 1 && width) chart.paint(state, width);
  };
  return { node, paint };
}

function nounOf(config: Config): string {
  return config.has_sides ? "queries" : "items";
}

const text = (value: number) => (Number.isNaN(value) ? "\u2013" : numberText(value));

function factsOf({ space, arrays, config }: ScatterOptions, { step, metric }: ScatterState) {
  const [within, between, ratio, silhouette] = at(arrays.geometry, step % space.states).data;
  const share = at(arrays.around, step).data[metric === "cosine" ? 4 : 3];
  const round = Number.isNaN(silhouette) ? "\u2013" : silhouette.toFixed(2).replace("-", "\u2212");
  const near = Number.isNaN(share) ? "\u2013" : percentText(share);
  const fact = (name: string, value: string, title: string) =>
    h("div", { title }, h("dt", {}, name), h("dd", {}, value));
  return [
    fact(
      "within classes",
      text(within),
      "mean squared distance of an item to the mean of its class",
    ),
    fact(
      "between classes",
      text(between),
      "mean squared distance of an item's class mean to the mean of all",
    ),
    fact("ratio", text(ratio), "between / within: larger is better separated"),
    fact("silhouette", round, "from \u22121 to 1 (Rousseeuw 1987)"),
    fact(
      "nearest to own",
      near,
      `${nounOf(config)} that are nearest to the ${config.noun} of their class`,
    ),
  ];
}

/** The ratio of scatter over the steps, on which the step is moved by dragging. */
function courseOf({ space, arrays, config, onStep }: ScatterOptions) {
  const title = `Between / within scatter, ${nounOf(config)} around their ${config.noun}s`;
  const props = { class: "em-line", role: "img", "aria-label": title };
  const { canvas, ctx, resize } = canvasOf(props); // named before it is painted: it may be folded away
  const node = h("figure", { class: "em-chart" }, h("figcaption", {}, title), canvas);
  const ratios = Array.from({ length: space.steps }, (_, t) => at(arrays.around, t).data[2]);
  const top = Math.max(...ratios.filter(Number.isFinite), 1e-9) * 1.06;
  const last = space.steps - 1;
  let x = scaleOf([0, last], [0, 1]);
  const paint = ({ step, theme }: ScatterState, width: number) => {
    const height = 96;
    resize(width, height);
    const box = { left: 40, right: width - 8, top: 8, bottom: height - 34 };
    x = scaleOf([0, last], [box.left + 4, box.right - 4]);
    const y = scaleOf([0, top], [box.bottom, box.top]);
    const xTicks = stepTicksOf(last, width / 60);
    const yTicks = ticksOf(0, top, 2);
    drawAxes(ctx, { box, x, y, xTicks, yTicks, xLabel: config.axis_label, theme });
    ctx.strokeStyle = theme.fg;
    ctx.lineWidth = 1;
    drawLine(
      ctx,
      2,
      () => Math.round(x(step)) + 0.5,
      (i) => [box.top - 4, box.bottom][i],
    );
    ctx.strokeStyle = ctx.fillStyle = theme.accent;
    ctx.lineWidth = 2;
    const course = (n: number) => drawLine(ctx, n, x, (t) => y(ratios[t]));
    ctx.globalAlpha = 0.3;
    course(ratios.length);
    ctx.globalAlpha = 1;
    course(step + 1);
    if (Number.isFinite(ratios[step])) dotMark(ctx, x(step), y(ratios[step]), 4);
    const now = `${text(ratios[step])} at this one`;
    canvas.setAttribute("aria-label", `${title} over ${space.steps} states; ${now}`);
  };
  const scrub = (event: PointerEvent) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const step = Math.round(x.invert(event.clientX - canvas.getBoundingClientRect().left));
    onStep(Math.min(last, Math.max(0, step)));
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    scrub(event);
  });
  canvas.addEventListener("pointermove", scrub);
  return { node, paint };
}

const MOST_CLASSES = 20;

/** Classes with how many of their items are nearest to their own prototype, the worst first. */
function classesOf({ space, config, onClass }: ScatterOptions) {
  const names = config.class_names;
  const node = h("ul", { class: "em-classes" });
  let shown = "";
  const row = (k: number, right: number, of: number, theme: Theme) => {
    const name = `Choose the items of ${names[k]}: ${right} of ${of} right`;
    const onclick = () => onClass(k);
    const props = { type: "button", class: "em-class", title: names[k], "aria-label": name };
    return h(
      "li",
      {},
      h(
        "button",
        { ...props, onclick },
        classSign(k, theme, { class: "em-sign" }),
        h("span", { class: "em-name" }, cutTo(names[k], 20)),
        h("span", { class: "em-value" }, `${right}/${of}`),
      ),
    );
  };
  const show = ({ step, metric, nearest, theme }: ScatterState) => {
    const key = [step, metric, theme.fg, theme.bg].join();
    if (key === shown) return;
    shown = key;
    const counts = rightByClass(space, nearest);
    const share = (k: number) => counts[k].right / (counts[k].of || 1);
    const ranked = [...names.keys()].sort((a, b) => share(a) - share(b) || a - b);
    const seen = ranked.slice(0, MOST_CLASSES);
    node.replaceChildren(...seen.map((k) => row(k, counts[k].right, counts[k].of, theme)));
    const rest = ranked.length - seen.length;
    if (rest > 0) node.append(h("li", { class: "em-kicker" }, `and ${rest} more`));
  };
  return { node, show };
}

/** Of each class how many of its judged items are nearest to their own prototype, and of how many. */
function rightByClass(space: Space, nearest: Int32Array): { right: number; of: number }[] {
  const counts = Array.from({ length: space.way }, () => ({ right: 0, of: 0 }));
  for (const [i, k] of nearest.entries()) {
    if (!space.isJudged(i)) continue;
    const own = counts[space.labels[i]];
    own.of += 1;
    if (k === space.labels[i]) own.right += 1;
  }
  return counts;
}
