"""The pages of a company that has only just started, and those before the log-in."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sales.defaults import install_defaults
from sales.models import Phase
from salescrm.calendar import today
from salescrm.models import User
from tests.factories import LineFactory, ProjectFactory, RelationFactory, SaleFactory
from tests.filled import people
from tests.pages import check, miscounted
from tests.site.test_site import ALONE, LANGUAGES, PAGES
from tests.test_access import urls

DAY = timedelta(days=1)


@LANGUAGES
@pytest.mark.parametrize("name", ALONE)
def test_page_before_the_log_in(client, reads_only, company, administrator, name, language):
    url = reverse(name) if name != "password_reset_confirm" else reverse(name, args=["x", "y"])
    with reads_only():
        response = client.get(url, headers={"Accept-Language": language})
    check(response, language)


@LANGUAGES
@pytest.mark.parametrize("name", sorted({name for name, arguments in urls() if not arguments} & {*PAGES} - {*ALONE}))
def test_page_of_an_empty_company(db, as_user, reads_only, name, language):
    install_defaults("nl")
    user = people()["administrator"]
    User.objects.update(language=language)
    browser = as_user(user)
    with reads_only():
        response = browser.get(reverse(name))
    assert response.status_code == 200
    check(response, language)


@LANGUAGES
@pytest.mark.parametrize("status", ["open", "accepted", "lost"])
def test_no_page_of_a_company_with_one_record_of_everything_counts_it_as_several(db, as_user, status, language):
    """Every figure is 1 here: a day late, one sale, one relation, one project."""
    install_defaults("nl")
    user = people()["administrator"]
    User.objects.update(language=language)
    Phase.objects.update(age_limit=1)
    relation = RelationFactory(name="Van Dam", owner=user, payment_days=1)
    project = ProjectFactory(name="Kade", customer=relation, manager=user)
    closing = {} if status == "open" else {"closed_on": today(), "follow_up": "none" if status == "accepted" else ""}
    sale = SaleFactory(
        subject="Loods", customer=relation, owner=user, status=status, project=project, expected_revenue=None,
        expected_end_date=today() - DAY, next_step="Bellen", next_step_on=today() - DAY, **closing,
    )  # fmt: skip
    LineFactory(sale=sale)
    browser = as_user(user)
    plain = [reverse(name) for name, arguments in urls() if not arguments and name in {*PAGES} - {*ALONE}]
    more = [f"/sales/?status={status}", "/sales/?overdue=1", "/reports/forecast/?months=1", "/search/?q=dam"]
    for url in [*plain, *more, *(record.get_absolute_url() for record in (sale, relation, project))]:
        assert miscounted(browser.get(url).text) == [], url
    kinds = ["phases", "accept-reasons", "loss-reasons", "sources"]
    panels = [("sales:of-relation", [relation.pk]), ("sales:of-project", [project.pk]), ("sales:history", [sale.pk])]
    for name, arguments in [*panels, *(("settings:list", [kind]) for kind in kinds)]:
        assert miscounted(browser.get(reverse(name, args=arguments)).text) == [], name
