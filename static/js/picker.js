// Choosing from many by typing: a combobox with a list that the server fills with <li role="option" data-value>.
import "./quick-create.js";

const WAIT = 200;
let ids = 0;

const field = (input) => {
  const box = input.closest("[data-picker]");
  return { box, list: box.querySelector("[role=listbox]"), value: box.querySelector("input[type=hidden]"), said: box.querySelector("[role=status]") };
};
const options = (list) => [...list.querySelectorAll("[role=option]:not([aria-disabled=true])")];

function prepare(input) {
  const { list } = field(input);
  list.id ||= `choices-${++ids}`;
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  input.autocomplete = "off";
  input.dataset.ready = "";
  input.dataset.chosen = input.value;
}

function show(input, open) {
  field(input).list.hidden = !open;
  input.ariaExpanded = String(open);
  if (!open) light(input, null);
  else if (input.closest("dialog:has(> [data-wide])")) field(input).list.scrollIntoView({ block: "nearest" });
}

function light(input, option) {
  for (const other of options(field(input).list)) other.ariaSelected = String(other === option);
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.id ||= `choice-${++ids}`;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

async function search(input) {
  const { box, list, said } = field(input);
  const url = new URL(box.dataset.url, location.href);
  url.searchParams.set("q", input.value);
  url.searchParams.set("field", field(input).value.name);
  const asked = (input.dataset.asked = String(Date.now()));
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || input.dataset.asked !== asked || document.activeElement !== input) return;
  list.innerHTML = await answer.text();
  if (!box.querySelector("[data-picker-new]")) list.querySelector("[data-new]")?.remove();
  htmx.process(list);
  show(input, true);
  if (said) said.textContent = list.querySelector("[data-value]") ? "" : box.dataset.nothing ?? "";
}

function choose(input, option) {
  const { box, value, said } = field(input);
  clearTimeout(Number(input.dataset.timer));
  input.dataset.asked = ""; // an answer that is still to come opens nothing any more
  if (option && "new" in option.dataset) {
    show(input, false);
    return box.querySelector("[data-picker-new]").click(); // takes what was typed along
  }
  said?.replaceChildren();
  input.value = input.dataset.chosen = option ? option.dataset.label : "";
  value.value = option ? option.dataset.value : "";
  show(input, false);
  value.dispatchEvent(new Event("change", { bubbles: true }));
}

const pick = (input, option) => option && choose(input, option);
const isPicker = (target) => target.matches?.("[data-picker] [role=combobox]");

document.addEventListener("focusin", ({ target }) => isPicker(target) && !("ready" in target.dataset) && prepare(target));

document.addEventListener("input", ({ target: input }) => {
  if (!isPicker(input)) return;
  field(input).value.value = "";
  clearTimeout(Number(input.dataset.timer));
  if (input.value.trim()) input.dataset.timer = setTimeout(search, WAIT, input);
  else choose(input, null);
});

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!isPicker(input)) return;
  const { list } = field(input);
  const all = options(list), open = !list.hidden, at = all.findIndex((option) => option.ariaSelected === "true");
  if (event.key === "ArrowDown" && !open) search(input);
  else if (event.key === "ArrowDown") light(input, all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp" && open) light(input, all.at(at > 0 ? at - 1 : -1));
  else if (event.key === "Enter" && open) pick(input, all[at] ?? all.find((option) => option.dataset.value));
  else if (event.key === "Escape" && open) show(input, false);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-picker] [role=option]");
  if (!option) return;
  event.preventDefault();
  if (option.ariaDisabled !== "true") choose(option.closest("[data-picker]").querySelector("[role=combobox]"), option);
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (isPicker(target) && !field(target).list.contains(relatedTarget)) show(target, false);
});

// Loaded while somebody was typing already.
const typing = document.activeElement;
if (isPicker(typing) && typing.value !== typing.defaultValue) {
  prepare(typing);
  search(typing);
}
