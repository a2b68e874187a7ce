"""What one may ask about relations."""

import re

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Q

from relations.naming import fold

WORD = re.compile(r"\w+")


def prefix_query(text: str) -> SearchQuery | None:
    """Every word of `text` as a prefix, all required; None when the text holds no word."""
    words = WORD.findall(fold(text))
    return SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple") if words else None


class RelationQuerySet(models.QuerySet):
    def active(self):
        """Relations that are still in use."""
        return self.filter(is_active=True)

    def selectable(self, current=None):
        """Active relations, and the one already chosen even when it has been deactivated since."""
        return self.filter(Q(is_active=True) | Q(pk=getattr(current, "pk", current)))

    def search(self, text: str):
        """Relations whose name, number, e-mail, city, KvK or btw-number holds words that begin like these."""
        query = prefix_query(text)
        return self.filter(search=query) if query else self.none()

    def for_list(self):
        """With what a list row shows."""
        return self.select_related("relation_type", "owner")
