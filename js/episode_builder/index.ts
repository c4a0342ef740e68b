// Support and query built by hand. The document is edited here at once; Python follows, and adds what only it can draw.
import { move } from "../episode_document/edits.ts";
import { titleOf } from "../episode_document/verdict.ts";
import { setClassColours } from "../plot/svg_marks.ts";
import { h } from "../shared/elements.ts";
import { fold, tryFirst } from "../shared/first_view.ts";
import type { View } from "../shared/model.ts";
import { mount } from "../shared/mount.ts";
import { pythonOf } from "../shared/python.ts";
import { onWidth, repaint } from "../shared/repaint.ts";
import { selectionOf } from "../shared/selection.ts";
import { onTheme, themeOf } from "../shared/theme.ts";
import { actionsOf, itemKeysOn, undoKeysOn } from "./actions.ts";
import { benchOf } from "./bench.ts";
import { dragItems } from "./drag.ts";
import { takeFilesOf } from "./files.ts";
import { inspectorOf } from "./inspector.ts";
import type { Traits } from "./model.ts";
import { type NearestLearner, nearestLearnerOf, scoreLineOf } from "./nearest/learner.ts";
import { planeViewOf } from "./plane/plane.ts";
import { settingsOf } from "./settings.ts";
import { pictureOf, sheetOf } from "./sheet/sheet.ts";
import { type State, stateOf } from "./state.ts";
import { type Store, storeOf } from "./store.ts";
import style from "./style.css";

function render(view: View<Traits>): void {
  const { model, signal } = view;
  const frame = mount(view, { name: "episode_builder", label: "Episode builder", style });
  const { root, body } = frame;
  const python = pythonOf(model, { frame, signal });
  const store = storeOf({ model, python, frame, signal });
  const selection = selectionOf(model);
  const repaintSoon = repaint(() => paint(), { signal });
  const state = stateOf(store, selection, repaintSoon);
  const files = takeFilesOf({ store, python, frame });
  let theme = themeOf(root);

  const learner = nearestLearnerOf(model, store);
  const sheet = sheetOf({ store, python, state, files, learner });
  const plane = planeViewOf({ store, python, state, signal });
  const shown = () => (store.document().kind === "sheet" ? sheet : plane);
  const actions = actionsOf({ store, state, view: shown, paint: () => paint() });
  const settings = settingsOf({ store, python, frame });
  const verdict = verdictOf(store);
  const inspector = inspectorOf({ store, state, actions, learner });
  const score = scoreLineOf(learner);
  const trying = tryLinesOf(store, learner);
  const place = () => plane.add();
  const bench = benchOf({ store, python, frame, state, files, theme: () => theme, place });
  const help = h("p", { class: "eb-help" });
  const keys = fold({ name: "episode_builder/keys", title: "Keys", content: help });
  const stage = h("div", { class: "eb-stage" }, sheet.node, plane.node);
  const built = h("div", { class: "eb-built" }, verdict.line, score.node, verdict.list);
  const below = [inspector.node, bench.node, bench.pad, keys];
  body.append(trying.node, settings.node, python.needs(), built, stage, ...below);

  itemKeysOn(stage, { store, state, actions, view: shown, add: place });
  undoKeysOn(root, store);
  const picture = (key: string) => pictureOf(store, key, theme);
  dragItems({ root: sheet.node, picture, ...dropsOf(store, state), signal });

  const paint = () => {
    settings.show();
    verdict.show();
    for (const each of [sheet, plane]) each.node.hidden = each !== shown();
    shown().paint(theme);
    inspector.show(theme);
    score.show();
    trying.show();
    bench.show();
    help.textContent = store.help()[shown() === sheet ? "sheet" : "plot"];
  };
  const recolour = () => {
    theme = themeOf(root);
    setClassColours(root, theme);
    paint();
  };
  recolour();
  store.on(repaintSoon);
  onTheme(recolour, signal);
  const fit = (width: number) => {
    plane.fit(width);
    repaintSoon();
  };
  onWidth(stage, fit, signal);
  signal.addEventListener("abort", selection.close);
}

/** What to try first, which depends on the kind of items. */
function tryLinesOf(store: Store, learner: NearestLearner) {
  const lines = {
    learner: tryFirst(
      "Drag a class\u2019s support items into its pool, one by one, and watch which queries go wrong.",
    ),
    sheet: tryFirst("Drag a query onto the support of its class: the episode below follows."),
    points: tryFirst("Click in the plot to place a point, then drag it to another place."),
    curve: tryFirst("Click in the plot to place a sample, then drag it off the curve."),
  };
  const show = () => {
    const { kind } = store.document();
    const now = kind === "sheet" && learner.answers() ? "learner" : kind;
    for (const [name, line] of Object.entries(lines)) line.hidden = name !== now;
  };
  return { node: h("div", { class: "eb-try" }, Object.values(lines)), show };
}

/** The line that says what was built, and the notes under it. */
function verdictOf(store: Store) {
  const line = h("p", { class: "eb-verdict" });
  const list = h("ul", { class: "eb-notes", "aria-label": "Notes" });
  const show = () => {
    const { problem, notes, counts } = store.verdict();
    line.className = `eb-verdict ${problem ? "is-none" : "is-there"}`;
    const head = h("b", {}, problem ? "No episode. " : "Episode: ");
    line.replaceChildren(head, problem || `${titleOf(store.document(), counts)}.`);
    const rest = notes.length - 6;
    const said = rest > 0 ? [...notes.slice(0, 6), `and ${rest} more notes`] : notes;
    list.replaceChildren(...said.map((each) => h("li", {}, each)));
    list.hidden = !notes.length;
  };
  return { line, list, show };
}

/** What happens to an item that was clicked, or let go elsewhere. */
function dropsOf(
  store: Store,
  state: State,
): Pick<Parameters<typeof dragItems>[0], "drop" | "click"> {
  return {
    click: state.choose,
    drop(key, to) {
      if (store.document().items[key]) {
        store.edit(`move an item to ${to.side}`, (document) => move(document, key, to));
      }
      state.choose(key);
    },
  };
}

export default { render };
