"""Who is at the screen where a team shares the app: Streamlit's sign-in, and whom a project lets in.

On one's own machine there is nothing of this. It begins where the secrets of the app have a part ``[auth]``: then
everybody signs in at the team's own provider (OpenID Connect), and is the coder whom the project's team knows under
that account. Whoever is not in the team sees nothing of the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from coding.edits import SetMember, apply_edits
from coding.errors import CodingError, RoleError
from coding.roles import CoderRole, Member
from coding.store import Project

_LONGEST_ACCOUNT = 320


class SignInError(CodingError):
    """Signing in is not set up as it has to be."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in.

    Attributes:
        account: What projects know them as: the e-mail address that the provider has verified, or else the provider's
            own name for them.
        name: What the provider calls them.
    """

    account: str
    name: str


def required() -> bool:
    """Tell whether people sign in here: whether the secrets have a part ``[auth]``."""
    return bool(_secret("auth"))


def providers() -> tuple[str, ...]:
    """Return the providers to sign in at by name; one without a name where the secrets name none."""
    named = tuple(
        name for name, value in _secret("auth").items() if isinstance(value, Mapping) and "client_id" in value
    )
    return named or ("",)


def sign_in(provider: str) -> None:
    """Send the browser to the provider.

    Raises:
        SignInError: The secrets lack something, or the package for it is not installed.
    """
    try:
        st.login(provider or None)
    except StreamlitAPIException as err:
        raise SignInError(str(err)) from err


def sign_out() -> None:
    """Forget who is at the screen, and begin anew."""
    st.logout()


def person() -> Person | None:
    """Return who has signed in, or ``None``."""
    if not required() or not st.user.get("is_logged_in"):
        return None
    return read_claims(st.user.to_dict())


def read_claims(claims: Mapping[str, Any]) -> Person | None:
    """Return the person that a provider vouches for; ``None`` where it names nobody.

    An address counts only where the provider says that it has verified it: some let people type any address they like.

    >>> read_claims({"sub": "17", "email": "Ada@Example.org", "email_verified": True, "name": "Ada"})
    Person(account='ada@example.org', name='Ada')
    >>> read_claims({"sub": "17", "email": "ada@example.org"})
    Person(account='17', name='17')
    """
    email, subject = _text(claims.get("email")), _text(claims.get("sub"))
    verified = claims.get("email_verified") in (True, "true")
    account = email.casefold() if email and verified else subject
    if not account or " " in account:
        return None
    return Person(account, _text(claims.get("name")) or account)


def starts_teams(account: str) -> bool:
    """Tell whether the secrets name an account as one that may begin a team: ``[team]`` with ``leads = […]``."""
    leads = _secret("team").get("leads")
    named = [leads] if isinstance(leads, str) else leads if isinstance(leads, (list, tuple)) else []
    return account.casefold() in {str(one).strip().casefold() for one in named}


def member_of(project: Project) -> Member | None:
    """Return whom a project knows the person at the screen as, or ``None``."""
    who = person()
    return None if who is None else project.team().find_account(who.account)


def check_entry(path: Path) -> None:
    """Let those pass whom a project lets in; everybody where nobody signs in.

    Raises:
        RoleError: They are not in its team; it says what to ask for.
        ProjectError: The project cannot be opened.
    """
    if not required():
        return
    who = person()
    if who is None:
        raise RoleError("sign in first")
    with Project.open(path) as project:
        team = project.team()
        if team.find_account(who.account) is not None or (not team.members and starts_teams(who.account)):
            return
    if not team.members:
        raise RoleError(
            f"nobody leads this project yet; have your account, {who.account}, made the one that leads it, by the "
            "command “coding team”"
        )
    raise RoleError(
        f"your account, {who.account}, is not in the team of this project; ask {' or '.join(team.leads)}, who leads "
        "it, to add it"
    )


def lets_in(path: Path) -> bool:
    """Tell whether a project lets the person at the screen in."""
    try:
        check_entry(path)
    except CodingError:
        return False
    return True


def begin_team(project: Project) -> Member | None:
    """Make the person at the screen the one who leads a project without a team, where the secrets say so.

    Raises:
        CodingError: The project cannot be written.
    """
    who = person()
    if who is None or project.team().members or not starts_teams(who.account):
        return None
    apply_edits(project, [SetMember(who.name, (CoderRole.LEAD,), who.account)], coder=who.name)
    return member_of(project)


def _secret(name: str) -> Mapping[str, Any]:
    # Reading secrets where there is no such file is an error in Streamlit.
    if not st.secrets.load_if_toml_exists():
        return {}
    found = st.secrets.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: object) -> str:
    flat = " ".join(value.split()) if isinstance(value, str) else ""
    return flat if flat.isprintable() and len(flat) <= _LONGEST_ACCOUNT else ""
