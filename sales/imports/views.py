"""Importing in the browser: upload, columns, words, preview, progress, result, and undoing it."""

from time import monotonic
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sales.imports import clearing, counting, running, uploading
from sales.imports.fields import KEYS
from sales.imports.forms import ColumnsForm, UploadForm, WordsForm
from sales.imports.proposing import unused
from sales.imports.showing import refused as refused_rows
from sales.imports.showing import show
from sales.models.imports import ImportRow, ImportRun
from salescrm.exports import downloads
from salescrm.forms.submission import submitted_token, submitted_version
from salescrm.listing.state import Listing
from salescrm.pages import leave, page, settle

may_import = permission_required("sales.import_sale", raise_exception=True)
Status = ImportRun.Status
AT_ONCE, ALONE = 1.0, 8.0  # seconds one request works on: with a page that goes on by itself, and without
VERDICTS = [str(verdict) for verdict in ImportRow.Verdict]


def _run(pk: int) -> ImportRun:
    return get_object_or_404(ImportRun.objects.select_related("by", "file"), pk=pk)


@require_safe
@may_import
def index(request: HttpRequest) -> HttpResponse:
    """Every import there was, the last one first."""
    runs = ImportRun.objects.select_related("by", "file")
    rows = Listing(files=False).read(request.GET).page_of(runs, count=runs.count())
    counts = counting.written(rows)
    for run in rows:
        run.counts = counts.get(run.pk, {})
    return page(request, "sales/imports/list.html", {"rows": rows}, part="rows")


@may_import
def new(request: HttpRequest) -> HttpResponse:
    """Step 1: what is imported, and from which file."""
    kind, status = request.GET.get("kind", "sales"), 200
    if kind not in ImportRun.Kind.values:
        raise BadRequest("unknown kind")
    form = UploadForm(initial={"kind": kind})
    token = submitted_token(request) if request.method == "POST" else uuid4()
    if request.method == "POST":
        form, status = UploadForm(request.POST, request.FILES), 422
        if form.is_valid():
            answers = form.cleaned_data
            try:
                run = uploading.upload(answers["file"], kind=answers["kind"], by=request.user, token=token)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return leave(request, "sales:import-columns", run.pk)
    return page(request, "sales/imports/new.html", {"form": form, "token": token}, part="form", status=status)


@may_import
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: what every column is, and how the file is read."""
    run = _run(pk)
    if request.method != "POST" and not run.is_open:
        return redirect(run)
    form = ColumnsForm(request.POST if request.method == "POST" else None, run=run, by=request.user)
    version = submitted_version(request) if form.is_bound else run.version
    if form.is_bound and form.is_valid():
        answers = {"mapping": form.mapping(), "key": form.cleaned_data["key"], "options": form.options()}
        try:
            run = running.agree(run, **answers, version=version, by=request.user)
        except ValidationError as error:
            return _stale(request, run, error)
        if WordsForm(run=run).words:
            return redirect("sales:import-words", run.pk)
        return _begin_check(request, run, {}, run.version)
    context = {"run": run, "form": form, "version": version}
    return page(request, "sales/imports/columns.html", context, part="form", status=422 if form.is_bound else 200)


@may_import
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2b: what the words of the file mean here."""
    run = _run(pk)
    if request.method != "POST" and not (run.is_open and run.mapping):
        return redirect(run)
    form = WordsForm(request.POST if request.method == "POST" else None, run=run)
    version = submitted_version(request) if form.is_bound else run.version
    if form.is_bound and form.is_valid():
        return _begin_check(request, run, form.meanings(), version)
    context = {"run": run, "form": form, "version": version}
    return page(request, "sales/imports/words.html", context, part="form", status=422 if form.is_bound else 200)


def _begin_check(request: HttpRequest, run: ImportRun, meanings: dict, version: int) -> HttpResponse:
    try:
        run = running.check(run, words=meanings, version=version, by=request.user)
    except ValidationError as error:
        return _stale(request, run, error)
    return redirect(_going(run))


def _stale(request: HttpRequest, run: ImportRun, error: ValidationError) -> HttpResponse:
    for message in error.messages:
        messages.warning(request, message)
    return leave(request, run)


def _going(run: ImportRun) -> str:
    return f"{run.get_absolute_url()}?going=1"


