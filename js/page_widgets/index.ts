// ipywidgets' own widgets, drawn from their saved state for a page without Python. A page carries this module only if it
// shows one of them. They look as in a notebook and keep their layout and style; a control is switched off unless a link
// makes it move another widget, which takes no Python.
import type { PageModel } from "../page_host/models.ts";
import type { Core, Place } from "../page_host/render.ts";
import { h } from "../shared/elements.ts";
import { accordion, box, stack, tab } from "./boxes.ts";
import { button, checkbox, controller, controllerPart, tags, toggle, upload } from "./buttons.ts";
import { radio, select, toggles } from "./choices.ts";
import { colour, moment, number, text, textarea } from "./fields.ts";
import type { Drawer } from "./look.ts";
import { markup, media, output, progress, valid } from "./readable.ts";
import { play, slider } from "./sliders.ts";
import style from "./style.css";

const DRAWERS: Record<string, Drawer> = {
  Box: box("hbox"),
  HBox: box("hbox"),
  VBox: box("vbox"),
  GridBox: box("grid"),
  Tab: tab,
  Accordion: accordion,
  Stack: stack,
  HTML: markup("html"),
  HTMLMath: markup("maths"),
  Label: markup("text"),
  Valid: valid,
  Image: media("img"),
  Video: media("video"),
  Audio: media("audio"),
  Output: output,
  IntProgress: progress,
  FloatProgress: progress,
  IntSlider: slider,
  FloatSlider: slider,
  FloatLogSlider: slider,
  IntRangeSlider: slider,
  FloatRangeSlider: slider,
  SelectionSlider: slider,
  SelectionRangeSlider: slider,
  Play: play,
  Text: text("text"),
  Combobox: text("text"),
  Password: text("password"),
  Textarea: textarea,
  IntText: number,
  FloatText: number,
  BoundedIntText: number,
  BoundedFloatText: number,
  DatePicker: moment("date"),
  Time: moment("time"),
  Datetime: moment("datetime-local"),
  NaiveDatetime: moment("datetime-local"),
  ColorPicker: colour,
  Dropdown: select("one"),
  Select: select("list"),
  SelectMultiple: select("several"),
  RadioButtons: radio,
  ToggleButtons: toggles,
  Button: button,
  ToggleButton: toggle,
  Checkbox: checkbox,
  FileUpload: upload,
  TagsInput: tags,
  ColorsInput: tags,
  IntsInput: tags,
  FloatsInput: tags,
  Controller: controller,
  ControllerAxis: controllerPart,
  ControllerButton: controllerPart,
};

async function draw(model: PageModel, el: HTMLElement, place: Place): Promise<boolean> {
  if (!document.querySelector("style[data-mw-widgets]")) {
    document.head.append(h("style", { "data-mw-widgets": true }, style));
  }
  const name = model.record.name.replace(/Model$/, "");
  const drawer = DRAWERS[name];
  el.classList.add("mw-w", `mw-k-${name.toLowerCase()}`);
  if (!drawer) {
    el.append(
      h("p", { class: "mw-note" }, `${name} is not shown: the page does not know this widget.`),
    );
    return false;
  }
  return drawer(model, el, place);
}

export default { draw } satisfies Core;
