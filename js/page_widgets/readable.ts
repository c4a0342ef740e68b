// Widgets that are only read: text, pictures, sound, progress, outputs.
import type { PageModel } from "../page_host/models.ts";
import { h } from "../shared/elements.ts";
import { type Drawer, dress, follow, labelled, numberOf, styleOf, textOf } from "./look.ts";

/** A drawer of a widget whose value is HTML, HTML with maths, or text with maths. */
export function markup(kind: "html" | "maths" | "text"): Drawer {
  return (model, el, place) => {
    const content = h("div", { class: `mw-w-content mw-w-${kind}` });
    if (textOf(model, "description")) labelled(model, el, place, content, []);
    else {
      el.append(content);
      dress(content, model);
      el.title = textOf(model, "tooltip");
    }
    follow(model, ["value"], () => {
      const value = textOf(model, "value") || textOf(model, "placeholder").replace("\u200b", "");
      place.fill(content, kind, value);
    });
    return false;
  };
}

export const valid: Drawer = (model, el, place) => {
  const mark = h("span", { class: "mw-w-valid" });
  labelled(model, el, place, mark, []);
  follow(model, ["value"], () => {
    mark.dataset.valid = String(model.get("value") === true);
    mark.textContent = model.get("value") ? "\u2713 valid" : `\u2717 ${textOf(model, "readout")}`;
  });
  return false;
};

export const progress: Drawer = (model, el, place) => {
  const bar = h("div", { class: "mw-w-bar" });
  const upright = model.get("orientation") === "vertical";
  const track = h("div", { class: "mw-w-progress", role: "progressbar" }, bar);
  el.classList.toggle("mw-w-upright", upright);
  labelled(model, el, place, track);
  const colour = styleOf(model, "bar_color");
  if (colour) bar.style.background = colour;
  follow(model, ["value", "min", "max", "bar_style"], () => {
    const [low, high] = [numberOf(model, "min"), numberOf(model, "max", 100)];
    const value = Math.min(high, Math.max(low, numberOf(model, "value")));
    bar.style.setProperty(
      upright ? "height" : "width",
      `${(100 * (value - low)) / (high - low || 1)}%`,
    );
    bar.dataset.style = textOf(model, "bar_style");
    track.setAttribute("aria-valuemin", String(low));
    track.setAttribute("aria-valuemax", String(high));
    track.setAttribute("aria-valuenow", String(value));
  });
  return false;
};

const MEDIA_TYPES: Record<string, string> = {
  mp3: "audio/mpeg",
  "svg+xml": "image/svg+xml",
  jpg: "image/jpeg",
};

/** The address of the bytes of a model, or the address that the model gives in their place. */
function addressOf(model: PageModel, kind: string): string {
  const value = model.get("value");
  if (!(value instanceof DataView)) return "";
  const format = textOf(model, "format");
  if (format === "url") return new TextDecoder().decode(value);
  const type = MEDIA_TYPES[format] ?? `${kind}/${format}`;
  return URL.createObjectURL(new Blob([value as DataView<ArrayBuffer>], { type }));
}

/** A drawer of a picture, a film or a sound. Nothing plays by itself: whoever reads a page starts it. */
export function media(tag: "img" | "video" | "audio"): Drawer {
  const kind = { img: "image", video: "video", audio: "audio" }[tag];
  return (model, el) => {
    const given = model.record.layout ?? {};
    el.classList.add("mw-w-media");
    const show = () => {
      const address = addressOf(model, kind);
      if (textOf(model, "format") === "url" && !address.startsWith("data:")) {
        const link = h(
          "a",
          { href: /^https?:/i.test(address) ? address : null, rel: "noopener noreferrer" },
          address,
        );
        el.replaceChildren(h("p", { class: "mw-note" }, `This ${kind} needs the network: `, link));
        return;
      }
      const tip = textOf(model, "tooltip");
      const node = h(tag, {
        src: address || null,
        [tag === "img" ? "alt" : "aria-label"]: tip || (tag === "img" ? "" : kind),
        title: tip || null,
        controls: tag !== "img",
        loop: tag !== "img" && model.get("loop") === true,
        width: textOf(model, "width") || null,
        height: textOf(model, "height") || null,
      });
      if (given.width) node.style.width = "100%";
      if (given.height) node.style.height = "100%";
      node.style.setProperty("object-fit", String(given.object_fit ?? ""));
      node.style.setProperty("object-position", String(given.object_position ?? ""));
      el.replaceChildren(node);
    };
    follow(model, ["value", "format"], show);
    return false;
  };
}

export const output: Drawer = (model, el, place) => {
  el.classList.add("mw-w-output");
  return place.outputs(el, textOf(model, "outputs"));
};
