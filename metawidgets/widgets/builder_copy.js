// The episode as text to take along: Episode.to_dict as JSON, and Python that makes the same episode again.

// JSON's strings are Python's too.
const mwbQuoted = (value) => JSON.stringify(value);

// Support and query in order, with label, row and id.
function mwbSides(store) {
  const doc = store.doc();
  const label = new Map(doc.classes.map((c, i) => [c.key, i]));
  const side = (name) => mwbOrdered(doc, name).map(([key, item]) => ({ item, id: mwbItemId(key, item, store.rows()), label: label.get(item.class) ?? -1, row: store.rows().get(item.row) }));
  return { support: side("support"), query: side("query") };
}

// Whether this is the episode that was drawn, item by item, under the same names.
function mwbUnchanged(store, sides) {
  const [doc, draw] = [store.doc(), store.draw()];
  if (!draw || !mwbAlike(doc.classes.map((c) => c.name), draw.names)) return false;
  return Object.entries(sides).every(([name, found]) => mwbAlike(found.map(({ item, label }) => [item.row, label]), draw[name])
    && found.every(({ item }) => mwbAlike(item.at, draw.at[item.row])));
}

function mwbToDict(store) {
  const [doc, sides] = [store.doc(), mwbSides(store)];
  const draw = store.draw();
  const unchanged = mwbUnchanged(store, sides);
  const pure = draw && doc.kind !== "sheet" && Object.values(sides).flat().every(({ item, row }) => row && mwbAlike(item.at, row.at) && String(row.number) in draw.at);
  const bytes = (typed) => {
    let text = "";
    new Uint8Array(typed.buffer).forEach((b) => { text += String.fromCharCode(b); });
    return btoa(text);
  };
  const array = (dtype, shape, Type, values) => ({ dtype, shape, data: bytes(Type.from(values)) });
  const arrays = {};
  for (const [name, found] of Object.entries(sides)) {
    const n = found.length;
    if (doc.kind === "curve") {
      arrays[`${name}_x`] = array("float32", [n, 1], Float32Array, found.map(({ item }) => item.at[0]));
      arrays[`${name}_y`] = array("float32", [n, 1], Float32Array, found.map(({ item }) => item.at[1]));
      continue;
    }
    const values = found.flatMap(({ item, row }) => item.at ?? [...row.x.data]);
    const ink = doc.shape.length === 3;
    arrays[`${name}_x`] = array(ink ? "uint8" : "float32", [n, ...doc.shape], ink ? Uint8Array : Float32Array, values);
    arrays[`${name}_y`] = array("int64", [n], BigInt64Array, found.map(({ label }) => BigInt(label)));
  }
  return {
    format: "metawidgets.episode/1", ...arrays, class_names: doc.classes.map((c) => c.name),
    support_items: sides.support.map(({ id }) => id), query_items: sides.query.map(({ id }) => id),
    seed: unchanged ? draw.seed : [], task: unchanged || pure ? draw.task : {},
  };
}

// Python for it: the sampler's call where nothing was changed, item ids where all come from one pool, else the numbers themselves.
function mwbPython(store) {
  const [doc, sides, draw] = [store.doc(), mwbSides(store), store.draw()];
  const dataset = (name) => store.datasets().find((d) => d.name === name);
  const source = (name, split) => `${dataset(name).code}.source("${split}")`;
  const fill = (name, values) => store.templates()[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  if (mwbUnchanged(store, sides) && draw.seed.length === 2 && dataset(draw.settings.dataset)) {
    const { dataset: name, split, n_way: way, k_shot: shot, n_query: query, seed, index } = draw.settings;
    const size = `${way === null ? "" : `n_way=${way}, `}k_shot=${shot}, n_query=${query}, seed=${seed}`;
    return fill("drawn", { source: source(name, split), size, index });
  }
  const homes = new Set(doc.classes.map((c) => c.origin && `${c.origin.dataset}\n${c.origin.split}`));
  const [home, split] = [...homes][0]?.split("\n") ?? [];
  const ids = new Set(doc.classes.map((c) => c.origin?.class));
  const picked = homes.size === 1 && dataset(home)?.kind === "image" && doc.kind === "sheet"
    && Object.values(sides).flat().every(({ id }) => id[0] === dataset(home).id && ids.has(id[1]));
  if (!picked) return fill("whole", { data: mwbQuoted(JSON.stringify(mwbToDict(store))) });
  const list = (found) => `[\n${found.map(({ id, label }) => `    (${mwbQuoted(id.join("/"))}, ${label}),\n`).join("")}]`;
  const names = `[${doc.classes.map((c) => mwbQuoted(c.name)).join(", ")}]`;
  return fill("picked", { source: source(home, split), names, support: list(sides.support), query: list(sides.query) });
}
