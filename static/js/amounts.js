// What every line and all lines together come to, while one types; the server computes it again when it stores them.
const dutch = document.documentElement.lang === "nl";
const [point, group] = dutch ? [",", "."] : [".", ","];
const euros = new Intl.NumberFormat(dutch ? "nl-NL" : "en-GB", { minimumFractionDigits: 2 });
const TYPED = /^([-\u2212]?)€?([-\u2212]?)([.,]?\d(?:[\d.,]*\d)?)(?:([.,])(?:[-\u2010-\u2015\u2212]{1,2}|=)|(k))?€?$/i;

/** A number as people write it, by the rules of salescrm/money.py; NaN where the server would refuse it. */
function read(text, places) {
  const [, sign, after, digits, whole, thousands] = TYPED.exec(text.replace(/\s/g, "")) ?? [];
  if (!digits || (sign && after) || (/^[.,]/.test(digits) && /[-\u2212][.,]/.test(text))) return NaN;
  const plain = whole ? grouped(digits, whole === "," ? "." : ",", "") : decimal(digits, places);
  return (sign || after ? -1 : 1) * (thousands ? 1000 : 1) * (plain === "" ? NaN : Number(plain));
}

function grouped(digits, mark, rest) {
  const form = new RegExp(`^(\\d+|[1-9]\\d{0,2}(\\${mark}\\d{3})+)${rest}$`);
  return form.test(digits) ? digits.replaceAll(mark, "").replace(",", ".") : "";
}

function decimal(digits, places) {
  const one = /^(\d*)([.,])(\d+)$/.exec(digits);
  if (!one || (one[3].length === 3 && one[2] === group && /[1-9]/.test(one[1])))
    return grouped(digits, group, `(\\${point}\\d{1,${places}})?`);
  return one[3].length <= places ? `${one[1]}.${one[3]}` : "";
}

/** Cents, half away from zero as the database rounds; counted in whole numbers, which lose nothing. */
function cents(row) {
  const value = (name, places) => read(row.querySelector(`input[name$=-${name}]`)?.value ?? "", places);
  const exact = Math.round(value("quantity", 2) * 100) * Math.round(value("unit_price", 4) * 10000);
  return Math.sign(exact) * Math.round(Math.abs(exact) / 10000);
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
