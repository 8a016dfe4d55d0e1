"""The form of somebody who has no account yet."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.views.decorators.debug import sensitive_variables

from iotdash.accounts.models import User


class NewAccountForm(SetPasswordMixin, forms.Form):
    """Neither the address nor the role is asked for: both are the invitation's."""

    name = forms.CharField(
        label="Your name",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="How others in the organization see you.",
    )
    password1, password2 = SetPasswordMixin.create_password_fields("Password", "Password again")

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["password2"].help_text = ""

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """A password that is like the name or the address is refused, as everywhere."""
        self.validate_passwords()
        person = User(email=self.email, name=self.cleaned_data.get("name", ""))
        self.validate_password_for_user(person, "password1")
        return super().clean()
