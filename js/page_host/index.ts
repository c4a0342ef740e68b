// An exported page's own widget manager: it runs the same modules as the notebook, from data stored in the page, without
// a network.
import { card, note } from "./card.ts";
import { join, type Page, type PageModel, pageModels } from "./models.ts";
import { breakWhatIsLong, takePaperWidth } from "./paper.ts";
import { drawing, type Render } from "./render.ts";

takePaperWidth();
const page: Page = JSON.parse(document.getElementById("mw-page")!.textContent ?? "");
const models = pageModels(page);
join(page.links, models);
const render = drawing(models, page);

declare global {
  interface Window {
    /** For the curious at the console: metawidgets.models.get(id).get("step"), metawidgets.render(model, el). */
    metawidgets: { models: Map<string, PageModel>; render: Render };
  }
}
window.metawidgets = { models, render };

/** Draw a view in its place; below the picture that stands there, say why where it can't be drawn. */
async function show(place: HTMLElement): Promise<void> {
  const model = models.get(place.dataset.modelId ?? "");
  const el = document.createElement("div");
  place.append(el); // a component learns its width and its theme from where it stands
  const { failure, python } = await render(model, el);
  if (failure === undefined) {
    place.replaceChildren(el);
    // Such as a progress bar that was told to leave: in the notebook it takes no room either.
    if (el.style.visibility === "hidden")
      (place.closest<HTMLElement>(".output") ?? place).hidden = true;
    if (python) place.append(note("Needs Python: the controls show what they were set to."));
    return;
  }
  el.remove();
  // What the notebook saved as a picture stays; the text of a widget that is no component says less than its card.
  const still = place.querySelector("img") !== null;
  if (model?.record.card && !still) place.replaceChildren();
  place.append(card(model, failure, !still));
}

const views = [...document.querySelectorAll<HTMLElement>(".mw-view")].map(show);
// Ready is what has been painted: components lay themselves out in the frame after they learn their width.
Promise.allSettled(views).then(() => {
  breakWhatIsLong();
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      document.documentElement.dataset.mwReady = String(Math.round(performance.now()));
    }),
  );
});
