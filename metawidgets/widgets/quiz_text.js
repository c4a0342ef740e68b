// Plain text with `code` between backticks: everything is a text node. A single backtick is a backtick.
function mwQuizText(text) {
  const parts = String(text).split(/(`[^`\n]+`)/);
  return parts.filter(Boolean).map((part) => (/^`[^`\n]+`$/.test(part) ? mwEl("code", {}, part.slice(1, -1)) : part));
}
