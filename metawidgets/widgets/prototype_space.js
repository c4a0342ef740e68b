// Distances to class means in every metric, before and after edits of the support: the arithmetic of prototype_metrics.py and
// prototype_edits.py, in float64, where the embeddings were sent.

const PH_METRICS = {
  squared_euclidean: ["Squared Euclidean", "squared Euclidean distance"], euclidean: ["Euclidean", "Euclidean distance"],
  cosine: ["Cosine", "cosine distance"], manhattan: ["Manhattan", "Manhattan distance"],
};

// The distance between row i of a and row j of b, both with f numbers a row; NaN where one is NaN.
function mwMetric(metric, a, i, b, j, f) {
  let [sum, aa, bb] = [0, 0, 0];
  if (metric === "cosine") {
    for (let d = 0; d < f; d++) {
      const [x, y] = [a[i * f + d], b[j * f + d]];
      sum += x * y; aa += x * x; bb += y * y;
    }
    return 1 - sum / (Math.max(Math.sqrt(aa), 1e-12) * Math.max(Math.sqrt(bb), 1e-12));
  }
  for (let d = 0; d < f; d++) {
    const away = a[i * f + d] - b[j * f + d];
    sum += metric === "manhattan" ? Math.abs(away) : away * away;
  }
  return metric === "euclidean" ? Math.sqrt(sum) : sum;
}

