// The initialisation in the reader's hand. Its path is computed here where that can be done; elsewhere it is held at a place whose
// path is not known, until Python has run the inner loop there.
import type { Frame } from "../shared/mount.ts";
import type { Python } from "../shared/python.ts";
import type { Place } from "./model.ts";
import type { dataOf } from "./state.ts";

export interface HoldingOptions {
  data: ReturnType<typeof dataOf>;
  python: Python;
  frame: Frame;
  /** The losses at a place, in words. */
  lossesAt: (place: Place) => string;
  /** Whether the path is another one than the learner's own. */
  moved: () => boolean;
  /** Say what only Python can do; "" takes it back. */
  needs: (text: string) => void;
  repaint: () => void;
  /** The path from where it was let go is there. */
  arrived: () => void;
}

export function holdingOf(options: HoldingOptions) {
  const { data, python, frame, lossesAt, moved, needs, repaint, arrived } = options;
  let held: Place | null = null;
  let inHand = false;
  let pending = 0; // moves that were asked for and are not answered
  /** Put it at a place: the path follows at once where it can be computed here. */
  const put = (place: Place | null) => {
    held = place && !data.run(place) ? place : null;
    repaint();
  };
  const hold = (place: Place) => {
    inHand = true;
    put(place);
  };
  const ask = async (place: Place) => {
    pending += 1;
    const done = await python.ask("move", { x: place[0], y: place[1] }, { latest: true });
    pending -= 1;
    const isLast = held === place || data.walked() === place;
    if (!isLast) return; // it was taken up again meanwhile
    held = null;
    if (done) data.drop(); // Python's own path is the truth
    repaint();
    if (done) arrived();
  };
  const release = () => {
    inHand = false;
    const place = held ?? data.walked();
    if (!place) return;
    if (python.can("move")) ask(place);
    else if (!held) arrived();
    else {
      const why = python.why("move", "The path from here");
      const text = `${why} The losses here are known: ${lossesAt(held)}.`;
      needs(text);
      frame.say(text);
    }
  };
  const home = () => {
    needs("");
    inHand = false;
    if (!moved() && !pending) {
      held = null;
      repaint();
      frame.say("The learner's own initialisation.");
      return;
    }
    put([0, 0]);
    release();
  };
  return {
    get: () => held,
    hold,
    release,
    home,
    /** Whether a path computed here is not to be replaced yet. */
    inUse: () => inHand || pending > 0,
  };
}
