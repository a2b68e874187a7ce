// A value changed in its place: the focus goes into its form and comes back to its pencil; Escape cancels.
let open = null;

const pencil = (what) => document.querySelector(`#sale-region [data-change="${what}"]`);

function settle() {
  const form = document.querySelector("#sale-region [data-change-form]");
  if (form) {
    const fields = [...form.elements].filter((field) => field.matches("input:not([type=hidden]), select"));
    const radio = fields.find((field) => field.type === "radio");
    const first = fields.find((field) => field.ariaInvalid === "true") ?? radio ?? fields[0];
    open = form.dataset.changeForm;
    first.focus();
    first.select?.();
  } else if (open) {
    pencil(open)?.focus();
    open = null;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const cancel = event.target.closest("[data-change-form]")?.querySelector("[data-change-cancel]");
  if (!cancel) return;
  event.preventDefault();
  cancel.click();
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.elt.id === "sale-region") settle();
});
if (document.querySelector("#sale-region [data-change-form]")) settle();
