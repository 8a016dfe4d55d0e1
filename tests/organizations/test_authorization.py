"""authorize(actor, action, organization): the whole table."""

import pytest

from iotdash.organizations import roles
from iotdash.organizations.authorization import NotAllowed, authorize, may
from iotdash.organizations.roles import Role
from tests.cast import MembershipFactory, OrganizationFactory

# Least roles as the design gives them, written down once more by hand.
TABLE = {
    roles.SEE: "reader analyst developer operator administrator",
    roles.SEE_NUMBERS: "analyst developer operator administrator",
    roles.SAVE_VIEWS: "analyst developer operator administrator",
    roles.EXPORT: "analyst developer operator administrator",
    roles.EDIT_DEVICES: "developer operator administrator",
    roles.CONFIGURE_DEVICES: "developer operator administrator",
    roles.MANAGE_KEYS: "developer operator administrator",
    roles.OPERATE: "operator administrator",
    roles.IMPORT_DEVICES: "operator administrator",
    roles.MANAGE_INVITATIONS: "operator administrator",
    roles.MANAGE_MEMBERS: "operator administrator",
    roles.MANAGE_ALL_KEYS: "operator administrator",
    roles.EDIT_MAIL_TEMPLATES: "operator administrator",
    roles.SET_ALERT_RULES: "operator administrator",
    roles.CHANGE_ROLES: "administrator",
    roles.MANAGE_EXTENSIONS: "administrator",
    roles.MANAGE_ORGANIZATION: "administrator",
}


def test_the_table_is_complete():
    assert set(TABLE) == set(roles.ACTIONS)


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", TABLE, ids=lambda action: action.words)
def test_who_may_what(action, role):
    actor = MembershipFactory(role=role)
    allowed = role in TABLE[action].split()
    assert may(actor, action, actor.organization) is allowed
    if allowed:
        authorize(actor, action, actor.organization)
    else:
        with pytest.raises(NotAllowed):
            authorize(actor, action, actor.organization)


@pytest.mark.django_db
def test_an_administrator_of_another_organization_may_nothing():
    actor, elsewhere = MembershipFactory(role=Role.ADMINISTRATOR), OrganizationFactory()
    assert not any(may(actor, action, elsewhere) for action in TABLE)


@pytest.mark.django_db
def test_the_refusal_says_whose_organization_it_is_not():
    actor, elsewhere = MembershipFactory(role=Role.ADMINISTRATOR), OrganizationFactory()
    with pytest.raises(NotAllowed, match="not a member"):
        authorize(actor, roles.SEE, elsewhere)


def test_role_words_name_what_each_role_adds():
    words = dict(roles.role_words())
    assert words["Reader"] == "May see this organization."
    assert words["Analyst"] == "Like Reader; may also see whole subscriber numbers, export lists and save views."
    assert words["Operator"] == (
        "Like Developer; may also run operations, import devices, manage invitations, manage members, "
        "manage API keys of others, edit mail templates and set alert rules."
    )
    assert list(words) == ["Reader", "Analyst", "Developer", "Operator", "Administrator"]
