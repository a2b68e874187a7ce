"""A block of a template has one role: one template declares it, in one place, and those below only fill it in."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Template
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(
    str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if "{% block " in path.read_text()
)


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
