"""Contact persons and pickers, through the browser's eyes."""

from uuid import uuid4

import pytest

from relations.contacts.writing import edit_contact
from relations.models import Contact, Relation, RelationType
from relations.saving import create_relation
from tests.factories import ContactFactory, PersonFactory, RelationFactory, SaleFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def seller(as_user, salesperson):
    return as_user(salesperson)


@pytest.fixture
def acme(company):
    return RelationFactory(name="Acme")


def new(acme) -> str:
    return f"/relations/{acme.pk}/contacts/new/"


def test_contact_that_is_known_is_added(seller, acme):
    jan = PersonFactory()

    response = seller.post(new(acme), {"chosen": jan.pk, "function": "Buyer", "token": uuid4()})

    assert response.url == acme.get_absolute_url()
    assert [(c.organization, c.person, c.function) for c in Contact.objects.all()] == [(acme, jan, "Buyer")]


@pytest.mark.parametrize(("headers", "status"), [({}, 302), (HTMX, 200)])
def test_contact_that_is_new_is_added_once(seller, acme, headers, status):
    data = {"first_name": "Jan", "prefix": "de", "family_name": "Wit", "email": "jan@acme.example", "token": uuid4()}

    responses = [seller.post(new(acme), data, headers=headers) for _time in range(2)]

    assert [response.status_code for response in responses] == [status] * 2
    if headers:
        assert responses[0].headers["HX-Redirect"] == acme.get_absolute_url()
    contact = Contact.objects.get()
    assert (str(contact.person), contact.email, contact.person.sort_key) == (
        "Jan de Wit", "jan@acme.example", "wit, jan de",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({}, "Choose somebody, or type the name of somebody new."),
        ({"chosen_text": "Nobody"}, "No relation found with this name."),
        ({"chosen_text": "jan"}, "Several relations fit."),
        ({"first_name": "Jan", "email": "x"}, "Enter a valid email address."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_contact_form_asks_again_and_keeps_what_was_typed(seller, acme, typed, problem, headers):
    PersonFactory.create_batch(2)

    response = seller.post(new(acme), {"function": "Buyer", "token": uuid4()} | typed, headers=headers)

    html = response.content.decode()
    assert response.status_code == 422
    assert problem in html
    assert 'value="Buyer"' in html
    assert not Contact.objects.exists()


def test_contact_is_chosen_from_several_without_javascript(seller, salesperson, acme):
    types = {"relation_type": RelationType.objects.proposed()}
    people = []
    for name in ("Bos", "Smit", "Visser"):
        values = {"first_name": "Jan", "family_name": name} | types
        people.append(create_relation(kind="person", values=values, by=salesperson, token=None))

    page = seller.post(new(acme), {"chosen": "", "chosen_text": "jan", "token": uuid4()}).content.decode()
    assert page.count('name="chosen_choice"') == 3
    answer = {"chosen": "", "chosen_text": "jan", "chosen_asked": "jan", "chosen_choice": people[1].pk}
    response = seller.post(new(acme), answer | {"token": uuid4()})

    assert response.status_code == 302
    assert [contact.person for contact in Contact.objects.all()] == [people[1]]


def test_contact_refuses_a_known_person_and_a_new_name_together(seller, acme):
    data = {"chosen": PersonFactory().pk, "first_name": "Jan", "token": uuid4()}

    response = seller.post(new(acme), data)

    assert response.status_code == 422
    assert "Choose a known person or type a new name, not both." in response.content.decode()


def test_contact_pages_open(seller, acme, reads_only):
    contact = ContactFactory(organization=acme)
    pages = [new(acme), f"/relations/contacts/{contact.pk}/edit/", f"/relations/contacts/{contact.pk}/remove/"]

    with reads_only():
        statuses = [seller.get(url, headers=headers).status_code for url in pages for headers in ({}, HTMX)]

    assert statuses == [200] * 6
    assert seller.get(new(contact.person)).status_code == 404
    assert seller.post(new(acme), {"first_name": "Jan"}).status_code == 400


def test_contact_is_edited_unless_somebody_was_first(seller, acme):
    contact = ContactFactory(organization=acme, function="Buyer")
    url = f"/relations/contacts/{contact.pk}/edit/"

    assert seller.post(url, {"function": "Boss", "version": 1}).url == acme.get_absolute_url()
    edit_contact(contact, values={"phone": "030"}, version=2)
    response = seller.post(url, {"function": "Owner", "version": 2}, headers=HTMX)

    assert response.status_code == 409
    assert [(row.name, row.theirs, row.yours) for row in response.context["conflict"]["differences"]] == [
        ("function", "Boss", "Owner"), ("phone", "030", ""),
    ]  # fmt: skip
    assert seller.post(url, {"function": "Owner", "email": "x", "version": 3}).status_code == 422
    assert seller.post(url, {"function": "Owner"}).status_code == 400


def test_contact_is_removed_unless_a_sale_names_it(seller, acme):
    free, named = ContactFactory(organization=acme), ContactFactory(organization=acme)
    SaleFactory(customer=acme, contact=named)

    assert seller.post(f"/relations/contacts/{free.pk}/remove/").url == acme.get_absolute_url()
    refused = seller.post(f"/relations/contacts/{named.pk}/remove/", headers=HTMX)

    assert refused.status_code == 422
    assert "cannot be removed: 1 record names this contact person (sales)." in refused.content.decode()
    assert list(Contact.objects.all()) == [named]
    assert Relation.objects.filter(pk=free.person_id).exists()


def test_contact_options_follow_the_customer(seller, acme, reads_only):
    anna = ContactFactory(organization=acme, person__name="Anna", person__sort_key="a", function="Buyer")
    jan = ContactFactory(organization=acme, person__name="Jan", person__sort_key="j")
    ContactFactory()

    with reads_only():
        responses = [
            seller.get(f"/relations/{acme.pk}/contacts/options/?selected={jan.pk}", headers=HTMX),
            seller.get(f"/relations/contacts/options/?customer={acme.pk}&selected={jan.pk}", headers=HTMX),
        ]

    expected = (
        '<option value="">None</option>'
        f'<option value="{anna.pk}">Anna, Buyer</option><option value="{jan.pk}" selected>Jan</option>'
    )
    assert [response.content.decode() for response in responses] == [expected] * 2
    assert seller.get("/relations/contacts/options/?customer=", headers=HTMX).content.decode().count("<option") == 1
    assert seller.get("/relations/contacts/options/?customer=x").status_code == 400
    assert "<h1>" in seller.get(f"/relations/{acme.pk}/contacts/options/").content.decode()


def test_pick_offers_what_fits(seller, reads_only):
    acme = RelationFactory(name="Acme", city="Ede", number="0042")
    RelationFactory(name="Acme Gone", is_active=False)
    north = RelationFactory(name="Acme Noord")
    jan = PersonFactory(name="Jan Acme", sort_key="acme, jan")

    def offered(query):
        html = seller.get(f"/relations/pick/?{query}", headers=HTMX).content.decode()
        return [r for r in (acme, north, jan) if f'data-value="{r.pk}" data-label="{r.name}"' in html]

    with reads_only():
        assert offered("q=acme") == [acme, north, jan]
        assert offered("q=acme&kind=organization") == [acme, north]
        assert offered(f"q=acme&kind=organization&kind=person&exclude={acme.pk}") == [north, jan]
    html = seller.get("/relations/pick/?q=ac", headers=HTMX).content.decode()
    assert "Ede · 0042 · Prospect" in html
    assert "Gone" not in html
    assert "Nothing found." in seller.get("/relations/pick/?q=zzz", headers=HTMX).content.decode()
    assert "<h1>" in seller.get("/relations/pick/?q=acme").content.decode()


@pytest.mark.parametrize("query", ["kind=robot", "exclude=x"])
def test_pick_refuses_nonsense(seller, query):
    assert seller.get(f"/relations/pick/?{query}").status_code == 400


@pytest.mark.parametrize("rows", [3, 60])
def test_pick_asks_the_same_number_of_questions(seller, rows, django_assert_num_queries):
    RelationFactory.create_batch(rows, city="Ede")
    seller.get("/relations/pick/")

    with django_assert_num_queries(4):
        html = seller.get("/relations/pick/?q=ede", headers=HTMX).content.decode()

    assert html.count('role="option"') == min(rows, 20)
