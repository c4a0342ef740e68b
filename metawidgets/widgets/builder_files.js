// Pictures go one by one to Python; what cannot be read is named, the others are kept, and all are one step to undo.
function mwbFiles({ store, python, frame }) {
  const [most, largest] = [20, 5e6];
  return async (list, key, side) => {
    if (!list.length) return;
    if (!python.can("upload")) { frame.fail(python.why("upload", "Uploading pictures")); return; }
    if (store.doc().kind !== "sheet" || key === null) { frame.fail("Pictures can be added where items are images and there is a class to add them to."); return; }
    const [errors, batch] = [[], `upload ${Date.now()}`];
    for (const file of list.slice(0, most)) {
      if (file.size > largest) { errors.push(`The file \u201c${file.name}\u201d has ${(file.size / 1e6).toFixed(1)} MB; at most 5 MB are taken.`); continue; }
      const data = await file.arrayBuffer();
      if (!(await store.ask("upload", { key, side, name: file.name.slice(0, 200), batch }, { buffers: [data] }))) errors.push(store.error() || `The file \u201c${file.name}\u201d could not be sent.`);
    }
    if (list.length > most) errors.push(`Only the first ${most} of ${list.length} files were taken.`);
    if (errors.length) frame.fail(errors.join(" "));
  };
}
