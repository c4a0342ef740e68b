// Looking at an item, by pointer or focus, and choosing one, by click or Enter.
import { repaint } from "../shared/repaint.ts";
import type { Selection } from "../shared/selection.ts";

export interface Marked {
  /** The id of the item that is shown, "" for none. */
  current: string;
  /** The id that the shared selection holds. */
  selected: string;
  pinned: boolean;
}

export interface Chooser {
  redraw(): void;
  /** Look at an item; "" looks away. */
  look(id: string): void;
  choose(id: string): void;
  letGo(): void;
}

/** What is looked at comes before what is selected; `show` runs once a frame. */
export function chooserOf(selection: Selection, show: (marked: Marked) => void): Chooser {
  let looked = "";
  const redraw = repaint(() =>
    show({
      current: looked || selection.get(),
      selected: selection.get(),
      pinned: selection.pinned(),
    }),
  );
  selection.on(redraw);
  const look = (id: string) => {
    looked = id;
    selection.hover(id);
    redraw();
  };
  const letGo = () => {
    looked = "";
    selection.set("");
    redraw();
  };
  return { redraw, look, choose: (id) => selection.toggle(id), letGo };
}
