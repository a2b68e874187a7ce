"""The user of a request, read by a statement that is written out: it says what Django's own backend would say."""

import pytest
from django.contrib.auth.backends import ModelBackend

from salescrm.accounts.backends import RoleBackend
from salescrm.models import Organisation, Team, User


@pytest.fixture
def read(django_assert_num_queries):
    """The user as a request reads it, with everything asked of it that it brings along."""

    def read_user(user: User) -> tuple[User, set[str], set[int], dict]:
        Organisation.keep()
        with django_assert_num_queries(1):
            known = RoleBackend().get_user(user.pk)
            company = Organisation.current()
            return known, known.get_all_permissions(), known.teammates, values(company)

    yield read_user
    Organisation.forget()


def values(record) -> dict:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


@pytest.mark.parametrize("role", ["salesperson", "manager", "administrator"])
def test_user_of_every_role_is_what_django_reads_in_four_statements(request, read, colleague, role):
    user = request.getfixturevalue(role)
    for name in ("North", "South"):
        Team.objects.create(name=name).members.add(user)
    Team.objects.get(name="South").members.add(colleague)
    Team.objects.create(name="West").members.add(colleague)

    known, permissions, teammates, company = read(user)

    assert values(known) == values(User.objects.get(pk=user.pk))
    assert permissions == ModelBackend().get_all_permissions(User.objects.get(pk=user.pk))
    assert len(permissions) > 15
    assert teammates == User.objects.get(pk=user.pk).teammates == {user.pk, colleague.pk}
    assert company == values(Organisation.objects.get())


def test_who_has_no_role_and_no_team_may_do_nothing_and_is_alone(read, salesperson):
    salesperson.groups.clear()
    _known, permissions, teammates, _company = read(salesperson)
    assert (permissions, teammates) == (set(), {salesperson.pk})


@pytest.mark.parametrize("change", [{"is_active": False}, None])
def test_who_left_or_is_not_there_is_nobody(salesperson, change):
    User.objects.filter(pk=salesperson.pk).update(**change) if change else salesperson.delete()
    assert RoleBackend().get_user(salesperson.pk) is None
