// A shade beside the columns that stay in sight says that months are hidden behind them.
function look() {
  for (const box of document.querySelectorAll(".forecast-panel > .scroll"))
    box.parentElement.toggleAttribute("data-more", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
}
document.addEventListener("scroll", look, { capture: true, passive: true });
document.addEventListener("htmx:afterSettle", look);
addEventListener("resize", look);
look();
