"""Taking back a relation that should not have been made: only while nobody has used or changed it."""

from django.db import transaction
from django.utils.translation import gettext as _

from relations.models import Relation
from salescrm.versions import lock


@transaction.atomic
def delete_untouched_relation(relation: Relation, *, version: int) -> str:
    """Delete a relation that is as it was at `version` and that no record names; else say why it stays."""
    locked = lock(Relation.objects.all(), relation.pk)
    if locked.version != version:
        return _("%(name)s was changed since, so it stays.") % {"name": locked}
    kinds = sorted({str(record._meta.verbose_name_plural) for record in _naming(locked)})
    if kinds:
        return _("%(name)s is in use, so it stays (%(kinds)s).") % {"name": locked, "kinds": ", ".join(kinds)}
    locked.delete()
    return ""


def _naming(relation: Relation) -> list:
    """One record of every kind that names it."""
    keys = (related.field for related in relation._meta.related_objects)
    records = (key.model._base_manager.filter(**{key.name: relation.pk}).first() for key in keys)
    return [record for record in records if record is not None]
