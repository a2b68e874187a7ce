// Choosing from many by typing: a combobox with a list that the server fills with <li role="option" data-value>.
import { combobox } from "./combobox.js";
import "./quick-create.js";

const fieldOf = (box) => box.closest("[data-picker]");
const valueOf = (box) => fieldOf(box).querySelector("input[type=hidden]");
const statusOf = (box) => fieldOf(box).querySelector("[role=status]");

function toggle(box, open) {
  listOf(box).hidden = !open;
  if (open && box.closest("dialog:has(> [data-wide])")) listOf(box).scrollIntoView({ block: "nearest" });
}

function address(box) {
  const url = new URL(fieldOf(box).dataset.url, location.href);
  url.searchParams.set("q", box.value);
  url.searchParams.set("field", valueOf(box).name);
  return url;
}

function fill(box, html) {
  const list = listOf(box), field = fieldOf(box);
  list.innerHTML = html;
  if (!field.querySelector("[data-picker-new]")) list.querySelector("[data-new]")?.remove();
  htmx.process(list);
  statusOf(box).textContent = list.querySelector("[data-value]") ? "" : field.dataset.nothing;
  return true;
}

/** Put a relation, or nothing, into the form. */
function choose(box, { label = "", value = "" } = {}) {
  close(box);
  statusOf(box).replaceChildren();
  box.value = label;
  valueOf(box).value = value;
  valueOf(box).dispatchEvent(new Event("change", { bubbles: true }));
}

function pick(box, option) {
  if (!("new" in option.dataset)) return choose(box, option.dataset);
  close(box);
  fieldOf(box).querySelector("[data-picker-new]").click(); // takes what was typed along
}

function enter(box, lit, isOld) {
  const option = lit ?? optionsOf(box).find((other) => other.dataset.value);
  if (isOld && !lit) ask(box).then(() => listOf(box).hidden || enter(box));
  else if (option) pick(box, option);
  return true; // an open list sends no form
}

function typed(box) {
  valueOf(box).value = "";
  return box.value.trim() ? true : choose(box);
}

const { ask, close, isBox, listOf, optionsOf } = combobox("[data-picker]", { wait: 200, address, fill, toggle, enter, typed });

function prepare(box) {
  box.setAttribute("aria-autocomplete", "list");
  box.dataset.ready = "";
}

document.addEventListener("focusin", ({ target }) => isBox(target) && prepare(target));
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-picker] [role=option]");
  if (!option) return;
  event.preventDefault();
  if (option.ariaDisabled !== "true") pick(fieldOf(option).querySelector("[role=combobox]"), option);
});

// A relation that was made, or found, on the way is chosen where it was asked for.
document.addEventListener("relation-created", ({ detail }) => {
  for (const box of document.querySelectorAll("[data-picker] [role=combobox]"))
    if (valueOf(box).name === detail.field) choose(box, { label: detail.label, value: detail.id });
});

// Loaded while somebody stood in it, or was typing already.
const here = document.activeElement;
if (isBox(here)) prepare(here);
if (isBox(here) && here.value !== here.defaultValue) ask(here);
