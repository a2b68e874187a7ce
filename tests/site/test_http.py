"""Only what answers requests knows HTTP: the domain refuses in its own words."""

import ast
from pathlib import Path

from django.apps import apps
from django.conf import settings

ERRORS = {"Http404", "PermissionDenied", "get_object_or_404"}
REQUESTS = {"HttpRequest", "Request"}
OURS = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]


def imports(path: Path) -> set[str]:
    """The names a module imports from others."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {name.name for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}


def test_a_module_that_never_sees_a_request_raises_no_error_of_http():
    names = {path.relative_to(settings.BASE_DIR): imports(path) for app in OURS for path in app.rglob("*.py")}
    assert len(names) > 300
    assert {str(path) for path, known in names.items() if known & ERRORS and not known & REQUESTS} == set()
