// Icons of the builder, beside those that all components have.

const PATHS = {
  lock: "M4.5 7.5h7v5.5h-7zM6 7.5V5.2a2 2 0 0 1 4 0v2.3",
  unlock: "M4.5 7.5h7v5.5h-7zM6 7.5V5a2 2 0 0 1 3.9-.6",
  swap: "M3.5 5.5h8.5M9.5 3l2.5 2.5L9.5 8M12.5 10.5H4M6.5 8 4 10.5 6.5 13",
  remove: "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6",
  plus: "M8 3.5v9M3.5 8h9",
  undo: "M6 3.5 3 6.5l3 3M3.2 6.5h6a3.5 3.5 0 0 1 0 7H6.5",
  redo: "M10 3.5l3 3-3 3M12.8 6.5h-6a3.5 3.5 0 0 0 0 7h2.7",
};

/** An icon by its name, as `button` and `icon` take it. */
export function ownIcon(name: keyof typeof PATHS) {
  return { name, path: PATHS[name] };
}
