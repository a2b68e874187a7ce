// Order of a list by dragging a handle; the new order goes through the list's own form. Buttons up and down do the same.
let drag = null;

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

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-sortable] [data-handle]");
  if (!handle || event.button || !event.isPrimary) return;
  event.preventDefault();
  const item = handle.closest("[data-id]"), list = item.closest("[data-sortable]");
  handle.setPointerCapture(event.pointerId);
  drag = { item, list, before: items(list) };
  item.dataset.dragging = "";
});

document.addEventListener("pointermove", ({ clientY }) => {
  if (!drag) return;
  const over = items(drag.list).find((item) => {
    const { top, bottom } = item.getBoundingClientRect();
    return item !== drag.item && clientY > top && clientY < bottom;
  });
  if (!over) return;
  const { top, height } = over.getBoundingClientRect();
  if (items(drag.list).indexOf(over) < items(drag.list).indexOf(drag.item)) {
    if (clientY < top + height / 2) over.before(drag.item);
  } else if (clientY > top + height / 2) over.after(drag.item);
});

function end(keep) {
  if (!drag) return;
  const { item, list, before } = drag;
  drag = null;
  delete item.dataset.dragging;
  if (!keep) list.append(...before);
  else if (items(list).some((other, at) => other !== before[at])) send(list);
}

document.addEventListener("pointerup", () => end(true));
document.addEventListener("pointercancel", () => end(false));
document.addEventListener("keydown", ({ key }) => key === "Escape" && end(false));
document.addEventListener("htmx:afterSettle", ready);
ready();
