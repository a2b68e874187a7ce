"""How forms are drawn: `{{ form }}` and `{{ form.name.as_field_group }}` use the product's own templates."""

from django.forms import RadioSelect
from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Set as FORM_RENDERER; needs `django.forms` among the installed apps."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class Segmented(RadioSelect):
    """A few radio buttons side by side."""

    template_name = "components/segmented.html"
