// A text box with a list of options that the server fills while one types: when to ask, the keys, and what is lit.
let ids = 0;

/**
 * The boxes inside `root`, which also holds the list. A kind says: `wait` after a key, the `address` to ask, how an
 * answer is put into the list (`fill`; true opens it), how the list is shown (`toggle`), what Enter does with the
 * option that is lit (`enter`, also told whether the list answers something older than what is typed; true when it did
 * something), and whether what was typed is asked for (`typed`).
 */
export function combobox(root, { wait, address, fill, toggle, enter, typed = () => true }) {
  let timer = 0, request = null, isOld = false;
  const boxIn = (target) => target.closest?.(root)?.querySelector("[role=combobox]");
  const isBox = (target) => target === boxIn(target);
  const listOf = (box) => box.closest(root).querySelector("[role=listbox]");
  const optionsOf = (box) => [...listOf(box).querySelectorAll("[role=option]:not([aria-disabled=true])")];
  const isOpen = (box) => box.ariaExpanded === "true";
  const owns = (box, element) => element === box || listOf(box).contains(element);

  function light(box, option) {
    for (const other of optionsOf(box)) other.ariaSelected = String(other === option);
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.id ||= `option-${++ids}`;
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function show(box, open) {
    toggle(box, open);
    box.ariaExpanded = String(open);
    if (!open) light(box, null);
  }

  /** Shut the list; no answer that is still to come opens it again. */
  function close(box) {
    clearTimeout(timer);
    request = null;
    if (isOpen(box)) show(box, false);
  }

  async function ask(box) {
    clearTimeout(timer);
    request?.abort();
    const mine = (request = new AbortController());
    const answer = await fetch(address(box), { headers: { "HX-Request": "true" }, signal: mine.signal }).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (request !== mine || html === null || !owns(box, document.activeElement)) return;
    isOld = false;
    show(box, fill(box, html, answer));
  }

  document.addEventListener("input", ({ target }) => {
    if (!isBox(target)) return;
    clearTimeout(timer);
    request?.abort(); // its answer would be to something else
    request = null;
    isOld = true;
    light(target, null);
    if (typed(target)) timer = setTimeout(ask, wait, target);
  });

  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    const box = boxIn(target);
    if (box && owns(box, target) && !owns(box, relatedTarget)) close(box);
  });

  document.addEventListener("keydown", (event) => {
    const box = boxIn(event.target), { key } = event;
    if (!box) return;
    const all = isOpen(box) ? optionsOf(box) : [], at = all.findIndex((option) => option.ariaSelected === "true");
    if (key === "Escape" && isOpen(box)) close(box), box.focus();
    else if (event.target !== box) return;
    else if (key === "ArrowDown" && !all.length) ask(box);
    else if (key === "ArrowDown") light(box, all[(at + 1) % all.length]);
    else if (key === "ArrowUp" && all.length) light(box, all.at(at > 0 ? at - 1 : -1));
    else if (key !== "Enter" || !isOpen(box) || !enter(box, all[at], isOld)) return;
    event.preventDefault();
    event.stopPropagation();
  });

  return { ask, close, isBox, listOf, optionsOf };
}
