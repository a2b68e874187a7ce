// The page of a sale that was opened from a list or the board: the way to its neighbours there, and back to it as it was.
const trail = JSON.parse(sessionStorage.getItem("trail") ?? "null");
const nav = document.querySelector("[data-trail]");
const here = trail?.neighbours?.indexOf(location.pathname) ?? -1;

if (nav && (here < 0 || trail.neighbours.length < 2)) nav.remove(); // its keys too
if (nav && here >= 0) {
  const lead = (rel, url) => {
    const link = nav.querySelector(`a[rel=${rel}]`);
    if (url) link.href = url;
    else link.replaceWith(document.createElement("span")); // where no neighbour is, its room stays
  };
  lead("prev", trail.neighbours[here - 1]);
  lead("next", trail.neighbours[here + 1]);
  nav.querySelector("[data-place]").textContent = `${here + 1} / ${trail.neighbours.length}`;
  nav.hidden = false;
  const crumb = document.querySelector(".crumbs a");
  if (trail.title) {
    [crumb.href, crumb.textContent] = [trail.url, trail.title];
    const trash = document.querySelector("main a[data-leads-back]"); // leads back there too
    if (trash) trash.search = new URLSearchParams({ back: trail.url });
  }
}
