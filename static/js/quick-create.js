// A relation that does not exist yet is made in a second dialog, on top of the form (or dialog) that asks for it.
import { isPlain, open } from "./dialog.js";

function dialog() {
  const box = document.getElementById("quick") ?? Object.assign(document.createElement("dialog"), { id: "quick" });
  box.setAttribute("aria-labelledby", "quick-title");
  if (!box.isConnected) document.body.append(box);
  return box;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-picker-new], #quick [data-cancel]");
  if (!link || !isPlain(event)) return;
  event.preventDefault();
  if (link.matches("[data-cancel]")) return dialog().close();
  const box = link.closest("[data-picker]")?.querySelector("[role=combobox]");
  const url = new URL(link.href, location.href);
  if (box?.value.trim()) url.searchParams.set("name", box.value.trim());
  open(url.pathname + url.search, box, dialog());
});

// A relation that is known already is chosen instead of made again.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("#quick button[data-choose]");
  if (!button) return;
  const detail = { field: button.dataset.field, id: button.dataset.choose, label: button.dataset.label };
  document.dispatchEvent(new CustomEvent("relation-created", { detail }));
});

document.addEventListener("relation-created", () => dialog().close());
