"""Who asks whether htmx is asking: the module that answers browsers, and through it the log-in, which answers itself.

A second place that knows the headers of htmx is a second opinion on what a page answers to it.
"""

import ast
from pathlib import Path

from django.conf import settings

APPS = ("salescrm", "relations", "invoicing", "projects", "sales", "reports")
ANSWERS = "salescrm/pages.py"
LOG_IN = {"salescrm/accounts/logged_out.py", "salescrm/serving/middleware.py"}


def modules() -> dict[str, ast.Module]:
    files = [path for app in APPS for path in sorted((settings.BASE_DIR / app).rglob("*.py"))]
    return {str(Path(path).relative_to(settings.BASE_DIR)): ast.parse(path.read_text()) for path in files}


def asks(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "htmx" for node in ast.walk(tree))


def asks_through_it(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Name | ast.alias) and "htmx_of" in ast.dump(node) for node in ast.walk(tree))


def writes_headers(tree: ast.Module) -> bool:
    nodes = list(ast.walk(tree))
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return any(str(name).startswith("django_htmx") for name in imported)


def test_one_module_asks_whether_htmx_is_asking():
    assert {name for name, tree in modules().items() if asks(tree)} == {ANSWERS}


def test_only_the_log_in_asks_that_module_the_same():
    assert {name for name, tree in modules().items() if asks_through_it(tree)} == {ANSWERS} | LOG_IN


def test_one_module_writes_the_headers_of_htmx():
    assert {name for name, tree in modules().items() if writes_headers(tree)} == {ANSWERS}
