"""Renders every form with the templates in `templates/forms/`."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField as DjangoBoundField
from django.forms.renderers import TemplatesSetting


class BoundField(DjangoBoundField):
    """A field that gives its widget our CSS classes and tells the template what kind it is."""

    @property
    def is_checkbox(self) -> bool:
        """A single check box, whose label stands behind it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_password(self) -> bool:
        """A secret that the person may ask to see while typing."""
        return isinstance(self.field.widget, forms.PasswordInput)

    @property
    def is_options(self) -> bool:
        """A group of radio buttons or check boxes under one legend."""
        return isinstance(self.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Django's attributes plus the class that the widget needs; the form's own classes are kept."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        css = f"{widget_class(widget)} {widget.attrs.get('class', '')}".strip()
        return {**attrs, "class": css} if css else attrs


class Renderer(TemplatesSetting):
    """The project's `FORM_RENDERER`: `{{ form }}` and `{{ field.as_field_group }}` come out finished."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = BoundField

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """As Django's, but lists of errors of a field wear our template."""
        if template_name == "django/forms/errors/list/default.html":
            template_name = "forms/error_list.html"
        return super().render(template_name, context, request)


def widget_class(widget: forms.Widget) -> str:
    """The CSS class for a widget; empty for hidden ones."""
    if widget.is_hidden:
        return ""
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"
