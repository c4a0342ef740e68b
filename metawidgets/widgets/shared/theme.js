// Colours: read from the page's theme, so that a component looks at home in a light and in a dark notebook.

// Okabe and Ito (2008), a qualitative palette that survives the common colour-vision deficiencies; black is left to the text.
const mwPalette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#f0e442"];

// Anchors of cividis (Nunez, Anderton and Renslow 2018), which rises evenly in lightness for every reader.
const MW_CIVIDIS = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115],
  [138, 134, 120], [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56],
];

// t in 0..1 -> [r, g, b]; NaN -> null, for the caller to leave blank.
function mwSequential(t) {
  if (!(t === t)) return null;
  const x = Math.min(1, Math.max(0, t)) * (MW_CIVIDIS.length - 1);
  const i = Math.min(MW_CIVIDIS.length - 2, Math.floor(x));
  return MW_CIVIDIS[i].map((low, c) => Math.round(low + (x - i) * (MW_CIVIDIS[i + 1][c] - low)));
}

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
