// Who logs in in another tab gets other form tokens there: the forms of this page take them over, else they are refused.
const TOKEN = "input[name=csrfmiddlewaretoken]";

async function renew() {
  const answer = await fetch("/accounts/profile/").catch(() => null);
  if (!answer?.ok || answer.redirected) return; // still logged out
  const token = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(TOKEN).value;
  for (const field of document.querySelectorAll(TOKEN)) field.value = token;
}

addEventListener("focus", renew);
document.addEventListener("htmx:responseError", renew);
document.addEventListener("htmx:beforeRequest", () => document.querySelector(".toast[data-renew]")?.remove());
renew();
