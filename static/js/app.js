// What every page needs. Pages add modules of their own; all only quicken what works without.
import "./dialog.js";
import "./forms.js";
import "./toast.js";

// To settle a style is forbidden by the content policy.
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

// An answer older than what stands in its place is dropped; one whose place was replaced goes to the new one.
const newest = {};
let asked = 0;
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const { xhr, target, requestConfig: { verb } } = detail, { id } = target, turn = ++asked;
  if (id) xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState < 4) return;
    const isOld = turn < newest[id];
    if (!isOld) newest[id] = turn;
    detail.target = isOld && verb === "get" ? document.createElement("i") : document.getElementById(id) ?? target;
  });
});

// What few visits need is loaded when it gets the focus.
function fetchModule({ target }) {
  const url = target?.closest?.("[data-module]")?.dataset.module;
  if (url) import(url);
}
document.addEventListener("focusin", fetchModule);
fetchModule({ target: document.activeElement });

// A form that came back with errors starts at the first of them, a page that is a form in its first field.
document.querySelector("main [aria-invalid=true]:not([type=hidden])")?.focus();
const first = document.querySelector("main > .head ~ :not(.toasts)");
const form = first?.matches("form:not(.toolbar, .search)") ? first : first?.querySelector(":scope > form:not(.progress, .toolbar), :scope.dialog form");
if (document.activeElement === document.body && !document.querySelector("[autofocus]"))
  form?.querySelector("input:enabled:not([type=hidden], [type=radio]), select, textarea")?.focus({ preventScroll: true });

// Whoever opens a record finds its neighbours there (trail.js); `data-records`: the address of record 0.
const records = document.getElementById("main").dataset.records ?? "";
const isRecord = (path, end = "$") => records && new RegExp(`^${records.replace("0", "\\d+")}${end}`).test(path);
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("main a[href]");
  if (!link || !isRecord(link.pathname) || isRecord(location.pathname, "")) return;
  const around = [...(link.closest(".column") ?? document.getElementById("main")).querySelectorAll("a[href]")];
  const neighbours = [...new Set(around.map((other) => other.pathname).filter((path) => isRecord(path)))];
  const title = location.pathname.startsWith(records.split("0")[0]) ? document.querySelector("h1").textContent.trim() : "";
  sessionStorage.setItem("trail", JSON.stringify({ url: location.pathname + location.search, title, neighbours }));
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

// Keys for what a page offers: each link, button or field says its own in data-key ("e", or "g s" one after the other).
const OFF = "keys-off", PATIENCE = 1500;
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]";
let before = "", patience = 0;

const seen = (element) => element.checkVisibility({ visibilityProperty: true });
const find = (keys) => {
  const all = [...document.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)];
  return all.find(seen) ?? all.find((element) => element.matches("a")); // a link in a closed menu will do
};
const begins = (key) => document.querySelector(`[data-key^="${CSS.escape(key)} "]`);

function use(element) {
  if (element.matches("input")) element.select();
  element.focus();
  if (element.matches("a, button:not([aria-current])")) element.click();
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const finds = (event.ctrlKey || event.metaKey) && !event.altKey && key.toLowerCase() === "k";
  if (event.defaultPrevented || target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
  if (!finds && (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF))) return;
  if (key.length > 1) return;
  const keys = finds ? "/" : before + key;
  before = "";
  clearTimeout(patience);
  const element = find(keys);
  if (element) use(element);
  else if (!finds && begins(keys)) {
    before = `${keys} `;
    patience = setTimeout(() => (before = ""), PATIENCE);
  } else return;
  event.preventDefault();
});
