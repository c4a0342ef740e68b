// One item in detail: its image, and what each learner says of it at this step.
import { canvasOf } from "../plot/canvas.ts";
import { type Thumbnails, thumbnailsOf } from "../plot/thumbnails.ts";
import { at, type Uint8 } from "../shared/arrays.ts";
import { h } from "../shared/elements.ts";
import { numberText, percentText } from "../shared/numbers.ts";
import { type Adaptations, type Item, largestOf, stepOf, type Trace } from "./adaptations.ts";
import type { State } from "./panel.ts";

const SIZE = 88;
const KICKERS = {
  pinned: "Selected",
  pointed: "Pointing at",
  hardest: "Hardest query after adaptation",
};
/** Learners of whom the one line speaks. */
const MOST_TOLD = 4;

export function inspectorOf(now: Adaptations) {
  const picture = pictureOf(now);
  const kicker = h("p", { class: "il-kicker" });
  const title = h("h4", { class: "il-item" });
  const told = h("div", { class: "il-told" });
  const who = h("div", { class: "il-who" }, picture.node, h("div", {}, kicker, title));
  const look = { class: "il-inspector", role: "group", "aria-label": "Item in detail" };
  const node = h("div", look, who, told);
  const fact = h("p", { class: "il-fact" });
  /** Show an item; return the same as one sentence. */
  const show = ({ shown, mode, step, theme }: State): string => {
    const item = now.items.find((each) => each.id === shown);
    node.hidden = !item;
    fact.textContent = item ? `${KICKERS[mode]}: ${factOf(now, item, step)}` : "";
    if (!item) return "";
    kicker.textContent = KICKERS[mode];
    title.textContent = titleOf(now, item);
    picture.show(item, theme.fg, title.textContent);
    told.replaceChildren(
      ...now.traces.map((trace) => {
        const head = now.several && h("p", { class: "il-learner" }, trace.name);
        return h("div", {}, head, saidOf(now, item, trace, stepOf(trace, step)));
      }),
    );
    const parts = [...told.querySelectorAll(".il-learner, .il-verdict, .il-facts div")];
    const texts = parts.map((p) => [...p.childNodes].map((c) => c.textContent).join(" "));
    return `${title.textContent}. ${texts.join(". ")}.`;
  };
  return { node, fact, update: picture.update, show };
}

/** The image of an item, where items are images. */
function pictureOf(now: Adaptations) {
  const { canvas, ctx, resize } = canvasOf({ role: "img" });
  let thumbnails: Record<Item["side"], Thumbnails> | null = null;
  let known = ""; // the episode
  let pictured = ""; // the item and the ink
  const update = () => {
    if (known === now.key) return;
    known = now.key;
    pictured = "";
    const { query_x, support_x } = now.arrays;
    thumbnails = now.images
      ? { query: thumbnailsOf(query_x as Uint8), support: thumbnailsOf(support_x as Uint8) }
      : null;
    canvas.hidden = !thumbnails;
  };
  const show = ({ id, side, i }: Item, ink: string, label: string) => {
    if (!thumbnails || pictured === `${id} ${ink}`) return;
    pictured = `${id} ${ink}`;
    resize(SIZE, SIZE);
    thumbnails[side].draw(ctx, i, 6, 6, SIZE - 12, ink, true);
    canvas.setAttribute("aria-label", label);
  };
  return { node: canvas, update, show };
}

function titleOf(now: Adaptations, item: Item): string {
  const side = item.side === "query" ? "Query" : "Support item";
  const { names } = now;
  const label = names.length ? `, true class ${names[item.label]}` : "";
  return `${side} ${item.i}${placeText(now, item)}${label}`;
}

/** Where an item of one or two numbers lies; "" for others. */
function placeText({ arrays, images }: Adaptations, { side, i }: Item): string {
  const x = at(arrays[`${side}_x`], i).data;
  if (images || x.length > 2) return "";
  if (x.length === 1) return ` at x = ${numberText(x[0])}`;
  return ` at (${Array.from(x, (v) => numberText(v)).join(", ")})`;
}

