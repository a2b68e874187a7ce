// Dragging with mouse, finger or pen. One press at a time; Escape, a lost pointer and a lost grip end it without a drop.
export const FAR = 5; // pixels before a press becomes a drag
let drag = null;
let over = null; // the pointer whose drag has ended, until its click is past: that click is none

/**
 * `take(event)` says what a press takes hold of, or nothing: `grip`, which gets the pointer, and what the rest needs.
 * `far` enough, `lift` begins, `pull` follows (`from`, `at`, `by`: pixels), `end(drag, dropped)` puts everything back.
 */
export function draggable({ take, far = FAR, ...kind }) {
  document.addEventListener("pointerdown", (event) => {
    if (drag || event.button || !event.isPrimary) return;
    over = null;
    const grip = take(event);
    if (!grip) return;
    const from = [event.clientX, event.clientY];
    drag = { ...grip, id: event.pointerId, from, at: from, by: [0, 0], far, kind };
    if (!far) lift();
  });
}

/** End the drag there is without a drop. */
export const cancel = () => end(false);

function lift() {
  drag.lifted = true;
  drag.grip.setPointerCapture(drag.id);
  drag.kind.lift(drag);
}

// A grip that was put elsewhere in the page takes its pointer again; one that is gone cannot.
function hold() {
  try {
    drag.grip.setPointerCapture(drag.id);
  } catch {
    cancel();
  }
}

function follow(event) {
  drag.at = [event.clientX, event.clientY];
  drag.by = drag.at.map((place, axis) => place - drag.from[axis]);
  if (!event.buttons || !drag.grip.isConnected) return cancel(); // let go where nobody saw it
  if (!drag.lifted && Math.hypot(...drag.by) >= drag.far) lift();
  if (drag?.lifted) drag.kind.pull(drag);
}

function end(dropped) {
  const last = drag;
  drag = null;
  if (!last?.lifted) return;
  over = last.id;
  last.kind.end(last, dropped && last.grip.isConnected);
}

const on = (name, deed) => document.addEventListener(name, (event) => event.pointerId === drag?.id && deed(event));
on("pointermove", follow);
on("pointerup", () => end(true));
on("pointercancel", cancel);
// What a finger touches hands its pointer to the grip: that is no loss.
on("lostpointercapture", ({ target }) => [drag.grip, document].includes(target) && hold());
document.addEventListener("keydown", ({ key }) => key === "Escape" && cancel());
document.addEventListener("pointerup", ({ pointerId }) => pointerId === over && setTimeout(() => (over = null)));
document.addEventListener("click", (event) => {
  if (over === null || !event.detail) return; // 0: by a key, or by a script
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
