"""Whom a project lets in where people sign in; the real way through a provider is in tests/e2e."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from coding.edits import SetMember, apply_edits
from coding.errors import RoleError
from coding.roles import CoderRole
from coding.store import Project
from coding.ui import session, signing
from coding.ui.signing import Person, read_claims

ADA = {"sub": "1", "email": "Ada@Example.org", "email_verified": True, "name": "Ada"}


@pytest.mark.parametrize(
    ("claims", "account"),
    [
        (ADA, "ada@example.org"),
        ({**ADA, "email_verified": "true"}, "ada@example.org"),
        ({**ADA, "email_verified": False}, "1"),
        ({"sub": "1", "email": "ada@example.org"}, "1"),
        ({"sub": "1", "email": ["ada@example.org"], "email_verified": True}, "1"),
        ({"sub": "a b"}, None),
        ({"sub": "x" * 400}, None),
        ({"sub": "a\x00b"}, None),
        ({}, None),
    ],
)
def test_only_a_verified_address_is_an_account(claims, account):
    found = read_claims(claims)
    assert (None if found is None else found.account) == account


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch):
    """Return a function that lets somebody be signed in."""

    def as_person(who: Person | None, *, leads: tuple[str, ...] = ()) -> None:
        monkeypatch.setattr(signing, "required", lambda: True)
        monkeypatch.setattr(signing, "person", lambda: who)
        monkeypatch.setattr(signing, "starts_teams", lambda account: account in leads)

    return as_person


def test_a_project_lets_its_members_in_and_nobody_else(signed_in, study):
    with Project.open(study) as project:
        apply_edits(project, [SetMember("Ada", (CoderRole.LEAD,), "ada@example.org")], coder="Ada")
    signed_in(Person("ada@example.org", "Ada"))
    signing.check_entry(study)
    signed_in(Person("eve@example.org", "Ada"), leads=("eve@example.org",))
    with pytest.raises(RoleError, match="ask Ada, who leads it"):
        signing.check_entry(study)
    assert not signing.lets_in(study)
    signed_in(None)
    with pytest.raises(RoleError, match="sign in first"):
        signing.check_entry(study)


def test_only_who_the_secrets_name_begins_a_team(signed_in, study):
    signed_in(Person("bo@example.org", "Bo"))
    with Project.open(study) as project:
        assert signing.begin_team(project) is None
        signed_in(Person("ada@example.org", "Ada"), leads=("ada@example.org",))
        assert signing.begin_team(project) == project.team().find("Ada")
        signed_in(Person("cy@example.org", "Cy"), leads=("cy@example.org",))
        assert signing.begin_team(project) is None


def test_pages_are_closed_to_strangers_and_open_to_members(signed_in, run, study):
    with Project.open(study) as project:
        apply_edits(project, [SetMember("A. Okafor", (CoderRole.LEAD,), "ada@example.org")], coder="A. Okafor")
    signed_in(Person("eve@example.org", "Eve"))
    at: AppTest = run(study, coder="A. Okafor")
    assert "not in the team" in at.error[0].value
    assert [button.label for button in at.button] == ["Try again", "Close this project", "Sign out"]
    signed_in(Person("ada@example.org", "Ada"))
    at.run()
    assert not at.error
    assert at.session_state[session._SIGNED] == "A. Okafor"


def test_nobody_types_a_path_or_makes_a_project_who_may_not(signed_in, run, study):
    signed_in(Person("eve@example.org", "Eve"))
    at: AppTest = run(None)
    assert [field.label for field in at.text_input] == []
    assert any("open to your account" in text.value for text in at.text)
    signed_in(Person("ada@example.org", "Ada"), leads=("ada@example.org",))
    at = run(None)
    assert "Project file" in [field.label for field in at.text_input]
