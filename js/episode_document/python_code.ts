// Python that makes a hand-built episode again, as a person would write it: the dataset, the sampler, then the edits. Pixels stand
// in it only for what was drawn or uploaded.
import type { Side } from "../shared/packed_episode.ts";
import { type Arrangement, type Step, stepsBetween } from "./edit_steps.ts";
import { type PythonLines, pythonLines } from "./python_lines.ts";
import {
  type Built,
  episodeDict,
  pure,
  type Sets,
  setsOf,
  type Taken,
  unchanged,
} from "./take_along.ts";
import type { EpisodeDocument } from "./types.ts";

/** A dataset to draw from. */
export interface DatasetChoice {
  name: string;
  /** The name that its items carry. */
  id: string;
  kind: string;
  /** Sizes that suit it. */
  usual: [n_way: number | null, k_shot: number, n_query: number];
  /** Python that loads it. */
  code: string;
}

/** A part of a dataset. */
interface Part {
  dataset: DatasetChoice;
  split: string;
}

/** Where the code begins, before any edit. */
interface Start {
  arrangement: Arrangement;
  /** For each class of the episode which of these it is, -1 for none. */
  places: number[];
  /** Whether its task is no longer that of the episode. */
  dropsTask: boolean;
  write: (lines: PythonLines) => void;
}

/** Python that makes the episode. */
export function episodeCode(built: Built, datasets: DatasetChoice[]): string {
  const sets = setsOf(built);
  const starts = [sampledStart(built, sets, datasets), takenStart(built, sets, datasets)];
  const codes = starts.flatMap((start) => {
    const code = start && codeFrom(start, built, sets, datasets);
    return code ? [code] : [];
  });
  codes.sort((a, b) => a.length - b.length);
  return codes[0] ?? wholeCode(built);
}

