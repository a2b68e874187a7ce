"""A form as a browser sends it: everything it holds, hidden or not, with what a person typed over it."""

from xml.etree.ElementTree import Element

from tests.markup import Markup

BUTTONS = ("submit", "button", "image", "reset")


class Sheet:
    """The form of an answer that has a field of this name."""

    def __init__(self, browser, url: str, answer, name: str):
        self.browser, self.url, self.answer, self.name = browser, url, answer, name
        root = Markup(answer.content.decode()).root
        forms = [form for form in root.iter("form") if any(field.get("name") == name for field in form.iter())]
        assert len(forms) == 1, f"{len(forms)} forms hold {name}"
        outside = [field for field in root.iter() if field.get("form") == forms[0].get("id", "-")]
        inside = [field for field in forms[0].iter() if not field.get("form")]
        self.values = _values([*outside, *inside])

    @classmethod
    def open(cls, browser, url: str, name: str) -> "Sheet":
        """Open the page."""
        answer = browser.get(url)
        assert answer.status_code == 200
        return cls(browser, url, answer, name)

    def send(self, **typed) -> "Sheet | None":
        """Send it with something typed in; the form that comes back, None when it was stored."""
        answer = self.browser.post(self.url, {**self.values, **typed})
        if answer.status_code == 302:
            return None
        return Sheet(self.browser, self.url, answer, self.name)

    def sent(self, **typed) -> "Sheet":
        """Send it, and look at the form that comes back."""
        sheet = self.send(**typed)
        assert sheet is not None
        return sheet

    @property
    def status(self) -> int:
        """How the page was answered."""
        return self.answer.status_code

    @property
    def questions(self) -> list[str]:
        """What both changed."""
        return self.values.get("question", [])


def _values(fields: list[Element]) -> dict:
    values: dict = {}
    for field in fields:
        name, kind = field.get("name"), field.get("type")
        if not name or field.get("disabled") is not None or kind in BUTTONS or field.tag == "button":
            continue
        if kind in ("radio", "checkbox") and field.get("checked") is None:
            continue
        if kind != "file":
            values.setdefault(name, []).append(_value(field))
    return {name: found if name == "question" else found[-1] for name, found in values.items()}


def _value(field: Element) -> str:
    if field.tag == "textarea":
        return (field.text or "").removeprefix("\n")
    if field.tag != "select":
        return field.get("value", "on" if field.get("type") == "checkbox" else "")
    options = list(field.iter("option"))
    selected = [option for option in options if option.get("selected") is not None] or options[:1]
    return selected[0].get("value", selected[0].text or "") if selected else ""
