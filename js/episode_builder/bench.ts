// Below the items: what is added and where, and the episode to take along.
import { addClass } from "../episode_document/edits.ts";
import { episodeCode } from "../episode_document/python_code.ts";
import { type Built, episodeDict } from "../episode_document/take_along.ts";
import { MOST_CLASSES } from "../episode_document/types.ts";
import { button, copy, segments } from "../shared/controls.ts";
import { disable, h } from "../shared/elements.ts";
import type { Frame } from "../shared/mount.ts";
import type { Side } from "../shared/packed_episode.ts";
import type { Python } from "../shared/python.ts";
import type { Theme } from "../shared/theme.ts";
import type { TakeFiles } from "./files.ts";
import { ownIcon } from "./icons.ts";
import { classChoice } from "./inspector.ts";
import { padOf } from "./pad/pad.ts";
import type { State } from "./state.ts";
import type { Store } from "./store.ts";

export interface BenchOptions {
  store: Store;
  python: Python;
  frame: Frame;
  state: State;
  files: TakeFiles;
  theme: () => Theme;
  /** Place a point or a sample. */
  place: () => void;
}

/** The bench, and the drawing pad that its button opens. */
export function benchOf(options: BenchOptions) {
  const { store, state, python, theme } = options;
  const target = () => ({ key: state.cls(), side: state.side });
  const pad = padOf({ store, python, target, theme });
  pad.node.hidden = true;
  const adding = addingOf(options, pad);
  const taking = takingOf(options);
  const node = h("div", { class: "eb-bench" }, adding.node, taking.node);
  const show = () => {
    adding.show();
    taking.show();
  };
  return { node, pad: pad.node, show };
}

function addingOf(options: BenchOptions, pad: ReturnType<typeof padOf>) {
  const { store, state, place } = options;
  const side = segments<Side>({
    label: "Side of what is added",
    options: [
      ["support", "Support"],
      ["query", "Query"],
    ],
    value: state.side,
    onchange: (to) => {
      state.side = to;
    },
  });
  const cls = classChoice("Class of what is added", state.addTo);
  const draw = button({
    text: "Draw",
    pressed: false,
    onclick: () => open(pad.node.hidden !== false),
  });
  const open = (opened: boolean) => {
    pad.node.hidden = !opened;
    draw.setAttribute("aria-pressed", String(opened));
    draw.setAttribute("aria-expanded", String(opened));
    pad.paint();
  };
  draw.setAttribute("aria-expanded", "false");
  const upload = uploadOf(options);
  const placing = button({ text: "Place one", onclick: place });
  const label = h("span", { class: "eb-into-label" }, "Add to");
  const parts = [label, side.node, cls.node, draw, upload.button, placing, upload.chooser];
  const node = h("div", { class: "eb-into mw-messages" }, parts);
  const show = () => {
    const document = store.document();
    const images = document.kind === "sheet" && document.shape.length === 3;
    const plotted = document.kind !== "sheet";
    cls.show(document, state.cls());
    draw.hidden = !images;
    upload.button.hidden = !images;
    placing.hidden = !plotted;
    node.hidden = !images && !plotted;
    if (!images) pad.node.hidden = true;
    if (!pad.node.hidden) pad.paint();
  };
  return { node, show };
}

function uploadOf({ python, state, files }: BenchOptions) {
  const chooser = h("input", {
    type: "file",
    class: "eb-file",
    multiple: true,
    accept: "image/*",
    tabindex: -1,
    "aria-label": "Pictures to upload",
  });
  chooser.addEventListener("change", () => {
    files([...(chooser.files ?? [])], { cls: state.cls(), side: state.side, beside: upload });
    chooser.value = "";
  });
  const upload = button({ text: "Upload\u2026", onclick: () => chooser.click() });
  python.bind(upload, "upload", "Uploading pictures");
  return { button: upload, chooser };
}

function takingOf({ store, frame }: BenchOptions) {
  const built = (): Built => ({
    document: store.document(),
    rows: store.rows(),
    draw: store.draw(),
  });
  const take = (make: () => string) => {
    const { problem } = store.verdict();
    if (problem) frame.fail(`There is no episode to copy. ${problem}`);
    else copy(make(), frame);
  };
  const another = button({
    text: "Add a class",
    icon: ownIcon("plus"),
    onclick: () => {
      const full = store.document().classes.length >= MOST_CLASSES;
      if (full) store.refuse(`There are ${MOST_CLASSES} classes, and no room for another one.`);
      else store.edit("add a class", addClass);
    },
  });
  const json = button({
    text: "Copy as JSON",
    onclick: () => take(() => JSON.stringify(episodeDict(built()))),
  });
  const python = button({
    text: "Copy as Python",
    onclick: () => take(() => episodeCode(built(), store.datasets())),
  });
  const show = () => {
    const { problem } = store.verdict();
    another.hidden = store.document().kind === "curve";
    for (const each of [json, python]) {
      disable(each, Boolean(problem));
      each.title = problem ? "There is no episode to copy" : "";
    }
  };
  return { node: h("div", { class: "eb-take mw-messages" }, another, json, python), show };
}
