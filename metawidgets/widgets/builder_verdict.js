// What a document amounts to: an episode, or the reason why not; the same words as builder_episode.py, without waiting for it.

// Where an item came from: [dataset, class, item]. What was moved in a plot is a drawn item no more.
function mwbItemId(key, item, rows) {
  const row = rows.get(item.row);
  if (row && (!item.at || mwbAlike(item.at, row.at))) return row.item;
  return ["placed", item.class === null ? "curve" : `class-${item.class}`, key];
}

// {problem, notes, bad: keys of the items at fault, counts: [[class key, support, query, pool]]}
function mwbVerdict(doc, rows) {
  const sides = Object.fromEntries(["support", "query"].map((side) => [side, mwbOrdered(doc, side)
    .map(([key, item]) => ({ key, item, id: mwbItemId(key, item, rows).join("/") }))]));
  const [problem, bad] = mwbProblem(doc, sides);
  const counts = (doc.kind === "curve" ? [null] : doc.classes.map((c) => c.key))
    .map((cls) => [cls, ...MWB_SIDES.map((side) => mwbOrdered(doc, side, cls).length)]);
  return { problem, notes: mwbNotes(doc, sides, rows), bad: new Set(bad), counts };
}

function mwbProblem(doc, { support, query }) {
  if (doc.kind !== "curve") {
    const names = doc.classes.map((c) => c.name.trim());
    if (names.length < 2) return [`${["There is no class", "There is one class"][names.length]}: nothing to tell apart. Add classes.`, []];
    if (names.includes("")) return [`Class ${names.indexOf("") + 1} has no name. Give it one.`, []];
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    const first = names.find((name) => names.filter((other) => other === name).length > 1);
    if (twice !== undefined) return [`Two classes are called \u201c${first}\u201d. Rename one.`, []];
  }
  const asked = new Map(query.map((each) => [each.id, each]));
  const both = support.find((each) => asked.has(each.id));
  if (both) return [`Item ${both.id} is in both support and query: a learner would be asked what it was told. Remove one.`, [both.key, asked.get(both.id).key]];
  for (const [side, found] of [["support", support], ["query", query]]) {
    const again = found.find((each, i) => found.findIndex((other) => other.id === each.id) < i);
    if (again) return [`Item ${again.id} is in the ${side} set twice. Remove one.`, found.filter((each) => each.id === again.id).map((each) => each.key)];
  }
  if (!support.length) return ["The support set is empty: a learner needs at least one item to learn from. Move an item there.", []];
  if (!query.length) return ["The query set is empty: a learner would be asked nothing. Move an item there.", []];
  return ["", []];
}

function mwbNotes(doc, sides, rows) {
  const notes = [];
  for (const { key, name } of doc.classes) {
    const [shots, queries] = [sides.support, sides.query].map((found) => found.filter(({ item }) => item.class === key).length);
    if (!shots) notes.push(`Class \u201c${name}\u201d has ${queries ? "queries but no support: a learner cannot know it" : "neither support nor queries"}.`);
  }
  const seen = new Map();
  for (const { item, id } of doc.kind === "sheet" ? [...sides.support, ...sides.query] : []) {
    const source = rows.get(item.row)?.source ?? "";
    if (!seen.has(source)) seen.set(source, id);
    else if (seen.get(source) !== id) notes.push(`${seen.get(source)} and ${id} are from one source image: they are no independent evidence.`);
  }
  return notes;
}

// "5-way 1-shot, 15 queries": the episode in short, or how uneven it is.
function mwbTitle(doc, counts) {
  const span = (values) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return low === high ? `${low}` : `${low} to ${high}`;
  };
  const [shots, queries] = [counts.map((c) => c[1]), counts.map((c) => c[2])];
  const total = queries.reduce((a, b) => a + b, 0);
  const asked = `${total} ${total === 1 ? "query" : "queries"}`;
  if (doc.kind === "curve") return `${shots[0]}-shot regression, ${asked}`;
  const even = new Set(shots).size < 2;
  const per = new Set(queries).size < 2 ? `${queries[0] ?? 0} a class` : `${span(queries)} a class`;
  return `${counts.length}-way${even ? "" : ","} ${even ? `${shots[0] ?? 0}-shot` : `${span(shots)} shots`}, ${asked} (${per})`;
}
