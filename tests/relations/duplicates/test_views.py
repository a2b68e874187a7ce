"""Duplicates while typing, in a submitted form, and in the list for whoever may merge."""

from uuid import uuid4

import pytest
from django.urls import reverse

from relations.models import Relation, RelationType
from relations.naming import apply_names
from relations.saving import create_relation
from tests.factories import RelationFactory

HTMX = {"HX-Request": "true"}
ASK, NEW = "/relations/duplicates/", "/relations/new/"
LIST = "/relations/duplicates/list/"


@pytest.fixture
def seller(as_user, salesperson):
    return as_user(salesperson)


@pytest.fixture
def acme(company, salesperson):
    values = {"name": "Acme B.V.", "relation_type": RelationType.objects.proposed(), "coc_number": "12345678"}
    return create_relation(kind="organization", values=values, by=salesperson, token=None)


def typed(**changes) -> dict:
    values = {"kind": "organization", "name": "ACME bv", "relation_type": RelationType.objects.proposed().pk}
    return values | {"token": str(uuid4()), **changes}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_notice_links_to_the_likely_ones(seller, acme, headers, reads_only):
    with reads_only():
        response = seller.get(ASK, {"kind": "organization", "name": "acme"}, headers=headers)

    text = response.content.decode()
    assert response.status_code == 200
    assert f'href="/relations/{acme.pk}/" target="_blank"' in text
    assert "same name" in text
    assert f'<input type="hidden" name="shown" value="{acme.pk}">' in text
    assert ("<h1>" in text) == (headers == {})
    assert "Choose this one" not in text


def test_notice_says_how_sure_it_is(seller, acme):
    def first(**words):
        return seller.get(ASK, {"kind": "organization", **words}, headers=HTMX).content.decode()

    assert "very probably known already" in first(coc_number="12345678")
    assert "may be known already" in first(name="Acme")
    assert "with another legal form" in first(name="Acme N.V.")
    assert first(name="Nothing like it").strip() == ""


def test_notice_offers_the_choice_to_a_picker_and_leaves_itself_out(seller, acme):
    words = {"kind": "organization", "name": "acme", "field": "customer"}
    assert "Choose this one" in seller.get(ASK, words, headers=HTMX).content.decode()
    assert seller.get(ASK, words | {"exclude": acme.pk}, headers=HTMX).content.decode().strip() == ""
    Relation.objects.update(is_active=False)
    assert "Choose this one" not in seller.get(ASK, words, headers=HTMX).content.decode()


@pytest.mark.parametrize(
    "words", [{"kind": "robot"}, {"exclude": "x"}, {"exclude": "9" * 30}, {"city": "1"}, {"csrfmiddlewaretoken": "x"}]
)
def test_rubbish_is_refused(seller, words):
    assert seller.get(ASK, words).status_code == 400


def test_rubbish_in_the_fields_is_only_not_found(seller, acme):
    words = {
        "name": "\x00'; --" * 100,
        "email": "@@..",
        "website": "http://[",
        "coc_number": "𝟙" * 9,
        "vat_number": "x" * 500,
    }
    assert seller.get(ASK, words, headers=HTMX).content.decode().strip() == ""


@pytest.mark.parametrize("quick", [{}, {"quick": "1", "field": "customer"}])
def test_a_form_that_was_not_warned_is_asked_once_with_everything_typed(seller, acme, quick):
    data = typed(city="Ede", **quick)

    response = seller.post(NEW, data, headers=HTMX)

    text = response.content.decode()
    assert response.status_code == 422
    assert "Add anyway" in text
    assert 'value="ACME bv"' in text
    assert 'value="Ede"' in text
    assert Relation.objects.count() == 1

    again = seller.post(NEW, data | {"shown": [acme.pk]}, headers=HTMX)

    assert again.status_code in (200, 204)
    assert Relation.objects.get(city="Ede").name == "ACME bv"


def test_a_form_shown_only_some_is_asked_again(seller, acme):
    data = typed() | {"shown": ["999", "rubbish"]}
    assert seller.post(NEW, data).status_code == 422


