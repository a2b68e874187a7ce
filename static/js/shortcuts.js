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

// The sheet: whether single keys do something, in this browser.
const reflect = () => { for (const box of document.querySelectorAll("[data-keys-on]")) box.checked = !localStorage.getItem(OFF); };
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-keys-on]")) return;
  if (target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});
document.addEventListener("htmx:afterSwap", reflect);
reflect();
