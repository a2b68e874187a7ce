"""Every main page under axe, in light and dark, and without sideways scrolling on a phone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.sale_page.bar import Bar
from tests.filled import fill

AREAS = {
    "sales": [
        "sales:list", "sales:board", "sales:filters", "sales:new", "sales:detail", "sales:edit", "sales:lines",
        "sales:probability", "sales:accept", "sales:lose", "sales:reopen", "sales:correct",
    ],
    "desk": ["sales:day", "sales:calendar", "sales:change"],
    "notes": ["sales:note-new", "sales:note-remove", "sales:timeline-of-relation", "sales:timeline-of-project"],
    "list": ["sales:columns", "sales:views", "sales:view-new", "sales:view", "sales:view-delete"],
    "reports": [
        "reports:start", "reports:index", "reports:forecast", "reports:kpis", "reports:won-lost", "reports:sources",
    ],
    "relations": [
        "relations:list", "relations:new", "relations:detail", "relations:edit", "relations:contact-new",
        "relations:contact-edit", "projects:list", "projects:new", "projects:detail", "projects:edit",
        "projects:services", "projects:close",
    ],
    "invoices": [
        "invoicing:list", "invoicing:detail", "invoicing:edit", "invoicing:issue", "invoicing:send", "invoicing:print",
    ],
    "settings": [
        "settings:index", "settings:sales", "settings:organisation", "settings:list", "settings:row", "settings:remove",
        "settings:phase", "settings:users", "settings:user", "settings:user-access", "profile", "password_change",
    ],
    "everywhere": ["search", "shortcuts", "settings:teams", "settings:team", "settings:team-remove"],
}  # fmt: skip
DESK, PHONE, SMALL_PHONE = (1280, 900), (390, 844), (320, 640)
EVERYTHING, CONTRAST = {"rules": {"target-size": {"enabled": True}}}, {"runOnly": ["color-contrast"]}
TARGETS = {"runOnly": ["target-size"]}
IN_TOP_LAYER = None  # without the size of targets: axe takes what lies below an open menu for what covers it
AXE = Axe().axe_script
RUN = "async (options) => (await axe.run(document, options)).violations"  # what passes is most of it, and not read
STILL = """async () => {  // what inherits a colour sets out when what it has it from arrives: until nothing moves
  do {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  } while (document.getAnimations().some((animation) => animation.playState === "running"));
}"""


@pytest.fixture
def world(transactional_db):
    """The filled company."""
    return fill()


def violations(page, options=EVERYTHING) -> list[str]:
    """What axe has to say once colours have settled, a line per element."""
    page.evaluate(STILL)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    rules = page.evaluate(RUN, {**(options or {}), "resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {node['html'][:100]} {node['target']} {node['failureSummary'].splitlines()[-1][:200]}"
        for rule in rules
        for node in rule["nodes"]
        if not _is_behind(rule, node)
    ]


def _is_behind(rule: dict, node: dict) -> bool:
    """Whether only columns that stay in sight cover a figure of the forecast: it can be scrolled clear of them."""
    return rule["id"] == "target-size" and "data-column" in str(node["target"])


def sideways(page, size: tuple[int, int]) -> list[str]:
    """How far, and because of what, the page scrolls sideways at this size."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return page.evaluate(
        """width => document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("main *")]
        .filter(element => element.getBoundingClientRect().right > width + 1 && !element.closest(".scroll"))
        .slice(0, 3).map(element => `wider than ${width}: ${element.outerHTML.slice(0, 120)}`)
        .concat(`scrolls to ${document.documentElement.scrollWidth}`)""",
        size[0],
    )


def look(page) -> list[str]:
    """Everything wrong with the page as it stands: all of it in light, in three sizes; the colours in dark."""
    faults = [*violations(page), *sideways(page, PHONE), *violations(page, TARGETS), *sideways(page, SMALL_PHONE)]
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    return [*faults, *in_the_dark(page)]


