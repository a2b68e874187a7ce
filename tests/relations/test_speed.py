"""Searching stays on its indexes when there are many relations."""

import pytest
from django.db import connection
from django.http import QueryDict

from relations.directory.filters import LIST, RelationFilter
from relations.models import Relation, RelationType
from tests.many import settle

MANY = """
    INSERT INTO relations_relation (kind, number, name, first_name, prefix, family_name, sort_key, relation_type_id,
        coc_number, vat_number, iban, email, invoice_email, phone, website, street, postcode, city, country, language,
        note, is_active, version, created_at, updated_at)
    SELECT 'organization', n::text, 'Company ' || md5(n::text), '', '', '', 'company ' || md5(n::text), %s,
        '', '', '', '', '', '', '', '', '', 'Ede', '', '', '', true, 1, now(), now()
    FROM generate_series(1, 20000) AS n
"""


@pytest.fixture
def many(company):
    with connection.cursor() as cursor:
        cursor.execute(MANY, [RelationType.objects.proposed().pk])
    settle("relations_relation")


@pytest.mark.parametrize("text", ["1999", "19999 ed", "03"])
def test_words_are_found_by_the_search_index(many, text):
    plan = Relation.objects.active().search(text)[:20].explain()

    assert "Bitmap Index Scan on relation_search" in plan


def test_names_that_begin_like_the_text_are_a_range_of_the_name_index(many):
    plan = Relation.objects.active().beginning_with("company ab").order_by("sort_key", "pk")[:20].explain()

    assert "Index Scan using relation_by_name" in plan
    assert "Index Cond" in plan
    assert "Sort" not in plan


def test_first_page_by_name_reads_the_name_index_only_as_far_as_needed(many):
    plan = Relation.objects.active().for_list().order_by("sort_key", "pk")[:50].explain()

    assert "relation_by_name" in plan
    assert "Seq Scan on relations_relation " not in plan  # of the few types it may


def test_the_list_searches_by_the_search_index(many):
    plan = LIST.read(QueryDict()).ordered(RelationFilter.read(QueryDict("q=1999")).for_list())[:50].explain()

    assert "Bitmap Index Scan on relation_search" in plan
