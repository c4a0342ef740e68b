// The person beside the learners: this episode, the round so far, and the paired differences.

// mwYouResult({state}) -> {node, show(theme)}
function mwYouResult({ state }) {
  const words = mwScoreWords(state.config.metric);
  const headline = mwEl("p", { class: "yl-headline" });
  const { canvas, ctx, resize } = mwCanvas({ class: "yl-canvas", role: "img" });
  const table = mwEl("table");
  const node = mwEl("div", { role: "group", class: "yl-result", "aria-label": "You and the learners" }, headline, mwEl("div", { class: "yl-result-body" }, canvas, table));
  let width = 0;

  // The person first, then the learners in their order: what each scored on every episode that is done.
  const players = () => {
    const done = state.finished();
    const theirs = done.map((e) => state.theirs(e));
    return [{ name: "You", rival: -1, scores: done.map((e) => state.yours(e)) },
      ...state.config.names.map((name, i) => ({ name, rival: i, scores: theirs.map((row) => row[i]) }))];
  };
  const verdict = (d) => (!Number.isFinite(d.half) ? "needs two episodes" : d.few ? "\u25cb too few episodes to tell" : d.clear ? (words.better(d.mean, 0) ? "\u25cf you are clearly ahead" : "\u25cf you are clearly behind") : "\u25cb not clear");

  function draw(rows, theme) {
    const row = 34;
    const side = Math.min(130, 0.34 * width);
    const height = rows.length * row + 36;
    resize(width, height);
    const box = { left: side, right: width - 12, top: 6, bottom: height - 30 };
    const values = rows.flatMap((each) => each.scores);
    const top = words.percent ? 1 : 1.05 * Math.max(...values, 1e-9);
    const low = words.percent ? Math.min(0.5, Math.floor(10 * Math.min(...values)) / 10) : 0;
    const x = mwScale([low, top], [box.left + 6, box.right - 6]);
    mwDrawAxes(ctx, { box, x, y: () => 0, xTicks: mwTicks(low, top, 4).map(([v, text]) => [v, words.percent ? `${Math.round(100 * v)}\u00a0%` : text]), yTicks: [], theme });
    const latest = state.finished().indexOf(state.place);
    rows.forEach((each, r) => {
      const v = box.top + (r + 0.5) * row;
      const look = mwRivalLook(each.rival, theme);
      ctx.strokeStyle = theme.grid;
      ctx.lineWidth = 1;
      mwDrawLine(ctx, 2, (i) => [box.left, box.right][i], () => Math.round(v + row / 2) + 0.5);
      ctx.textAlign = "left";
      ctx.textBaseline = "middle";
      ctx.fillStyle = theme.fg;
      ctx.font = `600 12px ${theme.font}`;
      mwRivalMark(ctx, look, 8, v, 5, {});
      ctx.fillStyle = theme.fg;
      ctx.fillText(mwShorten(ctx, each.name, side - 26), 20, v);
      const seen = new Map(); // equal scores stand above one another
      each.scores.forEach((score, i) => {
        const level = seen.get(score) ?? 0;
        seen.set(score, level + 1);
        const up = v + 5 - 5 * level;
        ctx.fillStyle = look.colour;
        ctx.globalAlpha = 0.65;
        mwDotMark(ctx, x(score), up, 2.6);
        ctx.globalAlpha = 1;
        if (i === latest) { ctx.strokeStyle = theme.fg; ctx.lineWidth = 1.5; mwDotMark(ctx, x(score), up, 5, false); }
      });
      const mean = mwInterval(each.scores);
      if (Number.isFinite(mean.half)) {
        ctx.strokeStyle = look.colour;
        ctx.lineWidth = 3;
        mwDrawLine(ctx, 2, (i) => [x(Math.max(low, mean.low)), x(Math.min(top, mean.high))][i], () => v + 11);
        mwRivalMark(ctx, look, x(mean.mean), v + 11, 4, {});
      }
    });
    canvas.setAttribute("aria-label", `Scores on each episode that is done: ${rows.map((each) => `${each.name} ${each.scores.map(words.one).join(", ")}`).join("; ")}.`);
  }

  return {
    node,
    fit: (w) => { width = w; },
    show(theme) {
      const done = state.finished();
      node.hidden = !done.length;
      if (!done.length) return;
      const rows = players();
      const e = state.place;
      const n = state.config.episodes[e].n;
      const latest = done.indexOf(e);
      const mine = rows[0].scores;
      const all = done.length === state.done.length;
      const now = latest >= 0
        ? `This episode: you ${words.one(mine[latest])}${words.percent ? ` (${Math.round(mine[latest] * n)} of ${n})` : ""}, ${rows.slice(1).map((each) => `${each.name} ${words.one(each.scores[latest])}`).join(", ")}. `
        : "";
      headline.textContent = `${now}${all ? `Round complete: you ${words.mean(mwInterval(mine))}.` : ""}`;
      const signs = [];
      const sign = (i) => { const made = mwRivalSign(i); signs.push(made); return made.node; };
      const few = done.length < 10 ? " Over so few episodes an interval is rough." : "";
      mwFillTable(table, {
        caption: `Differences are paired by episode, with 95\u00a0% interval.${few} You took ${mwDuration(done.reduce((sum, i) => sum + state.pace(i), 0) / done.length)} a query.`,
        head: ["Who", "This episode", `Mean of ${done.length}`, `You minus it${words.percent ? ", points" : ""}`],
        rows: rows.map((each) => {
          const d = each.rival < 0 ? null : mwInterval(mine.map((v, i) => v - each.scores[i]));
          return [[sign(each.rival), mwEl("span", {}, each.name)], latest >= 0 ? words.one(each.scores[latest]) : "\u2013",
            words.mean(mwInterval(each.scores)), d ? [words.difference(d), " ", mwEl("span", { class: "yl-verdict" }, verdict(d))] : "\u2013"];
        }),
      });
      signs.forEach((each) => each.paint(theme));
      if (width) draw(rows, theme);
    },
  };
}
