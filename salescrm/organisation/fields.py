"""Fields for the numbers of an organisation that can be checked."""

from typing import Any

from django import forms

from salescrm.organisation.numbers import COMPACT, LONGEST_IBAN, SHOW
from salescrm.organisation.validators import VALIDATE


class NumberFormField(forms.CharField):
    """A number of COMPACT: checked, stored compact, displayed as people write it; may be typed with spaces and dots."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        self.compact, self.show = COMPACT[name], SHOW.get(name, str)
        super().__init__(validators=[VALIDATE[name]], required=False, max_length=LONGEST_IBAN, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return self.compact(text) if text else text

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the browser accept more characters, as spaces and dots fall off."""
        return {**super().widget_attrs(widget), "maxlength": str(2 * LONGEST_IBAN)}

    def prepare_value(self, value: Any) -> Any:
        return self.show(value) if value else value
