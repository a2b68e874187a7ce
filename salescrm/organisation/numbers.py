"""How KvK, VAT and bank account numbers are stored (compact, in one spelling) and displayed (as people write them)."""

from stdnum import iban
from stdnum.ch import uid
from stdnum.eu import vat
from stdnum.gb import vat as british
from stdnum.nl import btw
from stdnum.no import orgnr
from stdnum.util import clean

LONGEST_VAT, LONGEST_IBAN = 20, 34  # what is longer is no number, and checking it would read it as one
SEPARATORS = " .-/"
SWISS = ("", "MWST", "TVA", "IVA", "TPV")  # VAT in the languages of Switzerland: of one company, one number


def compact_coc(value: str) -> str:
    """`12 34.56 78` is stored as `12345678`."""
    return clean(value, SEPARATORS).strip()


def compact_vat(value: str) -> str:
    """`nl 1234.56.782.b90` and the bare `123456782B90` are stored as `NL123456782B90`; what is no number as it is."""
    compact = clean(value, SEPARATORS).strip().upper()
    return checked_vat(compact) or compact


def checked_vat(compact: str) -> str:
    """The one spelling of a VAT number that passes its country's check, else "".

    Of the Netherlands (old and new format), the rest of the EU, Northern Ireland (XI), the United Kingdom, Switzerland
    and Norway. Only Dutch numbers may lack their country: nine bare digits could be of half the world.
    """
    if len(compact) > LONGEST_VAT:
        return ""
    if btw.is_valid(compact):
        return f"NL{btw.compact(compact)}"
    if compact.startswith("GB"):
        return compact if british.is_valid(compact) else ""
    if compact.startswith("CHE"):
        return f"{compact[:12]}MWST" if uid.is_valid(compact[:12]) and compact[12:] in SWISS else ""
    if compact.startswith("NO") or compact.endswith("MVA"):
        number = compact.removeprefix("NO").removesuffix("MVA")
        return f"NO{number}MVA" if orgnr.is_valid(number) else ""
    european = f"EL{compact[2:]}" if compact.startswith("GR") else compact
    return vat.validate(european) if vat.is_valid(european) else ""


def compact_iban(value: str) -> str:
    """`nl91 abna 0417 1643 00` is stored as `NL91ABNA0417164300`."""
    return iban.compact(value)


def show_iban(value: str) -> str:
    """Groups of four: `NL91 ABNA 0417 1643 00`."""
    return iban.format(value) if value else ""


COMPACT = {"coc_number": compact_coc, "vat_number": compact_vat, "iban": compact_iban}
SHOW = {"iban": show_iban}
