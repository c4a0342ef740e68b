// What the person has answered: kept in the model, so that it is saved and Python may watch; the undo list is this view's own.
import { unsealed } from "../contest/scores.ts";
import { arraysOf, type NdArray } from "../shared/arrays.ts";
import type { Model } from "../shared/model.ts";
import type { Arrays, Config, Kind, Secret, Traits } from "./model.ts";

type Stored = Pick<Traits, "answers" | "times" | "done" | "place">;
const STORED = ["answers", "times", "done", "place"] as const;

export class Round {
  readonly config: Config;
  answers: (number | null)[][] = [];
  times: number[][] = [];
  done: boolean[] = [];
  place = 0;
  /** episode -> queries still to be answered, the current one first. */
  queues: number[][] = [];
  /** episode -> queries in the order in which they were answered. */
  history: number[][] = [];
  readonly #model: Model<Traits>;
  readonly #arrays: Arrays;
  readonly #secrets = new Map<number, Secret>();
  readonly #sizes: number[];

  constructor(model: Model<Traits>) {
    this.#model = model;
    this.config = model.get("config");
    this.#arrays = arraysOf<Arrays>(model);
    this.#sizes = this.config.episodes.map(({ n }) => n);
    this.history = this.#sizes.map(() => []);
    this.read();
  }