@require_safe
@may_import
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The run as it stands: its preview, its progress or its result."""
    run = _run(pk)
    if run.status == Status.UPLOADED:
        return redirect("sales:import-columns", run.pk)
    if run.is_at_work:
        return page(request, "sales/imports/progress.html", _progress(run, "going" in request.GET), part="progress")
    counted = counting.counts(run)
    verdict, rows = _rows(request, run, counted)
    context = {
        "run": run, "counts": counted, "verdict": verdict, "rows": rows, "unused": unused(run),
        "rows_with_changes": show(run, rows.object_list), "last_day": clearing.last_day(run),
        "recognised": KEYS[run.kind][run.key][0] if run.key else "", "to_do": counted["create"] + counted["update"],
    }  # fmt: skip
    return page(request, "sales/imports/run.html", context, part="rows")


def _rows(request: HttpRequest, run: ImportRun, counted: dict[str, int]) -> tuple[str, object]:
    """One page of the rows with the verdict in the address; `kept` are those of which undoing left something."""
    verdict = request.GET.get("verdict", "")
    rows = run.rows.none() if run.cleared_at else run.rows.order_by("line")
    if verdict == "kept":
        rows = rows.exclude(remainder="")
    elif verdict in VERDICTS:
        rows = rows.filter(verdict=verdict)
    elif verdict:
        raise BadRequest("unknown verdict")
    count = 0 if run.cleared_at else counted["remainder" if verdict == "kept" else verdict or "rows"]
    return verdict, Listing(files=False).read(request.GET, ["verdict", "going"]).page_of(rows, count=count)


def _progress(run: ImportRun, going: bool) -> dict:
    done, total = counting.progress(run)
    return {"run": run, "done": done, "total": total, "going": going}


@require_POST
@may_import
def go(request: HttpRequest, pk: int) -> HttpResponse:
    """Work on the run for a moment. The page asks again by itself; without JavaScript there is a button."""
    run = _run(pk)
    until = monotonic() + (AT_ONCE if "brief" in request.POST else ALONE)
    while run.is_at_work:
        run = running.advance(run, by=request.user)
        if monotonic() > until:
            break
    if not run.is_at_work:
        return leave(request, run)
    run = _run(pk)
    return settle(request, run, "sales/imports/progress.html", _progress(run, True), part="progress")


@require_POST
@may_import
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out what the preview shows."""
    run = _run(pk)
    try:
        run = running.start(run, version=submitted_version(request), by=request.user)
    except ValidationError as error:
        return _stale(request, run, error)
    return redirect(_going(run))


@may_import
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take back everything the run did."""
    run = _run(pk)
    if request.method == "POST":
        try:
            run = running.undo(run, by=request.user)
        except ValidationError as error:
            return _stale(request, run, error)
        return leave(request, _going(run))
    if run.cleared_at:
        return _cleared(request, run)
    context = {"run": run, "counts": counting.counts(run)}
    return page(request, "sales/imports/undo.html", context, part="dialog")


@may_import
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then delete a run that has written nothing, with its columns and words."""
    run = _run(pk)
    if request.method == "POST":
        try:
            uploading.discard(run)
        except ValidationError as error:
            return _stale(request, run, error)
        messages.success(request, _("“%(file)s” was not imported and is gone from here.") % {"file": run.name})
        return leave(request, "sales:imports")
    if not run.is_open:
        return leave(request, run)
    return page(request, "sales/imports/discard.html", {"run": run}, part="dialog")


def _cleared(request: HttpRequest, run: ImportRun) -> HttpResponse:
    messages.warning(request, running.CLEARED)
    return leave(request, run)


@require_safe
@may_import
def refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The refused rows with their reasons: put right, they can be imported again."""
    run = _run(pk)
    return _cleared(request, run) if run.cleared_at else downloads.respond(request, refused_rows(run), "csv")


@require_safe
@may_import
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded."""
    run = _run(pk)
    stored = run.file
    if run.cleared_at or stored is None:
        return _cleared(request, run)
    try:
        content = stored.content.open("rb")
    except OSError as error:  # thrown away in this moment, or lost by the server
        raise Http404 from error
    answer = FileResponse(content, as_attachment=True, filename=stored.name)
    answer["Content-Type"], answer["Cache-Control"] = stored.content_type, "no-store"
    return answer
