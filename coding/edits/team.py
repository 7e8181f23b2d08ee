"""Who is in the team, and as what."""

from __future__ import annotations

from dataclasses import dataclass

from coding.edits.base import Context, Plan
from coding.errors import EditError
from coding.model import Change
from coding.roles import CoderRole, in_order
from coding.store import Project

_LONGEST_ACCOUNT = 320


@dataclass(frozen=True, slots=True)
class SetMember:
    """Take a person into the team, or give them other roles.

    The first member makes the project a team project and has to lead it; until then it is free for everybody.

    Attributes:
        coder: The name that stands beside what they do; as it is spelt there, where they have coded already.
        roles: At least one.
        account: Whom the team's sign-in knows them as; ``None`` leaves it as it is.
    """

    coder: str
    roles: tuple[CoderRole, ...]
    account: str | None = None
    kind = "set-member"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Plan the member's row."""
        project = context.project
        roles = in_order(self.roles)
        if not roles:
            raise EditError("a member of the team needs a role; to take somebody out of the team, remove them")
        name = project.add_coder(self.coder)
        old = project.row("team", name)
        account = (str(old["account"]) if old else "") if self.account is None else self.account.strip()
        _check_account(project, name, account)
        new = {"coder": name, "roles": " ".join(roles), "account": account}
        if new == old:
            return Plan((), "")
        others = [lead for lead in project.team().leads if lead != name]
        if CoderRole.LEAD not in roles and not others:
            if project.team().members:
                raise EditError(f"{name} is the only one who leads the team; let somebody else lead it first")
            raise EditError("a team begins with somebody who leads it; name them first")
        return Plan((Change("team", name, old, new),), f"{name} is a {' and '.join(roles)}")


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Take a person out of the team; what they did stays.

    Without its last member a project is free for everybody again.
    """

    coder: str
    kind = "remove-member"
    needs = CoderRole.LEAD

    def plan(self, context: Context) -> Plan:
        """Plan to delete the row; the edit keeps it."""
        project = context.project
        old = project.row("team", self.coder)
        if old is None:
            raise EditError(f"{self.coder} is not in the team of this project")
        team = project.team()
        if len(team.members) > 1 and team.leads == (self.coder,):
            raise EditError(f"{self.coder} is the only one who leads the team; let somebody else lead it first")
        return Plan((Change("team", self.coder, old, None),), f"{self.coder} has left the team")


def check_led(project: Project) -> None:
    """Let nothing pass that would leave a team without anybody who leads it.

    Raises:
        EditError: There are members, but nobody leads.
    """
    team = project.team()
    if team.members and not team.leads:
        raise EditError("this would leave the team without anybody who leads it; let somebody else lead it first")


def _check_account(project: Project, name: str, account: str) -> None:
    if not account:
        return
    if len(account) > _LONGEST_ACCOUNT or not account.isprintable() or " " in account:
        raise EditError("an account is what the sign-in knows a person as, such as an e-mail address, without spaces")
    other = project.team().find_account(account)
    if other is not None and other.coder != name:
        raise EditError(f"{account} is the account of {other.coder}")
