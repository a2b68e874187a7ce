// The start page: a step that is ticked off asks for the following one in the dialog; once that is shut, the row is gone.
let ticked = false;

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.closest("[data-step]")) ticked = true;
});

document.addEventListener("close", ({ target }) => {
  if (target.id === "dialog" && ticked) location.reload();
}, true);
