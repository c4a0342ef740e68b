// Several learners on identical episodes. What was sent is explored here; opening further episodes and playing more asks Python.

export default { render({ model, el, signal }) {
  const frame = mwFrame({ model, el, label: "Learner arena", signal });
  const { root, body } = frame;
  const python = mwPython(model, { frame, signal });
  const selection = mwSelection(model);
  let [theme, config, arrays, words, players] = [mwTheme(root), null, null, null, []];
  let cursor = null; // {row, episode}: pointed at, or reached by keys
  let plotWidth = 0;

  const title = mwEl("h3", {});
  const headline = mwEl("p", { class: "ar-headline" });
  const chooser = mwEl("select", { class: "mw-select", onchange: () => { model.set("reference", chooser.value); model.save_changes(); } });
  const more = mwButton({ text: "Play 50 more episodes", onclick: () => python.ask("more", { n: 50 }) });
  python.bind(more, "more", "Playing more episodes");
  const charts = mwEl("div", { class: "ar-charts" });
  const table = mwEl("table");
  const lines = mwEl("div", { class: "ar-two" });
  const opened = mwEl("div", { role: "group", class: "ar-opened", "aria-label": "Opened episode" });
  const note = mwEl("p", { class: "ar-note" });
  body.append(
    mwEl("header", {}, title, headline),
    mwEl("div", { class: "mw-toolbar" }, mwField("Differences from", chooser), more),
    charts, note, table, lines, opened);

  let dots, differences, episode, charted, drawn;
  const sent = (index) => String(index) in config.episodes || python.can("open");

  // -- what there is
  function read() {
    config = model.get("config");
    arrays = mwArrays(model);
    words = mwScoreWords(config.metric);
    title.textContent = config.label;
    dots = mwArenaDots({
      words, onPoint: point, onOpen: (found) => open(found.episode), say: () => mwAnnounce(root, "No further row with this episode."), signal,
      label: "Scores, a dot for each episode. Arrow keys move along a row and between rows, Enter opens the episode.",
    });
    differences = mwArenaDifferences({ words });
    charts.replaceChildren(
      mwEl("figure", { class: "ar-figure" }, mwEl("figcaption", { class: "ar-chart-title" }, "Every episode, and the mean with its 95\u00a0% interval"), dots.node),
      mwEl("figure", { class: "ar-figure ar-beside" }, mwEl("figcaption", { class: "ar-chart-title" }, "Paired difference, 95\u00a0% interval"), differences.node));
    charted = [
      config.shots.length > 1 && ["by_shots", mwArenaLines({ title: `${words.name} against shots, the same queries`, xLabel: config.settings.n_way === null ? "support items" : "support items of each class", words }), config.shots],
      arrays.by_steps.shape[2] > 1 && ["by_steps", mwArenaLines({ title: `${words.name} against inner steps`, xLabel: "inner-loop step", words }), Array.from({ length: arrays.by_steps.shape[2] }, (_, t) => t)],
    ].filter(Boolean);
    lines.replaceChildren(...charted.map(([, chart]) => chart.node));
    drawn = charted.map(([name, , at]) => config.names.map((each, i) => ({
      name: each, rival: i, points: at.map((p, j) => [p, mwInterval(Array.from({ length: config.seeds.length }, (_, e) => mwAt(mwAt(arrays[name], i), e).data[j]))]).filter(([, interval]) => interval),
    })).filter((line) => line.points.length));
    episode = mwArenaEpisode({ names: config.names, kind: config.kind, words, selection, say: frame.say });
    arrange();
  }
  // The learners and the person, best first, with their differences from the reference.
  function arrange() {
    const you = model.get("you") ?? {};
    const places = config.keys.map((key) => (key ? you[key] : undefined));
    players = config.names.map((name, i) => ({
      name, rival: i, scores: mwAt(arrays.scores, i).data, seconds: Array.from({ length: config.seeds.length }, (_, e) => {
        const pair = mwAt(mwAt(arrays.seconds, i), e).data;
        return [pair[0], pair[1]];
      }),
    }));
    if (places.some((each) => Number.isFinite(each?.score))) {
      players.push({ name: "You", rival: -1, scores: places.map((each) => (Number.isFinite(each?.score) ? each.score : NaN)), seconds: places.map((each) => [NaN, Number(each?.seconds ?? NaN)]) });
    }
    for (const player of players) player.interval = mwInterval(player.scores);
    players.sort((a, b) => (words.better(a.interval.mean, b.interval.mean) ? -1 : words.better(b.interval.mean, a.interval.mean) ? 1 : 0));
    const names = players.map((player) => player.name);
    const wanted = model.get("reference");
    const base = players[Math.max(0, names.indexOf(wanted))];
    for (const player of players) {
      player.difference = player === base ? null : mwInterval(Array.from(player.scores, (v, e) => v - base.scores[e]));
    }
    chooser.replaceChildren(...names.map((name) => mwEl("option", { value: name }, name)));
    chooser.value = base.name;
    showFigures(base);
    repaint();
  }
  const verdict = (d) => (!Number.isFinite(d.half) ? "one episode" : d.few ? "too few episodes" : d.clear ? (words.better(d.mean, 0) ? "clearly better" : "clearly worse") : "not clear");
  function showFigures(base) {
    const [first, second] = players;
    const lead = second && mwInterval(Array.from(first.scores, (v, e) => v - second.scores[e]));
    headline.textContent = `${first.name} leads with ${words.mean(first.interval)}`
      + (lead ? `, ${words.points(Math.abs(lead.mean)).replace("+", "")} ahead of ${second.name}; the paired interval ${!Number.isFinite(lead.half) ? "needs two episodes" : lead.few ? "is over too few episodes to tell" : lead.clear ? "excludes 0: a clear difference" : "includes 0: not clear"}.` : ".");
    const signs = [];
    const sign = (player) => { const made = mwRivalSign(player.rival); signs.push(made); return made.node; };
    mwFillTable(table, {
      caption: `Median wall-clock time an episode${config.settings.threads ? `, ${config.settings.threads} thread${config.settings.threads === 1 ? "" : "s"}` : ""}; differences ${words.percent ? "in points" : "of errors"}, paired by episode, with 95\u00a0% interval`,
      head: ["Learner", words.name, "Episodes", `Difference to ${base.name}`, "Adapting", "Answering"],
      rows: players.map((player) => [
        [sign(player), mwEl("span", {}, player.name)], words.mean(player.interval), `${player.interval.n}`,
        player.difference ? [words.difference(player.difference), " ", mwEl("span", { class: "ar-verdict" }, `${player.difference.clear ? "\u25cf" : "\u25cb"} ${verdict(player.difference)}`)]
          : player === base ? "the reference" : "no episode in common",
        player.rival < 0 ? "\u2013" : mwDuration(mwMedian(player.seconds.map(([a]) => a))),
        `${mwDuration(mwMedian(player.seconds.map(([, b]) => b)))}${player.rival < 0 ? " a query" : ""}`,
      ]),
    });
    table.mwSigns = signs;
  }

  // -- pointing and opening
  const describe = ({ row, episode: e }) => {
    const seed = config.seeds[e].join(", ");
    return `Episode ${e}${seed ? `, seed ${seed}` : ""}: ${players.filter((p) => Number.isFinite(p.scores[e])).map((p) => `${p.name} ${words.one(p.scores[e])}`).join(", ")}.${sent(e) ? "" : " Opening it needs Python."}`;
  };
  function point(found, spoken = false) {
    if (found?.row === cursor?.row && found?.episode === cursor?.episode) return;
    cursor = found;
    note.textContent = cursor ? describe(cursor) : resting();
    if (spoken && cursor) mwAnnounce(root, describe(cursor));
    repaintDots(); // pointing changes nothing else
  }
  const resting = () => {
    const unsent = config.seeds.length - Object.keys(config.episodes).length;
    return `Click a dot to open its episode.${unsent && !python.can("open") ? " Hollow dots are episodes whose pictures were not sent with this page." : ""}`;
  };
  async function open(index) {
    if (String(index) in config.episodes) {
      model.set("opened", index);
      model.save_changes();
      mwAnnounce(root, `Episode ${index} opened below.`);
    } else if (await python.ask("open", { index })) mwAnnounce(root, `Episode ${index} opened below.`);
  }
  let loaded = "";
  function showOpened() {
    const index = model.get("opened");
    const plain = config.episodes[String(index)];
    opened.hidden = !plain;
    const key = plain ? [index, theme.fg, plotWidth, config.seeds.length].join() : "";
    if (!plain || key === loaded) return;
    loaded = key;
    const own = {};
    for (const [name, array] of Object.entries(arrays)) if (name.startsWith(`${index}.`)) own[name.slice(String(index).length + 1)] = array;
    const step = (by) => {
      const known = config.seeds.map((_, e) => e).filter(sent);
      const next = known[(known.indexOf(index) + by + known.length) % known.length];
      if (next !== undefined) open(next).then(() => opened.querySelector(by < 0 ? ".ar-back" : ".ar-next")?.focus());
    };
    const turn = (by, icon, name) => { const b = mwButton({ icon, name, onclick: () => step(by) }); b.classList.add(by < 0 ? "ar-back" : "ar-next"); return b; };
    const close = mwButton({ text: "Close", onclick: () => { model.set("opened", -1); model.save_changes(); dots.node.focus(); } });
    opened.replaceChildren(
      mwEl("div", { class: "ar-opened-head" }, mwEl("h4", {}, `Episode ${index}`), turn(-1, "back", "Episode before"), turn(1, "next", "Episode after"), close),
      mwEl("p", { class: "ar-scores" }, describe({ row: 0, episode: index })), episode.node);
    episode.load({ arrays: own, plain, theme, width: plotWidth || 360 });
  }

  // -- painting
  function paintDots() {
    dots.show({ rows: players, theme, cursor, opened: model.get("opened"), sent });
  }
  const repaintDots = mwRepaint(paintDots, { el: root, signal });
  function paint() {
    paintDots();
    const base = players.find((p) => p.name === chooser.value) ?? players[0];
    differences.show({ rows: players, reference: base.name, theme });
    table.mwSigns?.forEach((sign) => sign.paint(theme));
    const chance = config.settings.n_way ? 1 / config.settings.n_way : 0;
    charted.forEach(([, chart], i) => chart.show({ lines: drawn[i], theme, chance: words.percent ? chance : 0 }));
    note.textContent = cursor ? describe(cursor) : resting();
    showOpened();
  }
  const repaint = mwRepaint(paint, { el: root, signal });
  const fit = (width) => {
    plotWidth = width;
    const wide = width >= 720;
    const [a, b] = wide ? [Math.floor(0.6 * width) - 12, Math.floor(0.4 * width) - 12] : [width, width];
    const side = Math.min(170, Math.max(96, Math.floor(0.3 * a)));
    dots.fit(a, side);
    differences.fit(b, wide ? 0 : Math.min(110, side));
    for (const [, chart] of charted) chart.fit(wide && charted.length > 1 ? Math.floor((width - 24) / 2) : Math.min(width, 620));
  };
  read();
  mwOnData(model, () => { loaded = ""; cursor = null; read(); fit(plotWidth); repaint(); }, signal);
  mwListen(model, "change:you", arrange, signal);
  mwListen(model, "change:reference", arrange, signal);
  mwListen(model, "change:opened", repaint, signal);
  mwListen(model, "change:able", repaint, signal);
  selection.on(() => episode.mark());
  mwOnWidth(body, (width) => { fit(width); repaint(); }, signal);
  mwOnTheme(() => { theme = mwTheme(root); loaded = ""; repaint(); }, signal);
  signal?.addEventListener("abort", () => selection.close());
  paint();
} };
