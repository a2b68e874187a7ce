"""What rule 22 asks of an invoice, filled in where a test is about something else."""

from invoicing.models import Invoice
from relations.models import Relation
from salescrm.calendar import today
from salescrm.models import Organisation

OURS = {
    "name": "Atelier Noord B.V.", "street": "Kade 1", "postcode": "1011 AA", "city": "Amsterdam",
    "coc_number": "12345678", "vat_number": "NL123456782B90", "iban": "NL91ABNA0417164300",
}  # fmt: skip
THEIRS = {"street": "Havenweg 8", "postcode": "3011 AB", "city": "Rotterdam"}


def issuable(invoice: Invoice) -> Invoice:
    """The draft, with everything that issuing asks of it, its customer and our own organisation."""
    Organisation.objects.update(**OURS)
    Organisation.forget()
    Relation.objects.filter(pk=invoice.customer_id).update(**THEIRS)
    Invoice.objects.filter(pk=invoice.pk).update(supplied_from=today())
    return Invoice.objects.get(pk=invoice.pk)
