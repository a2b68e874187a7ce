// Order of a list by dragging a handle; the new order goes through the list's own form. Buttons up and down do the same.
import { draggable } from "./drag.js";

const items = (list) => [...list.querySelectorAll(":scope > [data-id]")];

function ready() {
  for (const list of document.querySelectorAll("[data-sortable]:not(.ready)")) list.classList.add("ready");
}

function send(list) {
  const form = document.getElementById(list.dataset.sortable);
  for (const old of form.querySelectorAll("input[name=order]")) old.remove();
  for (const item of items(list)) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "order", value: item.dataset.id });
    form.append(field);
  }
  form.requestSubmit();
}

function take(event) {
  const grip = event.target.closest("[data-sortable] [data-handle]");
  if (!grip) return null;
  event.preventDefault(); // no text is selected on the way
  const item = grip.closest("[data-id]"), list = item.closest("[data-sortable]");
  return { grip, item, list, before: items(list) };
}

function pull({ item, list, at: [, y] }) {
  const all = items(list);
  const over = all.find((other) => {
    const { top, bottom } = other.getBoundingClientRect();
    return other !== item && y > top && y < bottom;
  });
  if (!over) return;
  const { top, height } = over.getBoundingClientRect();
  if (all.indexOf(over) < all.indexOf(item)) {
    if (y < top + height / 2) over.before(item);
  } else if (y > top + height / 2) over.after(item);
}

function end({ item, list, before }, dropped) {
  delete item.dataset.dragging;
  if (!dropped) list.append(...before);
  else if (items(list).some((other, at) => other !== before[at])) send(list);
}

draggable({ take, far: 0, lift: ({ item }) => (item.dataset.dragging = ""), pull, end });
document.addEventListener("htmx:afterSettle", ready);
ready();
