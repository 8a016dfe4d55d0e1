from django.db import models


class Lease(models.Model):
    """A name that one holder has until a moment. Taken by a conditional UPDATE, on every database."""

    name = models.CharField(max_length=100, unique=True)
    holder = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} held by {self.holder or 'nobody'}"


class Heartbeat(models.Model):
    """The last sign of life of a part of the product, for instance of the sweep."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"


class KeyMark(models.Model):
    """What a key makes of a fixed text: tells that a key was changed, and nothing of the key."""

    name = models.CharField(max_length=40, unique=True)
    mark = models.CharField(max_length=64)
    noted_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"mark of the {self.name}"
