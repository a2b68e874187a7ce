// The progress bar by keys: arrows choose a target, Enter presses it, Escape goes back to the current phase.
import { announce } from "./toast.js";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
const places = (bar) => [...bar.querySelectorAll("[data-phase], a[data-end]")];
const current = (bar) => bar.querySelector("[data-phase][aria-current]");

/** Light up the phase or end that would be chosen now; none when `target` is empty. */
export function markTarget(bar, target) {
  for (const lit of bar.querySelectorAll("[data-target]")) delete lit.dataset.target;
  if (target) (target.matches("[data-end]") ? target : target.closest("li")).dataset.target = "";
}

function choose(bar, target) {
  target.focus();
  markTarget(bar, target.ariaCurrent ? null : target);
  if (target.dataset.announce) announce(target.dataset.announce);
}

document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.("[data-progress]");
  const at = bar ? places(bar).indexOf(event.target) : -1;
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key in STEPS) {
    const to = Math.min(Math.max(at + STEPS[event.key], 0), places(bar).length - 1);
    choose(bar, places(bar)[to]);
  } else if (event.key === "Escape") choose(bar, current(bar));
  else return;
  event.preventDefault();
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const bar = target.closest?.("[data-progress]");
  if (bar && !bar.contains(relatedTarget) && !("dragging" in bar.dataset)) markTarget(bar, null);
});

/** One stop for Tab on the phases; the arrows go on from there. */
function ready() {
  for (const bar of document.querySelectorAll("[data-progress]:not(.ready)")) {
    bar.classList.add("ready");
    if (current(bar)?.matches("button")) for (const phase of bar.querySelectorAll("button.phase:not([aria-current])")) phase.tabIndex = -1;
  }
}

// After a move, an undo or a refusal the focus stands on the phase the sale is in.
let moved = false;
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  moved ||= detail.target?.id === "sale-region";
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.failed || detail.target?.id !== "sale-region") return;
  moved = false;
  if (detail.elt.matches("[data-progress]")) markTarget(detail.elt, null);
});
document.addEventListener("htmx:afterSettle", () => {
  ready();
  const typing = document.activeElement.matches("input, select, textarea");
  if (moved && !typing) document.querySelector("[data-progress] [data-phase][aria-current]")?.focus();
  moved = false;
});
ready();
