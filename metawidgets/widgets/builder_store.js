// The document in force: edits, undo and redo, and what Python sends instead of it.

// mwbStore({model, python, frame, signal}) -> {doc(), rows(), verdict(), edit(what, change, batch), undo(), redo(), can(), ask(), on(cb)}
function mwbStore({ model, python, frame, signal }) {
  const callbacks = new Set();
  const waiting = [];
  let [rows, verdict] = [new Map(), null];

  const read = () => {
    const arrays = mwArrays(model);
    const config = model.get("config");
    rows = new Map();
    let next = 0;
    (config.groups ?? []).forEach(([kind, , count], g) => {
      for (let i = 0; i < count; i++) {
        const { number, item, source } = config.rows[next++];
        const x = mwAt(arrays[`x${g}`], i);
        rows.set(number, { number, item, source, x, at: kind === "sheet" ? null : [...x.data] });
      }
    });
  };
  const tell = () => {
    verdict = mwbVerdict(doc(), rows);
    callbacks.forEach((callback) => callback());
  };
  const doc = () => model.get("document");
  const history = () => model.get("history");
  const write = (next, past) => {
    model.set({ document: next, history: past });
    model.save_changes();
  };
  // While Python works on a request, its answer would overtake an edit: edits wait, but no longer than a few seconds.
  const when = (act) => {
    if (!python.busy()) return act();
    waiting.push(act);
    if (waiting.length === 1) setTimeout(drain, 4000);
    return undefined;
  };
  const drain = () => waiting.splice(0).forEach((act) => act());
  const speak = (what) => frame.say(`${what}. ${verdict.problem ? `No episode: ${verdict.problem}` : mwbTitle(doc(), verdict.counts)}`);

  const edit = (what, change, batch = "") => when(() => {
    const next = structuredClone(doc());
    if (change(next) === false || mwbEmpty(mwbDifference(doc(), next))) return false;
    write(next, mwbRecorded(history(), doc(), next, what.slice(0, 120), batch));
    speak(what[0].toUpperCase() + what.slice(1));
    return true;
  });
  const turn = (source, target, way, word) => when(() => {
    const past = history();
    const step = past[source].at(-1);
    if (!step) return;
    write(mwbApplied(doc(), step[way]), { [source]: past[source].slice(0, -1), [target]: [...past[target], step] });
    speak(`${word}: ${step.what}`);
  });

  read();
  verdict = mwbVerdict(doc(), rows);
  let [due, stale] = [false, false];
  for (const name of ["document", "arrays", "buffer", "config"]) {
    mwListen(model, `change:${name}`, () => {
      stale ||= name !== "document";
      if (!due) queueMicrotask(() => { if (stale) read(); [due, stale] = [false, false]; tell(); });
      due = true;
    }, signal);
  }
  mwListen(model, "change:history", () => callbacks.forEach((callback) => callback()), signal);
  return {
    doc, edit, rows: () => rows, verdict: () => verdict,
    undo: () => turn("undo", "redo", "back", "Undone"),
    redo: () => turn("redo", "undo", "forth", "Done again"),
    past: history,
    draw: () => (model.get("config").draws ?? []).find(([number]) => number === doc().draw)?.[1],
    templates: () => model.get("config").templates,
    help: () => model.get("config").help,
    datasets: () => model.get("config").datasets ?? [],
    // A request to Python; the new state is announced, or the error that stands in the status line.
    async ask(action, params, options) {
      const done = await python.ask(action, params, options);
      if (done && !model.get("error")) speak(model.get("history").undo.at(-1)?.what ?? action);
      drain();
      return done && !model.get("error");
    },
    error: () => model.get("error"),
    id: (key) => mwbItemId(key, doc().items[key], rows).join("/"),
    on: (callback) => callbacks.add(callback),
  };
}
