// Sliders, switches and lists, made from the declarations of the parameters.

import { h, put } from "./dom.js";

const made = new Map();
const identifier = (name) => `set-${name.replace(/[^A-Za-z0-9]/g, "-")}`;

/** A control for a declared parameter; `changed(name, value)` is told of every change. */
export function control(declared, changed, title = declared.label) {
  const id = identifier(declared.name);
  const parts = { declared, id, changed, published: declared.default, element: null };
  const label = h("label", { for: id }, title);
  const unit = declared.unit ? ` (${declared.unit})` : "";
  parts.help = h("p", { class: "help", id: `${id}-help` }, `${sentence(declared.meaning, unit)} `);
  parts.note = h("span", { class: "note" });
  parts.help.append(parts.note);
  parts.back = h("button", {
    type: "button", class: "back", hidden: true, "aria-label": `${title}: back to as published`, title: "Back to as published",
    onclick: () => { changed(declared.name, null); parts.main.focus(); },
  }, "↺");
  const inputs = { switch: toggle, choice: list }[declared.kind] ?? numeric;
  parts.element = h("div", { class: `control ${declared.kind}` }, h("div", { class: "head" }, label, parts.back));
  inputs(parts, title);
  parts.element.append(parts.help);
  made.set(declared.name, parts);
  return parts.element;
}

function sentence(text, unit) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${unit}.`;
}

function toggle(parts) {
  const { declared, id, changed } = parts;
  parts.main = h("input", {
    type: "checkbox", id, "aria-describedby": `${id}-help`,
    onchange: () => changed(declared.name, parts.main.checked),
  });
  parts.element.firstChild.prepend(parts.main);
  parts.show = (value) => { parts.main.checked = value === true; };
}

function list(parts) {
  const { declared, id, changed } = parts;
  parts.main = h("select", {
    id, "aria-describedby": `${id}-help`, onchange: () => changed(declared.name, parts.main.value),
  }, declared.choices.map((choice) => h("option", { value: choice }, choice.replaceAll("_", " "))));
  parts.element.append(parts.main);
  parts.show = (value) => {
    if (![...parts.main.options].some((option) => option.value === value)) {
      parts.main.append(h("option", { value }, String(value)));
    }
    parts.main.value = value;
  };
}

function numeric(parts, title) {
  const { declared, id, changed } = parts;
  const described = { "aria-describedby": `${id}-help` };
  const exact = h("input", {
    type: "number", step: "any", min: declared.least, max: declared.most, ...described,
    onchange: () => { if (exact.value !== "") changed(declared.name, Number(exact.value)); },
  });
  const row = h("div", { class: "inputs" });
  let slider = null;
  if (declared.slide) {
    const [low, high] = declared.slide;
    slider = h("input", {
      type: "range", id, min: low, max: high, step: declared.step, ...described,
      oninput: () => { exact.value = slider.value; changed(declared.name, Number(slider.value)); },
    });
    exact.setAttribute("aria-label", `${title}, as a number`);
    row.append(slider);
  } else {
    exact.id = id;
  }
  row.append(exact);
  let endless = null;
  if (declared.infinite) {
    endless = h("input", {
      type: "checkbox", id: `${id}-endless`,
      onchange: () => changed(declared.name, endless.checked ? "inf" : declared.slide ? declared.slide[1] : 1),
    });
    row.append(h("label", { for: `${id}-endless`, class: "endless" }, endless, " without end"));
  }
  parts.element.append(row);
  parts.main = slider ?? exact;
  parts.show = (value) => {
    const without = value === "inf";
    if (endless) endless.checked = without;
    exact.disabled = without;
    if (slider) slider.disabled = without;
    if (without) { exact.value = ""; return; }
    if (document.activeElement !== exact) exact.value = tidy(value);
    if (slider) {
      const [low, high] = declared.slide;
      slider.min = Math.min(low, value);
      slider.max = Math.max(high, value);
      slider.value = value;
      slider.setAttribute("aria-valuetext", tidy(value));
    }
  };
}

const tidy = (value) => String(Number(Number(value).toPrecision(6)));

/** Show the values that hold, and what they were as published. */
export function show(values, published, later, idle) {
  for (const [name, parts] of made) {
    if (!(name in values)) continue;
    parts.show(values[name]);
    const differs = values[name] !== published[name];
    parts.back.hidden = !differs;
    parts.element.classList.toggle("changed", differs);
    const was = published[name] === "inf" ? "without end" : String(published[name]).replaceAll("_", " ");
    const notes = [`As published: ${was}.`];
    if (name in idle) notes.push(`It changes nothing here: ${idle[name]}.`);
    parts.element.classList.toggle("idle", name in idle);
    if (name in later) notes.push(`An epoch changes it in ${later[name]}.`);
    put(parts.note, notes.join(" "));
  }
}

/** Forget the controls of states that are no longer there. */
export function forget(prefixes) {
  for (const name of [...made.keys()]) if (prefixes.some((prefix) => name.startsWith(prefix))) made.delete(name);
}

/** A group of controls behind its name. */
export function group(title, controls, changed) {
  return h("details", { class: "group" }, h("summary", {}, title),
    controls.map((declared) => control(declared, changed)));
}
