// Links with data-dialog open in <dialog id="dialog">; a form in a dialog is sent and answered in that dialog.
const WRONG = "[aria-invalid=true]:not([type=hidden])";
const FIRST = "form :is(input:not([type=hidden]), select, textarea), form button";
const main = () => document.getElementById("dialog");
const openers = new WeakMap();

/** A click that a script may answer. */
export const isPlain = (event) => !(event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey);

/** Open an address in a dialog; `opener` gets the focus back. */
export function open(url, opener, box = main()) {
  if (opener && !box.contains(opener)) openers.set(box, opener);
  return htmx.ajax("GET", url, { target: box, swap: "innerHTML" });
}

// As Escape does: whoever knows of something unsent may say no.
function shut() {
  if (main().dispatchEvent(new Event("cancel", { cancelable: true }))) main().close();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog], #dialog [data-cancel], #dialog [data-close]:not(.toast *)");
  if (!link || !isPlain(event)) return;
  event.preventDefault();
  if (!link.matches("a[data-dialog]")) return shut();
  if (link.ariaBusy) return;
  link.ariaBusy = "true";
  open(link.href, link).finally(() => (link.ariaBusy = null));
});

document.addEventListener("submit", (event) => {
  const form = event.target, box = form.closest("dialog");
  if (form.dataset.hxTarget === "#dialog" && box !== main()) openers.set(main(), event.submitter);
  if (event.defaultPrevented || !box || form.matches("[data-hx-post], [data-plain]")) return;
  event.preventDefault();
  const button = event.submitter;
  const url = button?.getAttribute("formaction") ?? form.getAttribute("action");
  if (button?.formNoValidate) form.noValidate = true;
  htmx.ajax(form.getAttribute("method") ?? "get", url, {
    source: form, target: box, swap: "innerHTML", values: button?.name ? { [button.name]: button.value } : {},
  });
});

function start(box) {
  (box.querySelector(WRONG) ?? box.querySelector("[autofocus]") ?? box.querySelector(FIRST))?.focus();
}

document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
  const box = target.closest?.("dialog");
  if (detail.target?.matches("dialog")) {
    if (!detail.target.open) detail.target.showModal();
    detail.target.scrollTop = 0;
    start(detail.target);
  } else if (box && [document.body, box].includes(document.activeElement)) start(box); // what had the focus is gone
});

document.addEventListener("close-dialog", () => main().close());

document.addEventListener("close", ({ target }) => {
  if (!target.matches("dialog")) return;
  target.replaceChildren();
  const opener = openers.get(target);
  openers.delete(target);
  const menu = opener?.closest("details:not([open])")?.querySelector("summary"); // it closed behind the dialog
  (opener?.isConnected ? (menu ?? opener) : document.getElementById("main")).focus();
}, true);
