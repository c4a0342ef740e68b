// The document of a hand-built episode and its history: plain JSON, the same rules as in builder_document.py.
// Edits change a copy; the store compares it with what was there, and what differs is one step to undo.

const MWB_TOP = ["kind", "shape", "draw", "settings", "next", "classes"];
const MWB_SIDES = ["support", "query", "pool"];
const MWB_MOST_EDITS = 100;
const MWB_LARGEST_HISTORY = 300000;
const MWB_MOST_ITEMS = 2000;

const mwbAlike = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// The patch that makes `next` of `old`: {top, items}; an item that is gone is null.
function mwbDifference(old, next) {
  const patch = { top: {}, items: {} };
  for (const name of MWB_TOP) if (!mwbAlike(old[name], next[name])) patch.top[name] = next[name];
  for (const key of new Set([...Object.keys(old.items), ...Object.keys(next.items)])) {
    if (!mwbAlike(old.items[key], next.items[key])) patch.items[key] = next.items[key] ?? null;
  }
  return patch;
}

const mwbEmpty = (patch) => Object.keys(patch.top).length + Object.keys(patch.items).length === 0;

function mwbApplied(doc, patch) {
  const items = Object.entries({ ...doc.items, ...patch.items }).filter(([, item]) => item !== null);
  return { ...doc, ...patch.top, items: Object.fromEntries(items) };
}

// The history with one more edit; edits of one batch (a drag of a point, the nudges of a key) are one to undo.
function mwbRecorded(history, old, next, what, batch = "") {
  const laid = (below, above) => ({ top: { ...below.top, ...above.top }, items: { ...below.items, ...above.items } });
  let edit = { what, batch, back: mwbDifference(next, old), forth: mwbDifference(old, next) };
  let undo = [...history.undo];
  if (batch && undo.at(-1)?.batch === batch) {
    const last = undo.pop();
    edit = { ...edit, back: laid(edit.back, last.back), forth: laid(last.forth, edit.forth) };
  }
  undo = [...undo, edit].slice(-MWB_MOST_EDITS);
  let size = undo.reduce((sum, each) => sum + JSON.stringify(each).length, 0);
  while (undo.length > 1 && size > MWB_LARGEST_HISTORY) size -= JSON.stringify(undo.shift()).length;
  return { undo, redo: [] };
}

// [[key, item]] of a side in order, of one class where it is given.
function mwbOrdered(doc, side, cls) {
  return Object.entries(doc.items)
    .filter(([, item]) => item.side === side && (cls === undefined || item.class === cls))
    .sort(([a, p], [b, q]) => p.rank - q.rank || a - b);
}

// A rank on a side just before an item, or behind the last one.
function mwbRank(doc, side, before) {
  const order = mwbOrdered(doc, side).filter(([key]) => key !== before);
  const next = doc.items[before];
  if (!next || next.side !== side) return order.length ? order.at(-1)[1].rank + 1 : 0;
  const below = order.filter(([, item]) => item.rank <= next.rank).at(-1)?.[1].rank ?? next.rank - 2;
  if (next.rank - below > 1e-6) return (below + next.rank) / 2;
  mwbOrdered(doc, side).forEach(([, item], i) => { item.rank = i; }); // no room between two: number all anew
  return next.rank - 0.5;
}

// Put an item elsewhere: another side or class, or before another item.
function mwbMove(doc, key, { side, cls, before }) {
  const item = doc.items[key];
  if (!item || key === before) return;
  const to = side ?? item.side;
  if (cls !== undefined && doc.kind !== "curve") item.class = cls;
  if (to === item.side && before === undefined) return;
  const rank = mwbRank(doc, to, before);
  item.side = to;
  item.rank = rank;
}

// Exchange an item with its neighbour in the same strip.
function mwbShift(doc, key, by) {
  const item = doc.items[key];
  const strip = mwbOrdered(doc, item.side, item.class);
  const other = strip[strip.findIndex(([each]) => each === key) + by]?.[1];
  if (other) [item.rank, other.rank] = [other.rank, item.rank];
}

// A new item with the next free key, behind the last of its side; returns the key, or "" where there is no room.
function mwbAdd(doc, item) {
  if (Object.keys(doc.items).length >= MWB_MOST_ITEMS) return "";
  const key = String(doc.next);
  doc.items[key] = { row: null, class: null, locked: false, rank: mwbRank(doc, item.side), ...item };
  doc.next += 1;
  return key;
}

function mwbAddClass(doc) {
  const names = new Set(doc.classes.map((c) => c.name));
  let n = doc.classes.length + 1;
  while (names.has(`new class ${n}`)) n += 1;
  doc.classes.push({ key: doc.next, name: `new class ${n}`, locked: false, origin: null });
  doc.next += 1;
  mwbCountWays(doc);
}

function mwbRemoveClass(doc, cls) {
  doc.classes = doc.classes.filter((c) => c.key !== cls);
  for (const [key, item] of Object.entries(doc.items)) if (item.class === cls) delete doc.items[key];
  mwbCountWays(doc);
}
const mwbCountWays = (doc) => { doc.settings.n_way = Math.max(2, doc.classes.length); };

// Other numbers of support and query items, from the pool alone; false where the pool does not suffice.
function mwbResize(doc, sizes) {
  Object.assign(doc.settings, sizes);
  const wanted = { support: doc.settings.k_shot, query: doc.settings.n_query };
  for (const cls of doc.kind === "curve" ? [null] : doc.classes.filter((c) => !c.locked).map((c) => c.key)) {
    for (const [side, n] of Object.entries(wanted)) {
      const loose = mwbOrdered(doc, side, cls).filter(([, item]) => !item.locked).reverse();
      const spare = Math.max(0, mwbOrdered(doc, side, cls).length - n);
      for (const [key] of loose.slice(0, spare)) mwbMove(doc, key, { side: "pool" });
    }
    for (const [side, n] of Object.entries(wanted)) {
      const lack = n - mwbOrdered(doc, side, cls).length;
      const pool = mwbOrdered(doc, "pool", cls).filter(([, item]) => !item.locked);
      if (lack > pool.length) return false;
      for (const [key] of pool.slice(0, Math.max(0, lack))) mwbMove(doc, key, { side });
    }
  }
  return true;
}
