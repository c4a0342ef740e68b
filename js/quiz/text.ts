import { type Child, h } from "../shared/elements.ts";

/** Plain text with `code` between backticks: everything is a text node. A single backtick is a backtick. */
export function richText(text: string): Child[] {
  const parts = String(text).split(/(`[^`\n]+`)/);
  const isCode = (part: string) => /^`[^`\n]+`$/.test(part);
  return parts
    .filter(Boolean)
    .map((part) => (isCode(part) ? h("code", {}, part.slice(1, -1)) : part));
}
