"""The steps of accepting a sale: their forms, which one comes next, and the answers once all are given."""

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy, pgettext_lazy

from projects.forms import ProjectForm
from sales.acceptance import proposed_type, unavailable
from sales.answers import explain, put_into, status_of
from sales.forms import AcceptForm, FollowUpForm
from sales.models import FollowUp
from sales.origin import Origin
from sales.refusals import Refused, require_open, stale
from sales.sale_page.views import visible
from salescrm.calendar import today
from salescrm.forms.submission import submitted_version
from salescrm.pages import page
from salescrm.versions import require_current

BUTTONS = {  # what the button of the second step does
    FollowUp.LINKED: gettext_lazy("Accept and keep what is linked"),
    FollowUp.NONE: pgettext_lazy("sale", "Accept"),
    FollowUp.INVOICE: gettext_lazy("Accept and create draft invoice"),
    FollowUp.NEW_PROJECT: gettext_lazy("Next: the project"),
    FollowUp.EXISTING_PROJECT: gettext_lazy("Accept and add to project"),
}


STEPS = ("why", "then", "project")


class AcceptSteps:
    """The three steps of accepting. Each form carries the answers before it; nothing is stored before the last step."""

    def __init__(self, request: HttpRequest, pk: int):
        self.request, self.sale, self.origin = request, visible(request, pk, detail=True), Origin.of(request)
        self.version = submitted_version(request) if request.method == "POST" else None
        sale = self.sale
        data = request.POST if request.method == "POST" else None
        self.sent_from = data.get("step", "") if data else ""
        linked = FollowUp.LINKED if sale.invoice_id or sale.project_id else None
        self.why = AcceptForm(data, sale=sale, initial={"relation_type": proposed_type(sale)})
        answered = data and ("follow_up" in data or self.sent_from == "then")
        self.then = FollowUpForm(data if answered else None, sale=sale, initial={"follow_up": linked})
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
        """The step to show, or "" when every answer that is needed is valid."""
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

    def answers(self) -> dict:
        """The arguments of acceptance.accept, once there is no step left to show."""
        why, then = self.why.cleaned_data, self.then.cleaned_data
        wants_project = then["follow_up"] == FollowUp.NEW_PROJECT
        return {
            "reason": why.get("reason"), "relation_type": why["relation_type"], "closed_on": why["closed_on"],
            "follow_up": then["follow_up"], "project": then["project"],
            "new_project": self.project.new_project() if wants_project else None, "version": self.version,
        }  # fmt: skip

    def has_errors(self, step: str) -> bool:
        """Whether the step is shown again because of what was typed in it."""
        form = self.form_of(step)
        return form.is_bound and bool(form.errors) and not any(key.startswith("back-") for key in self.request.POST)

    def form_of(self, step: str) -> BaseForm:
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

    def require_current(self) -> None:
        """Refuse a stale step, whatever is wrong with it: only the last one is judged under a lock (rules 6 and 10)."""
        if self.version is not None:
            require_current(self.sale, version=self.version, by=self.request.user, stale=stale)

    def refuse(self, refusal: Refused) -> HttpResponse:
        """The step a refusal is about, with its reason; a stale one comes back as it was sent."""
        why = explain(refusal, check=require_open)
        if why.get("stale"):
            return self.show(self.sent_from if self.sent_from in STEPS else "why", status=409, **why)
        step = "why" if {"reason", "closed_on"} & set(getattr(refusal, "error_dict", {})) else "then"
        put_into(self.form_of(step), refusal)
        return self.show(step, status=status_of(refusal), **why)
