// The board: drag a card to a phase, the tick or the cross, or choose from its menu. A whole card drags by mouse, by
// finger only its grip does, so a swipe scrolls.
import { isPlain } from "./dialog.js";
import { cancel, draggable, FAR } from "./drag.js";

const EDGE = 56, MARGIN = 24; // how near an edge the board scrolls along, and how near one a column still counts
const form = () => document.getElementById("move");
const board = () => document.querySelector("#board .board");
const column = (phase) => board()?.querySelector(`.column[data-phase="${phase}"]`);
const phaseOf = (card) => card.closest(".column").dataset.phase;
const idOf = (card) => card.id.replace("card-", "");
const addressOf = (card, ofZero) => ofZero.replace("/0/", `/${idOf(card)}/`);
const order = (card) => [card.dataset.next ?? "none", idOf(card).padStart(19, "0")].join(".");
const waiting = new Map(); // what comes next for a card that is on its way: a phase or an end, by its id
let chosen = null; // the card whose menu or dialog is open
let heir = null; // the card that gets the focus when its neighbour leaves
let known = null; // the cards there were before more came
let pressed = [0, 0];

/** What standing in this phase would mean: "50 % · weighted € 12,000.00". */
function meaning(card, { percent }) {
  const amount = card.querySelector("data")?.value;
  if (!amount) return `${percent} %`;
  const cents = Math.round((Math.round(amount * 100) * percent) / 100);
  const written = (cents / 100).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return form().dataset.said.replace("{percent}", percent).replace("{amount}", `€ ${written}`);
}

/** Put a card where it belongs in the column of this phase: by next step, as the server orders them. */
function place(card, phase) {
  const list = column(phase).querySelector(".cards");
  const after = [...list.children].find((other) => other !== card && (other.matches(".turn") || order(other) > order(card)));
  if (card.parentElement !== list || card.nextElementSibling !== (after ?? null)) list.insertBefore(card, after ?? null);
}

function send(card, phase) {
  if (phase === phaseOf(card)) return;
  const home = phaseOf(card);
  place(card, phase);
  focus(card);
  if (card.ariaBusy) return waiting.set(card.id, phase); // goes on from there when the answer has come
  const values = { ...Object.fromEntries(new FormData(form())), phase, version: card.dataset.version };
  for (const old of document.querySelectorAll("main > .toasts")) old.remove();
  card.ariaBusy = "true";
  htmx.ajax("POST", addressOf(card, form().dataset.address), { source: card, target: card, swap: "outerHTML", values }).catch(() => {}).finally(() => {
    if (!card.isConnected) return; // answered, hence replaced
    waiting.delete(card.id);
    card.ariaBusy = null;
    place(card, home);
    focus(card);
  });
}

function ask(card, end) {
  const link = form().querySelector(`a[data-end=${end}]`);
  aim(card);
  link.click();
}

function focus(card) {
  if (form().matches(":popover-open")) return; // somebody is choosing
  (card.querySelector(".where") ?? card.querySelector("a")).focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// A press, a click and the menu

/** Let the menu be about this card. */
function aim(card) {
  chosen = card;
  const query = new URLSearchParams({ version: card.dataset.version, board: form().elements.board.value });
  for (const link of form().querySelectorAll("a[data-end]")) link.href = `${addressOf(card, link.dataset.address)}?${query}`;
  for (const button of form().querySelectorAll("button[data-to]")) {
    const { to } = button.dataset;
    button.disabled = to === phaseOf(card);
    button.querySelector("small").textContent = meaning(card, column(to).dataset);
  }
}

function open(link) {
  aim(link.closest(".card"));
  form().showPopover();
  const [at, size] = [link.getBoundingClientRect(), form().getBoundingClientRect()];
  form().style.left = `${at.left + size.width < innerWidth - 8 ? at.left : Math.max(8, at.right - size.width)}px`;
  form().style.top = `${Math.max(8, Math.min(at.bottom + 4, innerHeight - size.height - 8))}px`;
  form().querySelector("button:enabled, a").focus();
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.closest("#move")) return;
  const items = [...form().querySelectorAll("button:enabled, a")];
  event.preventDefault();
  items.at((items.indexOf(event.target) + step) % items.length).focus();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest(".card .where");
  if (link && isPlain(event)) {
    event.preventDefault();
    return open(link);
  }
  const card = event.target.closest(".board .card");
  if (card && !event.target.closest("a, [data-grip]") && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < FAR)
    return card.querySelector("a").dispatchEvent(new MouseEvent("click", event));
  const button = event.target.closest("#move button[data-to]");
  if (button || event.target.closest("#move a")) form().hidePopover();
  if (button && chosen?.isConnected) send(chosen, button.dataset.to);
  const end = event.target.closest("#move a")?.dataset.end;
  if (!end || !chosen?.ariaBusy) return;
  event.preventDefault(); // asked when the answer has come
  waiting.set(chosen.id, end);
}, true);