// mwPrototypeSpace(config, arrays) -> what follows below; `which` is "old" or "new", `metric` "" for the learner's own distance.
function mwPrototypeSpace(config, arrays) {
  const { episode, own, local, pool } = config;
  const [steps, n, way] = arrays.distances.shape;
  const labels = arrays.query_y.data;
  const m = arrays.support_y.data.length;
  const f = arrays["space.support"]?.shape[1];
  const ids = [...episode.support_ids, ...episode.query_ids, ...pool.ids];
  const placeOf = new Map(ids.map((id, i) => [id, i]));
  const parts = ["space.support", "space.queries", "space.pool"].flatMap((name) => arrays[name]?.data ?? []);
  const everything = f ? new Float32Array(parts.reduce((sum, part) => sum + part.length, 0)) : null;
  if (f) parts.reduce((at, part) => { everything.set(part, at); return at + part.length; }, 0);
  const flags = arrays["space.present"]?.data;
  const original = Array.from({ length: m }, (_, i) => i);
  // support: rows of `every` with their labels; present(t, i): whether the i-th of them is there at step t
  const before = f && {
    rows: original, labels: Array.from(arrays.support_y.data), present: (t, i) => flags[t * m + i] > 0,
    every: everything, queries: arrays["space.queries"].data,
  };
  let [edits, after, support] = [[], before, null];
  let moved = new Uint8Array(n);
  let cache = new Map();
  let edition = 0;
  const cached = (key, make) => { if (!cache.has(key)) cache.set(key, make()); return cache.get(key); };

  function setEdits(next, fresh = arrays) {
    arrays = fresh;
    edits = next;
    cache = new Map();
    edition += 1;
    const of = new Map(edits.map((edit) => [edit.item, edit]));
    const kept = original.filter((i) => of.get(ids[i])?.op !== "drop");
    const added = edits.filter(({ op }) => op === "add").map(({ item }) => placeOf.get(item));
    const rows = [...kept, ...added];
    const now = rows.map((row) => of.get(ids[row])?.label ?? arrays.support_y.data[row]);
    moved = Uint8Array.from({ length: n }, (_, q) => added.includes(m + q));
    support = { rows, labels: now };
    after = before;
    if (edits.length && arrays["edited.support"]) {
      const there = arrays["edited.present"].data;
      after = { rows: rows.map((_, i) => i), labels: now, present: (t, i) => there[t * rows.length + i] > 0, every: arrays["edited.support"].data, queries: arrays["edited.queries"].data };
    } else if (edits.length && before) {
      // Added examples come with the last step.
      after = { ...before, rows, labels: now, present: (t, i) => (rows[i] < m ? flags[t * m + rows[i]] > 0 : t === steps - 1) };
    }
  }

  // The mean of class k at step t, written behind out[at]; NaN where there is nothing, `but` left out.
  function centre({ rows, labels: of, present, every }, t, k, out, at = 0, but = -1) {
    let count = 0;
    out.fill(0, at, at + f);
    rows.forEach((row, i) => {
      if (of[i] !== k || i === but || !present(t, i)) return;
      count += 1;
      for (let d = 0; d < f; d++) out[at + d] += every[row * f + d];
    });
    for (let d = 0; d < f; d++) out[at + d] = count ? out[at + d] / count : NaN;
  }
  const space = (which) => (which === "new" ? after : before);
  const centres = (which, t) => {
    const out = new Float64Array(way * f);
    for (let k = 0; k < way; k++) centre(space(which), t, k, out, k * f);
    return out;
  };

  // Steps from `start` to `end`: a column is computed anew only where its class changed since the step before.
  function computed(which, metric, start, end) {
    const s = space(which);
    const data = new Float64Array((end - start) * n * way);
    const mean = new Float64Array(f);
    const members = Array.from({ length: way }, (_, k) => [...s.rows.keys()].filter((i) => s.labels[i] === k));
    for (let t = start; t < end; t++) {
      for (let k = 0; k < way; k++) {
        const same = t > start && members[k].every((i) => s.present(t, i) === s.present(t - 1, i));
        if (!same) centre(s, t, k, mean);
        for (let q = 0; q < n; q++) {
          const at = ((t - start) * n + q) * way + k;
          if (same) data[at] = data[at - n * way];
          else data[at] = which === "new" && moved[q] ? NaN : mwMetric(metric, s.queries, q, mean, 0, f);
        }
      }
    }
    return { data, shape: [end - start, n, way] };
  }
  const version = (which) => (edits.length ? which : "old");
  // What is compared is computed alike; alone, the learner's own distances are shown as they were recorded.
  const recorded = (which, metric) => metric === "" && !(edits.length && local) && (version(which) === "old" ? arrays.distances : arrays["edited.distances"]);
  const stack = (which, metric) => cached(`${version(which)} ${metric}`, () => recorded(which, metric) || computed(version(which), metric || own, 0, steps));
  // One step alone, where nothing has asked for all of them yet.
  const at = (which, metric, t) => (recorded(which, metric) || cache.has(`${version(which)} ${metric}`)
    ? mwAt(stack(which, metric), t)
    : cached(`${version(which)} ${metric} at ${t}`, () => mwAt(computed(version(which), metric || own, t, t + 1), 0)));
  const reading = (which, metric, t) => cached(`${version(which)} ${metric} ${t}`, () => mwNearest(at(which, metric, t)));

  // Only the learner's own distance has probabilities: a softmax over minus the distance is its rule, and no other's.
  function probabilities(which, metric, t) {
    if (metric !== "" || !arrays.probabilities) return null;
    const name = version(which) === "old" ? "probabilities" : "edited.probabilities";
    if (arrays[name] && !(local && version(which) === "new")) return mwAt(arrays[name], t);
    if (config.scale === null) return null;
    const { data } = at(which, metric, t);
    const out = new Float64Array(n * way);
    for (let q = 0; q < n; q++) {
      const row = Array.from(data.subarray(q * way, (q + 1) * way), (d) => (Number.isFinite(d) ? -config.scale * d : -Infinity));
      const top = Math.max(...row);
      const powers = row.map((x) => (top === -Infinity ? 1 : Math.exp(x - top)));
      const sum = powers.reduce((a, b) => a + b);
      powers.forEach((p, k) => { out[q * way + k] = p / sum; });
    }
    return { data: out, shape: [n, way] };
  }

  // Queries still asked that are nearest to their own class.
  const right = (which, metric, t) => reading(which, metric, t).first.reduce((sum, k, q) => sum + (k === labels[q] && !moved[q] ? 1 : 0), 0);

  // The decision for query q without each support example: [{place (in ids), label, first, change}], change of the margin of the
  // class decided for now over the best other; NaN where either is missing then.
  function without(which, metric, t, q) {
    const s = space(version(which));
    const by = metric || own;
    const means = centres(version(which), t);
    const row = Float64Array.from({ length: way }, (_, k) => mwMetric(by, s.queries, q, means, k, f));
    const decided = mwNearest({ data: row, shape: [1, way] });
    const now = decided.first[0];
    const mean = new Float64Array(f);
    return s.rows.flatMap((_, i) => {
      if (!s.present(t, i)) return [];
      const k = s.labels[i];
      centre(s, t, k, mean, 0, i);
      const changed = row.slice();
      changed[k] = mwMetric(by, s.queries, q, mean, 0, f);
      const others = Array.from(changed).filter((d, c) => c !== now && Number.isFinite(d));
      const margin = others.length ? Math.min(...others) - changed[now] : NaN;
      return [{ place: (version(which) === "new" ? support.rows : original)[i], label: k, first: mwNearest({ data: changed, shape: [1, way] }).first[0], change: margin - decided.margin[0] }];
    });
  }

  setEdits([]);
  return {
    steps, n, way, m, f, ids, placeOf, labels, original: Array.from(arrays.support_y.data), stack, at, reading, probabilities, right, without, centres, setEdits,
    edits: () => edits, version: () => edition, moved: () => moved, support: () => support, distances: (metric, a, i, b, j) => mwMetric(metric || own, a, i, b, j, f),
    hasSpace: (which) => Boolean(space(version(which))),
  };
}

// The matrix's groups of rows [{title, members}], as rows_in_order in Python.
function mwRowGroups(sort, { first, margin }, { data }, labels, names) {
  const way = names.length;
  const every = Array.from(labels.keys());
  const groups = [];
  const add = (title, members) => { if (members.length) groups.push({ title, members }); };
  if (sort === "class") names.forEach((name, k) => add(name, every.filter((q) => labels[q] === k)));
  else {
    const size = (x) => (Number.isNaN(x) ? Infinity : x);
    const down = (key) => (a, b) => (key(a) === key(b) ? a - b : key(a) - key(b));
    const byMargin = [...every].sort(down((q) => size(margin[q])));
    const right = (q) => first[q] === labels[q];
    const excess = (q) => size(data[q * way + labels[q]] - data[q * way + first[q]]);
    if (sort === "margin") add("Smallest margin first", byMargin);
    else {
      add("Wrong, the farthest off first", every.filter((q) => first[q] >= 0 && !right(q)).sort(down((q) => -excess(q))));
      add("Right, smallest margin first", byMargin.filter(right));
      add("Without a decision", every.filter((q) => first[q] < 0));
    }
  }
  return groups;
}
