// What the person has answered: kept in the model, so that it is saved and Python may watch; the undo list is this view's own.

// mwYouState({model}) -> {answers, times, done, place, ...}; every change is written back at once.
function mwYouState(model) {
  const config = model.get("config");
  const sizes = config.episodes.map((e) => e.n);
  // A saved state may be of another shape (or garbled): what does not fit counts as not answered.
  const table = (name, blank, fits) => sizes.map((n, e) => Array.from({ length: n }, (_, q) => {
    const value = model.get(name)?.[e]?.[q];
    return fits(value) ? value : blank;
  }));
  const arrays = mwArrays(model);
  const secrets = new Map();
  const secret = (e) => secrets.get(e) ?? secrets.set(e, mwUnsealed(arrays[`${e}.sealed`])).get(e);
  const state = { config, arrays, history: sizes.map(() => []), queues: [] };
  const way = (e) => config.episodes[e].class_names.length;
  state.read = () => {
    state.answers = table("answers", null, (v) => Number.isFinite(v));
    state.answers.forEach((row, e) => row.forEach((v, q) => { if (v !== null && way(e) && !(Number.isInteger(v) && v >= 0 && v < way(e))) row[q] = null; }));
    state.times = table("times", 0, (v) => Number.isFinite(v) && v >= 0);
    state.done = sizes.map((_, e) => Boolean(model.get("done")?.[e]));
    state.place = Math.min(sizes.length - 1, Math.max(0, model.get("place") ?? 0));
    state.queues = state.answers.map((row, e) => {
      const open = row.flatMap((v, q) => (v === null ? [q] : []));
      const kept = (state.queues[e] ?? []).filter((q) => open.includes(q)); // skipped ones stay at the end
      return [...kept, ...open.filter((q) => !kept.includes(q))];
    });
  };
  const write = () => {
    model.set("answers", state.answers.map((row) => [...row]));
    model.set("times", state.times.map((row) => [...row]));
    model.set("done", [...state.done]);
    model.set("place", state.place);
    model.save_changes();
  };
  const percent = config.metric === "accuracy";
  const scoreOf = (given, truth) => truth.reduce((sum, y, q) => sum + (percent ? Number(given[q] !== null && given[q] === y) : ((given[q] ?? 0) - y) ** 2), 0) / truth.length;
  Object.assign(state, {
    secret, percent,
    kind: (e) => config.episodes[e].kind,
    current: () => (state.done[state.place] ? undefined : state.queues[state.place][0]),
    left: () => state.queues[state.place].length,
    answer(q, value, seconds) {
      const e = state.place;
      state.answers[e][q] = value;
      state.times[e][q] += seconds;
      state.queues[e] = state.queues[e].filter((each) => each !== q);
      state.history[e] = [...state.history[e].filter((each) => each !== q), q];
      write();
    },
    takeBack(q, seconds = 0) {
      const e = state.place;
      if (state.done[e] || state.answers[e][q] === null || config.reveal === "each") return false;
      state.answers[e][q] = null;
      state.history[e] = state.history[e].filter((each) => each !== q);
      const front = state.queues[e][0];
      if (front !== undefined) state.times[e][front] += seconds;
      state.queues[e] = [q, ...state.queues[e]];
      write();
      return true;
    },
    undo: () => { const last = state.history[state.place].at(-1); return last === undefined ? undefined : state.takeBack(last) ? last : undefined; },
    skip(seconds) {
      const queue = state.queues[state.place];
      if (queue.length < 2) return false;
      state.times[state.place][queue[0]] += seconds;
      queue.push(queue.shift());
      return true;
    },
    choose(q) { const queue = state.queues[state.place]; const at = queue.indexOf(q); if (at > 0) queue.unshift(...queue.splice(at, 1)); },
    finish() {
      const e = state.place;
      state.done[e] = true;
      const n = sizes[e];
      model.set("scores", { ...model.get("scores"), [config.episodes[e].key]: { score: state.yours(e), seconds: state.times[e].reduce((a, b) => a + b, 0) / n, queries: n } });
      write();
    },
    go(e) { state.place = Math.min(sizes.length - 1, Math.max(0, e)); write(); },
    restart() {
      state.answers = sizes.map((n) => Array(n).fill(null));
      state.times = sizes.map((n) => Array(n).fill(0));
      state.done = sizes.map(() => false);
      state.history = sizes.map(() => []);
      state.queues = sizes.map((n) => Array.from({ length: n }, (_, q) => q));
      state.place = 0;
      const keys = new Set(config.episodes.map((each) => each.key));
      model.set("scores", Object.fromEntries(Object.entries(model.get("scores") ?? {}).filter(([key]) => !keys.has(key))));
      write();
    },
    yours: (e) => scoreOf(state.answers[e], secret(e).truth),
    theirs: (e) => secret(e).answers.map((said) => scoreOf(said, secret(e).truth)),
    finished: () => sizes.flatMap((_, e) => (state.done[e] ? [e] : [])),
    pace: (e) => state.times[e].reduce((a, b) => a + b, 0) / sizes[e],
  });
  state.read();
  return state;
}
