// A question before something is lost: beside its control, with the focus, and Escape takes it back.
import { button } from "../shared/controls.ts";
import { h, keys } from "../shared/elements.ts";

export interface ConfirmOptions {
  /** The text of the button that does it. */
  yes: string;
  /** The text of the button that leaves everything as it is. */
  no: string;
  onyes: () => void;
  /** The control that asked, which has the focus again afterwards. */
  asker: HTMLElement;
}

export function confirmOf({ yes, no, onyes, asker }: ConfirmOptions) {
  const question = h("span", { class: "ol-question" });
  const close = () => {
    node.hidden = true;
    asker.setAttribute("aria-expanded", "false");
    asker.focus();
  };
  const keep = button({ text: no, onclick: close });
  const lose = button({
    text: yes,
    class: "ol-lose",
    onclick: () => {
      close();
      onyes();
    },
  });
  const node = h("div", { class: "ol-confirm", role: "alertdialog", hidden: true }, [
    question,
    lose,
    keep,
  ]);
  asker.setAttribute("aria-expanded", "false");
  keys(node, { Escape: close });
  return {
    node,
    /** Ask; the answer that loses nothing has the focus. */
    ask: (text: string) => {
      question.textContent = text;
      node.setAttribute("aria-label", text);
      node.hidden = false;
      asker.setAttribute("aria-expanded", "true");
      keep.focus();
    },
    /** Take the question back, where it no longer holds. */
    drop: () => {
      if (!node.hidden) close();
    },
  };
}
