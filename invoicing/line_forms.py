"""The form of priced lines: one row per line, and all of them together."""

from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from invoicing.lines import Line, PricedLine, line_amount
from invoicing.models import VatRate
from salescrm.fields import MoneyFormField
from salescrm.forms.differences import Reading, readable
from salescrm.templatetags.crm import number

TOO_MUCH = Decimal(10) ** 9
MOST_LINES = 500


class QuantityFormField(MoneyFormField):
    """A quantity with at most two decimals, typed the Dutch or the English way."""

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            return number(value)
        return value


class RowForm(forms.ModelForm):
    """A row of a form of lines. The subclass names its model, and its FIELDS where it has more of them."""

    TITLE = _("Lines")  # what all of them are called

    class Meta:
        fields = PricedLine.FIELDS
        field_classes = {"quantity": QuantityFormField}

    def __init__(self, *args, rates: list[VatRate], stored_rates: dict[str, int], **kwargs):
        super().__init__(*args, **kwargs)
        self.stored_rate = stored_rates.get(self.data.get(self.add_prefix("pk"), ""))
        current = self.data.get(self.add_prefix("vat_rate")) if self.is_bound else self.initial.get("vat_rate")
        active = [rate for rate in rates if rate.is_active or str(rate.pk) == str(current)]
        if not self.initial.get("vat_rate") and active:
            self.initial["vat_rate"] = active[0].pk
        self.fields["vat_rate"].choices = [(rate.pk, str(rate)) for rate in active]

    def clean(self):
        cleaned = super().clean()
        quantity, price = cleaned.get("quantity"), cleaned.get("unit_price")
        if quantity is not None and price is not None and abs(line_amount(quantity, price)) >= TOO_MUCH:
            self.add_error("unit_price", _("This line is too large."))
        return cleaned

    def typed(self) -> str:
        """The row as it was typed, what was selected by its label."""
        cells = [cell for cell in self.visible_fields() if cell.name != "DELETE" and cell.data]
        selects = forms.ChoiceField
        return ", ".join(
            readable(cell.field, cell.data) if isinstance(cell.field, selects) else cell.data for cell in cells
        )


class TooManyLinesError(Exception):
    """More lines than one form holds: refused before any is read, as reading each takes time."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """A page that says how many fit; the browser still has what was typed one page back."""
        return render(request, "too_many_lines.html", {"most": MOST_LINES}, status=422)


class RowFormSet(forms.BaseFormSet):
    """Rows in the order they are shown; rows marked for deletion and empty ones are left out.

    Raises TooManyLinesError for more than fit on one form, before any of them is made.
    """

    def total_form_count(self):
        if self.is_bound and self.management_form.cleaned_data["TOTAL_FORMS"] > MOST_LINES:
            raise TooManyLinesError
        return super().total_form_count()

    @cached_property
    def rates(self) -> list[VatRate]:
        """All rates, read once."""
        return list(VatRate.objects.all())

    def get_form_kwargs(self, index):
        """As always; a row that was empty when it was shown begins empty, whatever was stored there since."""
        more = {"initial": {}} if self.is_bound and index is not None and index >= self.initial_form_count() else {}
        return {**super().get_form_kwargs(index), "rates": self.rates, "stored_rates": self.stored_rates, **more}

    @cached_property
    def stored_rates(self) -> dict[str, int]:
        """The rate of every stored line that a row can name by its id."""
        return {str(row["pk"]): row["vat_rate"] for row in self.initial or [] if "pk" in row}

    @property
    def title(self) -> str:
        """What the lines are called."""
        return str(self.form.TITLE)

    def stored(self) -> list[dict]:
        """The rows the record has, as `rewrite_lines` takes them."""
        rates = {rate.pk: rate for rate in self.rates}
        return [row | {"vat_rate": rates[row["vat_rate"]]} for row in self.initial or []]

    def content(self, rows: list[dict]) -> list[Line]:
        """What these rows say."""
        return [Line.of(row) for row in rows]

    def text(self, rows: list[dict]) -> str:
        """These rows, each in a line of its own."""
        methods = self.form.base_fields.get("billing_method")
        names = dict(methods.choices) if methods else {}
        lines = [(line, names.get(line.billing_method)) for line in self.content(rows)]
        parts = [(line, f", {method}" if method else "") for line, method in lines]
        text = "\n".join(f"{line}{method}" for line, method in parts)
        return Reading(text, format_html_join(SafeString("<br>"), "{}{}", parts))

    def typed_text(self) -> str:
        """What would stand there, also rows that cannot be stored."""
        rows = [self.text([row.cleaned_data]) if row.is_valid() else row.typed() for row in self._filled()]
        return "\n".join(row for row in rows if row)

    def _filled(self) -> list[RowForm]:
        """The rows that count: neither empty nor marked for deletion."""
        filled = [form for form in self.forms if form.has_changed() or not form.empty_permitted]
        return [form for form in filled if not self._should_delete_form(form)]

    def rows(self) -> list[dict]:
        """The clean rows that count, as `rewrite_lines` takes them."""
        return [form.cleaned_data for form in self._filled()]

    def lines(self) -> list[Line]:
        """What the clean rows say."""
        return [Line.of(row) for row in self.rows()]


def rows_of(form: type[RowForm], *, extra: int) -> type[RowFormSet]:
    """A form of lines: as many as are stored, and `extra` empty ones."""
    most = MOST_LINES
    return forms.formset_factory(  # type: ignore[return-value] # which is made of the one it is given
        form, formset=RowFormSet, extra=extra, can_delete=True, max_num=most, absolute_max=most
    )
