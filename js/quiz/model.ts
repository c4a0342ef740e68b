// What Python's Quiz sends and keeps.
import type { Uint8 } from "../shared/arrays.ts";
import type { BaseTraits } from "../shared/model.ts";

export interface Question {
  question: string;
  options: string[];
  several: boolean;
  hint: string;
}

export interface Config {
  questions: Question[];
}

export interface Arrays {
  /** `Secrets` as JSON, sealed. */
  sealed: Uint8;
}

export interface Secrets {
  questions: Secret[];
}

/** What a reader is told after an answer. */
export interface Secret {
  right: number[];
  /** Why each option is wrong, "" for none given. */
  reasons: string[];
  explanation: string;
}

/** One entry a question. */
export interface Answers {
  chosen: number[][];
  checked: number[][];
  tries: number[];
  outcome: ("" | "right" | "shown")[];
  hinted: boolean[];
}

export type Traits = BaseTraits<Config> & Answers;
