"""Tags, and which of them stand together on devices; `devices.models` brings them into the app."""

from django.db import models

from devices.fields import ExactTextField
from iotdash.organizations.models import Organization

LONGEST = 40
# Upper and lower case and ways of writing one letter: a folded name may be up to this many times as long.
_FOLDED_MAY_BE_LONGER = 18
# `Device.tag_set` of a device without tags.
NO_TAGS = 0


class Tag(models.Model):
    """`folded` is what a name is compared by: two that differ only in upper and lower case are one tag."""

    class Colour(models.TextChoices):
        BLUE = "blue", "Blue"
        GREEN = "green", "Green"
        AMBER = "amber", "Amber"
        RED = "red", "Red"
        VIOLET = "violet", "Violet"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="tags")
    name = ExactTextField(max_length=LONGEST)
    folded = ExactTextField(max_length=LONGEST * _FOLDED_MAY_BE_LONGER, editable=False)
    colour = models.CharField(max_length=10, choices=Colour, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "folded"], name="tag_in_organization")]

    def __str__(self) -> str:
        return self.name


class TagSet(models.Model):
    """Tags that stand together on some device: a device has one set, and is found by it as by any field of its own.

    There are few sets however many devices there are. `key` is the tags' primary keys in their order with commas
    between, so that each set is there once; one that no device has any more stays for the next.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="tag_sets")
    key = ExactTextField(max_length=500)
    tags = models.ManyToManyField(Tag, related_name="sets")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="tag_set_in_organization")]

    def __str__(self) -> str:
        return self.key
