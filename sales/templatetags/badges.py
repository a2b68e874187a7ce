"""The badges of a sale in templates: `{% step_badge kind %}`, `{{ status|status_badge }}`."""

from django import template

from sales import badges

register = template.Library()
register.filter("phase_badge", badges.phase_badge)
register.filter("status_badge", badges.status_badge)
register.filter("status_word", badges.status_word)
register.simple_tag(badges.step_badge)


@register.filter
def step_kind(sale, today):
    """The kind of next step of a sale: `{% with kind=sale|step_kind:today %}`."""
    return badges.step_kind(sale.next_step, sale.next_step_on, today)
