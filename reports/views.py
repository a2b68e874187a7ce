"""The start page and the reports, each as a page, as a part of it, or as a file."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from reports import forecast_page, overview, period_pages, start
from reports.forecast import LARGEST, Scope, forecast
from reports.kpis import kpis
from reports.periods import Question
from reports.sources import sources
from reports.won_lost import won_lost
from sales.models import Sale
from sales.origin import origin_page
from salescrm.calendar import today
from salescrm.exports import downloads
from salescrm.pages import page

sees_sales = permission_required("sales.view_sale", raise_exception=True)


@require_safe
@sees_sales
@origin_page()
def show_start(request: HttpRequest) -> HttpResponse:
    """My own work; for whoever sees all sales: what is coming, what changed, what needs attention."""
    sales, day = Sale.objects.visible_to(request.user), today()
    if request.user.has_perm("sales.see_all_sales"):
        news = start.news(sales, today=day)
        context = {"month": start.month(sales, today=day, words={}), "news": news, "kinds": start.kinds(news)}
        return page(request, "reports/start_manager.html", context | {"today": day}, part="start")
    mine, words_of_mine = sales.filter(owner=request.user), {"owner": request.user.pk}
    context = {
        "month": start.month(mine, today=day, words=words_of_mine),
        "steps": start.steps(mine, today=day, words=words_of_mine),
        "today": day,
    }
    return page(request, "reports/start.html", context, part="start")


@require_safe
@sees_sales
def index(request: HttpRequest) -> HttpResponse:
    """Which reports there are."""
    figures = overview.overview(Sale.objects.visible_to(request.user), today=today())
    return page(request, "reports/index.html", {"overview": figures}, part="reports")


@require_safe
@sees_sales
def show_forecast(request: HttpRequest) -> HttpResponseBase:
    """What comes in when, as a page or as a file (rules 15 to 19)."""
    scope, kind = Scope.parse(request.GET, today()), downloads.file_kind(request, "sales.export_sale")
    report = forecast(
        Sale.objects.visible_to(request.user), scope=scope, today=today(), largest=None if kind else LARGEST
    )
    if kind:
        return downloads.respond(request, forecast_page.table(report), kind)
    return page(request, "reports/forecast.html", forecast_page.context(report, request.GET), part="report")


@require_safe
@sees_sales
def show_kpis(request: HttpRequest) -> HttpResponseBase:
    """How well we sell."""
    return _of_period(request, kpis, "reports/kpis.html", period_pages.kpi_context, period_pages.kpi_table)


@require_safe
@sees_sales
def show_won_lost(request: HttpRequest) -> HttpResponseBase:
    """Why and where we win and lose."""
    return _of_period(
        request, won_lost, "reports/won_lost.html", period_pages.won_lost_context, period_pages.won_lost_table
    )


@require_safe
@sees_sales
def show_sources(request: HttpRequest) -> HttpResponseBase:
    """What each source brings."""
    return _of_period(
        request, sources, "reports/sources.html", period_pages.sources_context, period_pages.sources_table
    )


def _of_period(request: HttpRequest, compute, template: str, context_of, table_of) -> HttpResponseBase:
    """The answer the three reports over a period share: the page, its part, or a file."""
    question, kind = Question.parse(request.GET, today()), downloads.file_kind(request, "sales.export_sale")
    sales = Sale.objects.visible_to(request.user)
    report = compute(sales, question)
    if kind:
        return downloads.respond(request, table_of(report), kind)
    context = period_pages.filters(question, sales, request.GET, today()) | context_of(report)
    return page(request, template, context, part="report")
