"""Accepting, losing, reopening and correcting: dialogs that are pages too."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from projects.forms import ProjectForm
from sales import reopening, transitions
from sales.acceptance import accept as accept_sale
from sales.acceptance import proposed_type, unavailable
from sales.answers import explained, put_into, status_of
from sales.board import views as board
from sales.correcting import correct as correct_sale
from sales.forms import AcceptForm, CorrectForm, FollowUpForm, LoseForm
from sales.models import FollowUp, Sale
from sales.origin import Origin
from sales.refusals import Refused
from sales.sale_page.views import visible
from salescrm.calendar import today
from salescrm.conflicts import submitted_version
from salescrm.pages import leave, page

BUTTONS = {  # what the button of the second step does
    FollowUp.LINKED: gettext_lazy("Accept and keep what is linked"),
    FollowUp.NONE: pgettext_lazy("sale", "Accept"),
    FollowUp.INVOICE: gettext_lazy("Accept and create draft invoice"),
    FollowUp.NEW_PROJECT: gettext_lazy("Next: the project"),
    FollowUp.EXISTING_PROJECT: gettext_lazy("Accept and add to project"),
}


class Wizard:
    """The three steps of accepting: what was answered travels along in the form, nothing is stored before the end."""

    def __init__(self, request: HttpRequest, sale: Sale, origin: Origin):
        self.request, self.sale, self.origin = request, sale, origin
        data = request.POST if request.method == "POST" else None
        self.sent_from = data.get("step", "") if data else ""
        kept = FollowUp.LINKED if sale.invoice_id or sale.project_id else None
        self.why = AcceptForm(data, sale=sale, initial={"relation_type": proposed_type(sale)})
        answered = data and ("follow_up" in data or self.sent_from == "then")
        self.then = FollowUpForm(data if answered else None, sale=sale, initial={"follow_up": kept})
        self.project = ProjectForm(
            data if self.sent_from == "project" else None, customer=sale.customer, prefix="project",
            initial=self._prefilled(data or {}),
        )  # fmt: skip

    def _prefilled(self, typed) -> dict:
        sale = self.sale
        values = {"name": sale.subject, "contact": sale.contact, "manager": sale.owner, "start_date": today()}
        before = {name.removeprefix("project-"): typed[name] for name in typed if name.startswith("project-")}
        return values | before

    def next_step(self) -> str:
        """The step to show, or "" when every answer needed is there and right."""
        if not self.why.is_bound or not self.why.is_valid() or "back-to-why" in self.request.POST:
            return "why"
        if self.sent_from == "why" or "back-to-then" in self.request.POST:  # shown, also when it was answered before
            return "then"
        if not self.then.is_bound or not self.then.is_valid():
            return "then"
        if self.then.cleaned_data["follow_up"] == FollowUp.NEW_PROJECT and not self._project_is_ready():
            return "project"
        return ""

    def _project_is_ready(self) -> bool:
        return self.project.is_bound and self.project.is_valid()

    def has_errors(self, step: str) -> bool:
        """Whether the step is shown again because of what was typed in it."""
        form = self.form_of(step)
        return form.is_bound and bool(form.errors) and not any(key.startswith("back-") for key in self.request.POST)

    def form_of(self, step: str) -> Form:
        """The form a step shows."""
        return {"why": self.why, "then": self.then, "project": self.project}[step]

    def show(self, step: str, *, status: int, **extra) -> HttpResponse:
        """A step as a page or in the dialog."""
        reasons = unavailable(self.sale, self.request.user) if step == "then" else {}
        options = [(value, label, reasons.get(value, ""), BUTTONS[value]) for value, label in FollowUp.choices]
        lines = list(self.sale.lines.all()) if step == "project" else []
        context = {
            "sale": self.sale, "step": step, "why": self.why, "then": self.then, "project": self.project,
            "options": [option for option in options if option[0] != FollowUp.LINKED or not option[2]],
            "lines": lines, "lines_total": sum(line.amount for line in lines),
            "version": self.request.POST.get("version") or self.request.GET.get("version") or self.sale.version,
            **self.origin.for_dialog,
        }  # fmt: skip
        return page(self.request, "sales/sale_page/accept.html", context | extra, part="dialog", status=status)


@permission_required("sales.accept_sale", raise_exception=True)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The green tick: why, then what next, then perhaps a project (rules 8 to 10)."""
    sale = visible(request, pk, detail=True)
    if request.method != "POST" and not sale.is_open:
        return _closed_already(request, sale)
    origin = Origin.of(request)
    wizard = Wizard(request, sale, origin)
    version = submitted_version(request) if request.method == "POST" else None
    if step := wizard.next_step():
        return wizard.show(step, status=422 if wizard.has_errors(step) else 200)
    why, then = wizard.why.cleaned_data, wizard.then.cleaned_data
    new = wizard.project.new_project() if then["follow_up"] == FollowUp.NEW_PROJECT else None
    try:
        sale = accept_sale(
            sale, reason=why.get("reason"), relation_type=why["relation_type"], closed_on=why["closed_on"],
            follow_up=then["follow_up"], version=version, by=request.user, new_project=new, project=then["project"],
        )  # fmt: skip
    except Refused as refusal:
        step = "why" if {"reason", "closed_on"} & set(getattr(refusal, "error_dict", {})) else "then"
        put_into(wizard.form_of(step), refusal)
        return wizard.show(step, status=status_of(refusal), **explained(refusal))
    messages.success(request, _("“%(sale)s” is accepted. Well done!") % {"sale": sale})
    return _go_on(request, origin, sale)


