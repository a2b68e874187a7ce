// The one search box: what fits appears while one types. Loaded when the box gets the focus for the first time.
const WAIT = 150;
let timer = 0, asked = null, ids = 0;

const isBox = (target) => target.matches?.(".search [role=combobox]");
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const options = (list) => [...list.querySelectorAll("[role=option]")];
const isOpen = (input) => listOf(input).matches(":popover-open");

function place(input) {
  const { left, bottom, width } = input.getBoundingClientRect();
  const { style } = listOf(input);
  style.setProperty("inset", `${bottom + 6}px auto auto ${left}px`);
  style.setProperty("min-width", `${width}px`);
}

function show(input, open) {
  listOf(input).togglePopover(open);
  input.ariaExpanded = String(open);
  if (open) place(input);
  else light(input, null);
}

function light(input, option) {
  for (const other of options(listOf(input))) other.ariaSelected = String(other === option);
  if (!option) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

// The answer is a piece of a page; here it becomes the list of a combobox.
function fill(input, html) {
  const list = listOf(input);
  list.innerHTML = html;
  for (const section of list.querySelectorAll("section")) section.role = "group";
  for (const plain of list.querySelectorAll("header, h2, ul, li, p, div")) plain.role = "presentation";
  for (const link of list.querySelectorAll("a")) Object.assign(link, { role: "option", ariaSelected: "false", id: `found-${++ids}` });
  input.form.querySelector("[role=status]").textContent = list.querySelector("[data-said]")?.textContent ?? "";
  show(input, Boolean(list.querySelector("a, .nothing")));
}

async function search(input) {
  asked?.abort();
  const { signal } = (asked = new AbortController());
  const url = new URL(input.dataset.suggest, location.href);
  url.searchParams.set("q", input.value.trim());
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal }).catch(() => null);
  const html = answer?.ok ? await answer.text().catch(() => null) : null;
  if (signal.aborted || html === null || !input.form.contains(document.activeElement)) return;
  if (answer.headers.has("HX-Refresh")) return location.reload();
  fill(input, html);
}

function close(input) {
  clearTimeout(timer);
  asked?.abort();
  show(input, false);
}

// On its own page the answers stand below the box already.
const begin = (input) => input.closest("main") || search(input);

document.addEventListener("focusin", ({ target, relatedTarget }) => {
  if (isBox(target) && !target.form.contains(relatedTarget)) begin(target);
});
document.addEventListener("input", ({ target }) => {
  if (!isBox(target)) return;
  clearTimeout(timer);
  timer = setTimeout(search, WAIT, target);
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const input = target.closest?.(".search")?.querySelector("[role=combobox]");
  if (input && !input.form.contains(relatedTarget)) close(input);
});
document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.(".search")?.querySelector("[role=combobox]");
  if (!input || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = isOpen(input) ? options(listOf(input)) : [];
  const at = all.findIndex((option) => option.ariaSelected === "true");
  if (event.key === "Escape" && isOpen(input)) close(input), input.focus();
  else if (event.target !== input) return;
  else if (event.key === "ArrowDown" && !all.length) search(input);
  else if (event.key === "ArrowDown") light(input, all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp" && all.length) light(input, all.at(at > 0 ? at - 1 : -1));
  else if (event.key === "Enter" && all[at]) all[at].click();
  else return;
  event.preventDefault();
  event.stopPropagation();
});
for (const name of ["scroll", "resize"]) addEventListener(name, () => {
  for (const input of document.querySelectorAll(".search [aria-expanded=true]")) place(input);
}, { passive: true });

// Loaded while somebody was typing already, on its own page too.
const box = document.activeElement;
if (isBox(box)) box.value === box.defaultValue ? begin(box) : search(box);
