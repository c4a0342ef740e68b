// Where the parts of a component lie that a reader can name, relative to its root, and how they look.
(root) => {
  const origin = root.getBoundingClientRect();
  const chosen = [
    "[role]", "[aria-label]", "[aria-labelledby]", "button", "input", "select", "textarea", "progress", "label", "legend",
    "summary", "h1", "h2", "h3", "h4", "h5", "p", "dt", "dd", "th", "td", "li", "canvas", "svg", "text", "img", "figcaption",
  ].join();
  const round = (number) => Math.round(number * 100) / 100;
  const nameOf = (node) =>
    node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent.trim().slice(0, 40);
  return [root, ...root.querySelectorAll(chosen)].filter((node) => node.checkVisibility()).map((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    return {
      part: `${node.tagName.toLowerCase()} ${(nameOf(node) ?? "").replaceAll(/\s+/g, " ")}`.trim(),
      box: [left - origin.left, top - origin.top, width, height].map(round),
      style: Object.fromEntries([
        "color", "fontWeight", "fontSize", "fontStyle", "fontFamily", "display", "textAlign", "textTransform", "letterSpacing",
        "whiteSpace", "textShadow", "listStyleType", "cursor", "backgroundColor", "borderTopWidth", "fill", "stroke",
      ].map((name) => [name, style[name]])),
      picture: node.tagName === "CANVAS" && node.width && node.height ? node.toDataURL() : "",
    };
  });
}
