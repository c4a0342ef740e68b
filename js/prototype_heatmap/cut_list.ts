// Lists of which the first entries are seen, with a button for the others. On paper they are whole.
import { button } from "../shared/controls.ts";
import { h } from "../shared/elements.ts";

/** Fill a list: entries for which `isFirst` is false are seen when the reader asks for them. */
export function fillCut(
  list: HTMLElement,
  entries: HTMLElement[],
  isFirst: (entry: HTMLElement, i: number) => boolean,
): void {
  const rest = entries.filter((entry, i) => !isFirst(entry, i));
  for (const entry of rest) entry.classList.add("ph-rest");
  const show = button({
    text: `Show ${rest.length} more`,
    class: "ph-show-more",
    onclick: () => {
      list.classList.add("ph-all");
      rest[0].querySelector<HTMLElement>("button")?.focus();
    },
  });
  const more = rest.length ? [h("li", { class: "ph-more" }, show)] : [];
  list.replaceChildren(...entries, ...more);
}
