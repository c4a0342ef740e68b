// What stands in the place of a widget that a page can't show.
import type { PageModel } from "./models.ts";

/** Say what is not shown and why; `pictured` with the last picture of the widget, where its state held one. */
export function card(model: PageModel | undefined, failure: string, pictured = true): HTMLElement {
  const given = model?.record.card;
  if (!given)
    return note(model?.record.module ? failure : `${nameOf(model)} is not shown: ${failure}.`);
  const box = document.createElement("figure");
  box.className = "mw-card";
  if (given.picture && pictured) {
    const image = document.createElement("img");
    image.src = given.picture;
    image.alt = `${given.title}, as it last looked`;
    box.append(image);
  }
  const name = document.createElement("b");
  name.textContent = given.title;
  const words = document.createElement("figcaption");
  const why = given.picture
    ? " needs Python; this is its last picture."
    : ` is not shown: ${failure}.`;
  words.append(name, why);
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

function nameOf(model: PageModel | undefined): string {
  return model ? model.record.name.replace(/Model$/, "") : "A widget";
}
