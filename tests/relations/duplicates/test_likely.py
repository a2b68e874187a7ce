"""Which relations may be the same: by number, e-mail, domain and name."""

import pytest
from django.db import connection

from relations.domains import domain_of, of_website
from relations.duplicates.groups import groups
from relations.duplicates.likely import Strength, likely
from relations.legal_forms import split
from relations.models import Relation, RelationType
from relations.naming import apply_names, name_key, words
from relations.saving import create_relation, edit_relation
from tests.many import settle

ORGANIZATION, PERSON = Relation.Kind.ORGANIZATION, Relation.Kind.PERSON


@pytest.fixture
def add(company, salesperson):
    """Make a relation the way the forms do."""

    def make(kind=ORGANIZATION, **values):
        values = {"relation_type": RelationType.objects.proposed(), **values}
        return create_relation(kind=kind, values=values, by=salesperson, token=None)

    return make


@pytest.mark.parametrize(
    ("name", "key", "form"),
    [
        ("Acme B.V.", "acme", "bv"),
        ("ACME  bv", "acme", "bv"),
        ("Acme B. V.", "acme", "bv"),
        ("Acme Holding N.V.", "acme", "holding nv"),
        ("Acme", "acme", ""),
        ("V.O.F. De Bakker", "vofdebakker", ""),
        ("De Bakker V.O.F.", "debakker", "vof"),
        ("Stichting Het Licht", "hetlicht", "stichting"),
        ("Coöperatie Boer & Burger U.A.", "boerburger", "cooperatie ua"),
        ("De Wit en Zn.", "dewitzn", ""),
        ("De Wit & Zn", "dewitzn", ""),
        ("Müller GmbH & Co. KG", "muller", "gmbhcokg"),
        ("Société Bleue S.A.R.L.", "societebleue", "sarl"),
        ("B.V.", "bv", ""),
        ("Holding", "holding", ""),
        ("Stichting", "stichting", ""),
        ("", "", ""),
        ("!!!", "", ""),
        ("株式会社", "株式会社", ""),
    ],
)
def test_name_key_leaves_the_legal_form_out(name, key, form):
    assert (name_key(ORGANIZATION, name), split(words(name))[1]) == (key, form)


def test_name_of_a_person_has_no_legal_form():
    assert name_key(PERSON, "Ana Sá Holding") == "anasaholding"


@pytest.mark.parametrize(
    ("email", "website", "domain"),
    [
        ("Jan@Acme.nl", "", "acme.nl"),
        ("jan@gmail.com", "https://www.acme.nl/over", "acme.nl"),
        ("jan@ziggo.nl", "", ""),
        ("", "www.acme.nl", "acme.nl"),
        ("", "https://www.facebook.com/acme", ""),
        ("", "http://[", ""),
        ("", "acme", ""),
    ],
)
def test_domain_comes_from_the_email_else_the_website(email, website, domain):
    assert domain_of(email, website) == domain


def test_half_typed_website_is_no_trouble():
    assert of_website("https://") == ""


def test_every_route_keeps_key_and_domain(add, salesperson):
    relation = add(name="Acme B.V.", email="info@acme.nl")
    assert (relation.name_key, relation.domain) == ("acme", "acme.nl")

    edit_relation(relation, values={"name": "Bolt N.V.", "email": "x@bolt.nl"}, version=1, by=salesperson)

    relation.refresh_from_db()
    assert (relation.name_key, relation.domain) == ("bolt", "bolt.nl")


def hits(kind=ORGANIZATION, exclude=None, **values) -> list[tuple]:
    return [(str(one.relation), one.strength, one.reasons) for one in likely(kind, values, exclude=exclude)]


def test_same_numbers_are_very_probably_the_same(add):
    add(name="Acme B.V.", coc_number="12345678", vat_number="NL123456782B90")
    add(name="Other B.V.", coc_number="87654321")

    assert hits(name="Nothing alike", coc_number="12 34.56 78") == [("Acme B.V.", Strength.SURE, ["same KvK number"])]
    assert hits(vat_number="nl 1234.56.782.b90") == [("Acme B.V.", Strength.SURE, ["same VAT number"])]
    assert hits(coc_number="1234567") == []


def test_same_name_may_be_the_same_and_another_legal_form_is_weaker(add):
    add(name="Acme B.V.")
    add(name="Acme Holding N.V.")
    add(name="Acme")

    assert hits(name="acme bv") == [
        ("Acme", Strength.MAYBE, ["same name"]),
        ("Acme B.V.", Strength.MAYBE, ["same name"]),
        ("Acme Holding N.V.", Strength.WEAK, ["same name with another legal form"]),
    ]


