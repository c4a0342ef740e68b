// Colours: read from the page's theme, so that a component looks at home in a light and in a dark notebook.

// Okabe and Ito (2008), a qualitative palette that survives the common colour-vision deficiencies; black is left to the text.
const mwPalette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#f0e442"];

// The colours in force at an element, as strings a canvas accepts. A view that is drawn before it stands in the page reads
// them from a probe: computed styles exist only there.
function mwTheme(el) {
  const root = el.closest?.(".mw") ?? el;
  const probe = root.isConnected ? null : mwEl("div", { class: "mw", hidden: true });
  if (probe) document.body.append(probe);
  const style = getComputedStyle(probe ?? root);
  const theme = {};
  for (const name of ["fg", "muted", "bg", "raised", "grid", "accent", "focus", "bad", "good", "font"]) {
    theme[name] = style.getPropertyValue(`--mw-${name}`).trim();
  }
  probe?.remove();
  return theme;
}

// Call back when the theme changes: the system's preference, the notebook's own switch, or paper, which is always light.
function mwOnTheme(callback, signal) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback, { signal });
  addEventListener("beforeprint", () => { document.documentElement.dataset.mwPrint = ""; callback(); }, { signal });
  addEventListener("afterprint", () => { delete document.documentElement.dataset.mwPrint; callback(); }, { signal });
  const observer = new MutationObserver(callback);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });
  signal?.addEventListener("abort", () => observer.disconnect());
}
