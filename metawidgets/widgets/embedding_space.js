// The whole space behind the map: distances, neighbours and borders are computed here, where all coordinates are; none of
// them is read off the plane.

const EM_WORDS = { squared_euclidean: "squared Euclidean distance", euclidean: "Euclidean distance", cosine: "cosine distance" };

// {n, way, steps, ids, labels, isSupport(i), absorbed(step, i), item(step, i), prototype(step, k), distances(step, i, metric), ...}
function emSpace(config, arrays) {
  const labels = arrays.labels.data;
  const [states, n, features] = arrays.z.shape;
  const way = config.class_names.length;
  const { steps } = config;
  const z = arrays.z.data;
  const p = arrays.prototypes.data;
  const stateOf = (step) => step % states;
  const item = (step, i) => z.subarray((stateOf(step) * n + i) * features, (stateOf(step) * n + i + 1) * features);
  const prototype = (step, k) => p.subarray((step * way + k) * features, (step * way + k + 1) * features);
  const between = (a, b, metric) => {
    let [sum, aa, bb] = [0, 0, 0];
    if (metric === "cosine") {
      for (let f = 0; f < a.length; f++) { sum += a[f] * b[f]; aa += a[f] * a[f]; bb += b[f] * b[f]; }
      return 1 - sum / Math.sqrt(aa * bb);
    }
    for (let f = 0; f < a.length; f++) sum += (a[f] - b[f]) ** 2;
    return metric === "euclidean" ? Math.sqrt(sum) : sum;
  };
  const nearestTo = (step, i, metric) => {
    let best = -1;
    let least = Infinity;
    for (let k = 0; k < way; k++) {
      const d = between(item(step, i), prototype(step, k), metric);
      if (d < least) [best, least] = [k, d];
    }
    return best;
  };
  const readings = new Map(); // the nearest prototype of every item, kept for the last few steps
  const ids = config.ids;
  return {
    n, way, steps, states, ids, labels, item, between,
    index: new Map(ids.map((id, i) => [id, i])),
    isSupport: (i) => arrays.support.data[i] > 0,
    absorbed: (step, i) => arrays.absorbed.data[step * n + i] > 0,
    prototype,
    known: (step, k) => Number.isFinite(prototype(step, k)[0]),
    // Class of the nearest prototype of every item at a step, -1 where there is none.
    nearest(step, metric) {
      const key = `${step} ${metric === "cosine"}`;
      if (!readings.has(key)) {
        if (readings.size > 8) readings.clear();
        readings.set(key, Int32Array.from({ length: n }, (_, i) => nearestTo(step, i, metric)));
      }
      return readings.get(key);
    },
    // [[class, distance]], nearest first.
    ranks(step, i, metric) {
      const found = [];
      for (let k = 0; k < way; k++) {
        const d = between(item(step, i), prototype(step, k), metric);
        if (Number.isFinite(d)) found.push([k, d]);
      }
      return found.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
    },
    // [[item, distance]] of the `count` nearest others in the whole space.
    neighbours(step, i, metric, count) {
      const own = item(step, i);
      const found = [];
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        const d = between(own, item(step, j), metric);
        if (Number.isFinite(d) && (found.length < count || d < found[found.length - 1][1])) {
          found.push([j, d]);
          found.sort((a, b) => a[1] - b[1]);
          if (found.length > count) found.pop();
        }
      }
      return found;
    },
    // Between prototypes at a step: "distance" in the metric, "angle" at the origin, "spread" at their common centre (degrees).
    matrix(step, kind, metric) {
      const rows = Array.from({ length: way }, (_, k) => (Number.isFinite(prototype(step, k)[0]) ? Float64Array.from(prototype(step, k)) : null));
      const there = rows.filter(Boolean);
      if (kind === "spread" && there.length) {
        const centre = Float64Array.from({ length: features }, (_, f) => there.reduce((sum, row) => sum + row[f], 0) / there.length);
        there.forEach((row) => row.forEach((value, f) => { row[f] = value - centre[f]; }));
      }
      const out = new Float64Array(way * way).fill(NaN);
      rows.forEach((a, i) => rows.forEach((b, j) => {
        if (!a || !b) return;
        if (i === j) out[i * way + j] = 0;
        else if (kind === "distance") out[i * way + j] = between(a, b, metric);
        else out[i * way + j] = (180 / Math.PI) * Math.acos(Math.min(1, Math.max(-1, 1 - between(a, b, "cosine"))));
      }));
      return out;
    },
  };
}

// Regions of a slice: for each class the corners of the part of a rectangle where its plane a u + b v + c is the highest, which is
// convex. planes: (way, 3), NaN for a class without prototype. -> [{k, points: [[u, v], ...]}]
function emRegions(planes, way, [left, bottom, right, top]) {
  const known = Array.from({ length: way }, (_, k) => k).filter((k) => Number.isFinite(planes[3 * k]));
  return known.map((k) => {
    let points = [[left, bottom], [right, bottom], [right, top], [left, top]];
    for (const other of known) {
      if (other === k || !points.length) continue;
      const [a, b, c] = [0, 1, 2].map((i) => planes[3 * k + i] - planes[3 * other + i]);
      if (a === 0 && b === 0 && c === 0) { if (other < k) points = []; continue; } // twins: the first has the region
      const height = ([u, v]) => a * u + b * v + c;
      points = points.flatMap((point, i) => {
        const next = points[(i + 1) % points.length];
        const [h, g] = [height(point), height(next)];
        const cut = h * g < 0 ? [[point[0] + (h / (h - g)) * (next[0] - point[0]), point[1] + (h / (h - g)) * (next[1] - point[1])]] : [];
        return h >= 0 ? [point, ...cut] : cut;
      });
    }
    return { k, points };
  }).filter(({ points }) => points.length > 2);
}

// The class whose region holds a place, -1 for none.
function emRegionAt(planes, way, u, v) {
  let best = -1;
  let most = -Infinity;
  for (let k = 0; k < way; k++) {
    const height = planes[3 * k] * u + planes[3 * k + 1] * v + planes[3 * k + 2];
    if (height > most) [best, most] = [k, height];
  }
  return best;
}

// Whether a point lies in a polygon, by how often a ray from it crosses the outline.
function emInside(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [polygon[i], polygon[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
