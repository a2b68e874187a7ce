// Selecting rows of a list: all of a page with one box, a range with shift, and how many they are.
import { announce } from "./toast.js";

const BOX = "input[type=checkbox][form=bulk]";
const boxes = () => [...document.querySelectorAll(BOX)];
let last = null;

function tell(aloud) {
  const bar = document.getElementById("bulk"), head = document.querySelector("[data-select-all]");
  if (!bar || !head) return;
  const all = boxes(), chosen = all.filter((box) => box.checked).length;
  const everything = bar.elements.all?.checked;
  head.checked = Boolean(chosen) && chosen === all.length;
  head.indeterminate = Boolean(chosen) && !head.checked;
  const said = bar.querySelector("[data-selected]");
  said.textContent = said.dataset.selected.replace("{count}", everything ? said.dataset.totalText : chosen);
  if (aloud) announce(said.textContent);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.(BOX);
  if (!box) return;
  const all = boxes(), from = all.indexOf(last), to = all.indexOf(box);
  if (event.shiftKey && from >= 0)
    for (const other of all.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
  last = box;
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-select-all]")) for (const box of boxes()) box.checked = target.checked;
  if (target.matches(`[data-select-all], ${BOX}, #bulk [name=all]`)) tell(true);
});

// The boxes stand outside the form, yet belong to it: they are emptied with it, one moment later.
document.addEventListener("reset", ({ target }) => target.id === "bulk" && setTimeout(tell));
document.addEventListener("htmx:afterSettle", () => tell());
addEventListener("pageshow", () => tell());
tell();

// Back from a change, which a toast tells of: the keyboard goes on at the first row.
if (document.activeElement === document.body && document.querySelector(".toast")) boxes()[0]?.focus({ preventScroll: true });
