// What every page needs. Pages add their own modules; all of them only quicken what works without.
import "./dialog.js";
import "./forms.js";
import "./shortcuts.js";
import "./toast.js";

// Here and not in a meta element: this file is kept by the browser, a page is fetched each time.
// htmx would carry the style of a text area that was pulled larger over to the next one, which the content policy forbids.
Object.assign(htmx.config, {
  allowEval: false, allowScriptTags: false, includeIndicatorStyles: false,
  historyCacheSize: 0, historyRestoreAsHxRequest: false,
  attributesToSettle: ["class", "width", "height"], defaultSettleDelay: 0,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409|422", swap: true, error: false },
    { code: "[45]..", swap: false, error: true },
  ],
});

// What few visits need is loaded when it gets the focus.
document.addEventListener("focusin", ({ target }) => {
  const url = target.closest?.("[data-module]")?.dataset.module;
  if (url) import(url);
});
const started = document.activeElement?.closest("[data-module]");
if (started) import(started.dataset.module);

// A form that came back with errors starts at the first of them; a page that is a form starts in its first field.
document.querySelector("main [aria-invalid=true]:not([type=hidden])")?.focus();
const first = document.querySelector("main > .head ~ :not(.toasts)");
const form = first?.matches("form:not(.toolbar, .search)") ? first : first?.querySelector(":scope > form:not(.progress, .toolbar), :scope.dialog form");
if (document.activeElement === document.body && !document.querySelector("[autofocus]"))
  form?.querySelector("input:enabled:not([type=hidden], [type=radio]), select, textarea")?.focus({ preventScroll: true });

// Whoever opens a sale finds the way back and to its neighbours there (trail.js).
const SALE = /^\/sales\/\d+\/$/;
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("main a[href]");
  if (!link || !SALE.test(link.pathname) || location.pathname.match(/^\/sales\/\d/)) return;
  const around = [...(link.closest(".column") ?? document.getElementById("main")).querySelectorAll("a[href]")];
  const sales = [...new Set(around.map((other) => other.pathname).filter((path) => SALE.test(path)))];
  const title = location.pathname.startsWith("/sales/") ? document.querySelector("h1").textContent.trim() : "";
  sessionStorage.setItem("trail", JSON.stringify({ url: location.pathname + location.search, title, sales }));
});

// A menu closes when one chose from it, or goes on elsewhere.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.more[open]")) if (!menu.contains(except)) menu.open = false;
}
document.addEventListener("click", ({ target }) => closeMenus(target.closest("details.more .menu :is(a, button)") ? null : target));
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  document.activeElement?.closest("details.more[open]")?.querySelector("summary").focus();
  closeMenus(null);
});
