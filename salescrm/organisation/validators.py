"""Numbers that can be checked: KvK, VAT (Dutch in two formats, EU, GB, CH, NO), IBAN."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import iban

from salescrm.organisation.numbers import LONGEST_IBAN, checked_vat, compact_iban, compact_vat


def validate_coc_number(value: str) -> None:
    """Refuse anything but the eight digits of a KvK number."""
    if not re.fullmatch(r"[0-9]{8}", value):  # has no check digit
        raise ValidationError(_("A KvK number has eight digits, for example 12345678."), code="coc_number")


def validate_vat_number(value: str) -> None:
    """Refuse a VAT number that fails its country's check; Dutch ones pass in the old and the new format."""
    if not checked_vat(compact_vat(value)):
        raise ValidationError(_("This is not a valid VAT number. Example: NL123456782B90."), code="vat_number")


def validate_iban(value: str) -> None:
    """Refuse an IBAN of another length than its country's, or with wrong check digits.

    The check digits that some countries have within it are not looked at: banks of theirs give numbers without.
    """
    compact = compact_iban(value)
    if len(compact) > LONGEST_IBAN or not iban.is_valid(compact, check_country=False):
        raise ValidationError(_("This is not a valid IBAN. Example: NL91 ABNA 0417 1643 00."), code="iban")


VALIDATE = {"coc_number": validate_coc_number, "vat_number": validate_vat_number, "iban": validate_iban}
