// What stands in the place of a widget that a page can't show.
import type { PageModel } from "./models.ts";

/** Say what is not shown and why; `pictured` with the last picture of the widget, where its state held one. */
export function card(model: PageModel | undefined, failure: string, pictured = true): HTMLElement {
  if (!model) return note("A widget is not alive here: the notebook was saved without its state.");
  const given = model.record.card;
  const name = model.record.name.replace(/Model$/, "");
  if (!given) return note(model.record.module ? failure : `${name} is not shown: ${failure}.`);
  const box = document.createElement("figure");
  box.className = "mw-card";
  if (given.picture && pictured) {
    const image = document.createElement("img");
    image.src = given.picture;
    image.alt = `${given.title}, as it last looked`;
    box.append(image);
  }
  const title = document.createElement("b");
  title.textContent = given.title;
  const words = document.createElement("figcaption");
  const why = given.picture
    ? " needs Python; this is its last picture."
    : ` is not shown: ${failure}.`;
  words.append(title, why);
  box.append(words);
  return box;
}

/** A quiet line below what it speaks of. */
export function note(text: string): HTMLElement {
  const p = document.createElement("p");
  p.className = "mw-note";
  p.textContent = text;
  return p;
}