  /** Take what the model holds. What does not fit (a saved state may be garbled) counts as not answered. */
  read(): void {
    const model = this.#model;
    this.answers = this.#sizes.map((n, e) =>
      range(n).map((q) => {
        const value = model.get("answers")?.[e]?.[q];
        return this.#fits(e, value) ? value : null;
      }),
    );
    this.times = this.#sizes.map((n, e) =>
      range(n).map((q) => {
        const seconds = model.get("times")?.[e]?.[q];
        return Number.isFinite(seconds) && seconds >= 0 ? seconds : 0;
      }),
    );
    this.done = this.#sizes.map((_, e) => Boolean(model.get("done")?.[e]));
    this.place = this.#within(model.get("place") ?? 0);
    this.queues = this.answers.map((row, e) => {
      const open = row.flatMap((value, q) => (value === null ? [q] : []));
      const kept = (this.queues[e] ?? []).filter((q) => open.includes(q)); // skipped ones stay at the end
      return [...kept, ...open.filter((q) => !kept.includes(q))];
    });
  }

  /** Whether the model holds something else than what this view wrote last. */
  differs(name: (typeof STORED)[number]): boolean {
    return JSON.stringify(this.#model.get(name)) !== JSON.stringify(this[name]);
  }

  /** The class names, number of queries and kind of the episode that is shown. */
  get episode() {
    return this.config.episodes[this.place];
  }

  kind(e = this.place): Kind {
    return this.config.episodes[e].kind;
  }

  items(e: number, name: "support_x" | "support_y" | "query_x"): NdArray {
    return this.#arrays[`${e}.${name}`];
  }

  secret(e = this.place): Secret {
    const known = this.#secrets.get(e) ?? unsealed<Secret>(this.#arrays[`${e}.sealed`]);
    this.#secrets.set(e, known);
    return known;
  }

  /** Whether right and wrong may be told of each answer at once. */
  get tellsEach(): boolean {
    return this.config.reveal === "each";
  }

  /** The query in question, undefined where there is none. */
  current(): number | undefined {
    return this.done[this.place] ? undefined : this.queues[this.place][0];
  }

  left(): number {
    return this.queues[this.place].length;
  }

  answer(q: number, value: number, seconds: number): void {
    const e = this.place;
    this.answers[e][q] = value;
    this.times[e][q] += seconds;
    this.queues[e] = this.queues[e].filter((each) => each !== q);
    this.history[e] = [...this.history[e].filter((each) => each !== q), q];
    this.#write();
  }

  /** Ask a query again, next; whether that may be. */
  takeBack(q: number, seconds = 0): boolean {
    const e = this.place;
    if (this.done[e] || this.answers[e][q] === null || this.tellsEach) return false;
    this.answers[e][q] = null;
    this.history[e] = this.history[e].filter((each) => each !== q);
    const front = this.queues[e][0];
    if (front !== undefined) this.times[e][front] += seconds;
    this.queues[e] = [q, ...this.queues[e]];
    this.#write();
    return true;
  }

  /** Take back the last answer, and return its query. */
  undo(): number | undefined {
    const last = this.history[this.place].at(-1);
    return last !== undefined && this.takeBack(last) ? last : undefined;
  }

  /** Put the current query at the end; whether there is another. */
  skip(seconds: number): boolean {
    const [current, ...others] = this.queues[this.place];
    if (!others.length) return false;
    this.times[this.place][current] += seconds;
    this.queues[this.place] = [...others, current];
    return true;
  }

  /** Ask a query next. */
  choose(q: number): void {
    const queue = this.queues[this.place];
    if (queue.includes(q)) this.queues[this.place] = [q, ...queue.filter((each) => each !== q)];
  }

  /** End the episode, and tell its score. */
  finish(): void {
    const e = this.place;
    this.done[e] = true;
    const told = { score: this.yours(e), seconds: this.pace(e), queries: this.#sizes[e] };
    this.#model.set("scores", { ...this.#model.get("scores"), [this.episode.key]: told });
    this.#write();
  }

  go(e: number): void {
    this.place = this.#within(e);
    this.#write();
  }

  /** Forget all answers of this round. */
  restart(): void {
    this.answers = this.#sizes.map((n) => Array(n).fill(null));
    this.times = this.#sizes.map((n) => Array(n).fill(0));
    this.done = this.#sizes.map(() => false);
    this.history = this.#sizes.map(() => []);
    this.queues = this.#sizes.map(range);
    this.place = 0;
    const keys = new Set(this.config.episodes.map(({ key }) => key));
    const others = Object.entries(this.#model.get("scores") ?? {}).filter(
      ([key]) => !keys.has(key),
    );
    this.#model.set("scores", Object.fromEntries(others));
    this.#write();
  }

  /** The person's score on an episode. */
  yours(e: number): number {
    return this.#score(this.answers[e], this.secret(e).truth);
  }

  /** The learners' scores on the same queries. */
  theirs(e: number): number[] {
    const { answers, truth } = this.secret(e);
    return answers.map((said) => this.#score(said, truth));
  }

  /** The episodes that are done. */
  finished(): number[] {
    return this.#sizes.flatMap((_, e) => (this.done[e] ? [e] : []));
  }

  /** Seconds that the person took for a query of an episode, on average. */
  pace(e: number): number {
    return this.times[e].reduce((a, b) => a + b, 0) / this.#sizes[e];
  }

  #fits(e: number, value: unknown): value is number {
    const way = this.config.episodes[e].class_names.length;
    if (!Number.isFinite(value)) return false;
    return !way || (Number.isInteger(value) && Number(value) >= 0 && Number(value) < way);
  }

  #within(e: number): number {
    return Math.min(this.#sizes.length - 1, Math.max(0, e));
  }

  /** Accuracy, or the mean squared error; a query without an answer is wrong, or 0. */
  #score(given: (number | null)[], truth: number[]): number {
    const isAccuracy = this.config.metric === "accuracy";
    const points = truth.map((y, q) =>
      isAccuracy ? Number(given[q] === y) : ((given[q] ?? 0) - y) ** 2,
    );
    return points.reduce((a, b) => a + b, 0) / truth.length;
  }

  #write(): void {
    const stored: Stored = {
      answers: this.answers.map((row) => [...row]),
      times: this.times.map((row) => [...row]),
      done: [...this.done],
      place: this.place,
    };
    for (const name of STORED) this.#model.set(name, stored[name]);
    this.#model.save_changes();
  }
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
