// Clean HTML that the exporter made: it stands in templates of the page, and nothing else becomes markup.

/** What a `<style>` beside tables and links should find, as in the page around it. */
const BASE = `:host { display: block; } img { max-width: 100%; height: auto; } a { color: var(--link); }
table { border-collapse: collapse; font-size: 14px; } th, td { padding: 0.3rem 0.9rem 0.3rem 0; text-align: left;
border-bottom: 1px solid var(--line); }`;

/** A copy of a template's contents. */
export function fragment(id: string): DocumentFragment {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) return document.createDocumentFragment();
  return copied(template.content);
}

/** A copy with its shadow roots, in which outputs keep their styles to themselves: a plain copy leaves them out. */
function copied(content: DocumentFragment): DocumentFragment {
  const copy = document.createDocumentFragment();
  for (const each of content.childNodes) copy.append(document.importNode(each, true));
  const places = copy.querySelectorAll("*");
  for (const [i, each] of content.querySelectorAll("*").entries()) {
    if (!each.shadowRoot || places[i].shadowRoot) continue;
    places[i].attachShadow({ mode: "open" }).append(copied(each.shadowRoot));
  }
  return copy;
}

/** Show the markup of a template, or plain text where there is none. Styles stay within `el`. */
export function fill(el: HTMLElement, kind: string, id: string | undefined, text: string): void {
  const content = id ? fragment(id) : document.createTextNode(text);
  const styled = kind !== "text" && id && (content as DocumentFragment).querySelector("style");
  if (!styled && !el.shadowRoot) {
    el.replaceChildren(content);
    return;
  }
  const shadow = el.shadowRoot ?? el.attachShadow({ mode: "open" });
  const base = document.createElement("style");
  base.textContent = BASE;
  shadow.replaceChildren(base, content);
}
