// An exported page's own widget manager: it runs the same modules as the notebook, from data stored in the page, without
// a network.
import { bare, type Page, type PageModel, pageModels } from "./models.ts";
import { breakWhatIsLong, takePaperWidth } from "./paper.ts";
import { drawing, type Render } from "./render.ts";

takePaperWidth();
const page: Page = JSON.parse(document.getElementById("mw-page")!.textContent ?? "");
const models = pageModels(page);
const render = drawing(models, page.modules);

declare global {
  interface Window {
    /** For the curious at the console: metawidgets.models.get(id).get("step"), metawidgets.render(model, el). */
    metawidgets: { models: Map<string, PageModel>; render: Render };
  }
}
window.metawidgets = { models, render };

for (const { source, target, both } of page.links) {
  const join = ([from, name]: [string, string], [to, other]: [string, string]) => {
    const [a, b] = [models.get(bare(from)), models.get(bare(to))];
    a?.on(`change:${name}`, () => b?.set(other, a.get(name)));
  };
  join(source, target);
  if (both) join(target, source);
}

/** Draw a view in its place; below the picture that stands there, say why where it can't be drawn. */
async function show(place: HTMLElement): Promise<void> {
  const note = document.createElement("p");
  note.className = "mw-note";
  const el = document.createElement("div");
  try {
    place.append(el); // a component learns its width and its theme from where it stands
    if (await render(models.get(place.dataset.modelId ?? ""), el)) {
      place.replaceChildren(el);
      return;
    }
    note.textContent = "This control works only in the notebook, with Python running.";
  } catch (error) {
    console.error(error);
    note.textContent = `This component could not start here (${(error as Error).message}).`;
  }
  el.remove();
  place.append(note);
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
