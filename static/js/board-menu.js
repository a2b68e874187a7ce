// The menu of a card: where it may go, beside the link that was pressed. Loaded when a first one is opened.

/** Say of every phase what it would mean, `meaning(phase)`; the one a card stands in, `here`, cannot be chosen. */
export function fill(form, here, meaning) {
  for (const button of form.querySelectorAll("button[data-to]")) {
    button.disabled = button.dataset.to === here;
    button.querySelector("small").textContent = meaning(button.dataset.to);
  }
}

export function open(form, link) {
  form.showPopover();
  const [at, size] = [link.getBoundingClientRect(), form.getBoundingClientRect()];
  form.style.left = `${at.left + size.width < innerWidth - 8 ? at.left : Math.max(8, at.right - size.width)}px`;
  form.style.top = `${Math.max(8, Math.min(at.bottom + 4, innerHeight - size.height - 8))}px`;
  form.querySelector("button:enabled, a").focus();
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], form = event.target.closest("#move");
  if (!step || !form) return;
  const items = [...form.querySelectorAll("button:enabled, a")];
  event.preventDefault();
  items.at((items.indexOf(event.target) + step) % items.length).focus();
});