// Dragging

function take({ target, pointerType }) {
  const card = target.closest(".board .card");
  if (!card || !form() || card.ariaBusy || target.closest(".where")) return null;
  return pointerType === "mouse" || target.closest("[data-grip]") ? { grip: card, card } : null;
}

function lift(drag) {
  const { card } = drag, box = card.getBoundingClientRect();
  const ghost = card.cloneNode(true);
  ghost.removeAttribute("id");
  ghost.inert = true;
  ghost.classList.add("ghost");
  Object.assign(ghost.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px` });
  drag.ghost = ghost;
  document.getElementById("board").append(ghost);
  card.dataset.lifted = "";
  document.getElementById("board").dataset.drag = "";
  document.getElementById("drop").hidden = false;
  drag.frame = requestAnimationFrame(() => scroll(drag));
}

/** The place under the pointer that the card may be dropped on. */
function under({ card, at: [x, y] }) {
  const inside = Math.min(Math.max(x, MARGIN), innerWidth - MARGIN); // a finger at the very edge means the column there
  const place = document.elementFromPoint(inside, y)?.closest("#drop [data-end], .board .column:not([data-retired])");
  return place?.dataset.phase === phaseOf(card) ? null : (place ?? null);
}

function mark(drag, target) {
  if (target === drag.target) return;
  if (drag.target) delete drag.target.dataset.target;
  delete drag.target?.querySelector("header")?.dataset.said;
  drag.target = target;
  if (!target) return;
  target.dataset.target = "";
  if (target.dataset.phase) target.querySelector("header").dataset.said = meaning(drag.card, target.dataset);
}

/** While a card is held near an edge the board scrolls along. */
function scroll(drag) {
  if (!drag.card.isConnected) return cancel(); // the board was filtered anew
  const box = board().getBoundingClientRect(), [x] = drag.at;
  const [left, right] = [Math.max(box.left, 0) + EDGE - x, x - Math.min(box.right, innerWidth) + EDGE];
  if (left > 0 || right > 0) board().scrollLeft += (right > left ? Math.min(right, EDGE) : -Math.min(left, EDGE)) / 4;
  mark(drag, under(drag));
  drag.frame = requestAnimationFrame(() => scroll(drag));
}

function pull(drag) {
  const [dx, dy] = drag.by;
  drag.ghost.style.transform = `translate(${dx}px, ${dy}px)`;
  mark(drag, under(drag));
}

function end(drag, dropped) {
  const { card, target } = drag;
  mark(drag, null);
  cancelAnimationFrame(drag.frame);
  drag.ghost.remove();
  delete card.dataset.lifted;
  delete document.getElementById("board").dataset.drag;
  document.getElementById("drop")?.setAttribute("hidden", "");
  getSelection().empty();
  if (dropped && target?.dataset.end) ask(card, target.dataset.end);
  else if (dropped && target) send(card, target.dataset.phase);
  else if (card.isConnected) focus(card);
}

draggable({ take, lift, pull, end });
document.addEventListener("pointerdown", (event) => (pressed = [event.clientX, event.clientY]));
document.addEventListener("dragstart", (event) => event.target.closest?.(".board") && event.preventDefault());

// Answers: a moved card says where it belongs; more cards may bring one that was put at the end before

document.addEventListener("htmx:afterSettle", () => {
  if (!board()) return;
  for (const card of board().querySelectorAll(".card[data-arrived]")) {
    if (!column(card.dataset.arrived)) return location.reload();
    place(card, card.dataset.arrived);
    delete card.dataset.arrived;
    focus(card);
    heir = null; // it did not leave
    const next = waiting.get(card.id);
    waiting.delete(card.id);
    if (chosen?.id === card.id) aim(card);
    if (next) column(next) ? send(card, next) : ask(card, next);
  }
  if (document.activeElement === document.body) { // what had the focus left: a card, or the link to more of them
    const more = known && [...board().querySelectorAll(".card")].find((card) => !known.has(card.id));
    if (more) more.querySelector("a").focus();
    else heir?.isConnected ? focus(heir) : board().focus({ preventScroll: true });
    heir = null;
  }
  known = null;
  const seen = new Map();
  for (const card of board().querySelectorAll(".card")) {
    seen.get(card.id)?.remove();
    seen.set(card.id, card);
  }
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  heir = null;
  if (detail.target.id === "board") waiting.clear(); // whoever is gone goes nowhere
  if (detail.target.matches(".card")) {
    if (detail.xhr.status >= 400) waiting.delete(detail.target.id); // it stands elsewhere than was thought
    heir = [detail.target.nextElementSibling, detail.target.previousElementSibling].find((card) => card?.matches(".card"));
  }
  if (detail.target.matches(".turn")) known = new Set([...board().querySelectorAll(".card")].map((card) => card.id));
});

document.addEventListener("close", ({ target }) => {
  if (target.id === "dialog" && chosen?.isConnected) focus(chosen);
}, true);
