"""Model and form fields for days, amounts and percentages, read and displayed as people write them."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from salescrm.calendar import EARLIEST, LATEST, check_year, in_reach
from salescrm.money import format_price_bare, parse_money


class DayInput(forms.DateInput):
    """The browser's own date picker: shows the day in the reader's language, sends it as ISO."""

    input_type = "date"

    def format_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value  # four digits, also of the year 26


class DayFormField(forms.DateField):
    """A day in the years of rule 20. A record's own day from before that rule passes as long as nobody touches it."""

    widget = DayInput
    stored: date | None = None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "min": EARLIEST.isoformat(), "max": LATEST.isoformat()}

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """As always; takes note of the day the record has. Initial text is only what was typed a step before."""
        initial = form.get_initial_for_field(self, field_name)
        if isinstance(initial, date) and not in_reach(initial):
            self.stored = initial
            for limit in ("min", "max"):  # or the browser would not send it back
                self.widget.attrs.pop(limit, None)
        return super().get_bound_field(form, field_name)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value != self.stored:
            check_year(value)


class DayField(models.DateField):
    """A plain day (rule 21) in the years of rule 20, except what the database held before that rule.

    To the database, and so to migrations, it is Django's own field.
    """

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value is not None and not in_reach(value) and not self._is_stored(value, model_instance):
            check_year(value)

    def _is_stored(self, day: date, record: models.Model | None) -> bool:
        if record is None or record.pk is None:
            return False
        return type(record)._base_manager.filter(pk=record.pk, **{self.attname: day}).exists()

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": DayFormField, **kwargs})


class MoneyFormField(forms.DecimalField):
    """An amount in euro, typed the Dutch or the English way (rule 20) and displayed formatted.

    More than two `decimal_places` make it a unit price: "12,505" is then a price in Dutch and 12 505 in English.
    """

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            **super().widget_attrs(widget),
            "inputmode": "decimal",
            "autocomplete": "off",
            "data-money": True,
        }

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            return parse_money(value, get_language(), places=self.decimal_places or 2) if value.strip() else None
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        try:
            amount = self.to_python(value) if isinstance(value, str) else Decimal(value)
            return value if amount is None else format_price_bare(amount, get_language())
        except (ValidationError, InvalidOperation):
            return value


class MoneyField(models.DecimalField):
    """An amount in euro: fourteen digits, two of them cents."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": MoneyFormField, **kwargs})


class PriceField(MoneyField):
    """What one of something costs: up to four decimals, because small things cost parts of a cent (rule 20)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 16)
        kwargs.setdefault("decimal_places", 4)
        super().__init__(*args, **kwargs)


class PercentFormField(forms.IntegerField):
    """A whole percentage from 0 to 100; `50 %` is read as 50."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        messages = {
            "invalid": _("Enter a whole percentage, for example 50."),
            **(kwargs.pop("error_messages", None) or {}),
        }
        super().__init__(**{"min_value": 0, "max_value": 100, "error_messages": messages, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            **super().widget_attrs(widget),
            "inputmode": "numeric",
            "autocomplete": "off",
            "data-percent": True,
        }

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().removesuffix("%") if isinstance(value, str) else value)


class PercentField(models.PositiveSmallIntegerField):
    """A whole percentage from 0 to 100."""

    default_validators = [MaxValueValidator(100)]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(
            **{
                "form_class": PercentFormField,
                "min_value": 0,
                "max_value": 100,
                **kwargs,
            }
        )


def field_of(model: type[models.Model], name: str) -> Any:
    """A field of this name: one with a column. Type checking has to allow for what leads back to the model, too."""
    return model._meta.get_field(name)
