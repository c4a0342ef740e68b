// What a notebook, or an exported page, gives a component: its model and the place where it draws.

/** name -> where an array lies in the buffer; see `arrays.ts`. */
export type ArrayTable = Record<string, { dtype: string; shape: number[]; offset: number }>;

/** Work of Python in the background: {} for none; part from 0 to 1, null where nobody can say. */
export interface Progress {
  text?: string;
  part?: number | null;
}

/** The traits of every component, as `Component` in widgets/base declares them. */
export interface BaseTraits<Config> {
  buffer: DataView;
  arrays: ArrayTable;
  config: Config;
  step: number;
  selection: string | null;
  error: string;
  able: string[];
  replied: number;
  progress: Progress;
}

/** The traits of a `Selection`. */
export interface SelectionTraits {
  selected: string;
  pinned: boolean;
}

export interface Model<Traits extends object> {
  get<Name extends keyof Traits & string>(name: Name): Traits[Name];
  set<Name extends keyof Traits & string>(name: Name, value: Traits[Name]): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
  /** Set by an exported page: no Python will ever answer. */
  offline?: boolean;
  /** Only a notebook's own models know whether Python is still behind them. */
  comm_live?: boolean;
  widget_manager: {
    get_model<Other extends object = object>(id: string): Promise<Model<Other>>;
  };
}

/** What anywidget hands to `render`. */
export interface View<Traits extends object> {
  model: Model<Traits>;
  el: HTMLElement;
  signal: AbortSignal;
}

/** Listen to a model for as long as the view lives. */
export function listen<Traits extends object>(
  model: Model<Traits>,
  event: string,
  callback: () => void,
  signal: AbortSignal,
): void {
  model.on(event, callback);
  signal.addEventListener("abort", () => model.off(event, callback));
}

/** Call back once when Python has sent new data, however many traits changed in one message. */
export function onData<Config>(
  model: Model<BaseTraits<Config>>,
  callback: () => void,
  signal: AbortSignal,
): void {
  let due = false;
  const soon = () => {
    if (!due) {
      queueMicrotask(() => {
        due = false;
        callback();
      });
    }
    due = true;
  };
  for (const name of ["arrays", "buffer", "config"]) listen(model, `change:${name}`, soon, signal);
}

/** The id in a reference of a model ("anywidget:…" or "IPY_MODEL_…"), "" for none. */
export function referenced(reference: string | null | undefined): string {
  return String(reference ?? "").replace(/^(anywidget:|IPY_MODEL_)/, "");
}