def _closed_already(request: HttpRequest, sale: Sale) -> HttpResponse:
    messages.warning(request, _("“%(sale)s” is closed already.") % {"sale": sale})
    return leave(request, sale)


def _go_on(request: HttpRequest, origin: Origin, sale: Sale) -> HttpResponse:
    match sale.follow_up:
        case FollowUp.INVOICE:
            return leave(request, sale.invoice or sale)  # the draft may be gone by the time of a second click
        case FollowUp.NEW_PROJECT | FollowUp.EXISTING_PROJECT:
            return leave(request, sale.project or sale)
    return _closed(request, origin, sale)


def _closed(request: HttpRequest, origin: Origin, sale: Sale) -> HttpResponse:
    return board.closed(request, origin, sale) if origin.is_board else leave(request, sale)


@permission_required("sales.lose_sale", raise_exception=True)
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    """The red cross: why, and to which competitor (rules 11 and 12)."""
    sale = visible(request, pk, detail=True)
    if request.method != "POST" and not sale.is_open:
        return _closed_already(request, sale)
    origin = Origin.of(request)
    form = LoseForm(request.POST if request.method == "POST" else None, sale=sale)
    version = submitted_version(request) if request.method == "POST" else None
    context = {"sale": sale, "form": form, "version": _version(request, sale), **origin.for_dialog}
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            sale = transitions.lose(sale, **form.values(), version=version, by=request.user)
        except Refused as refusal:
            put_into(form, refusal)
            context, status = context | explained(refusal), status_of(refusal)
        else:
            messages.success(request, _("“%(sale)s” is closed as lost.") % {"sale": sale})
            return _closed(request, origin, sale)
    return page(request, "sales/sale_page/lose.html", context, part="dialog", status=status)


def _version(request: HttpRequest, sale: Sale) -> str | int:
    return request.POST.get("version") or request.GET.get("version") or sale.version


@permission_required("sales.view_sale", raise_exception=True)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a closed sale open again (rule 13)."""
    sale = visible(request, pk, detail=True)
    if not reopening.may_reopen(sale, request.user):
        raise PermissionDenied
    context = {
        "sale": sale,
        "version": _version(request, sale),
        "issued": sale.invoice is not None and not sale.invoice.is_draft,
        "untouched": reopening.follow_up_is_untouched(sale),
    }
    status = 200
    if request.method == "POST":
        delete = request.POST.get("linked") == "delete"
        try:
            sale = reopening.reopen(sale, delete_follow_up=delete, version=submitted_version(request), by=request.user)
        except Refused as refusal:
            context, status = context | explained(refusal), status_of(refusal)
        else:
            messages.success(request, _("“%(sale)s” is open again.") % {"sale": sale})
            return leave(request, sale)
    return page(request, "sales/sale_page/reopen.html", context, part="dialog", status=status)


@permission_required("sales.correct_closed_sale", raise_exception=True)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the outcome of a closed sale (rule 2)."""
    sale = visible(request, pk, detail=True)
    form = CorrectForm(
        request.POST if request.method == "POST" else None, sale=sale, initial=CorrectForm.initial_of(sale)
    )
    context, status = {"sale": sale, "form": form, "version": _version(request, sale)}, 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            version = submitted_version(request)
            sale = correct_sale(sale, **form.values(), version=version, by=request.user)
        except Refused as refusal:
            put_into(form, refusal)
            context, status = context | explained(refusal), status_of(refusal)
        else:
            messages.success(request, _("The outcome is corrected."))
            return leave(request, sale)
    return page(request, "sales/sale_page/correct.html", context, part="dialog", status=status)
