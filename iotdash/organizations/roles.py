"""The five roles, lowest first, and the actions that need one. No models: declarations import it."""

from dataclasses import dataclass

from django.db import models


class Role(models.TextChoices):
    READER = "reader", "Reader"
    ANALYST = "analyst", "Analyst"
    DEVELOPER = "developer", "Developer"
    OPERATOR = "operator", "Operator"
    ADMINISTRATOR = "administrator", "Administrator"

    @property
    def rank(self) -> int:
        """0 for Reader up to 4 for Administrator."""
        return list(Role).index(self)

    def reaches(self, other: "Role") -> bool:
        return self.rank >= other.rank


@dataclass(frozen=True)
class Action:
    """Something that a member may ask for, in words that fit after "may not"."""

    words: str
    least_role: Role


SEE = Action("see this organization", Role.READER)
SEE_NUMBERS = Action("see whole subscriber numbers", Role.ANALYST)
EXPORT = Action("export lists", Role.ANALYST)
MANAGE_ORGANIZATION = Action("change the organization", Role.ADMINISTRATOR)
MANAGE_EXTENSIONS = Action("manage extensions", Role.ADMINISTRATOR)
SAVE_VIEWS = Action("save views", Role.ANALYST)
EDIT_DEVICES = Action("edit devices", Role.DEVELOPER)
CONFIGURE_DEVICES = Action("change device configuration", Role.DEVELOPER)
# Up to one's own role.
MANAGE_KEYS = Action("make API keys", Role.DEVELOPER)
OPERATE = Action("run operations", Role.OPERATOR)
IMPORT_DEVICES = Action("import devices", Role.OPERATOR)
# These up to one's own role.
MANAGE_INVITATIONS = Action("manage invitations", Role.OPERATOR)
MANAGE_MEMBERS = Action("manage members", Role.OPERATOR)
MANAGE_ALL_KEYS = Action("manage API keys of others", Role.OPERATOR)
EDIT_MAIL_TEMPLATES = Action("edit mail templates", Role.OPERATOR)
SET_ALERT_RULES = Action("set alert rules", Role.OPERATOR)
CHANGE_ROLES = Action("change roles", Role.ADMINISTRATOR)
ACTIONS = (
    SEE,
    SEE_NUMBERS,
    EXPORT,
    SAVE_VIEWS,
    EDIT_DEVICES,
    CONFIGURE_DEVICES,
    MANAGE_KEYS,
    OPERATE,
    IMPORT_DEVICES,
    MANAGE_INVITATIONS,
    MANAGE_MEMBERS,
    MANAGE_ALL_KEYS,
    EDIT_MAIL_TEMPLATES,
    SET_ALERT_RULES,
    MANAGE_EXTENSIONS,
    CHANGE_ROLES,
    MANAGE_ORGANIZATION,
)


def role_words() -> list[tuple[str, str]]:
    """Each role with what it adds to the one below, in words made from the actions."""
    added = {role: [action.words for action in ACTIONS if action.least_role == role] for role in Role}
    return [(role.label, _sentence(words, role)) for role, words in added.items()]


def _sentence(words: list[str], role: Role) -> str:
    joined = " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
    if role.rank == 0:
        return f"May {joined}."
    below = list(Role)[role.rank - 1].label
    return f"Like {below}; may also {joined}." if words else f"Like {below}, and nothing more so far."
