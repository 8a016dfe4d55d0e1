"""Saving a view, and changing what it is called and who sees it."""

from django import forms

from iotdash.organizations.models import SavedView


class ViewForm(forms.ModelForm):
    """Whether the name is taken is told by the service."""

    class Meta:
        model = SavedView
        fields = ("name", "shared")
        labels = {"shared": "Share with everybody in the organization"}
        help_texts = {"shared": "Everybody can open a shared view; only you and Administrators change it."}


class SaveForm(ViewForm):
    columns = forms.BooleanField(
        label="Keep the columns, too",
        required=False,
        help_text="Otherwise the view opens with the columns that are shown at that time.",
    )
    page = forms.CharField(widget=forms.HiddenInput)
    query = forms.CharField(widget=forms.HiddenInput, required=False)
