// The progress bar: drag the grip (mouse, finger or pen) to a phase, the tick or the cross; dropping presses that
// very button or link, so a drag can do nothing that a click cannot. Arrow keys: progress-keys.js.
import { markTarget } from "./progress-keys.js";

const FAR = 5; // pixels before a press becomes a drag
let drag = null;

function begin(event) {
  const place = event.target.closest("[data-progress] [data-state=current]");
  const grip = place?.querySelector("[data-grip]");
  if (!grip || event.button || !event.isPrimary || drag) return;
  if (event.pointerType !== "mouse" && !event.target.closest("[data-grip]")) return;
  const box = grip.getBoundingClientRect();
  drag = { bar: place.closest("[data-progress]"), grip, id: event.pointerId, x: event.clientX, y: event.clientY, box, moving: false, target: null };
}

function under(event) {
  const found = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-phase], a[data-end]");
  return found && drag.bar.contains(found) && !found.ariaCurrent ? found : null;
}

function move(event) {
  if (event.pointerId !== drag?.id) return;
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moving) {
    if (Math.hypot(dx, dy) < FAR) return;
    drag.moving = true;
    drag.grip.setPointerCapture(drag.id);
    drag.bar.dataset.dragging = "";
  }
  const frame = drag.bar.getBoundingClientRect();
  const across = Math.min(Math.max(dx, frame.left - drag.box.left), frame.right - drag.box.right);
  const down = Math.min(Math.max(event.clientY - drag.y, frame.top - drag.box.top), frame.bottom - drag.box.bottom);
  drag.grip.style.transform = `translate(${across}px, ${down}px)`;
  drag.target = under(event);
  markTarget(drag.bar, drag.target);
}

function end(dropped) {
  if (!drag) return;
  const { bar, grip, moving, target } = drag;
  drag = null;
  if (!moving) return;
  delete bar.dataset.dragging;
  grip.removeAttribute("style");
  markTarget(bar, dropped && target?.matches("button") ? target : null);
  if (dropped) target?.click();
}

document.addEventListener("pointerdown", begin);
document.addEventListener("pointermove", move);
document.addEventListener("pointerup", (event) => event.pointerId === drag?.id && end(true));
document.addEventListener("pointercancel", (event) => event.pointerId === drag?.id && end(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && drag?.moving && end(false));
