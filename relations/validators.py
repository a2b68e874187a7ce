"""Numbers that can be checked: KvK, VAT (two Dutch formats, and the rest of the EU), IBAN."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import iban
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as NumberError
from stdnum.nl import btw

from relations.numbers import LONGEST_VAT


def validate_coc_number(value: str) -> None:
    """Refuse anything but the eight digits of a KvK number."""
    if not re.fullmatch(r"\d{8}", value):  # has no check digit
        raise ValidationError(_("A KvK number has eight digits, for example 12345678."), code="coc_number")


def validate_vat_number(value: str) -> None:
    """Refuse a VAT number that fails its country's check; Dutch ones pass in the old and the new format."""
    if len(value) > LONGEST_VAT or not (btw.is_valid(value) or vat.is_valid(value)):
        raise ValidationError(_("This is not a valid VAT number. Example: NL123456782B90."), code="vat_number")


def validate_iban(value: str) -> None:
    """Refuse an IBAN whose length or check digits are wrong."""
    try:
        iban.validate(value)
    except NumberError as error:
        raise ValidationError(_("This is not a valid IBAN. Example: NL91 ABNA 0417 1643 00."), code="iban") from error
