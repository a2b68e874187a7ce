// The one search box: what fits appears while one types. Loaded when the box gets the focus for the first time.
import { combobox } from "./combobox.js";

function place(box) {
  const { left, bottom, width } = box.getBoundingClientRect();
  const { style } = listOf(box);
  style.setProperty("inset", `${bottom + 6}px auto auto ${left}px`);
  style.setProperty("min-width", `${width}px`);
}

function toggle(box, open) {
  listOf(box).togglePopover(open);
  if (open) place(box);
}

function address(box) {
  const url = new URL(box.dataset.suggest, location.href);
  url.searchParams.set("q", box.value.trim());
  return url;
}

// The answer is a piece of a page; here it becomes the list of a combobox.
function fill(box, html, answer) {
  if (answer.headers.has("HX-Refresh")) {
    location.reload();
    return false;
  }
  const list = listOf(box);
  list.innerHTML = html;
  for (const section of list.querySelectorAll("section")) section.role = "group";
  for (const plain of list.querySelectorAll("header, h2, ul, li, p, div")) plain.role = "presentation";
  for (const link of list.querySelectorAll("a")) Object.assign(link, { role: "option", ariaSelected: "false" });
  box.form.querySelector("[role=status]").textContent = list.querySelector("[data-said]")?.textContent ?? "";
  return Boolean(list.querySelector("a, .nothing"));
}

function enter(box, option) {
  option?.click();
  return Boolean(option);
}

const { ask, isBox, listOf } = combobox(".search", { wait: 150, address, fill, toggle, enter });

// On its own page the answers stand below the box already.
const begin = (box) => box.closest("main") || ask(box);

document.addEventListener("focusin", ({ target, relatedTarget }) => {
  if (isBox(target) && !target.form.contains(relatedTarget)) begin(target);
});
for (const name of ["scroll", "resize"]) addEventListener(name, () => {
  for (const box of document.querySelectorAll(".search [aria-expanded=true]")) place(box);
}, { passive: true });

// Loaded while somebody was typing already, on its own page too.
const box = document.activeElement;
if (isBox(box)) box.value === box.defaultValue ? begin(box) : ask(box);