def in_the_dark(page) -> list[str]:
    """What is wrong with the colours when the page turns dark; nothing but colours differs. It is light again after."""
    page.emulate_media(color_scheme="dark")
    faults = [f"dark: {line}" for line in violations(page, CONTRAST)]
    page.emulate_media(color_scheme="light")
    return faults


def report(faults: dict[str, list[str]]) -> str:
    """All complaints, a line each: an empty text when there are none."""
    return "\n".join(f"{place}: {line}" for place, lines in faults.items() for line in lines)


@pytest.mark.parametrize("area", AREAS)
def test_pages_are_accessible_and_fit_a_phone(page, context, world, log_in_as, area):
    log_in_as(context, world.users["administrator"])
    faults = {}
    for name in AREAS[area]:
        page.goto(world.address(name))
        page.wait_for_function("() => !document.querySelector('.htmx-request')")
        faults[name] = look(page)
    assert report(faults) == ""


def test_pages_before_the_log_in_are_accessible(page, world):
    faults = {}
    for url in ("/accounts/login/", "/accounts/password-reset/", "/accounts/password-reset/x/y/"):
        page.goto(url)
        faults[url] = look(page)
    assert report(faults) == ""


def test_dialogs_and_toasts_are_accessible(page, context, world, log_in_as):
    log_in_as(context, world.users["salesperson"])
    page.goto(f"/sales/{world.sale.pk}/")
    bar, faults = Bar(page), {}
    bar.end("lose").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    faults["lose"] = look(page)
    page.keyboard.press("Escape")
    bar.end("accept").click()
    page.get_by_role("dialog").locator("button[data-kind=good]").click()
    expect(page.locator(".follow-ups")).to_be_visible()
    faults["follow-ups"] = look(page)
    page.keyboard.press("Escape")
    bar.phase(world.phase).click()
    expect(page.locator(".toast")).to_be_visible()
    faults["toast"] = look(page)
    assert report(faults) == ""


def test_phone_and_its_menu_are_accessible(page, context, world, log_in_as):
    log_in_as(context, world.users["salesperson"])
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(f"/sales/{world.sale.pk}/")
    faults = {"phone": [*violations(page), *in_the_dark(page)]}
    page.locator("[popovertarget=menu]").click()
    expect(page.locator("#menu")).to_be_visible()
    faults["menu"] = [*violations(page, IN_TOP_LAYER), *in_the_dark(page)]
    assert report(faults) == ""


# Counts what moves while it can be seen; what waits for a panel that is on its way waits without an end.
WATCH = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries())
      window.shifts.push([shift.value, shift.sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
  }).observe({ type: "layout-shift", buffered: true });
  addEventListener("DOMContentLoaded", () => {
    for (const animation of document.getAnimations()) if (animation.animationName === "arrive") animation.pause();
  });
}"""
SETTLED = (
    """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"""
)


@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize(("record", "panels"), [("relation", 4), ("person", 4), ("project", 2), ("invoice", 1)])
def test_nothing_moves_when_panels_arrive(page, context, world, log_in_as, record, panels, size):
    """They arrive after the page has been seen, one after the other, the lowest first."""
    log_in_as(context, world.users["administrator"])
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.add_init_script(f"({WATCH})()")
    waiting = []
    page.route(re.compile("/(of|timeline-of)-"), lambda route: waiting.append(route))
    page.goto(getattr(world, record).get_absolute_url(), wait_until="load")
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    page.wait_for_function(f"() => document.querySelectorAll('.htmx-request').length >= {panels}")
    page.evaluate(SETTLED)
    page.evaluate("() => void (window.shifts.length = 0)")  # how the page itself came to be painted is not asked here
    for route in reversed(waiting):
        with page.expect_response(route.request.url):
            route.continue_()
        page.evaluate(SETTLED)
    expect(page.locator("[data-waiting]")).to_have_count(0)
    page.evaluate(SETTLED)
    shifts = page.evaluate("() => window.shifts")
    assert len(waiting) >= panels
    assert sum(value for value, _nodes in shifts) < 0.01, shifts
