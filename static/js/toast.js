// Toasts leave by themselves, but not while read or used, and never when something went wrong.
const SHORT = 8000, LONG = 15000, AGAIN = 2500;

/** Say a sentence to those who listen to the page. */
export function announce(text) {
  const line = document.getElementById("announce");
  line.textContent = "";
  setTimeout(() => (line.textContent = text), 80);
}

function leave(toast) {
  toast.dataset.leaving = "";
  setTimeout(() => toast.remove(), 220);
}

function wait(toast, time) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) wait(toast, AGAIN);
    else leave(toast);
  }, time);
}

function greet() {
  for (const toast of document.querySelectorAll(".toast:not([data-seen])")) {
    toast.dataset.seen = "";
    if (toast.dataset.tone === "error") continue;
    announce(toast.querySelector("p").textContent);
    wait(toast, "stay" in toast.dataset ? LONG : SHORT);
  }
}

// An answer that is itself a message, and not a list item to put in its place.
const isToast = (xhr) => xhr?.response?.startsWith('<li class="toast"');

// Such an answer says why; of a session that has ended its module takes over the next log-in.
function fail({ detail }) {
  const place = document.querySelector("dialog[open]") ?? document.getElementById("main");
  let list = place.querySelector(".toasts");
  if (!list) {
    list = document.createElement("ol");
    list.className = "toasts";
    place.append(list);
  }
  if (isToast(detail.xhr)) {
    list.innerHTML = detail.xhr.response;
    if (detail.xhr.status === 401) import(list.firstElementChild.dataset.renew).then(({ arm }) => arm());
  } else list.replaceChildren(document.getElementById("failed").content.cloneNode(true));
}

// A conflict that is itself a message: the page stays as it is, with what was typed in it.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 409 && isToast(detail.xhr)) Object.assign(detail, { shouldSwap: false, isError: true });
});

document.addEventListener("click", (event) => {
  const toast = event.target.closest(".toast [data-close]")?.closest(".toast");
  if (toast) leave(toast);
});
document.addEventListener("htmx:afterSettle", greet);
for (const name of ["responseError", "sendError", "timeout"]) document.addEventListener(`htmx:${name}`, fail);
greet();
