// Pictures go one by one to Python; what cannot be read is named, the others are kept, and all are one step to undo.
import type { Place } from "../episode_document/types.ts";
import type { Frame } from "../shared/mount.ts";
import type { Python } from "../shared/python.ts";
import type { Store } from "./store.ts";

const MOST_FILES = 20;
const LARGEST_FILE = 5e6; // bytes

/** Send files to a class and a side; `cls` is null where there is no class. */
export type TakeFiles = (
  files: File[],
  to: { cls: number | null; side: Place; beside: HTMLElement },
) => Promise<void>;

/** How files are taken. */
export function takeFilesOf(given: { store: Store; python: Python; frame: Frame }): TakeFiles {
  const { store, python, frame } = given;
  const send = async (file: File, params: Record<string, unknown>, beside: HTMLElement) => {
    if (file.size > LARGEST_FILE) {
      const size = (file.size / 1e6).toFixed(1);
      return `The file \u201c${file.name}\u201d has ${size} MB; at most 5 MB are taken.`;
    }
    const buffers = [await file.arrayBuffer()];
    const name = file.name.slice(0, 200);
    if (await store.ask("upload", { ...params, name }, { buffers, beside })) return "";
    return store.error() || `The file \u201c${file.name}\u201d could not be sent.`;
  };
  return async (files, { cls, side, beside }) => {
    if (!files.length) return;
    if (!python.can("upload")) {
      frame.fail(python.why("upload", "Uploading pictures"), beside);
      return;
    }
    if (store.document().kind !== "sheet" || cls === null) {
      const where = "where items are images and there is a class to add them to";
      frame.fail(`Pictures can be added ${where}.`, beside);
      return;
    }
    const params = { key: cls, side, batch: `upload ${Date.now()}` };
    const errors: string[] = [];
    for (const file of files.slice(0, MOST_FILES)) errors.push(await send(file, params, beside));
    if (files.length > MOST_FILES) {
      errors.push(`Only the first ${MOST_FILES} of ${files.length} files were taken.`);
    }
    const said = errors.filter(Boolean).join(" ");
    if (said) frame.fail(said, beside);
  };
}