def test_a_second_click_is_no_duplicate_of_the_first(seller, company):
    data = typed(name="Fresh")
    assert [seller.post(NEW, data).status_code for _click in range(2)] == [302, 302]
    assert Relation.objects.filter(name="Fresh").count() == 1


def test_an_edit_is_asked_only_about_what_it_changes(seller, acme, salesperson):
    other = RelationFactory(name="Bolt")
    apply_names(other)
    other.save()
    url, data = f"/relations/{other.pk}/edit/", {"relation_type": other.relation_type_id, "version": 1}

    response = seller.post(url, data | {"name": "Acme"})
    assert response.status_code == 422
    assert b"Save anyway" in response.content
    assert seller.post(url, data | {"name": "Acme", "shown": acme.pk}).status_code == 302
    assert seller.post(url, data | {"name": "Acme", "city": "Ede", "version": 2}).status_code == 302
    assert seller.post(url, data | {"name": "Acme B.V.", "version": 1}).status_code == 409


def test_forms_ask_while_one_types_and_send_no_more_than_is_compared(seller, acme):
    for url in (NEW, f"{NEW}?quick=1&field=customer", f"/relations/{acme.pk}/edit/"):
        text = seller.get(url).content.decode()
        assert f'data-hx-get="{ASK}"' in text
        assert (
            'data-hx-params="coc_number,email,exclude,family_name,field,first_name,kind,mobile,name,phone,prefix,'
            'vat_number,website"' in text
        )


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_list_of_duplicates_leads_to_merging(as_user, manager, acme, headers, reads_only):
    twin = create_relation(
        kind="organization", values={"name": "Acme", "relation_type": acme.relation_type}, by=manager, token=None
    )
    boss = as_user(manager)
    with reads_only():
        response = boss.get(LIST, headers=headers)

    text = response.content.decode()
    assert reverse("merge-relation", args=[acme.pk]) + f"?other={twin.pk}" in text
    assert "1 group of relations" in text


def test_list_of_duplicates_is_for_whoever_may_merge(seller, as_user, manager):
    assert seller.get(LIST).status_code == 403
    assert b"No duplicates found" in as_user(manager).get(LIST).content
    assert as_user(manager).get(LIST, {"page": "x"}).status_code == 400
    assert as_user(manager).get(LIST, {"page": "7"}).status_code == 200
    assert b"duplicates/list" not in seller.get("/relations/").content


def test_signpost_leads_to_the_kept_one(seller, as_user, manager, acme):
    gone = Relation.objects.create(
        name="Acme Oud", number="R1", relation_type=acme.relation_type, merged_into=acme, is_active=False
    )
    response = seller.get(f"/relations/{gone.pk}/", follow=True)
    assert response.redirect_chain == [(f"/relations/{acme.pk}/", 302)]
    assert "Acme Oud R1 has been merged into this relation." in response.content.decode()
    assert seller.get(f"/relations/{gone.pk}/edit/").status_code == 302
    data = {"name": "New name", "relation_type": acme.relation_type_id, "version": 1}
    refused = seller.post(f"/relations/{gone.pk}/edit/", data)
    assert refused.status_code == 422
    assert b"Change that one instead" in refused.content
    assert as_user(manager).post(f"/relations/{gone.pk}/reactivate/", {"version": 1}).status_code == 302
    gone.refresh_from_db()
    assert not gone.is_active


def test_page_says_which_numbers_lead_here(seller, acme):
    Relation.objects.filter(pk=acme.pk).update(former_numbers="R1 R5")
    assert "formerly also R1 R5" in seller.get(f"/relations/{acme.pk}/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_duplicates_takes_the_same_statements(as_user, manager, acme, count, django_assert_num_queries):
    for number in range(count):
        for name in (f"Bolt {number} B.V.", f"Bolt {number}"):
            values = {"name": name, "relation_type": RelationType.objects.proposed()}
            create_relation(kind="organization", values=values, by=manager, token=None)
    boss = as_user(manager)
    with django_assert_num_queries(4):
        assert len(boss.get(LIST).context["groups"]) == count
