// A form is sent once: a second click while the first is on its way does nothing.
const posts = (form) => form.getAttribute("method")?.toLowerCase() === "post";

document.addEventListener("submit", (event) => {
  if (!("sending" in event.target.dataset)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented && posts(event.target)) event.target.dataset.sending = "";
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const form = detail.elt.closest("form");
  if (form && posts(form) && detail.requestConfig.verb !== "get") form.dataset.sending = "";
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const leaving = detail.xhr.getResponseHeader("HX-Redirect") || detail.xhr.getResponseHeader("HX-Refresh");
  if (!leaving) delete detail.elt.closest("form")?.dataset.sending;
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});
