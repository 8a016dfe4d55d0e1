"""Forms as the renderer makes them: labels, help, errors, and their ties for screen readers."""

import re

from django import forms
from django.template import engines


class Form(forms.Form):
    name = forms.CharField(help_text="In lists.", widget=forms.TextInput(attrs={"class": "mono"}))
    password = forms.CharField(widget=forms.PasswordInput)
    protocol = forms.ChoiceField(choices=[("rest", "REST"), ("soap", "SOAP")], widget=forms.RadioSelect)
    region = forms.ChoiceField(choices=[("eu", "Europe")], required=False)
    verify = forms.BooleanField(required=False, help_text="Leave it on.")
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def tag(html: str, name: str) -> str:
    """The tag of the field called `name`."""
    return re.search(rf'<(?:input|select|textarea)[^>]*name="{name}"[^>]*>', html)[0]


def test_fields_wear_classes_and_keep_their_own() -> None:
    html = str(Form())
    assert 'class="form-control mono"' in tag(html, "name")
    assert 'class="form-select"' in tag(html, "region")
    assert 'class="form-check-input"' in tag(html, "verify")
    assert "class" not in tag(html, "token")


def test_every_control_has_its_label() -> None:
    html = str(Form())
    for wanted in ("id_name", "id_password", "id_region", "id_verify", "id_protocol_0", "id_protocol_1"):
        assert f'for="{wanted}"' in html
    assert "<legend" in html


def test_an_error_is_tied_to_its_field_together_with_the_help() -> None:
    html = str(Form({}))
    name = tag(html, "name")
    assert 'aria-invalid="true"' in name
    assert 'aria-describedby="id_name_helptext id_name_error"' in name
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


def test_summary_counts_links_and_takes_the_focus() -> None:
    html = str(Form({}))
    assert "3 things need your attention" in html
    assert '<a href="#id_name">Name</a>' in html
    assert 'href="#id_protocol"' in html
    assert 'id="id_protocol"' in html
    assert "autofocus" in html
    assert "error-summary" not in str(Form())


def test_errors_of_the_whole_form_come_once() -> None:
    form = Form({"name": "a", "password": "b", "protocol": "rest"})
    form.add_error(None, "The two do not <fit>.")
    assert str(form).count("The two do not &lt;fit&gt;.") == 1


def test_optional_is_said_and_required_is_in_the_attribute() -> None:
    html = str(Form())
    assert "required" in tag(html, "name")
    assert "required" not in tag(html, "region")
    assert html.count(">optional<") == 1


def test_a_password_can_be_shown_by_a_button_that_waits_for_scripts() -> None:
    assert re.search(r'<button[^>]*aria-controls="id_password"[^>]*hidden', str(Form()))


def test_one_field_alone_and_values_escaped() -> None:
    form = Form({"name": '"><script>'})
    html = engines["django"].from_string("{{ form.name.as_field_group }}").render({"form": form})
    assert "<script>" not in html
    assert "password" not in html
