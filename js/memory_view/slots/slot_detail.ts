// One slot in detail: what it holds now, as parts of a blend with their pictures, and what it held before.
import { h } from "../../shared/elements.ts";
import { percentText } from "../../shared/numbers.ts";
import { type Entry, Ranks } from "../ranks.ts";
import type { Item } from "../record/items.ts";
import type { Slots } from "../record/slots.ts";
import type { Given, State } from "../state.ts";
import { factsOf } from "./history.ts";

export function slotDetailOf(given: Given, slots: Slots) {
  const { recorded } = given;
  const title = h("h4");
  const facts = h("dl", { class: "mv-facts" });
  const list = new Ranks(given, 4);
  const node = h(
    "div",
    { class: "mv-slot", role: "group", "aria-label": "Slot in detail" },
    h("div", {}, title, list.node),
    facts,
  );
  const items = new Map<number, Item>(recorded.support.map((item) => [item.i, item]));
  const show = (state: State) => {
    const { slot, step, theme } = state;
    node.hidden = slot < 0;
    if (slot < 0) return;
    const parts = slots.contents(step, slot);
    const holds = parts[0]?.[1] > 0.9 ? "holds one item" : "holds a blend";
    title.textContent = `Slot ${slot}: ${parts.length ? holds : "empty"}`;
    if (parts.length) {
      const others = 1 - parts.reduce((sum, [, part]) => sum + part, 0);
      const entries = parts
        .filter(([, part], k) => k === 0 || part >= 0.005)
        .map(([i, part]): Entry => [items.get(i)!, part]);
      const rest = others > 0.01 ? `${percentText(others)} is of other items.` : "";
      list.show({ title: "Items in this slot, by weight", entries, rest, most: 1 }, theme);
    } else list.hide();
    const rows = factsOf(recorded, slot, state).map(([name, text]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, text)),
    );
    facts.replaceChildren(...rows);
  };
  return { node, show };
}