/** An item in one line: what it is, and what the learners say of it. */
function factOf(now: Adaptations, item: Item, step: number): string {
  const { names, arrays, traces, several } = now;
  const target = arrays[`${item.side}_y`].data[item.i];
  const what = `${titleOf(now, item)}${names.length ? "" : `, target ${numberText(target)}`}`;
  if (item.side === "support") return `${what}.`;
  const told = traces.slice(0, MOST_TOLD).map((trace) => {
    const answer = answerText(now, item, trace, stepOf(trace, step));
    return several ? `${trace.name} ${answer}` : answer;
  });
  const more = traces.length > MOST_TOLD ? ` and ${traces.length - MOST_TOLD} more` : "";
  return `${what}. Predicted: ${told.join(", ")}${more}.`;
}

function answerText(
  { arrays, names }: Adaptations,
  item: Item,
  { i }: Trace,
  step: number,
): string {
  if (!names.length) return numberText(at(at(arrays[`${i}.outputs`]!, step), item.i).data[0]);
  const p = at(at(arrays[`${i}.probabilities`]!, step), item.i).data;
  if (p.some(Number.isNaN)) return "not a number";
  const guess = largestOf(p);
  return `${names[guess]} (${percentText(p[guess])})`;
}

/** What a learner says of an item at a step. */
function saidOf(now: Adaptations, item: Item, { i }: Trace, step: number): HTMLElement[] {
  const { arrays, names } = now;
  if (!names.length) {
    const outputs = item.side === "query" ? at(arrays[`${i}.outputs`]!, step) : null;
    const target = arrays[`${item.side}_y`].data[item.i];
    return [facts(target, outputs && at(outputs, item.i).data[0])];
  }
  if (item.side === "support") {
    const given = "Given with its class: the learner adapts to it.";
    return [h("p", { class: "il-verdict" }, given)];
  }
  const p = at(at(arrays[`${i}.probabilities`]!, step), item.i).data;
  const [tone, text] = verdictOf(names, item.label, p);
  return [h("p", { class: `il-verdict ${tone}` }, text), classList(names, item.label, p)];
}

/** A target with what is said of it, null for nothing. */
function facts(target: number, said: number | null): HTMLElement {
  const rows = [["Target", numberText(target)]];
  if (said !== null) {
    rows.push(["Prediction", numberText(said)], ["Error", numberText(said - target)]);
  }
  const row = ([name, value]: string[]) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  return h("dl", { class: "il-facts" }, rows.map(row));
}

/** The classes as bars with their names, the most probable first; the true one is always among them. */
function classList(names: string[], truth: number, p: Float32Array): HTMLElement {
  const ranked = [...names.keys()].sort((a, b) => p[b] - p[a] || a - b);
  const shown = ranked.filter((k, rank) => rank < 5 || k === truth);
  const row = (k: number) =>
    h(
      "li",
      { class: k === truth ? "il-true" : "" },
      h("span", { class: "il-name", title: names[k] }, names[k]),
      h("span", { class: "il-role" }, k === truth ? "true" : ""),
      h("span", { class: "il-bar" }, h("i", { style: { width: `${100 * (p[k] || 0)}%` } })),
      h("span", { class: "il-value" }, percentText(p[k])),
    );
  return h("ol", { class: "il-classes" }, shown.map(row));
}

function verdictOf(names: string[], truth: number, p: Float32Array): [tone: string, text: string] {
  if (p.some(Number.isNaN)) return ["il-bad", "\u2715 no probabilities: not a number"];
  if (p.every((v) => Math.abs(v - p[0]) < 1e-6)) return ["", "undecided: every class alike"];
  const guess = largestOf(p);
  return guess === truth
    ? ["il-good", `\u25cf correct: ${names[guess]}`]
    : ["il-bad", `\u2715 wrong: ${names[guess]}`];
}
