"""`{% translate %}` for text that stands in the template: looked up once per language, not at every rendering.

A page holds a hundred of them, and looking all of them up took a tenth of its time. Registered as builtin.
"""

from django import template
from django.template import Context
from django.template.base import Parser, Token, Variable
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import get_language

register = template.Library()


class ConstantText(template.Node):
    """The text of `node`, stored per language; `asvar` is the variable that gets it, if any."""

    child_nodelists = ()

    def __init__(self, node: TranslateNode):
        self.asvar, node.asvar = node.asvar, None
        self.node = node
        self.texts: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """The text in the language of this moment; empty when it goes into a variable."""
        language = get_language()
        if language not in self.texts:
            self.texts[language] = self.node.render(context)
        if self.asvar is None:
            return self.texts[language]
        context[self.asvar] = self.texts[language]
        return ""


@register.tag
def translate(parser: Parser, token: Token) -> template.Node:
    """As Django's own tag, which a text that varies or passes a filter still gets."""
    node = do_translate(parser, token)
    text, about = node.filter_expression, node.message_context
    varies = text.var.literal is None or text.filters or (about and isinstance(about.var, Variable))
    return node if varies else ConstantText(node)
