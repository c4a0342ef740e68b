// Losses and scores of one task, as `learners.losses` in Python defines them.
import type { InnerLoopConfig } from "./config.ts";
import type { Rows } from "./network.ts";

export type Loss = InnerLoopConfig["loss"];

/** Outputs of items with their targets: labels, or as many numbers an item as there are outputs. */
export interface Answers {
  outputs: Rows;
  y: Rows;
  /** Items. */
  n: number;
  /** Outputs an item. */
  width: number;
}

/** The mean cross-entropy in nats, or the mean squared error over items and dimensions. */
export function lossOf(loss: Loss, answers: Answers): number {
  return loss === "squared_error" ? squaredError(answers) : crossEntropy(answers);
}

function squaredError({ outputs, y, n, width }: Answers): number {
  let sum = 0;
  for (let i = 0; i < n * width; i++) sum += (outputs[i] - y[i]) ** 2;
  return sum / (n * width);
}

function crossEntropy({ outputs, y, n, width }: Answers): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const from = i * width;
    const largest = largestIn(outputs, from, width);
    let total = 0;
    for (let k = 0; k < width; k++) total += Math.exp(outputs[from + k] - largest);
    sum += Math.log(total) - (outputs[from + y[i]] - largest);
  }
  return sum / n;
}

/** The gradient of the loss with respect to the outputs. */
export function slopeOf(loss: Loss, { outputs, y, n, width }: Answers): Float64Array {
  const slope = new Float64Array(n * width);
  if (loss === "squared_error") {
    for (let i = 0; i < n * width; i++) slope[i] = ((outputs[i] - y[i]) * 2) / (n * width);
    return slope;
  }
  softmaxInto(slope, outputs, n, width);
  for (let i = 0; i < n; i++) slope[i * width + y[i]] -= 1;
  for (let i = 0; i < n * width; i++) slope[i] /= n;
  return slope;
}

/** Softmax of each row; minus infinity for a class gives it 0, and for all of them a uniform row. */
export function probabilitiesOf(outputs: Rows, n: number, width: number): Float64Array {
  const found = new Float64Array(n * width);
  softmaxInto(found, outputs, n, width);
  for (let i = 0; i < n; i++) {
    if (largestIn(outputs, i * width, width) === -Infinity) {
      found.fill(1 / width, i * width, (i + 1) * width);
    }
  }
  return found;
}

/** The part of items whose largest output is that of their class; a tie counts as the chance of guessing right. */
export function accuracyOf({ outputs, y, n, width }: Answers): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const from = i * width;
    const largest = largestIn(outputs, from, width);
    let tied = 0;
    for (let k = 0; k < width; k++) if (outputs[from + k] === largest) tied += 1;
    if (outputs[from + y[i]] === largest) sum += 1 / tied;
  }
  return sum / n;
}

function softmaxInto(into: Float64Array, outputs: Rows, n: number, width: number): void {
  for (let i = 0; i < n; i++) {
    const from = i * width;
    const largest = largestIn(outputs, from, width);
    let total = 0;
    for (let k = 0; k < width; k++) {
      into[from + k] = Math.exp(outputs[from + k] - largest);
      total += into[from + k];
    }
    for (let k = 0; k < width; k++) into[from + k] /= total;
  }
}

/** The largest of a row; not a number if one of it is none. */
function largestIn(outputs: Rows, from: number, width: number): number {
  let largest = outputs[from];
  for (let k = 1; k < width; k++) {
    const v = outputs[from + k];
    if (v > largest || Number.isNaN(v)) largest = v;
  }
  return largest;
}
