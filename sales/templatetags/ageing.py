"""The age of a sale in a template: `{% with age=sale|age:today %}`."""

from django import template

from sales import ageing

register = template.Library()
register.filter("age", ageing.age)
