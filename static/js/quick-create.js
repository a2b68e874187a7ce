// A relation that does not exist yet is made in a second dialog, on top of the form (or dialog) that asks for it.
let box = null;
let opener = null;

function dialog() {
  if (box?.isConnected) return box;
  box = document.createElement("dialog");
  box.id = "quick";
  box.setAttribute("aria-labelledby", "quick-title");
  box.addEventListener("close", () => {
    box.replaceChildren();
    opener?.isConnected && opener.focus();
  });
  document.body.append(box);
  return box;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-picker-new], #quick [data-cancel]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  if (link.matches("[data-cancel]")) return box.close();
  const typed = link.closest("[data-picker]")?.querySelector("[role=combobox]");
  const url = new URL(link.href, location.href);
  if (typed) opener = typed;
  if (typed?.value.trim()) url.searchParams.set("name", typed.value.trim());
  htmx.ajax("GET", url.pathname + url.search, { target: dialog(), swap: "innerHTML" });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.closest("#quick")) return;
  event.preventDefault();
  htmx.ajax("POST", form.getAttribute("action"), { source: form, target: box, swap: "innerHTML" });
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== box) return;
  if (!box.open) box.showModal();
  box.querySelector("[aria-invalid=true], [autofocus], form input:not([type=hidden])")?.focus();
});

// A relation that is known already is chosen instead of made again.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("#quick button[data-choose]");
  if (!button) return;
  const detail = { field: button.dataset.field, id: button.dataset.choose, label: button.dataset.label };
  document.dispatchEvent(new CustomEvent("relation-created", { detail }));
});

document.addEventListener("relation-created", ({ detail }) => {
  for (const value of document.querySelectorAll("[data-picker] > input[type=hidden]")) {
    if (value.name !== detail.field) continue;
    const input = value.parentElement.querySelector("[role=combobox]");
    input.value = input.dataset.chosen = detail.label;
    input.dataset.asked = ""; // as in picker.js
    value.parentElement.querySelector("[role=status]")?.replaceChildren();
    value.value = detail.id;
    opener = input;
    value.dispatchEvent(new Event("change", { bubbles: true }));
  }
  box?.close();
});
