// Boxes that lay out what they hold, and those that show one part at a time: tabs, accordions, stacks.

import type { PageModel } from "../page_host/models.ts";
import type { Place } from "../page_host/render.ts";
import { h, keys } from "../shared/elements.ts";
import { type Drawer, follow, freshId, listOf, move, textOf } from "./look.ts";

async function fillWith(
  children: readonly unknown[],
  parents: readonly HTMLElement[],
  place: Place,
): Promise<boolean> {
  const drawn = children.map((child, i) => {
    const slot = h("div");
    parents[i].append(slot);
    return place.render(child, slot);
  });
  return (await Promise.all(drawn)).some(Boolean);
}

/** What scrolls can be scrolled by keys. */
function reachIfScrolled(el: HTMLElement): void {
  new ResizeObserver(() => {
    if (el.scrollWidth > el.clientWidth + 1) el.tabIndex = 0;
    else el.removeAttribute("tabindex");
  }).observe(el);
}

function tint(model: PageModel, el: HTMLElement): void {
  const style = textOf(model, "box_style");
  if (style) el.classList.add(`mw-w-tint-${style}`);
}

/** A drawer of boxes of one kind: "hbox", "vbox" or "grid". */
export function box(kind: string): Drawer {
  return (model, el, place) => {
    el.classList.add("mw-w-box", `mw-w-${kind}`);
    tint(model, el);
    reachIfScrolled(el);
    const children = listOf(model, "children");
    return fillWith(
      children,
      children.map(() => el),
      place,
    );
  };
}

/** ipywidgets 8 has the titles as a list, 7 as a mapping of text. */
function titlesOf(model: PageModel): string[] {
  const old = (model.get("_titles") ?? {}) as Record<string, string>;
  const titles = listOf<string>(model, "titles");
  return listOf(model, "children").map((_, i) => titles[i] || old[i] || `${i + 1}`);
}

export const tab: Drawer = (model, el, place) => {
  el.classList.add("mw-w-tab");
  tint(model, el);
  const titles = titlesOf(model);
  const panelIds = titles.map(freshId);
  const show = (i: number) => {
    move(model, "selected_index", i);
    tabs[i].focus();
  };
  const tabs = titles.map((title, i) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        class: "mw-w-tab-title",
        id: freshId(),
        "aria-controls": panelIds[i],
        onclick: () => show(i),
      },
      title,
    ),
  );
  const panels = panelsOf(titles, (i) => ({
    id: panelIds[i],
    role: "tabpanel",
    tabindex: 0,
    "aria-labelledby": tabs[i].id,
  }));
  const list = h("div", { class: "mw-w-tabs", role: "tablist" }, tabs);
  const step = (by: number) => () => show((selected() + by + tabs.length) % tabs.length);
  keys(list, {
    ArrowRight: step(1),
    ArrowLeft: step(-1),
    Home: () => show(0),
    End: () => show(tabs.length - 1),
  });
  // A notebook of ipywidgets 7 may have saved no choice.
  const selected = () => Number(model.get("selected_index") ?? 0);
  follow(model, ["selected_index"], () => {
    for (const [i, each] of tabs.entries()) {
      each.setAttribute("aria-selected", String(i === selected()));
      each.tabIndex = i === selected() ? 0 : -1;
      panels[i].classList.toggle("mw-w-away", i !== selected());
    }
  });
  el.append(list, h("div", { class: "mw-w-panels" }, panels));
  return fillWith(listOf(model, "children"), panels, place);
};

export const accordion: Drawer = (model, el, place) => {
  el.classList.add("mw-w-accordion");
  tint(model, el);
  const titles = titlesOf(model);
  const panelIds = titles.map(freshId);
  const heads = titles.map((title, i) =>
    h(
      "button",
      {
        type: "button",
        class: "mw-w-fold",
        id: freshId(),
        "aria-controls": panelIds[i],
        onclick: () => move(model, "selected_index", model.get("selected_index") === i ? null : i),
      },
      title,
    ),
  );
  const panels = panelsOf(titles, (i) => ({
    id: panelIds[i],
    role: "region",
    "aria-labelledby": heads[i].id,
  }));
  follow(model, ["selected_index"], () => {
    for (const [i, each] of heads.entries()) {
      const open = i === model.get("selected_index");
      each.setAttribute("aria-expanded", String(open));
      panels[i].classList.toggle("mw-w-away", !open);
    }
  });
  for (const [i, each] of heads.entries())
    el.append(h("div", { class: "mw-w-pane" }, each, panels[i]));
  return fillWith(listOf(model, "children"), panels, place);
};

/** A stack shows the chosen part; where a link moves the choice, it changes in the page too. */
export const stack: Drawer = (model, el, place) => {
  el.classList.add("mw-w-panels");
  tint(model, el);
  const panels = listOf(model, "children").map(() => h("div", { class: "mw-w-panel" }));
  follow(model, ["selected_index"], () => {
    for (const [i, each] of panels.entries()) {
      each.classList.toggle("mw-w-away", i !== model.get("selected_index"));
    }
  });
  el.append(...panels);
  return fillWith(listOf(model, "children"), panels, place);
};

/** Panels with their titles, which are seen on paper only: there every panel stands open. */
function panelsOf(titles: readonly string[], props: (i: number) => object): HTMLElement[] {
  return titles.map((title, i) =>
    h(
      "div",
      { class: "mw-w-panel", ...props(i) },
      h("p", { class: "mw-w-paper-title", "aria-hidden": "true" }, title),
    ),
  );
}
