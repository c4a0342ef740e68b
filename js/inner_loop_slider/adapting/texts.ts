// What Python says of a trace and of an episode, said of those that the browser makes; the same by fixtures.
import type { Points } from "../points/points.ts";

/** One phrase for each state of `steps` gradient steps, as Python's `step_names`. */
export function stepNames(steps: number): string[] {
  if (!steps) return ["as recorded"];
  const after = (t: number) =>
    steps === 1 ? "after the gradient step" : `after ${t} of ${steps} gradient steps`;
  return Array.from({ length: steps + 1 }, (_, t) => (t ? after(t) : "before adaptation"));
}

/** "5-way 1-shot", "5-way, 1 to 3 shots" or "10-shot regression", as Python's `episode_title`. */
export function titleOf({ support }: Points, way: number): string {
  if (!way) return `${support.length}-shot regression`;
  const shots = Array.from({ length: way }, (_, k) => support.filter(([, , y]) => y === k).length);
  const [low, high] = [Math.min(...shots), Math.max(...shots)];
  return low === high ? `${way}-way ${low}-shot` : `${way}-way, ${low} to ${high} shots`;
}
