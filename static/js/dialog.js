// Links with data-dialog open in the one <dialog id="dialog">; forms inside it are sent and answered there.
const WRONG = "[aria-invalid=true]:not([type=hidden])";
const FIRST = "form :is(input:not([type=hidden]), select, textarea), form button";
const box = () => document.getElementById("dialog");
let opener = null;

function load(url) {
  return htmx.ajax("GET", url, { target: "#dialog", swap: "innerHTML" });
}

// As Escape does: whoever knows of something unsent may say no.
function shut() {
  if (box().dispatchEvent(new Event("cancel", { cancelable: true }))) box().close();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog], #dialog [data-cancel], #dialog [data-close]:not(.toast *)");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  if (!link.matches("a[data-dialog]")) return shut();
  if (link.ariaBusy) return;
  if (!box().contains(link)) opener = link;
  link.ariaBusy = "true";
  load(link.href).finally(() => (link.ariaBusy = null));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.hxTarget === "#dialog" && !box().contains(form)) opener = event.submitter;
  if (event.defaultPrevented || !form.closest("#dialog") || form.matches("[data-hx-post], [data-plain]")) return;
  event.preventDefault();
  const button = event.submitter;
  const url = button?.getAttribute("formaction") ?? form.getAttribute("action");
  if (button?.formNoValidate) form.noValidate = true;
  htmx.ajax(form.getAttribute("method") ?? "get", url, {
    source: form, target: "#dialog", swap: "innerHTML", values: button?.name ? { [button.name]: button.value } : {},
  });
});

function start() {
  (box().querySelector(WRONG) ?? box().querySelector("[autofocus]") ?? box().querySelector(FIRST))?.focus();
}

document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
  if (detail.target?.id !== "dialog") {
    if (box().contains(target) && [document.body, box()].includes(document.activeElement)) start(); // what had the focus is gone
    return;
  }
  if (!box().open) box().showModal();
  box().scrollTop = 0;
  start();
});

document.addEventListener("close-dialog", () => box().close());

document.addEventListener("close", ({ target }) => {
  if (target.id !== "dialog") return;
  target.replaceChildren();
  const menu = opener?.closest("details:not([open])")?.querySelector("summary"); // it closed behind the dialog
  (opener?.isConnected ? (menu ?? opener) : document.getElementById("main")).focus();
  opener = null;
}, true);
