"""The progress bar as a test sees it, and hands that drag along it."""

from playwright.sync_api import Locator, Page

from sales.models import Phase, Sale


class Bar:
    """The progress bar on an open page of a sale."""

    def __init__(self, page: Page):
        self.page = page
        self.root = page.locator("[data-progress]")
        self.grip = self.root.locator("[data-grip]")
        self.current = self.root.locator("[data-phase][aria-current=step]")
        self.lit = self.root.locator("[data-target]")

    def phase(self, phase: Phase) -> Locator:
        """The place of a phase."""
        return self.root.locator(f'[data-phase="{phase.pk}"]')

    def end(self, name: str) -> Locator:
        """The tick ("accept") or the cross ("lose")."""
        return self.root.locator(f"a[data-end={name}]")

    def pull(self, target: Locator) -> None:
        """Press the grip and pull it over `target`, without letting go."""
        x, y = middle(self.grip)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(*middle(target), steps=8)

    def drag(self, target: Locator) -> None:
        """Drag the grip to `target` and drop it there."""
        self.pull(target)
        self.page.mouse.up()


class Finger:
    """One finger on a touch screen, through Chromium's own input."""

    def __init__(self, page: Page):
        self.session = page.context.new_cdp_session(page)

    def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    def put(self, at: tuple[float, float]) -> None:
        """Put the finger down."""
        self._touch("touchStart", at)

    def slide(self, start: tuple[float, float], end: tuple[float, float], steps: int = 10) -> None:
        """Slide the finger, which lies at `start`."""
        for step in range(1, steps + 1):
            share = step / steps
            self._touch("touchMove", tuple(a + (b - a) * share for a, b in zip(start, end, strict=True)))

    def lift(self) -> None:
        """Take the finger away."""
        self._touch("touchEnd")


def middle(target: Locator) -> tuple[float, float]:
    """The middle of an element, in pixels of the window."""
    box = target.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def stored(sale: Sale) -> tuple[str, int, int]:
    """Phase, probability and version as the database holds them."""
    return Sale.objects.values_list("phase__name", "probability", "version").get(pk=sale.pk)
