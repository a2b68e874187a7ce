"""The three roles: groups with their default permissions (rule 23). Who has which role: `users.py`."""

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SALESPERSON, MANAGER, ADMINISTRATOR = "salesperson", "manager", "administrator"
LABELS = {SALESPERSON: _("Salesperson"), MANAGER: _("Manager"), ADMINISTRATOR: _("Administrator")}

EVERYBODY = [
    "sales.view_sale", "sales.add_sale", "sales.change_sale", "sales.move_sale", "sales.accept_sale",
    "sales.lose_sale", "sales.reopen_sale", "sales.export_sale",
    "relations.view_relation", "relations.add_relation", "relations.change_relation", "relations.export_relation",
    "projects.view_project", "projects.add_project", "projects.change_project", "projects.export_project",
    "invoicing.view_invoice", "invoicing.add_invoice", "invoicing.change_invoice", "invoicing.export_invoice",
]  # fmt: skip
MANAGERS = [
    "sales.see_all_sales", "sales.undo_any_move", "sales.reopen_any_sale", "sales.correct_closed_sale",
    "sales.trash_sale", "sales.import_sale", "sales.change_savedview",
    "relations.deactivate_relation", "relations.merge_relation",
    "projects.change_any_project", "projects.close_project",
    "invoicing.change_any_invoice", "invoicing.issue_invoice", "invoicing.send_invoice", "invoicing.credit_invoice",
]  # fmt: skip
ADMINISTRATORS = ["salescrm.change_organisation", "salescrm.change_user", "sales.change_salessettings"]
PERMISSIONS = {
    SALESPERSON: EVERYBODY,
    MANAGER: EVERYBODY + MANAGERS,
    ADMINISTRATOR: EVERYBODY + MANAGERS + ADMINISTRATORS,
}


def install_roles(**kwargs: object) -> None:
    """Create the three groups and give each its permissions; idempotent, runs after every migrate."""
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    wanted = Q(pk=None)
    for name in PERMISSIONS[ADMINISTRATOR]:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    permissions = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.filter(wanted).select_related("content_type")
    }
    for role, names in PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set([permissions[name] for name in names if name in permissions])
