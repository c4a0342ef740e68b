// Answers to queries, kept for those that are still there.
import type { Float32 } from "../../shared/arrays.ts";

/** (step, query, way) for other queries, by the texts that name them with their places; those that are new have no number. */
export function keptFor(answers: Float32, before: string[], after: string[]): Float32 {
  const [steps, queries, width] = answers.shape;
  const data = new Float32Array(steps * after.length * width).fill(NaN);
  for (const [i, id] of after.entries()) {
    const from = before.indexOf(id);
    if (from < 0) continue;
    for (let t = 0; t < steps; t++) {
      const row = (t * queries + from) * width;
      data.set(answers.data.subarray(row, row + width), (t * after.length + i) * width);
    }
  }
  return { data, shape: [steps, after.length, width] };
}