/** The episode with all its data: for items of which nobody knows a dataset. */
function wholeCode(built: Built): string {
  if (built.document.shape.length !== 3) return numbersCode(built);
  const data = JSON.stringify(JSON.stringify(episodeDict(built)));
  const lines = [
    "import json",
    "",
    "from metawidgets import Episode",
    "",
    `episode = Episode.from_dict(json.loads(${data}))`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The episode with all its numbers. */
function numbersCode(built: Built): string {
  const sets = setsOf(built);
  const { class_names, seed, task, feature_names = [] } = episodeDict(built);
  const lines = pythonLines(built.document);
  lines.needs("Episode", false);
  const labels = (found: Taken[]) => `[${found.map(({ label }) => label).join(", ")}]`;
  const [x, y] = [lines.numbers, built.document.kind === "curve" ? lines.targets : labels];
  lines.call("episode = Episode", [
    ...(["support", "query"] as const).flatMap((side) => [
      `${side}_x=${x(sets[side])}`,
      `${side}_y=${y(sets[side])}`,
      `${side}_items=${lines.ids(sets[side])}`,
    ]),
    `class_names=${literal(class_names)}`,
    `seed=${literal(seed)}`,
    `task=${literal(task)}`,
    `feature_names=${literal(feature_names)}`,
  ]);
  return lines.written();
}

/** Plain JSON as Python writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).map(([name, each]) => `${literal(name)}: ${literal(each)}`);
  return `{${pairs.join(", ")}}`;
}

/** A sampler's episode, if the document began as one. */
function sampledStart(built: Built, sets: Sets, datasets: DatasetChoice[]): Start | null {
  const { draw, document, rows } = built;
  const dataset = datasets.find(({ name }) => name === draw?.settings.dataset);
  if (!draw?.sampled || !dataset) return null;
  const entriesOf = (side: Side) =>
    draw[side].map(([row, label]) => ({ id: rows.get(row)?.item.join("/") ?? "", label }));
  const arrangement = {
    names: draw.names,
    sets: { support: entriesOf("support"), query: entriesOf("query") },
  };
  const { split, n_way, k_shot, n_query, seed, index } = draw.settings;
  const size = { ...(n_way === null ? {} : { n_way }), k_shot, n_query, seed };
  return {
    arrangement,
    places: placesOf(document, draw.names),
    dropsTask: !unchanged(built, sets) && !pure(built, sets) && Object.keys(draw.task).length > 0,
    write(lines) {
      lines.needs("EpisodeSampler");
      const named = Object.entries(size).map(([name, value]) => `${name}=${value}`);
      const sampler = `EpisodeSampler(${lines.source({ dataset, split })}, ${named.join(", ")})`;
      lines.add(`episode = ${sampler}.episode(${index})`);
    },
  };
}

/** For each class of the document which class of its draw it is, -1 for none. */
function placesOf({ classes, draw, kind }: EpisodeDocument, names: string[]): number[] {
  const used = new Set<number>();
  return classes.map(({ origin }) => {
    const own = origin?.draw === draw && (kind !== "sheet" || names[origin.label] === origin.class);
    if (!origin || !own || used.has(origin.label)) return -1;
    used.add(origin.label);
    return origin.label;
  });
}

/** An episode of those items that one part of a dataset has, each named. */
function takenStart(built: Built, sets: Sets, datasets: DatasetChoice[]): Start | null {
  const { document } = built;
  const partOf = partsOf(datasets);
  const first = [...sets.support, ...sets.query].map(partOf).find((part) => part);
  if (document.kind !== "sheet" || !first) return null;
  const isOf = (part: Part | null) => part?.dataset === first.dataset && part.split === first.split;
  const own = (side: Side) => sets[side].filter((each) => isOf(partOf(each)));
  const [support, query] = [own("support"), own("query")];
  if (!support.length) return null;
  const names = document.classes.map(({ name }) => name);
  const entriesOf = (found: Taken[]) => found.map(({ id, label }) => ({ id: id.join("/"), label }));
  return {
    arrangement: { names, sets: { support: entriesOf(support), query: entriesOf(query) } },
    places: [...names.keys()],
    dropsTask: false,
    write(lines) {
      lines.needs("Episode");
      const source = lines.source(first);
      for (const [side, found] of [
        ["support", support],
        ["query", query],
      ] as const) {
        lines.call(
          `${side} = ${source}.take`,
          found.map(({ id }) => lines.text(id.join("/"))),
        );
      }
      const labels = (found: Taken[]) => `[${found.map(({ label }) => label).join(", ")}]`;
      lines.call("episode = Episode", [
        "support.x",
        labels(support),
        "query.x",
        labels(query),
        `class_names=[${names.map(lines.text).join(", ")}]`,
        "support_items=support.items",
        "query_items=query.items",
      ]);
    },
  };
}

/** The part of a dataset that has an item, null for what no pool of images has. */
function partsOf(datasets: DatasetChoice[]) {
  return ({ row }: Taken): Part | null => {
    const [name, split] = row?.home ?? [];
    const dataset = datasets.find((each) => each.name === name && each.kind === "image");
    return dataset && split ? { dataset, split } : null;
  };
}

/** The start and the edits, or null where one of the items can't be named. */
function codeFrom(
  start: Start,
  built: Built,
  sets: Sets,
  datasets: DatasetChoice[],
): string | null {
  const { document } = built;
  const entriesOf = (side: Side) =>
    sets[side].map(({ id, label }) => ({ id: id.join("/"), label }));
  const to: Arrangement = {
    names: document.classes.map(({ name }) => name),
    sets: { support: entriesOf("support"), query: entriesOf("query") },
  };
  const steps = stepsBetween(start.arrangement, to, start.places);
  const named = start.arrangement.sets;
  if ([...named.support, ...named.query].some(({ id }) => id === "")) return null;
  const lines = pythonLines(document);
  start.write(lines);
  const partOf = partsOf(datasets);
  const taken = new Map([...sets.support, ...sets.query].map((each) => [each.id.join("/"), each]));
  for (const step of steps) {
    if (step.do !== "with_items") writeStep(lines, step);
    else {
      for (const run of runsOf(
        step.ids.map((id) => taken.get(id)!),
        partOf,
      )) {
        lines.withItems(step, run.items, run.part);
      }
    }
  }
  if (start.dropsTask) lines.dropTask();
  return lines.written();
}

/** Items in a row that come from the same place. */
function runsOf(items: Taken[], partOf: (item: Taken) => Part | null) {
  const runs: { items: Taken[]; part: Part | null }[] = [];
  for (const item of items) {
    const part = partOf(item);
    const last = runs.at(-1);
    const alike = last?.part?.dataset === part?.dataset && last?.part?.split === part?.split;
    if (last && alike) last.items.push(item);
    else runs.push({ items: [item], part });
  }
  return runs;
}

function writeStep(lines: PythonLines, step: Exclude<Step, { do: "with_items" }>): void {
  const { text } = lines;
  const before =
    "before" in step && step.before !== undefined ? [`before=${text(step.before)}`] : [];
  const write = (args: string[]) => lines.call(`episode = episode.${step.do}`, args);
  if (step.do === "moved") write([...step.ids.map(text), `to="${step.to}"`, ...before]);
  else if (step.do === "without") write(step.ids.map(text));
  else if (step.do === "relabelled" || step.do === "renamed") {
    const pairs = Object.entries(step.names).map(([from, to]) => `${text(from)}: ${text(to)}`);
    lines.call(`episode = episode.${step.do}`, pairs, ["({", "})"]);
  } else write([...step.names.map(text), ...before]);
}
