// A form is sent once, and what was typed but not sent is not thrown away without asking.
const posts = (form) => form.getAttribute("method")?.toLowerCase() === "post";
const touched = new WeakSet();

// The server judges a form, but what it never gets is the browser's to tell: a day that was filled in by half.
document.addEventListener("submit", (event) => {
  const half = [...event.target.elements].find((field) => field.validity?.badInput);
  if (!half || event.submitter?.formNoValidate) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  half.reportValidity();
}, true);

document.addEventListener("submit", (event) => {
  if (!("sending" in event.target.dataset)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// A page the browser kept as it was left is asked for anew when one has sent something since, in whatever window.
const sent = () => localStorage.getItem("sent");
const known = sent();
const send = () => localStorage.setItem("sent", `${Date.now()} ${Math.random()}`);

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !posts(event.target)) return;
  event.target.dataset.sending = "";
  send();
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.requestConfig.verb === "get") return;
  const form = detail.elt.closest("form");
  if (form && posts(form)) form.dataset.sending = "";
  send();
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const leaving = detail.xhr.getResponseHeader("HX-Redirect") || detail.xhr.getResponseHeader("HX-Refresh");
  if (!leaving) delete detail.elt.closest("form")?.dataset.sending;
});

addEventListener("pageshow", ({ persisted }) => {
  if (persisted && sent() !== known && !anyIn(document)) return location.reload();
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

// What is typed or chosen while an answer is on its way asks again by itself: the answer would only take it away.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt, formData } = detail.requestConfig, words = (data) => String(new URLSearchParams(data));
  if (elt.matches("form[role=search]") && words(formData) !== words(new FormData(elt))) detail.shouldSwap = false;
});

// Enter writes a new line in a text; with Ctrl it sends.
document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("textarea") || !form || !posts(form)) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("button[data-kind=primary]"));
});

// A filter puts no empty words in its address.
document.addEventListener("formdata", ({ target, formData }) => {
  if (!target.matches("form.toolbar") || posts(target)) return;
  for (const name of new Set(formData.keys())) {
    const words = formData.getAll(name).filter((word) => word.trim());
    formData.delete(name);
    for (const word of words) formData.append(name, word);
  }
});

// Typed and not sent: a field that is not as the page came, or a form that came back refused.
function differs(field) {
  if (field.type === "hidden" || field.matches("button, [type=submit], [type=search]")) return false;
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  const chosen = [...field.options].some((option) => option.defaultSelected);
  return chosen ? [...field.options].some((option) => option.selected !== option.defaultSelected) : field.selectedIndex > 0;
}

function unsent(form) {
  if (!posts(form) || "sending" in form.dataset || form.closest(".alone, [data-leave]")) return false;
  if (form.querySelector("[aria-invalid=true]")) return true;
  return touched.has(form) && [...form.querySelectorAll("input, select, textarea")].some(differs);
}

const anyIn = (place) => [...place.querySelectorAll("form")].some(unsent);

for (const name of ["input", "change"]) document.addEventListener(name, ({ target }) => target.form && touched.add(target.form));

addEventListener("beforeunload", (event) => {
  if (anyIn(document)) event.preventDefault();
});

// A dialog asks inside itself; a second Escape, or the button, throws away.
document.addEventListener("cancel", (event) => {
  const box = event.target;
  if (!box.matches("dialog") || !anyIn(box) || box.querySelector("[data-asking]")) return;
  event.preventDefault();
  box.append(document.getElementById("unsent").content.cloneNode(true));
  box.querySelector("[data-asking] [data-keep]").focus();
}, true);

document.addEventListener("click", ({ target }) => {
  const asking = target.closest("[data-asking]");
  if (!asking || !target.closest("button")) return;
  const box = asking.closest("dialog");
  asking.remove();
  if (target.closest("[data-keep]")) box.querySelector("form :is(input:not([type=hidden]), select, textarea)")?.focus();
  else box.close();
});
