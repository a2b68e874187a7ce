// Who logs in in another tab gets other form tokens there: the forms of this page take them over, else they are refused.
const TOKEN = "input[name=csrfmiddlewaretoken]";
let listening;
let profile; // a page that has a form of its own, once one is logged in again

const userOf = (page) => page.querySelector(".me span")?.firstChild.data;

async function renew() {
  const answer = await fetch(profile).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // still logged out
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (userOf(page) !== userOf(document)) {
    const toast = document.querySelector(".toast[data-renew]");
    if (toast) toast.querySelector("p").textContent = toast.dataset.other;
    return; // the page goes on being the one of who made it
  }
  const token = page.querySelector(TOKEN).value;
  for (const field of document.querySelectorAll(TOKEN)) field.value = token;
  listening.abort();
}

/** From an answer that one is logged out until the tokens are taken over. */
export function arm() {
  listening?.abort();
  listening = new AbortController();
  profile = document.querySelector(".toast[data-renew]")?.dataset.profile ?? profile;
  addEventListener("focus", renew, { signal: listening.signal });
  const forget = () => document.querySelector(".toast[data-renew]")?.remove();
  document.addEventListener("htmx:beforeRequest", forget, { once: true });
  renew();
}
