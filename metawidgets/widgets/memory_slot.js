// One slot in detail: what it holds now, as parts of a blend with their pictures, and what it held before.

// mvSlotPanel(shared) -> {node, show(state)}
function mvSlotPanel({ config, arrays, shares, ranks, support }) {
  const { write_weights: writes, erased, usage, read_weights: reads } = arrays;
  const title = mwEl("h4", {});
  const facts = mwEl("dl", { class: "mv-facts" });
  const list = ranks(4);
  const node = mwEl("div", { class: "mv-slot", role: "group", "aria-label": "Slot in detail" }, mwEl("div", {}, title, list.node), facts);
  const itemOf = new Map(support.map((item) => [item.i, item]));
  const n = shares.nSlots;
  const fact = (name, text) => mwEl("div", {}, mwEl("dt", {}, name), mwEl("dd", {}, text));
  // What the slot held most of, as [item or -1, first step, last step].
  const runs = (s, until) => {
    const out = [];
    for (let t = 1; t <= until; t++) {
      const item = shares.top(t).item[s];
      if (out.at(-1)?.[0] === item) out.at(-1)[2] = t;
      else out.push([item, t, t]);
    }
    return out;
  };
  const span = ([, from, to], now) => (to === now ? `since step ${from}` : from === to ? `after step ${from}` : `steps ${from} to ${to}`);

  function show({ slot: s, step, theme, askedIndex }) {
    node.hidden = s < 0;
    if (s < 0) return;
    const parts = shares.inSlot(step, s);
    const other = 1 - parts.reduce((sum, [, p]) => sum + p, 0);
    title.textContent = `Slot ${s}: ${parts.length ? (parts[0][1] > 0.9 ? "holds one item" : "holds a blend") : "empty"}`;
    const entries = parts.filter(([, p], k) => !k || p >= 0.005).map(([i, p]) => [itemOf.get(i), p]);
    list.show(parts.length ? "Items in this slot, by weight" : "", entries, other > 0.01 ? `${mwPercent(other)} is of other items.` : "", theme, 1);
    const lines = [];
    const before = runs(s, step).filter(([item]) => item >= 0);
    if (before.length) lines.push(fact("Held most", before.slice(-4).map((run) => `item ${run[0]}, ${span(run, step)}`).join("; ")));
    const at = (t) => writes.data[t * n + s];
    let most = 0;
    for (let t = 1; t <= step; t++) if (at(t) > at(most)) most = t;
    if (most) lines.push(fact("Written most", `by step ${most}, ${mwPercent(at(most))} of its write`));
    const lost = [];
    for (let t = 1; t <= step && erased; t++) if (erased.data[t * n + s] > 0.5 && shares.top(t - 1).item[s] >= 0) lost.push(`item ${shares.top(t - 1).item[s]} at step ${t}`);
    if (erased && step) lines.push(fact("Overwritten", lost.length ? lost.slice(-3).join(", ") : "never"));
    if (usage) {
      const now = mwAt(usage, step).data;
      const less = now.reduce((sum, u, i) => sum + (u < now[s] || (u === now[s] && i < s) ? 1 : 0), 0);
      lines.push(fact("Usage", `${mwNumber(now[s])}${shares.nextErased(step).includes(s) ? ", emptied next" : `; ${less} of ${n} slots are less used`}`));
    }
    if (reads && askedIndex >= 0) lines.push(fact(`Query ${askedIndex}`, `reads ${mwPercent(config.scales.read_weights * mwAt(mwAt(reads, step), askedIndex).data[s])} here`));
    facts.replaceChildren(...lines);
  }
  return { node, show };
}
