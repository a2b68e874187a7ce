// Lines of a form: "add line" copies the <template> of an empty one, "remove" ticks its DELETE box and hides it.
const set = (inside) => inside.closest("[data-rows]");
const total = (rows) => rows.querySelector("input[name$=-TOTAL_FORMS]");

function add(rows) {
  const at = Number(total(rows).value);
  const row = rows.querySelector("template").content.cloneNode(true);
  for (const node of row.querySelectorAll("*"))
    for (const name of ["name", "id", "for", "aria-describedby", "data-field"])
      if (node.getAttribute(name)?.includes("__prefix__")) node.setAttribute(name, node.getAttribute(name).replaceAll("__prefix__", at));
  total(rows).value = at + 1;
  const first = row.querySelector("input:not([type=hidden]), select, textarea");
  rows.querySelector("[data-rows-body]").append(row);
  first?.focus();
}

function remove(row, rows) {
  const next = [...rows.querySelectorAll("[data-row]:not([data-removed])")].filter((other) => other !== row).at(-1);
  const mark = row.querySelector("input[name$=-DELETE]");
  if (mark) mark.checked = true;
  row.dataset.removed = "";
  for (const required of row.querySelectorAll(":required")) required.required = false;
  (next?.querySelector("input:not([type=hidden]), select") ?? rows.querySelector("[data-add]"))?.focus();
}

document.addEventListener("click", ({ target }) => {
  const adds = target.closest("[data-rows] [data-add]"), removes = target.closest("[data-rows] [data-remove]");
  if (adds) add(set(adds));
  if (removes) remove(removes.closest("[data-row]"), set(removes));
});

// A line that only differs from the empty one by its defaults is not sent as a line: the server ignores unchanged forms.
for (const rows of document.querySelectorAll("[data-rows]")) rows.classList.add("ready");
document.addEventListener("htmx:afterSettle", () => {
  for (const rows of document.querySelectorAll("[data-rows]:not(.ready)")) rows.classList.add("ready");
});
