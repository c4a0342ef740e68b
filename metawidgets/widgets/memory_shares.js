// What attention or a memory says of items, as in memory_reading.py: which item a slot holds, and where a query's reading falls.

const MV_TRACE_OF = 0.02; // a slot that holds less than this part of the largest write counts as empty

// mvShares({config, arrays}) -> readings by step; `heads` are the numbers of the attention heads to average.
function mvShares({ config, arrays }) {
  const { attention, context_attention: among, read_weights: reads, write_weights: writes, usage, erased } = arrays;
  const { scales, taken } = config;
  const n = arrays.support_y.shape[0];
  const nQuery = arrays.query_y.shape[0];
  const nSlots = writes?.shape[1] ?? 0;
  const readAt = taken.reduce((at, item, t) => { if (item >= 0) at[item] = t; return at; }, new Array(n).fill(-1));

  // holds[t][slot * n + item]: the weight with which the item's key stands in the slot.
  const holds = [];
  if (writes) {
    const size = nSlots * n;
    const all = new Float32Array(taken.length * size);
    for (let t = 0; t < taken.length; t++) {
      const now = all.subarray(t * size, (t + 1) * size);
      holds.push(now);
      if (!t) continue;
      now.set(holds[t - 1]);
      for (let s = 0; s < nSlots; s++) {
        const left = erased ? 1 - erased.data[t * nSlots + s] : 1;
        if (left !== 1) for (let i = 0; i < n; i++) now[s * n + i] *= left;
        if (taken[t] >= 0) now[s * n + taken[t]] += writes.data[t * nSlots + s];
      }
    }
  }
  const floor = writes ? MV_TRACE_OF * Math.max(1e-12, writes.data.reduce((a, b) => Math.max(a, b), 0)) : 0;
  const totalOf = (t, s) => { let sum = 0; for (let i = 0; i < n; i++) sum += holds[t][s * n + i]; return sum; };

  // Of each slot at a step the item it holds most of (-1: empty), its part of the slot, and how much is held in all.
  const tops = [];
  const top = (t) => (tops[t] ??= (() => {
    const out = { item: new Int32Array(nSlots).fill(-1), part: new Float32Array(nSlots), total: new Float32Array(nSlots) };
    for (let s = 0; s < nSlots; s++) {
      const total = (out.total[s] = totalOf(t, s));
      if (total < floor) continue;
      let best = 0;
      for (let i = 1; i < n; i++) if (holds[t][s * n + i] > holds[t][s * n + best]) best = i;
      out.item[s] = best;
      out.part[s] = holds[t][s * n + best] / total;
    }
    return out;
  })());
  // The slots that asking a query empties, and writes the query itself to.
  const nextErased = (t) => {
    if (!config.n_erased || !usage) return [];
    const now = mwAt(usage, t).data;
    return Array.from(now.keys()).sort((a, b) => now[a] - now[b] || a - b).slice(0, config.n_erased);
  };

  const kind = attention ? "attention" : reads && writes ? "reading" : "";
  // A step's shares of all queries at once: shares[q * n + item], and what falls on itself and on empty slots.
  let last = { key: "" };
  const all = (t, heads) => {
    const key = `${t} ${heads}`;
    if (last.key === key) return last;
    const shares = new Float32Array(nQuery * n);
    const [itself, empty] = [new Float32Array(nQuery), new Float32Array(nQuery)];
    if (kind === "attention") {
      const now = mwAt(attention, t).data;
      const factor = scales.attention / heads.length;
      for (const h of heads) for (let i = 0, from = h * nQuery * n; i < nQuery * n; i++) shares[i] += factor * now[from + i];
      for (let q = 0; q < nQuery; q++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += shares[q * n + i];
        itself[q] = sum ? Math.max(0, 1 - sum) : 0;
      }
    } else if (kind === "reading") {
      const now = mwAt(reads, t).data;
      const own = new Set(nextErased(t));
      const { item, total } = top(t);
      for (let s = 0; s < nSlots; s++) {
        const base = holds[t].subarray(s * n, (s + 1) * n);
        for (let q = 0; q < nQuery; q++) {
          const weight = scales.read_weights * now[q * nSlots + s];
          if (!weight) continue;
          if (own.has(s)) itself[q] += weight;
          else if (item[s] < 0) empty[q] += weight;
          else for (let i = 0; i < n; i++) shares[q * n + i] += (weight * base[i]) / total[s];
        }
      }
    }
    return (last = { key, shares, itself, empty });
  };
  // What support item i attended to when it was read: null where that is not recorded, or not yet.
  const row = (i, t, heads) => {
    if (!among || readAt[i] < 0 || readAt[i] > t) return null;
    const now = mwAt(among, readAt[i]).data;
    const out = new Float32Array(n);
    for (const h of heads) for (let j = 0; j < n; j++) out[j] += (scales.context_attention / heads.length) * now[h * n + j];
    return out;
  };
  return {
    kind, n, nQuery, nSlots, readAt, holds, top, totalOf, nextErased, among: Boolean(among),
    // {items, itself, empty} of a query.
    ofQuery: (t, q, heads) => {
      const { shares, itself, empty } = all(t, heads);
      return { items: shares.subarray(q * n, (q + 1) * n), itself: itself[q], empty: empty[q] };
    },
    ofAll: (t, heads) => all(t, heads).shares,
    // How much each query looks at a support item.
    onItem: (t, i, heads) => { const { shares } = all(t, heads); return Float32Array.from({ length: nQuery }, (_, q) => shares[q * n + i]); },
    row,
    // Of item i among the items: what it attended to (those before it and itself), and those after it: how much they attended to it.
    amongItems: (t, i, heads) => {
      const own = row(i, t, heads);
      if (!own) return null;
      return own.map((v, j) => (readAt[j] > readAt[i] ? row(j, t, heads)?.[i] ?? 0 : v));
    },
    // What each head says of the focused item: a query's attention, or a support item's when it was read. (head, item)
    byHead: (t, focus) => {
      const nHeads = attention.shape[1];
      const out = new Float32Array(nHeads * n);
      if (focus.side === "query") {
        const now = mwAt(attention, t).data;
        for (let h = 0; h < nHeads; h++) for (let i = 0; i < n; i++) out[h * n + i] = scales.attention * now[(h * nQuery + focus.i) * n + i];
        return out;
      }
      if (!among || readAt[focus.i] < 0 || readAt[focus.i] > t) return null;
      const now = mwAt(among, readAt[focus.i]).data;
      return out.map((_, i) => scales.context_attention * now[i]);
    },
    // The items in a slot with their parts, most first.
    inSlot: (t, s, most = 4) => {
      const total = totalOf(t, s);
      if (total < floor) return [];
      const base = holds[t].subarray(s * n, (s + 1) * n);
      return Array.from(base.keys()).filter((i) => base[i] > 0).sort((a, b) => base[b] - base[a] || a - b).slice(0, most).map((i) => [i, base[i] / total]);
    },
  };
}

// The heads that a choice means, as in Python; the choice itself where it means any, else "all"; and its words.
function mvHeadsOf({ head_groups: groups, head_names: names }, head) {
  const [kind, number] = head.split(":");
  const i = /^\d+$/.test(number ?? "") ? Number(number) : -1;
  if (kind === "layer" && groups[i]) return groups[i][1];
  return kind === "head" && names[i] !== undefined ? [i] : names.map((_, h) => h);
}
const mvHeadChoice = (config, head) => (mvHeadsOf(config, head).length < config.head_names.length ? head : "all");
const mvHeadWords = (config, head) => {
  const heads = mvHeadsOf(config, head);
  if (heads.length === 1) return config.head_names[heads[0]];
  const layer = heads.length < config.head_names.length && config.head_groups.find(([, own]) => own === heads)[0];
  return `${layer ? `${layer}, ` : ""}mean of ${heads.length} heads`;
};

const mvArgmax = (values) => values.reduce((best, v, k) => (v > values[best] ? k : best), 0);
const mvReach = (values) => values.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 0);
const mvSave = (model, name, value) => { model.set(name, value); model.save_changes(); };
