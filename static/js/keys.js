// The sheet of keys: whether single keys do something, in this browser. Loaded when the sheet gets the focus.
const OFF = "keys-off"; // app.js reads it

function store({ checked }) {
  if (checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

const boxes = () => document.querySelectorAll("[data-keys-on]");
const reflect = () => { for (const box of boxes()) box.checked = !localStorage.getItem(OFF); };

for (const box of boxes()) if (box.checked !== box.defaultChecked) store(box); // somebody was quicker
document.addEventListener("change", ({ target }) => target.matches("[data-keys-on]") && store(target));
document.addEventListener("htmx:afterSwap", reflect);
reflect();
