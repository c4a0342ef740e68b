// Controls that look and read alike in every component. Each returns {node, control, set(value)}; a field carries its label.

// mwField(label, control, note) -> a label with its control; note is small text behind it.
const mwField = (label, control, note) => mwEl("label", { class: "mw-field" }, mwEl("span", { class: "mw-field-label" }, label), control, note);

// A button with words (and an icon of MW_ICONS), or with an icon alone and a name.
function mwButton({ text = "", icon = "", name = "", title = "", pressed, onclick }) {
  const node = mwEl("button", {
    type: "button", class: `mw-button${text ? " mw-button-text" : ""}`, "aria-label": name || null, title: title || name || null, onclick,
    "aria-pressed": pressed === undefined ? null : String(pressed),
  }, icon && mwIcon(icon), text);
  return node;
}

// A choice of several. options: [[value, text]]; onchange(value).
function mwChoice({ label, options, value, onchange }) {
  const control = mwEl("select", { class: "mw-select", onchange: () => onchange(control.value) },
    options.map(([each, text]) => mwEl("option", { value: each }, text)));
  control.value = value;
  return { node: mwField(label, control), control, set: (next) => { control.value = next; } };
}

// A number: typed, or stepped by keys; onchange(value) for a valid one, and a message where it is not.
function mwNumberField({ label, value, min, max, step = 1, onchange }) {
  const control = mwEl("input", { type: "number", class: "mw-number", min, max, step, value });
  control.addEventListener("change", () => {
    const next = Number(control.value);
    const bad = control.value === "" || !Number.isFinite(next) || next < min || next > max || (Number.isInteger(step) && !Number.isInteger(next));
    control.setAttribute("aria-invalid", String(bad));
    control.setCustomValidity(bad ? `Give a ${Number.isInteger(step) ? "whole number" : "number"} from ${min} to ${max}.` : "");
    if (bad) control.reportValidity();
    else onchange(next);
  });
  return { node: mwField(label, control), control, set: (next) => { control.value = next; } };
}

// A slider over a range, on a log scale where asked; format(value) is printed and spoken. oninput(value) at every move,
// onchange(value) when it is let go.
function mwRange({ label, value, min, max, log = false, stops = 100, format = (v) => mwNumber(v), oninput, onchange }) {
  const [to, from] = log ? [Math.log, Math.exp] : [(v) => v, (v) => v];
  const [low, high] = [to(min), to(max)];
  const valueAt = (place) => from(low + (place / stops) * (high - low));
  const placeOf = (v) => Math.round((stops * (to(Math.min(max, Math.max(min, v))) - low)) / (high - low));
  const control = mwEl("input", { type: "range", class: "mw-slider", min: 0, max: stops, step: 1 });
  const output = mwEl("output", { class: "mw-value" });
  let exact = value;
  const show = () => {
    control.setAttribute("aria-valuetext", format(exact));
    control.style.setProperty("--mw-part", control.value / stops);
    output.textContent = format(exact);
  };
  const set = (next) => { exact = next; control.value = placeOf(next); show(); };
  control.addEventListener("input", () => { exact = Number(valueAt(Number(control.value)).toPrecision(3)); show(); oninput?.(exact); });
  control.addEventListener("change", () => onchange?.(exact));
  control.dataset.lmSuppressShortcuts = "true";
  set(value);
  return { node: mwField(label, control, output), control, set };
}

// A switch.
function mwCheck({ label, value, onchange }) {
  const control = mwEl("input", { type: "checkbox", onchange: () => onchange(control.checked) });
  control.checked = value;
  return { node: mwEl("label", { class: "mw-field mw-check" }, control, mwEl("span", {}, label)), control, set: (next) => { control.checked = next; } };
}

// Several buttons of which one is pressed. options: [[value, text]]; onchange(value).
function mwSegments({ label, options, value, onchange }) {
  const buttons = options.map(([each, text]) => mwButton({ text, pressed: each === value, onclick: () => { set(each); onchange(each); } }));
  const set = (next) => buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(options[i][0] === next)));
  return { node: mwEl("div", { class: "mw-segments", role: "group", "aria-label": label }, buttons), control: buttons, set };
}

// Put a text on the clipboard; where the page may not, show it selected in a field to copy by hand.
async function mwCopy(text, frame) {
  try {
    await navigator.clipboard.writeText(text);
    frame.say("Copied.");
  } catch {
    const area = mwEl("textarea", { class: "mw-copy", readonly: true, rows: 4, "aria-label": "Copy this text" });
    area.value = text;
    const box = mwEl("div", { class: "mw-copy-box" }, area, mwButton({ text: "Close", onclick: () => box.remove() }));
    frame.body.append(box);
    area.focus();
    area.select();
    frame.say("Copy the selected text.");
  }
}
