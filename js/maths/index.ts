// TeX to MathML for the maker of pages, which calls `mathml` in an engine of its own: no page runs this.
import temml from "temml";

declare global {
  /** Return TeX as MathML, or throw what is wrong with it. */
  var mathml: (tex: string, display: boolean) => string;
}

globalThis.mathml = (tex, display) => {
  const made = temml.renderToString(tex, {
    displayMode: display,
    throwOnError: true,
    trust: false,
    maxExpand: 1000,
  });
  return [made].join(""); // the engine cannot hand over a string that it keeps in pieces
};
