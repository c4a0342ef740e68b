// What only Python can do: requests, one at a time, and what the reader is told while one is under way or can't be made.
import { disable, h } from "./elements.ts";
import { type BaseTraits, listen, type Model, referenced } from "./model.ts";
import type { Frame } from "./mount.ts";

export interface AskOptions {
  /** Let a request of the same action that still waits give way: a slider asks for its last value, not for all. */
  latest?: boolean;
  buffers?: ArrayBuffer[];
}

export interface Python {
  /** Whether Python can do `action` now. */
  can(action: string): boolean;
  /** Why it can't, in a sentence about `what`; "" where it can. */
  why(action: string, what?: string): string;
  /** Disable a control while `action` can't be done, with the reason as its tooltip. */
  bind<Control extends HTMLElement & { disabled: boolean }>(
    control: Control,
    action: string,
    what: string,
  ): Control;
  /** A line, seen while one of `controls` (or of all that are bound) is off, that says how to get Python. */
  needs(controls?: readonly HTMLElement[]): HTMLElement;
  /** Resolve to true when Python is done, to false if it could not be asked or was overtaken. */
  ask(action: string, params?: Record<string, unknown>, options?: AskOptions): Promise<boolean>;
  busy(): boolean;
}

interface Request extends AskOptions {
  id: number;
  action: string;
  params: Record<string, unknown>;
  done: (answered: boolean) => void;
}

const GONE = "Python no longer answers: the kernel was stopped or restarted. Run the cell again.";

/** Ask Python through a component's model. Its errors reach the frame's status line through the model's `error`. */
export function pythonOf<Traits extends BaseTraits<unknown>>(
  model: Model<Traits>,
  { frame, signal }: { frame: Frame; signal: AbortSignal },
): Python {
  const reach = reachOf(model, signal);
  const bound = boundControls(reach);
  const queue = requestQueue(model, frame, signal);
  reach.onChange(bound.show);
  return {
    can: reach.can,
    why: reach.why,
    bind: bound.bind,
    needs: bound.needs,
    busy: queue.busy,
    ask: (action, params = {}, options = {}) =>
      new Promise((done) => {
        if (reach.can(action)) return queue.add({ action, params, ...options, done });
        frame.fail(reach.why(action, "This"));
        done(false);
      }),
  };
}

type Reach = ReturnType<typeof reachOf>;

/** Whether Python can be asked: is it there, and does the component still have what it was made from? */
function reachOf<Traits extends BaseTraits<unknown>>(model: Model<Traits>, signal: AbortSignal) {
  // Of the models of a notebook only the manager's own knows whether Python is still behind it: after a restart, and
  // in a notebook that was opened again, it is not. The shared selection stands for all that were made with it.
  let witness: Model<object> | null = null;
  const callbacks: (() => void)[] = [];
  const tell = () => {
    for (const callback of callbacks) callback();
  };
  const gone = () => witness?.comm_live === false;
  const able = (action: string) => (model.get("able") ?? []).includes(action);
  const why = (action: string, what = "This control") => {
    if (gone()) {
      return `${what} needs Python, which no longer knows this component: run its cell again.`;
    }
    if (model.offline) {
      return `${what} needs a running Python kernel: open the notebook to use it.`;
    }
    if (able(action)) return "";
    return `${what} needs what this component was made from: make it again in a cell.`;
  };
  listen(model, "change:able", tell, signal);
  const id = referenced(model.get("selection"));
  if (id) {
    model.widget_manager?.get_model(id).then((found) => {
      witness = found;
      listen(found, "comm_live_update", tell, signal);
      tell();
    });
  }
  return {
    can: (action: string) => !model.offline && !gone() && able(action),
    why,
    onChange: (callback: () => void) => callbacks.push(callback),
  };
}

/** Controls that need Python: disabled, with the reason, while it can't be asked. */
function boundControls(reach: Reach) {
  type Control = HTMLElement & { disabled: boolean };
  const bound: { control: Control; action: string; what: string; title: string }[] = [];
  const notes: { note: HTMLElement; controls?: readonly HTMLElement[] }[] = [];
  const showNotes = () => {
    for (const { note, controls } of notes) {
      const off = bound.find(
        ({ control, action }) => !reach.can(action) && (controls?.includes(control) ?? true),
      );
      note.hidden = !off;
      note.textContent = off ? reach.why(off.action, "What is greyed out here") : "";
    }
  };
  const needs = (controls?: readonly HTMLElement[]) => {
    const note = h("p", { class: "mw-needs" });
    notes.push({ note, controls });
    showNotes();
    return note;
  };
  const show = () => {
    showNotes();
    for (const { control, action, what, title } of bound) {
      const off = !reach.can(action);
      if (!off && !control.disabled) continue; // it stays on: what its component says of it stays too
      disable(control, off);
      if (off) control.setAttribute("aria-disabled", "true");
      else control.removeAttribute("aria-disabled");
      control.title = off ? reach.why(action, what) : title;
    }
  };
  const bind = <C extends Control>(control: C, action: string, what: string): C => {
    bound.push({ control, action, what, title: control.title });
    show();
    return control;
  };
  return { bind, needs, show };
}

/** Requests one at a time: the next is sent when Python has answered the last. */
function requestQueue<Traits extends BaseTraits<unknown>>(
  model: Model<Traits>,
  frame: Frame,
  signal: AbortSignal,
) {
  const waiting: Request[] = [];
  let running: Request | null = null;
  let number = Math.max(0, model.get("replied") ?? 0);
  let slow: ReturnType<typeof setTimeout> | undefined;
  const next = () => {
    clearTimeout(slow);
    frame.busy("");
    running = waiting.shift() ?? null;
    if (!running) return;
    slow = setTimeout(() => frame.busy("Python is working on it\u2026"), 400);
    const { id, action, params, buffers } = running;
    try {
      model.send({ id, action, params }, undefined, buffers);
    } catch {
      const lost = [running, ...waiting.splice(0)];
      running = null;
      clearTimeout(slow);
      frame.fail(GONE);
      for (const each of lost) each.done(false);
    }
  };
  const add = (request: Omit<Request, "id">) => {
    if (request.latest) {
      const overtaken = waiting.findIndex(({ action }) => action === request.action);
      if (overtaken >= 0) waiting.splice(overtaken, 1)[0].done(false);
    }
    number = Math.max(number, model.get("replied") ?? 0) + 1;
    waiting.push({ ...request, id: number });
    if (!running) next();
  };
  const answered = () => {
    if (!running || model.get("replied") < running.id) return;
    const { done } = running;
    if (!model.get("error")) frame.fail(""); // whatever the page itself said before
    next();
    done(true);
  };
  listen(model, "change:replied", answered, signal);
  signal.addEventListener("abort", () => clearTimeout(slow));
  return { add, busy: () => Boolean(running) };
}
