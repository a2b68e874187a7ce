"""Reads a user together with the permissions of their role: one statement per request."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from salescrm.models import User

PERMISSION = Concat(F("groups__permissions__content_type__app_label"), Value("."), F("groups__permissions__codename"))


class RoleBackend(ModelBackend):
    """Permissions come from roles (groups) only, so they can be read with the user (rule 23)."""

    def get_user(self, user_id):
        """The active user with this id, or None; `get_all_permissions` then costs no further statement."""
        user = (
            User.objects.filter(pk=user_id)
            .annotate(
                role_name=F("groups__name"),
                role_permissions=ArrayAgg(PERMISSION, filter=Q(groups__permissions__isnull=False), default=Value([])),
            )
            .first()
        )
        if user is None or not self.user_can_authenticate(user):
            return None
        user._role_permissions = set(user.role_permissions)
        return user

    def _get_permissions(self, user_obj, obj, from_name):
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if from_name == "user":
            return set()
        if not hasattr(user_obj, "_role_permissions"):
            user_obj._role_permissions = super()._get_permissions(user_obj, obj, "group")
        return user_obj._role_permissions
