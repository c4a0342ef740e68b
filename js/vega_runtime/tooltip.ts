// The tooltip of a chart: an element of the component's own, where Vega's stands in the page and is styled by its rules.
import { h } from "../shared/elements.ts";
import type { TooltipHandler } from "./embed.ts";
import { placeBeside } from "./tooltip_place.ts";

export interface Tooltip {
  node: HTMLElement;
  show: TooltipHandler;
  hide(): void;
}

/** A tooltip. As a popover it is in the page's top layer: no output area cuts it off. */
export function tooltipOf(): Tooltip {
  const node = h("div", { class: "mw-chart-tip", popover: "manual" });
  const isOpen = () => node.matches(":popover-open");
  const hide = () => {
    if (isOpen()) node.hidePopover();
  };
  const show: TooltipHandler = (_handler, event, _item, value) => {
    if (value === null || value === undefined || value === "") {
      hide();
      return;
    }
    node.replaceChildren(...contentOf(value));
    if (!isOpen()) node.showPopover();
    const place = placeBeside(
      [event.clientX, event.clientY],
      [node.offsetWidth, node.offsetHeight],
      [window.innerWidth, window.innerHeight],
    );
    node.style.left = `${place[0]}px`;
    node.style.top = `${place[1]}px`;
  };
  return { node, show, hide };
}

/** What Vega gives for a tooltip, as text: a value, a list, or names with their values under a title. */
function contentOf(value: unknown): (Node | string)[] {
  if (Array.isArray(value)) return [`[${value.map(textOf).join(", ")}]`];
  if (typeof value !== "object" || value === null) return [String(value)];
  const { title, ...rest } = value as Record<string, unknown>;
  const known = Object.entries(rest).filter(([, each]) => each !== undefined);
  const row = ([name, each]: [string, unknown]) =>
    h("tr", {}, h("td", { class: "key" }, name), h("td", { class: "value" }, textOf(each)));
  return [
    ...(title ? [h("h2", {}, textOf(title))] : []),
    ...(known.length ? [h("table", {}, h("tbody", {}, known.map(row)))] : []),
  ];
}

function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
