// A slice of parameter space to walk on. Contours, paths and gradients are here; the path from another place is computed here for
// an MLP learner, and by Python for any other.
import { listen, onData, type View } from "../shared/model.ts";
import { type Frame, mount } from "../shared/mount.ts";
import { playerOf } from "../shared/player.ts";
import { type Python, pythonOf } from "../shared/python.ts";
import { drawing, later, onWidth, repaint } from "../shared/repaint.ts";
import { onTheme, themeOf } from "../shared/theme.ts";
import { controlsOf } from "./controls.ts";
import { holdingOf } from "./holding.ts";
import type { GridsHere } from "./live/grids.ts";
import type { Place, Traits } from "./model.ts";
import { pageOf } from "./page.ts";
import { dataOf } from "./state.ts";
import style from "./style.css";
import { lossText, stepText, tryText } from "./words.ts";

function render(view: View<Traits>): void {
  const { model, signal } = view;
  const data = dataOf(model);
  const frame = mount(view, { name: "loss_landscape", label: data.config().label, style });
  const python = pythonOf(model, { frame, signal });
  const player = playerFor(view);
  const look = () =>
    data.stateOf({ step: player.get(), theme: themeOf(frame.root), held: holding.get() });
  const readAt = (place: Place) => lossText(look().lossesAt(place));
  const needs = (text: string) => page.needs(text || standing(data.canRun(), python));
  const holding = holdingOf({
    data,
    python,
    frame,
    lossesAt: readAt,
    moved: () => look().moved,
    needs,
    repaint: () => ask(),
    arrived: () => {
      if (!model.get("error")) frame.say(stepText(look()));
    },
  });
  const gradients = later(() => data.addGradients() && ask(), signal, 150);
  const rest = restOf({ signal, data, frame, holding, readAt });
  const point = (place: Place | null) => page.point(place);
  const on = eventsOf({
    data,
    holding,
    point,
    read: () => page.read(look()),
    needs,
    gradients,
    rest,
  });
  const controls = controlsOf(model, python);
  const hints = () => hintsOf(data.canRun(), python);
  const page = pageOf({ on, controls, player: player.node, hints });
  if (!data.canRun()) python.bind(page.back, "move", "Running the inner loop again");
  needs("");
  frame.body.append(...page.nodes);
  const fill = fillerOf(data.grids, signal, () => {
    page.forget();
    ask();
  });
  const paint = () => {
    fill();
    page.paint(look(), model.get("surface"));
  };
  const ask = repaint(paint, { el: frame.root, signal });
  const renew = () => {
    data.renew(holding.inUse());
    page.forget();
    needs("");
    if (data.walked()) gradients();
  };
  const tell = () => stepText(look());
  follow(view, { page, paint, ask, renew, show: controls.show, tell, frame });
  drawing(paint);
}

interface Moves {
  data: ReturnType<typeof dataOf>;
  holding: ReturnType<typeof holdingOf>;
  point: (place: Place | null) => void;
  /** Write the losses at the pointer. */
  read: () => void;
  needs: (text: string) => void;
  /** Compute meta-gradients once the initialisation rests. */
  gradients: () => void;
  rest: (by: "pointer" | "keys") => void;
}

/** What the handle and the pointer do. */
function eventsOf({ data, holding, point, read, needs, gradients, rest }: Moves) {
  const hold = (place: Place, by: "pointer" | "keys") => {
    point(null);
    needs("");
    holding.hold(place);
    gradients();
    rest(by);
  };
  const home = () => {
    holding.home();
    gradients();
  };
  const pointAt = (place: Place | null) => {
    point(place);
    read();
  };
  const where = () => holding.get() ?? data.start();
  return { where, hold, release: holding.release, home, point: pointAt };
}

/** Return what computes contours that Python has not sent: coarse ones at once, finer ones from time to time. */
function fillerOf(grids: GridsHere, signal: AbortSignal, found: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));
  const next = () => {
    timer = undefined;
    if (grids.isCoarse() && grids.work()) found();
    else fill();
  };
  const fill = () => {
    if (timer === undefined && grids.isCoarse()) timer = setTimeout(next, 4);
  };
  return fill;
}

/** What only Python can do, as long as it can't be asked. */
function standing(canRun: boolean, python: Python): string {
  return canRun ? "" : python.why("move", "The path from another initialisation");
}

function hintsOf(canRun: boolean, python: Python) {
  const asks = python.can("move");
  return {
    first: tryText(canRun ? "page" : asks ? "python" : null),
    grip:
      canRun || asks ? "Drag the initialisation" : "Drag to read losses; a new path needs Python",
  };
}

interface Rest {
  signal: AbortSignal;
  data: ReturnType<typeof dataOf>;
  frame: Frame;
  holding: ReturnType<typeof holdingOf>;
  readAt: (place: Place) => string;
}

/** Return what runs once the initialisation rests after a move. */
function restOf({ signal, data, frame, holding, readAt }: Rest) {
  let moved: "pointer" | "keys" = "keys";
  const rest = later(
    () => {
      const held = holding.get();
      if (held) frame.say(`${readAt(held)}. Enter runs the inner loop from here.`);
      else if (moved === "keys" && data.walked()) holding.release();
    },
    signal,
    500,
  );
  return (by: typeof moved) => {
    moved = by;
    rest();
  };
}

interface Followed {
  page: ReturnType<typeof pageOf>;
  frame: Frame;
  /** Paint now. */
  paint: () => void;
  /** Paint in the next frame. */
  ask: () => void;
  /** Read what Python has sent. */
  renew: () => void;
  /** Show in the controls what the model holds. */
  show: () => void;
  /** The step, in words. */
  tell: () => string;
}

/** Follow the model, the width and the theme. */
function follow(
  { model, signal }: View<Traits>,
  { page, frame, paint, ask, renew, show, tell }: Followed,
): void {
  const say = later(() => frame.say(tell()), signal);
  const step = () => {
    ask();
    say();
  };
  const change = () => {
    show();
    ask();
  };
  const fit = () => {
    page.fit(model.get("surface"));
    ask();
  };
  const rearrange = () => {
    show();
    drawing(paint); // what is hidden now has no width
    fit();
  };
  listen(model, "change:step", step, signal);
  for (const name of ["task", "arrows"]) listen(model, `change:${name}`, change, signal);
  listen(model, "change:surface", rearrange, signal);
  const data = () => {
    renew();
    change();
  };
  onData(model, data, signal);
  onWidth(page.maps, fit, signal);
  onTheme(ask, signal);
}

export default { render };

function playerFor({ model, signal }: View<Traits>) {
  const last = () => model.get("config").steps - 1;
  return playerOf({
    model,
    steps: last() + 1,
    label: "inner step",
    interval: 600,
    loop: true,
    speeds: [0.5, 1, 2, 4],
    signal,
    format: (step) => (step ? `step ${step} of ${last()}` : "before adaptation"),
  });
}
