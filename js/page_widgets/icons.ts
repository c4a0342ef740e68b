// Icons of buttons. A page carries no icon font: the usual ones are drawn, any other is named where nothing else names the button.
import { icon } from "../shared/icons.ts";

const PATHS: Record<string, string> = {
  play: "M5 3.2v9.6L12.6 8z",
  pause: "M5.2 3.5v9M10.8 3.5v9",
  stop: "M4 4h8v8H4z",
  check: "M3 8.5 6.5 12 13 4.5",
  times: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  refresh: "M12.8 6.2A5.2 5.2 0 1 0 13.2 8M13.2 3v3.4H9.8",
  "arrow-left": "M13 8H3M7 4 3 8l4 4",
  "arrow-right": "M3 8h10M9 4l4 4-4 4",
  "arrow-up": "M8 13V3M4 7l4-4 4 4",
  "arrow-down": "M8 3v10M4 9l4 4 4-4",
  "step-backward": "M4 3.5v9M12 3.5 5.5 8l6.5 4.5z",
  "step-forward": "M12 3.5v9M4 3.5 10.5 8 4 12.5z",
  "chevron-left": "M10 3.5 5.5 8l4.5 4.5",
  "chevron-right": "M6 3.5 10.5 8 6 12.5",
  search: "M10.5 10.5 14 14M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10",
  upload: "M8 10.5v-8M4.5 6 8 2.5 11.5 6M3 13.5h10",
  save: "M3 3h8l2 2v8H3zM5 3v4h5V3M5 13V9.5h6V13",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 9h5.8l.6-9",
  home: "M2.5 8 8 3l5.5 5M4 7v6h8V7",
  info: "M8 7v5M8 4.2v.4",
};
const ALSO: Record<string, string> = {
  remove: "times",
  close: "times",
  sync: "refresh",
  redo: "refresh",
  "floppy-o": "save",
  "trash-o": "trash",
};

/** The icon of a button by its name of Font Awesome. */
export function iconOf(given: string | undefined, text: string): Element | string | null {
  const name = (given ?? "").replace(/^fa-/, "");
  const path = PATHS[ALSO[name] ?? name];
  if (path) return icon({ name: "own", path });
  return text ? null : name;
}
