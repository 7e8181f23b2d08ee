"""Who may do what in a project that several people share.

A project is free for everybody until somebody makes it a *team project* by saying who leads it. From then on only
members act in it, each as far as their roles go; whoever leads may do everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from coding.errors import RoleError


class CoderRole(StrEnum):
    """What a member of the team does; one person may have several roles."""

    FACILITATOR = "facilitator"
    RESEARCHER = "researcher"
    LEAD = "lead"


_AGAIN = re.compile(r"\s*\((?:again|2|2nd|second)(?: time)?\)$", re.IGNORECASE)

ANYBODY = None
"""What an operation needs that every member may do."""

DOES = {
    CoderRole.FACILITATOR: "brings transcripts in and looks after participants",
    CoderRole.RESEARCHER: "codes and works on the codebook",
    CoderRole.LEAD: "assigns work, settles disagreements, exports, and may do all else",
}
"""What each role is for, for people."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the team.

    Attributes:
        coder: The name that stands beside what they do.
        roles: At least one, in the order of :class:`CoderRole`.
        account: Whom the team's sign-in knows them as, such as a verified e-mail address; empty where nobody signs in.
    """

    coder: str
    roles: tuple[CoderRole, ...]
    account: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody who may act in a project; without members the project is nobody's and free for all."""

    members: tuple[Member, ...] = ()

    @property
    def leads(self) -> tuple[str, ...]:
        """Return the names of those who lead."""
        return tuple(member.coder for member in self.members if CoderRole.LEAD in member.roles)

    def find(self, coder: str) -> Member | None:
        """Return the member of that name, if there is one; whoever codes a second time is the same member."""
        named = {member.coder: member for member in self.members}
        return named.get(coder) or named.get(person_of(coder))

    def find_account(self, account: str) -> Member | None:
        """Return the member who signs in as ``account``, whatever its case; nobody for an empty one."""
        wanted = account.strip().casefold()
        return next((member for member in self.members if wanted and member.account.casefold() == wanted), None)

    def allows(self, coder: str, needs: CoderRole | None) -> bool:
        """Tell whether a person may do what needs a role.

        >>> team = Team((Member("Ada", (CoderRole.LEAD,)), Member("Bo", (CoderRole.RESEARCHER,))))
        >>> team.allows("Bo", CoderRole.RESEARCHER), team.allows("Bo", CoderRole.LEAD), team.allows("Cy", ANYBODY)
        (True, False, False)
        >>> Team().allows("Cy", CoderRole.LEAD)
        True
        """
        if not self.members:
            return True
        member = self.find(coder)
        if member is None:
            return False
        return needs is None or needs in member.roles or CoderRole.LEAD in member.roles

    def check(self, coder: str, needs: CoderRole | None) -> None:
        """Let a person pass who may do what needs a role.

        Raises:
            RoleError: They may not; it says what they lack and whom to ask.
        """
        if self.allows(coder, needs):
            return
        lead = " or ".join(self.leads)
        member = self.find(coder)
        if not coder:
            raise RoleError(f"a team shares this project, so it has to be said who does this; {lead} leads it")
        if member is None:
            raise RoleError(f"{coder} is not in the team of this project; ask {lead}, who leads it")
        raise RoleError(
            f"this needs a {needs}, and {coder} is a {' and '.join(member.roles)} here; ask {lead}, who leads the team"
        )


def again(coder: str) -> str:
    """Return the name under which somebody codes the same talk a second time, apart from the first.

    >>> again("Ada"), again("Ada (again)")
    ('Ada (again)', 'Ada (again)')
    """
    return f"{person_of(coder)} (again)"


def person_of(coder: str) -> str:
    """Return the person behind a name under which they may code a second time.

    >>> person_of("Ada (again)"), person_of("Ada (2)"), person_of("Ada")
    ('Ada', 'Ada', 'Ada')
    """
    return _AGAIN.sub("", coder)


def in_order(roles: Iterable[CoderRole]) -> tuple[CoderRole, ...]:
    """Return roles once each, in the order of :class:`CoderRole`."""
    wanted = set(roles)
    return tuple(role for role in CoderRole if role in wanted)
