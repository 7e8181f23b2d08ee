"""Who is in the team of a project."""

from __future__ import annotations

from coding.roles import CoderRole, Member, Team
from coding.store.base import Base


class Members(Base):
    """Reads the team; it is written by operations, as all decisions are."""

    def team(self) -> Team:
        """Return the team; one without members where the project is free for everybody."""
        found = self._query("SELECT coder, roles, account FROM team ORDER BY coder")
        return Team(tuple(_member(row) for row in found))

    def check_role(self, coder: str | None, needs: CoderRole | None) -> None:
        """Let ``coder`` pass who may do what ``needs`` a role; everybody may where there is no team.

        Args:
            coder: The person; ``None`` where a caller did not say, which will do only without a team.
            needs: The role, or :data:`~coding.roles.ANYBODY` for every member.

        Raises:
            RoleError: They may not; it says what they lack and whom to ask.
        """
        self.team().check(" ".join((coder or "").split()), needs)


def _member(row: dict[str, str]) -> Member:
    return Member(row["coder"], tuple(CoderRole(role) for role in row["roles"].split()), row["account"])
