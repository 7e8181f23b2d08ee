"""What people wrote about the framework of behaviours; what they left alone comes from the codebook."""

from __future__ import annotations

import json
from dataclasses import dataclass

from coding.store.base import Base


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """What people decided about one cluster; ``None`` where they decided nothing."""

    id: str
    name: str | None
    statement: str | None
    position: int | None
    removed: bool


@dataclass(frozen=True, slots=True)
class BehaviourRow:
    """What people decided about one behaviour; ``None`` where they decided nothing.

    Attributes:
        id: That of a code, or one of its own.
        cluster_id: The cluster that it was put into.
        position: Its place there.
        name: What it is called.
        statement: What it is, in the researchers' words.
        codes: Ids of the codes whose codings are its evidence.
        positive: Indicators that it is there.
        contrary: Indicators that it is not.
        quotations: Transcript, start, end, and whether it tells of the lack.
        left_out: Whether it stands outside the framework.
    """

    id: str
    cluster_id: str | None
    position: int | None
    name: str | None
    statement: str | None
    codes: tuple[str, ...] | None
    positive: tuple[str, ...] | None
    contrary: tuple[str, ...] | None
    quotations: tuple[tuple[str, int, int, bool], ...] | None
    left_out: bool


class Outline(Base):
    """Reads what people decided about the framework; writes only through :func:`coding.edits.apply_edits`."""

    def framework_clusters(self) -> list[ClusterRow]:
        """Return what was decided about clusters."""
        found = self._query("SELECT * FROM framework_clusters ORDER BY position IS NULL, position, id")
        return [ClusterRow(**{**row, "removed": bool(row["removed"])}) for row in found]

    def framework_behaviours(self) -> list[BehaviourRow]:
        """Return what was decided about behaviours."""
        found = self._query("SELECT * FROM framework_behaviours ORDER BY position IS NULL, position, id")
        return [
            BehaviourRow(
                id=row["id"],
                cluster_id=row["cluster_id"],
                position=row["position"],
                name=row["name"],
                statement=row["statement"],
                codes=_texts(row["codes"]),
                positive=_texts(row["positive"]),
                contrary=_texts(row["contrary"]),
                quotations=_quotations(row["quotations"]),
                left_out=bool(row["left_out"]),
            )
            for row in found
        ]


def _texts(stored: str | None) -> tuple[str, ...] | None:
    return None if stored is None else tuple(json.loads(stored))


def _quotations(stored: str | None) -> tuple[tuple[str, int, int, bool], ...] | None:
    if stored is None:
        return None
    return tuple(
        (str(where), int(start), int(end), bool(contrary)) for where, start, end, contrary in json.loads(stored)
    )
