"""Reads a user together with the permissions of their role: one statement per request."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from salescrm.models import Organisation, User

# Every request runs this one, so it is written out: composing it with the ORM takes longer than running it. Its arrays
# stand for joins: each table is read by itself, and no time goes into choosing an order of them.
USER_WITH_PERMISSIONS = """
SELECT salescrm_user.*, ARRAY(
    SELECT kind.app_label || '.' || permission.codename
    FROM auth_permission permission JOIN django_content_type kind ON kind.id = permission.content_type_id
    WHERE permission.id = ANY (ARRAY(
        SELECT permission_id FROM auth_group_permissions
        WHERE group_id = ANY (ARRAY(SELECT group_id FROM salescrm_user_groups WHERE user_id = salescrm_user.id))
    ))
) AS role_permissions, ARRAY(
    SELECT user_id FROM salescrm_team_members
    WHERE team_id = ANY (ARRAY(SELECT team_id FROM salescrm_team_members WHERE user_id = salescrm_user.id))
) AS team, (SELECT to_json(company) FROM salescrm_organisation company WHERE company.id = 1) AS company
FROM salescrm_user WHERE id = %s
"""
COMPANY = [field.attname for field in Organisation._meta.concrete_fields]


class RoleBackend(ModelBackend):
    """Permissions come from roles (groups) only, so they can be read with the user (rule 23)."""

    def get_user(self, user_id: Any) -> User | None:
        """The active user with this id, or None; neither permissions nor our organisation cost another statement."""
        user: Any = next(iter(User.objects.raw(USER_WITH_PERMISSIONS, [user_id])), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        user._role_permissions, user._teammates = set(user.role_permissions), {user.pk, *user.team}
        if user.company:
            values = [user.company[name] for name in COMPANY]
            Organisation.from_db(user._state.db, COMPANY, values).remember()
        return user

    def _get_permissions(self, user_obj: Any, obj: object, from_name: str) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if from_name == "user":
            return set()
        if not hasattr(user_obj, "_role_permissions"):
            user_obj._role_permissions = super()._get_permissions(user_obj, obj, "group")  # type: ignore[misc] # not in the stubs
        return user_obj._role_permissions
