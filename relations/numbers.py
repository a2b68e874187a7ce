"""How KvK, VAT and bank account numbers are stored (compact) and shown (as people write them)."""

from stdnum import iban
from stdnum.nl import btw
from stdnum.util import clean

LONGEST_VAT = 20  # what is longer is no number, and checking it would read it as one


def compact_coc(value: str) -> str:
    """`12 34.56 78` is stored as `12345678`."""
    return clean(value, " .-").strip()


def compact_vat(value: str) -> str:
    """`nl 1234.56.782.b90` and the bare `123456782B90` are stored as `NL123456782B90`."""
    compact = clean(value, " .-").strip().upper()
    return f"NL{btw.compact(compact)}" if len(compact) <= LONGEST_VAT and btw.is_valid(compact) else compact


def compact_iban(value: str) -> str:
    """`nl91 abna 0417 1643 00` is stored as `NL91ABNA0417164300`."""
    return iban.compact(value)


def show_iban(value: str) -> str:
    """Groups of four: `NL91 ABNA 0417 1643 00`."""
    return iban.format(value) if value else ""


COMPACT = {"coc_number": compact_coc, "vat_number": compact_vat, "iban": compact_iban}
