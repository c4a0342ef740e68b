// A page that goes to paper. Components measure themselves before the browser lays the page out for paper, so that they are
// given the width of the paper first; and what is longer than a sheet may break across sheets, where moving it to a sheet
// of its own would only leave an empty one before it.

/** Millimetres of the narrower of A4 and Letter within the margins that page.css gives. */
const PAPER = { width: 178, height: 240 };
/** CSS pixels of a millimetre. */
const PIXELS = 96 / 25.4;

/** What stays whole where it fits on a sheet. */
const WHOLE =
  ".output, .output table, .prose table, .output img, .mw-view, .mw-row > *, .mw-column > *";

/** Give the page the width of paper while it is printed. To be called before any component is drawn. */
export function takePaperWidth(): void {
  const { documentElement: page } = document;
  page.style.setProperty("--mw-paper", `${PAPER.width}mm`);
  const take = () => {
    page.dataset.mwPaper = "";
  };
  addEventListener("beforeprint", take, { capture: true });
  addEventListener("afterprint", () => {
    delete page.dataset.mwPaper;
  });
}

/** Let break what is longer than a sheet. To be called when all components are drawn: they take their size first. */
export function breakWhatIsLong(): void {
  addEventListener("beforeprint", markLong);
  addEventListener("afterprint", () => {
    for (const each of document.querySelectorAll("[data-mw-long]")) {
      each.removeAttribute("data-mw-long");
    }
  });
}

function markLong(): void {
  for (const each of document.querySelectorAll(WHOLE)) {
    const { height } = each.getBoundingClientRect();
    each.toggleAttribute("data-mw-long", height > PAPER.height * PIXELS);
  }
}
