// What every line and all lines together come to, while one types; the server computes it again when it stores them.
const dutch = document.documentElement.lang === "nl";
const euros = new Intl.NumberFormat(dutch ? "nl-NL" : "en-GB", { minimumFractionDigits: 2 });

/** Hundredths of a number as people write it: 1.234,56 or 1,234.56, and one separator before one or two digits. */
function hundredths(text) {
  let plain = text.replace(/[€\s]/g, "");
  if (/^-?\d+[.,]\d{1,2}$/.test(plain)) plain = plain.replace(",", ".");
  else plain = dutch ? plain.replaceAll(".", "").replace(",", ".") : plain.replaceAll(",", "");
  return /^-?\d+(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : NaN;
}

function cents(row) {
  const value = (name) => hundredths(row.querySelector(`input[name$=-${name}]`)?.value ?? "");
  const exact = (value("quantity") * value("unit_price")) / 100;
  return Math.sign(exact) * Math.round(Math.abs(exact)); // half away from zero, as the database rounds
}

function show(rows) {
  let sum = 0;
  for (const row of rows.querySelectorAll("[data-row]:not([data-removed])")) {
    const amount = cents(row);
    row.querySelector("[data-amount]").textContent = Number.isNaN(amount) ? "" : euros.format(amount / 100);
    sum += amount || 0;
  }
  rows.querySelector("[data-sum]").textContent = euros.format(sum / 100);
}

const all = () => document.querySelectorAll("[data-rows]:has([data-sum])");
for (const event of ["input", "click"])
  document.addEventListener(event, ({ target }) => {
    const rows = target.closest("[data-rows]:has([data-sum])");
    if (rows) show(rows);
  });
document.addEventListener("htmx:afterSettle", () => all().forEach(show));
all().forEach(show);
