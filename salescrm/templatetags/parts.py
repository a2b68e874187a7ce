"""Small parts that many pages have: style sheets, modules, hidden fields, alerts. Registered as builtins."""

from django import template
from django.template import Context
from django.template.base import render_value_in_context
from django.templatetags.static import static
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from salescrm.templatetags.crm import icon

register = template.Library()


@register.simple_tag
def style(name: str) -> SafeString:
    """A style sheet: `{% style "list" %}` is `static/css/list.css`."""
    return SafeString(f'<link rel="stylesheet" href="{static(f"css/{name}.css")}">')


@register.simple_tag
def script(name: str) -> SafeString:
    """A module: `{% script "picker" %}` is `static/js/picker.js`."""
    return SafeString(f'<script type="module" src="{static(f"js/{name}.js")}"></script>')


@register.simple_tag(takes_context=True)
def hidden(context: Context, name: str, value: object) -> SafeString:
    """A field that nobody sees; its value is written as `{{ value }}` would."""
    name, text = conditional_escape(name), render_value_in_context(value, context)
    return SafeString(f'<input type="hidden" name="{name}" value="{text}">')


@register.simple_tag(takes_context=True)
def alert(context: Context, tone: str, message: object) -> SafeString:
    """What stands in the way, read out at once; `tone` is `warn`, or `bad` where it is a mistake."""
    sign, text = icon("exclamation-triangle"), render_value_in_context(message, context)
    return SafeString(f'<div class="notice" data-tone="{tone}" role="alert">{sign}<div>{text}</div></div>')
