"""Changing what stands about our own company."""

from django.db import transaction

from salescrm.models import Organisation
from salescrm.numbering import NumberSeries


@transaction.atomic
def change_organisation(
    organisation: Organisation, *, number_relations: bool, relation_pattern: str, invoice_pattern: str
) -> None:
    """Store our company and the patterns of relation and invoice numbers; invoices are always numbered (rule 22)."""
    others = {"id", "sales_visible"}  # "who sees what" has a page of its own
    organisation.save(update_fields=[f.name for f in Organisation._meta.concrete_fields if f.name not in others])
    NumberSeries.objects.update_or_create(
        kind="relation", defaults={"is_active": number_relations, "pattern": relation_pattern}
    )
    NumberSeries.objects.update_or_create(kind="invoice", defaults={"is_active": True, "pattern": invoice_pattern})
    Organisation.forget()
