"""Every template has a use, and a block of it one role: one template declares it, those below only fill it in."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template.base import Template
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(
    str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if "{% block " in path.read_text()
)

BY_DJANGO = re.compile(r"registration/.*|\d{3}(_csrf)?\.html")  # named by its own views, or by a status


def parent(template: Template) -> str:
    """The name of the template this one extends, or nothing."""
    return next((str(node.parent_name).strip("'\"") for node in template.nodelist.get_nodes_by_type(ExtendsNode)), "")


def blocks(nodes, within: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """Every block with the blocks around it, the innermost last."""
    places = {}
    for node in nodes:
        inner = (*within, node.name) if isinstance(node, BlockNode) else within
        places |= {node.name: within} if isinstance(node, BlockNode) else {}
        for attribute in node.child_nodelists:
            places |= blocks(getattr(node, attribute, None) or [], inner)
    return places


def roles(name: str) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Where the blocks of a template stand, those it inherits too, and what is wrong with its own.

    What replaces a block may show again, in its own frame, the blocks that stood in what it replaces.
    """
    template = get_template(name).template
    own = blocks(template.nodelist)
    if not (above := parent(template)):
        return own, []
    places, faults = roles(above)
    for block, within in own.items():
        if not within and block not in places:
            faults = [*faults, f"{block} fills in nothing of {above}"]
        if within and block in places and within[0] not in places[block]:
            faults = [*faults, f"{block} stands in {within[0]}, and in {above} outside of it"]
    return places | {block: within for block, within in own.items() if within}, faults


@pytest.mark.parametrize("name", PAGES)
def test_block_of_a_template_has_one_role(name):
    assert roles(name)[1] == []


def test_every_template_is_named_by_a_view_or_another_template():
    ours = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
    sources = {path: path.read_text() for folder in ours for path in folder.rglob("*.py")}
    sources |= {path: path.read_text() for path in TEMPLATES.rglob("*.*")}
    names = {path: str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*")}
    unused = [
        name
        for path, name in names.items()
        if not BY_DJANGO.fullmatch(name) and not any(name in text for other, text in sources.items() if other != path)
    ]
    assert unused == []
