// The progress bar: drag the grip (mouse, finger or pen) to a phase, the tick or the cross; dropping presses that
// very button or link, so a drag can do nothing that a click cannot. Arrow keys: progress-keys.js.
import { draggable } from "./drag.js";
import { markTarget } from "./progress-keys.js";

function take({ target, pointerType }) {
  const place = target.closest("[data-progress] [data-state=current]");
  const grip = place?.querySelector("[data-grip]");
  if (!grip || (pointerType !== "mouse" && !target.closest("[data-grip]"))) return null;
  return { grip, bar: place.closest("[data-progress]"), box: grip.getBoundingClientRect() };
}

/** The place under the pointer that the sale may be moved to. */
function under({ bar, at }) {
  const place = document.elementFromPoint(...at)?.closest("[data-phase], a[data-end]");
  return place && bar.contains(place) && !place.ariaCurrent ? place : null;
}

function pull(drag) {
  const { bar, grip, box, by: [dx, dy] } = drag, frame = bar.getBoundingClientRect();
  const across = Math.min(Math.max(dx, frame.left - box.left), frame.right - box.right);
  const down = Math.min(Math.max(dy, frame.top - box.top), frame.bottom - box.bottom);
  grip.style.transform = `translate(${across}px, ${down}px)`;
  drag.target = under(drag);
  markTarget(bar, drag.target);
}

function end({ bar, grip, target }, dropped) {
  delete bar.dataset.dragging;
  grip.removeAttribute("style");
  markTarget(bar, dropped && target?.matches("button") ? target : null);
  if (dropped) target?.click();
}

draggable({ take, lift: ({ bar }) => (bar.dataset.dragging = ""), pull, end });
