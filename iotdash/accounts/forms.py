"""Forms about oneself."""

from collections import defaultdict

from django import forms

from iotdash.accounts.models import User, known_time_zones

# The other names of the tz database are old spellings of these.
REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
Choices = list[tuple[str, str] | tuple[str, list[tuple[str, str]]]]


def time_zone_choices(current: str) -> Choices:
    """UTC, then the zones by region; the current one is kept even if it has an old name."""
    places = defaultdict(list)
    for name in sorted(known_time_zones()):
        region, _, place = name.partition("/")
        if region in REGIONS:
            places[region].append((name, place.replace("_", " ").replace("/", ", ")))
    listed = {name for group in places.values() for name, _ in group} | {"UTC"}
    own: Choices = [] if current in listed else [(current, current)]
    return [*own, ("UTC", "UTC"), *places.items()]


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "time_zone"]
        help_texts = {"name": "How others in your organizations see you; without it, your email address."}

    time_zone = forms.ChoiceField(label="Time zone", help_text="Times are shown in this zone.")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["time_zone"].choices = time_zone_choices(self.instance.time_zone)