def test_same_domain_and_address_may_be_the_same_but_not_of_free_mail(add):
    add(name="Acme B.V.", email="info@acme.nl")
    add(name="Shop", email="shop@gmail.com")
    add(name="Site", website="https://www.site.nl/")

    assert hits(email="jan@acme.nl") == [("Acme B.V.", Strength.MAYBE, ["same domain acme.nl"])]
    assert hits(email="INFO@acme.nl") == [("Acme B.V.", Strength.MAYBE, ["same e-mail address"])]
    assert hits(email="other@gmail.com") == []
    assert hits(email="shop@gmail.com") == [("Shop", Strength.MAYBE, ["same e-mail address"])]
    assert hits(email="jan@gmail.com", website="site.nl/x") == [("Site", Strength.MAYBE, ["same domain site.nl"])]


def test_persons_are_the_same_by_email_and_not_by_name_or_employer(add):
    jan = add(PERSON, first_name="Jan", prefix="de", family_name="Vries", email="jan@acme.nl")
    add(name="Acme", email="jan@acme.nl")

    names = {"first_name": "Jan", "prefix": "de", "family_name": "Vries"}
    assert hits(PERSON, **names) == []
    assert hits(PERSON, **names, email="piet@acme.nl") == []
    assert hits(PERSON, email="Jan@acme.nl") == [("Jan de Vries", Strength.MAYBE, ["same e-mail address"])]
    assert hits(PERSON, **names, email="jan@acme.nl")[0][2] == ["same e-mail address", "same name"]
    assert hits(PERSON, email="jan@acme.nl", exclude=jan.pk) == []


def test_asking_costs_one_statement_and_nothing_typed_costs_none(add, django_assert_num_queries):
    for name in ("Acme", "Acme B.V.", "Acme N.V."):
        add(name=name, email="x@acme.nl")
    with django_assert_num_queries(1):
        assert len(hits(name="Acme B.V.", email="y@acme.nl", coc_number="12345678")) == 3
    with django_assert_num_queries(0):
        assert hits(name="", email="half@", website="http") == []


def test_many_of_a_kind_are_cut_off_with_the_surest_first(add):
    for number in range(12):
        add(name=f"Branch {number}", email=f"{number}@chain.nl")
    add(name="Zz", coc_number="12345678")
    assert hits(email="x@chain.nl", coc_number="12345678")[0][0] == "Zz"
    assert len(hits(email="x@chain.nl", coc_number="12345678")) == 5


def test_asking_stays_on_the_indexes(company):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO relations_relation (kind, number, name, first_name, prefix, family_name, sort_key, coc_number,
                relation_type_id, vat_number, iban, email, invoice_email, phone, website, street, postcode, city, note,
                country, language, is_active, version, created_at, updated_at, name_key, domain)
            SELECT 'organization', n::text, 'C' || n, '', '', '', 'c' || n, n::text, %s, 'NL' || n, '', n || '@x.nl',
                '', '', '', '', '', '', '', '', '', true, 1, now(), now(), 'c' || n, 'c' || n || '.nl'
            FROM generate_series(1, 20000) AS n
            """,
            [RelationType.objects.proposed().pk],
        )
    settle("relations_relation")
    values = {"name": "C7 B.V.", "email": "info@c7.nl", "coc_number": "12345678", "vat_number": "NL123456782B90"}
    with connection.execute_wrapper(_explained):
        likely(ORGANIZATION, values)
    for name in (
        "relation_name_key",
        "relation_domain",
        "relation_email",
        "relation_coc_number",
        "relation_vat_number",
    ):
        assert name in _explained.plan
    assert "Seq Scan on relations_relation" not in _explained.plan  # of the few users it may


def _explained(execute, sql, params, many, context):
    with connection.cursor() as cursor:
        execute(f"EXPLAIN {sql}", params, many, {**context, "cursor": cursor})
        _explained.plan = "\n".join(row[0] for row in context["cursor"].fetchall())
    return execute(sql, params, many, context)


def test_groups_name_every_reason_once(add, django_assert_num_queries):
    acme, twin = add(name="Acme B.V.", coc_number="12345678"), add(name="Acme", coc_number="12345678")
    far = add(name="Bolt B.V."), add(name="Bolt Holding N.V.")
    jan = [add(PERSON, family_name=name, email="jan@x.nl") for name in ("Jansen", "Jansens")]
    add(PERSON, family_name="Pietersen", email="piet@x.nl")
    add(name="Alone")

    with django_assert_num_queries(2):
        listed, count = groups(1)

    assert count == 3
    assert [(group.relations, group.reasons, group.sure) for group in listed] == [
        ([acme, twin], ["same KvK number", "same name"], True),
        (list(far), ["same name with another legal form"], False),
        (jan, ["same e-mail address"], False),
    ]


def test_merged_ones_are_no_duplicates(add):
    acme, twin = add(name="Acme"), add(name="Acme")
    twin.merged_into, twin.is_active = acme, False
    apply_names(twin)
    twin.save()
    assert groups(1) == ([], 0)
    assert hits(name="Acme") == [("Acme", Strength.MAYBE, ["same name"])]
