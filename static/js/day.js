// My day: a completed row goes, its following step is asked in the dialog, and the focus lands on the next row.
let wanted = []; // ids of rows, the best first
let waiting = false;

function note(row, itself) {
  const rows = [...document.querySelectorAll("#day [data-row]")];
  const here = rows.indexOf(row);
  const others = [...rows.slice(here + 1), ...rows.slice(0, here).reverse()];
  const elsewhere = others.filter((other) => other.dataset.row !== row.dataset.row);
  wanted = [...(itself ? [row] : []), ...elsewhere].map((other) => other.id);
}

function land() {
  const row = wanted.map((id) => document.getElementById(id)).find(Boolean);
  (row?.querySelector("button.tick, .later a") ?? row?.querySelector("a") ?? document.getElementById("main")).focus();
}

document.addEventListener("click", ({ target }) => {
  const row = target.closest("#day [data-row]");
  if (row && target.closest("a[data-dialog]")) note(row, true);
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const row = detail.elt.closest("#day [data-row]");
  if (row) note(row, false);
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.elt.id !== "day") return;
  const following = document.querySelector("#day [data-following]");
  waiting = Boolean(following);
  if (following) following.click();
  else land();
});

document.addEventListener("step-planned", () => {
  document.getElementById("dialog").close();
  htmx.ajax("GET", document.getElementById("day").dataset.day, { target: "#day", swap: "outerHTML" });
});

document.addEventListener("close", ({ target }) => {
  if (target.id === "dialog" && waiting) land();
  waiting = false;
}, true);
