"""Registry of the cards on an organization's overview; apps fill it in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class CardContent:
    """What a card shows: a template and its context."""

    template: str
    context: dict[str, Any]


# Called with (request, organization, membership); None means that this member sees no such card.
RenderCard = Callable[[HttpRequest, Any, Any], CardContent | None]


@dataclass(frozen=True)
class Card:
    """One card: `name` is unique, `order` sorts, `render` gives template and context."""

    name: str
    order: int
    render: RenderCard


_cards: dict[str, Card] = {}


def register(card: Card) -> None:
    """Add a card; the same name again replaces it, so that ready() may run twice."""
    _cards[card.name] = card


def cards(request: HttpRequest, organization: Any, membership: Any) -> list[CardContent]:
    """The contents to show, in order."""
    ordered = sorted(_cards.values(), key=lambda card: (card.order, card.name))
    contents = (card.render(request, organization, membership) for card in ordered)
    return [content for content in contents if content is not None]
