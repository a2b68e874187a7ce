"""The pages of relations: what they show, to whom, and how they answer."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from relations.models import Relation, RelationType
from relations.saving import edit_relation
from tests.at_once import People, holding
from tests.factories import ContactFactory, PersonFactory, RelationFactory, UserFactory

HTMX = {"HX-Request": "true"}
LIST = "/relations/"
MERGE = "UPDATE relations_relation SET is_active = false, merged_into_id = %s WHERE id = %s"


def names(response) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/relations/\d+/">([^<]+)</a>', response.content.decode())


@pytest.fixture
def seller(as_user, salesperson):
    return as_user(salesperson)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_list_searches_as_page_and_as_part(seller, headers, reads_only):
    for name, city in [("Acme", "Ede"), ("Bergsma", "Ede"), ("Café Zwart", "Delft")]:
        RelationFactory(name=name, city=city)

    with reads_only():
        response = seller.get(LIST, {"q": "ed"}, headers=headers)

    assert response.status_code == 200
    assert names(response) == ["Acme", "Bergsma"]
    assert "1 to 2 of 2 relations" in response.content.decode()
    assert (b"<h1>" in response.content) == (headers == {})
    assert response.headers["HX-Push-Url"] == "/relations/?q=ed"
    assert "HX-Request" in response.headers["Vary"]


def test_list_filters(seller, salesperson, colleague):
    supplier = RelationType.objects.get(name="Supplier")
    RelationFactory(name="Acme", owner=salesperson)
    RelationFactory(name="Bergsma", owner=colleague, relation_type=supplier)
    RelationFactory(name="Gone", is_active=False)
    PersonFactory(name="Jan Smit", sort_key="smit, jan")

    assert names(seller.get(LIST)) == ["Acme", "Bergsma", "Jan Smit"]
    assert names(seller.get(LIST, {"kind": "person"})) == ["Jan Smit"]
    assert names(seller.get(LIST, {"type": supplier.pk})) == ["Bergsma"]
    assert names(seller.get(LIST, {"owner": [salesperson.pk, colleague.pk]})) == ["Acme", "Bergsma"]
    assert names(seller.get(LIST, {"owner": ["none", colleague.pk]})) == ["Bergsma", "Jan Smit"]
    assert names(seller.get(LIST, {"active": "no"})) == ["Gone"]
    assert names(seller.get(LIST, {"active": "all", "sort": "-name"})) == ["Jan Smit", "Gone", "Bergsma", "Acme"]
    assert names(seller.get(LIST, {"q": "", "kind": "", "type": "", "owner": ""})) == ["Acme", "Bergsma", "Jan Smit"]


def test_list_shows_relations_without_an_owner_last_in_either_direction(seller, salesperson, colleague):
    RelationFactory(name="Nobody")
    owners = sorted([salesperson, colleague], key=lambda user: user.name)
    for user in owners:
        RelationFactory(name=user.name, owner=user)
    there, back = (names(seller.get(LIST, {"sort": sort})) for sort in ("owner", "-owner"))
    assert there == [owners[0].name, owners[1].name, "Nobody"]
    assert back == [owners[1].name, owners[0].name, "Nobody"]


@pytest.mark.parametrize(
    "query",
    ["kind=robot", "kind=person&kind=organization", "type=x", "type=99999999", "owner=0", "active=maybe", "sort=age",
     "page=0", "page=x", "colour=red"],
)  # fmt: skip
def test_list_refuses_unknown_words_and_values(seller, query):
    assert seller.get(f"{LIST}?{query}").status_code == 400


def test_list_says_that_there_is_nothing_yet_or_that_nothing_fits(seller):
    assert "No relations yet" in seller.get(LIST).content.decode()
    RelationFactory(name="Acme")
    response = seller.get(LIST, {"q": "Zorg & Zo"}).content.decode()
    assert "Nothing found" in response
    assert 'href="/relations/new/?name=Zorg%20%26%20Zo"' in response


def test_list_has_pages_of_fifty(seller):
    RelationFactory.create_batch(60)

    first, second, beyond = (seller.get(LIST, {"page": page}) for page in (1, 2, 900))

    assert [len(names(response)) for response in (first, second, beyond)] == [50, 10, 10]
    assert "51 to 60 of 60 relations" in second.content.decode()


@pytest.mark.parametrize("rows", [3, 60])
def test_list_asks_the_same_number_of_questions(seller, salesperson, rows, django_assert_num_queries):
    RelationFactory.create_batch(rows, owner=salesperson, city="Ede")
    seller.get(LIST)

    with django_assert_num_queries(6):
        seller.get(LIST, {"q": "ede"})


@pytest.mark.parametrize("rows", [1, 3])
def test_detail_asks_the_same_number_of_questions(seller, rows, django_assert_num_queries):
    acme = RelationFactory()
    ContactFactory.create_batch(rows, organization=acme)
    seller.get(acme.get_absolute_url())

    with django_assert_num_queries(4):
        assert seller.get(acme.get_absolute_url()).status_code == 200


def test_detail_shows_facts_contacts_and_panels(seller, salesperson, reads_only):
    acme = RelationFactory(
        name="Acme", number="0042", owner=salesperson, iban="NL91ABNA0417164300", street="Plein 1", postcode="1234 AB",
        city="Ede", website="https://acme.example/", payment_days=14, note="Call first.",
    )  # fmt: skip
    contact = ContactFactory(organization=acme, function="Buyer")

    with reads_only():
        html = seller.get(acme.get_absolute_url()).content.decode()

    for text in ["0042", "Sanne de Wit", "NL91 ABNA 0417 1643 00", "1234 AB  Ede", ">acme<wbr>.example<", "14 days",
                 "Call first.", str(contact.person), "Buyer",
                 f'data-hx-get="/sales/of-relation/{acme.pk}/"']:  # fmt: skip
        assert text in html.replace(reverse("sales:of-relation", args=[acme.pk]), f"/sales/of-relation/{acme.pk}/")


def test_detail_of_a_person_shows_where_it_works(seller):
    contact = ContactFactory(function="Buyer", organization__name="Acme")

    html = seller.get(contact.person.get_absolute_url()).content.decode()

    assert "Works at" in html
    assert f'<a href="{contact.organization.get_absolute_url()}">Acme</a>' in html


def posted(**typed) -> dict:
    return {"relation_type": RelationType.objects.proposed().pk, "token": uuid4()} | typed


def test_new_organization_is_made_once(seller, salesperson):
    data = posted(name="  Zorg  &  Zo ", owner=salesperson.pk, website="zorg.example")

    responses = [seller.post("/relations/new/", data) for _time in range(2)]

    relation = Relation.objects.get()
    assert [(response.status_code, response.url) for response in responses] == [(302, relation.get_absolute_url())] * 2
    assert (relation.name, relation.number, relation.owner, relation.website) == (
        "Zorg & Zo", "0001", salesperson, "https://zorg.example",
    )  # fmt: skip


def test_new_person_gets_its_name_from_its_parts(seller):
    data = posted(kind="person", first_name="Jan", prefix="van der", family_name="Berg")

    assert seller.post("/relations/new/", data).status_code == 302
    relation = Relation.objects.get()
    assert (relation.kind, relation.name, relation.sort_key) == ("person", "Jan van der Berg", "berg, jan van der")


@pytest.mark.parametrize("kind", ["organization", "person"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_new_shows_a_form_and_keeps_what_was_typed(seller, kind, headers, reads_only):
    with reads_only():
        assert seller.get("/relations/new/", {"kind": kind}, headers=headers).status_code == 200
    response = seller.post("/relations/new/", posted(kind=kind, iban="wrong", city="Ede"), headers=headers)

    assert response.status_code == 422
    assert 'value="Ede"' in response.content.decode()
    assert not Relation.objects.exists()


@pytest.mark.parametrize(
    ("data", "status"), [({"token": ""}, 400), ({"token": "x"}, 400), ({"kind": "robot"}, 400), ({}, 422)]
)
def test_new_refuses_a_form_without_token_and_an_unknown_kind(seller, data, status):
    assert seller.post("/relations/new/", posted() | data).status_code == status


def test_new_takes_the_name_that_was_typed_elsewhere(seller):
    html = seller.get("/relations/new/", {"kind": "person", "name": "Jan van der Berg"}).content.decode()

    for value in ("Jan", "van der", "Berg"):
        assert f'value="{value}"' in html


def test_quick_create_tells_the_picker(seller, salesperson):
    data = posted(quick=1, field="customer", name="Acme")

    response = seller.post("/relations/new/", data, headers=HTMX)

    relation = Relation.objects.get()
    assert response.status_code == 204
    assert response.headers["HX-Trigger"] == (
        f'{{"relation-created": {{"field": "customer", "id": {relation.pk}, "label": "Acme"}}}}'
    )
    assert relation.owner == salesperson


@pytest.mark.parametrize(
    ("onward", "goes_to"), [("/sales/new/", "/sales/new/"), ("https://evil.example/", None), ("", None)]
)
def test_quick_create_without_javascript_goes_on_here_only(seller, onward, goes_to):
    response = seller.post("/relations/new/", posted(quick=1, field="customer", name="Acme", next=onward))

    assert response.url == (goes_to or Relation.objects.get().get_absolute_url())


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_quick_create_is_a_short_form(seller, headers):
    html = seller.get("/relations/new/", {"quick": 1, "field": "customer", "name": "Acme"}, headers=headers)

    assert 'name="name" value="Acme"' in html.content.decode()
    assert "iban" not in html.content.decode()


def edited(relation, **typed) -> dict:
    return {"name": relation.name, "relation_type": relation.relation_type_id, "version": relation.version} | typed


def test_edit_changes_and_leaves(seller):
    acme = RelationFactory(name="Acme")

    response = seller.post(f"/relations/{acme.pk}/edit/", edited(acme, city="Ede"))

    acme.refresh_from_db()
    assert (response.status_code, response.url) == (302, acme.get_absolute_url())
    assert (acme.city, acme.version) == ("Ede", 2)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_edit_of_a_stale_form_shows_both_and_loses_nothing(seller, colleague, headers):
    acme = RelationFactory(name="Acme", city="Ede")
    edit_relation(acme, values={"city": "Delft"}, version=1, by=colleague)
    url = f"/relations/{acme.pk}/edit/"

    response = seller.post(url, edited(acme, city="Utrecht", phone="030"), headers=headers)

    html = response.content.decode()
    assert response.status_code == 409
    assert "Bram Bakker changed this relation after you opened it." in html
    assert [(row.name, row.theirs, row.yours) for row in response.context["conflict"]["differences"]] == [
        ("phone", "", "030"), ("city", "Delft", "Utrecht"),
    ]  # fmt: skip
    assert 'name="version" value="2"' in html
    assert 'name="city" value="Utrecht"' in html
    assert Relation.objects.get().city == "Delft"

    assert seller.post(url, edited(acme, city="Utrecht", version=2)).status_code == 302
    assert Relation.objects.get().city == "Utrecht"


def test_edit_refuses_a_form_without_version_and_a_wrong_one(seller):
    acme = RelationFactory(name="Acme")
    url = f"/relations/{acme.pk}/edit/"

    assert seller.post(url, edited(acme, version="")).status_code == 400
    assert seller.post(url, edited(acme, iban="x", city="Ede")).status_code == 422
    assert seller.get(url).status_code == 200
    assert seller.get("/relations/999999/edit/").status_code == 404


def test_deactivate_is_for_managers(seller, as_user, manager):
    acme = RelationFactory(name="Acme")
    url, back = f"/relations/{acme.pk}/deactivate/", f"/relations/{acme.pk}/reactivate/"

    assert [seller.get(url).status_code, seller.post(url, {"version": 1}).status_code] == [403, 403]
    assert seller.post(back, {"version": 1}).status_code == 403

    managers = as_user(manager)
    assert managers.get(url).status_code == 200
    assert managers.post(url, {"version": 1}).url == acme.get_absolute_url()
    assert not Relation.objects.get().is_active
    assert "Deactivated" in managers.get(acme.get_absolute_url()).content.decode()
    assert managers.post(url, {"version": 1}).status_code == 302
    assert managers.post(back, {"version": 1}).status_code == 409
    assert managers.post(back, {}).status_code == 400
    assert managers.post(back, {"version": 2}).status_code == 302
    assert Relation.objects.get().is_active


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["deactivate", "reactivate"])
def test_activity_of_a_relation_that_is_merged_at_this_moment_is_refused_in_words(as_user, manager, deed):
    acme, survivor = RelationFactory(name="Acme"), RelationFactory(name="Acme Holding")
    client = as_user(manager)

    with People() as people:
        with holding(acme) as merging:
            people.start(lambda: client.post(f"/relations/{acme.pk}/{deed}/", {"version": 1}))
            merging.execute(MERGE, [survivor.pk, acme.pk])
        [response] = people.results()

    text = response.content.decode()
    assert (response.status_code, "merged into Acme Holding" in text) == (422, True)
    assert 'name="version"' not in text  # there is nothing left to press


def test_pages_refuse_whoever_has_no_role(as_user, company):
    from_outside = as_user(UserFactory())
    acme = RelationFactory()

    for url in ["", "new/", "pick/", f"{acme.pk}/", f"{acme.pk}/edit/", f"{acme.pk}/contacts/new/"]:
        assert from_outside.get(LIST + url).status_code == 403
