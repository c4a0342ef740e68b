// What is largest, and what all add up to.

/** Return the index of the largest value, of equal ones the first. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}

/** Return the largest size among the finite values, 0 for none. */
export function largestSize(values: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < values.length; k++) {
    if (Number.isFinite(values[k])) most = Math.max(most, Math.abs(values[k]));
  }
  return most;
}

/** Return the sum, NaN if one of the values is. */
export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k];
  return sum;
}
