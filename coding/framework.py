"""The framework of behaviours: clusters of behaviours, each with a statement, indicators and quotations.

It starts filled from the codebook: a cluster for each group of codes, a behaviour for each code, its definition as the
statement, and its rules as indicators. What people write takes the place of that, field by field, so that the rest
still follows the codebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from coding.model import Code, Codebook, tree_order
from coding.store import BehaviourRow, ClusterRow, Project

OTHERS = "others"
"""The id of the cluster for codes that stand in no group."""

FIELDS = ("name", "statement", "codes", "positive", "contrary", "quotations")
"""What people can write about a behaviour, and take from the codebook again."""

_LACK = re.compile(r"apply (?:\w+ )?to (?:the|its) lack\b\s*(?:of it)?\s*[:,]?\s*", re.IGNORECASE)
_APPLY = re.compile(r"apply (?:it |this |the code )?(?=when |where |if |to )(?:when |where |if |to )", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of talk that stands for a behaviour, or for its lack.

    Attributes:
        transcript_id: The transcript.
        start_char: Start in its text.
        end_char: End in its text.
        contrary: Whether it tells of the lack.
    """

    transcript_id: str
    start_char: int
    end_char: int
    contrary: bool = False


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One behaviour of the framework.

    Attributes:
        id: That of a code, or one of its own.
        name: What it is called.
        statement: What it is.
        codes: Ids of the codes whose codings are its evidence.
        positive: Indicators that it is there.
        contrary: Indicators that it is not.
        quotations: Those that people chose; ``None`` where nobody chose yet.
        written: The fields that people wrote; the others come from the codebook.
        retired: Whether its code is no longer in the codebook.
    """

    id: str
    name: str
    statement: str = ""
    codes: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    contrary: tuple[str, ...] = ()
    quotations: tuple[Quotation, ...] | None = None
    written: frozenset[str] = frozenset()
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """Behaviours that belong together, in order.

    Attributes:
        id: That of a group of codes, or one of its own.
        name: What it is called.
        statement: What holds it together.
        behaviours: In order.
        written: The fields that people wrote.
    """

    id: str
    name: str
    statement: str = ""
    behaviours: tuple[Behaviour, ...] = ()
    written: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Framework:
    """Clusters in order, and the behaviours that stand outside."""

    clusters: tuple[Cluster, ...] = ()
    left_out: tuple[Behaviour, ...] = ()

    @property
    def behaviours(self) -> tuple[Behaviour, ...]:
        """Return the behaviours of all clusters in order."""
        return tuple(behaviour for cluster in self.clusters for behaviour in cluster.behaviours)

    def cluster(self, cluster_id: str) -> Cluster | None:
        """Return the cluster with that id."""
        return next((cluster for cluster in self.clusters if cluster.id == cluster_id), None)

    def cluster_of(self, behaviour_id: str) -> Cluster | None:
        """Return the cluster that a behaviour stands in, or ``None`` where it is left out or unknown."""
        return next((c for c in self.clusters if any(b.id == behaviour_id for b in c.behaviours)), None)

    def behaviour(self, behaviour_id: str) -> Behaviour | None:
        """Return the behaviour with that id, whether it stands in a cluster or is left out."""
        every = (*self.behaviours, *self.left_out)
        return next((behaviour for behaviour in every if behaviour.id == behaviour_id), None)


def read_framework(project: Project) -> Framework:
    """Return the framework of a project as it stands.

    >>> import tempfile
    >>> from coding.edits import SetCodebook, apply_edits
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     book = Codebook("", codes=(Code("near", "Near", codable=False), Code("meets", "Meets customers", "near")))
    ...     _ = apply_edits(project, [SetCodebook(book)], coder="Ada")
    ...     [(cluster.name, [one.name for one in cluster.behaviours]) for cluster in read_framework(project).clusters]
    [('Near', ['Meets customers'])]
    """
    return build_framework(
        project.codebook(),
        project.retired_codes(),
        clusters=project.framework_clusters(),
        behaviours=project.framework_behaviours(),
    )


def build_framework(
    codebook: Codebook,
    retired: Mapping[str, Code] | None = None,
    *,
    clusters: Sequence[ClusterRow] = (),
    behaviours: Sequence[BehaviourRow] = (),
) -> Framework:
    """Return the framework that a codebook and people's decisions add up to.

    Args:
        codebook: The codebook in force.
        retired: Codes that once were in it; a behaviour that somebody wrote about stays when its code retires.
        clusters: What was decided about clusters.
        behaviours: What was decided about behaviours.
    """
    retired = retired or {}
    decided = {row.id: row for row in behaviours}
    found: dict[str, list[tuple[tuple[bool, int], Behaviour]]] = {}
    outside: list[Behaviour] = []
    made = _by_default(codebook)
    for place, (behaviour_id, code) in enumerate(_sources(codebook, retired, behaviours)):
        row = decided.get(behaviour_id)
        behaviour = _behaviour(behaviour_id, code, row, retired=code is not None and code.id not in codebook)
        if row is not None and row.left_out:
            outside.append(behaviour)
            continue
        home = (row.cluster_id if row else None) or (made.home(code) if code else OTHERS)
        order = (True, place) if row is None or row.position is None else (False, row.position)
        found.setdefault(home, []).append((order, behaviour))
    members = {home: tuple(one for _, one in sorted(items, key=lambda item: item[0])) for home, items in found.items()}
    names = {code.id: code.name for code in retired.values()}
    return Framework(_clusters(made, clusters, members, names), tuple(outside))


def _sources(
    codebook: Codebook, retired: Mapping[str, Code], rows: Iterable[BehaviourRow]
) -> list[tuple[str, Code | None]]:
    """Return the behaviours that there are: one a code, those that people added, and those whose code retired."""
    found: list[tuple[str, Code | None]] = [(code.id, code) for code, _ in tree_order(codebook) if code.codable]
    for row in rows:
        if row.id in codebook:
            continue
        if row.codes is not None or (row.id in retired and _wrote(row)):
            found.append((row.id, retired.get(row.id)))
    return found


def _wrote(row: BehaviourRow) -> bool:
    return any(field is not None for field in (row.name, row.statement, row.positive, row.contrary, row.quotations))


def _behaviour(behaviour_id: str, code: Code | None, row: BehaviourRow | None, *, retired: bool) -> Behaviour:
    plain = Behaviour(behaviour_id, behaviour_id, retired=retired)
    if code is not None:
        positive, contrary = indicators(code)
        plain = replace(
            plain, name=code.name, statement=code.definition, codes=(code.id,), positive=positive, contrary=contrary
        )
    if row is None:
        return plain
    given: dict[str, object] = {name: value for name in FIELDS if (value := getattr(row, name)) is not None}
    if row.quotations is not None:
        given["quotations"] = tuple(Quotation(*place) for place in row.quotations)
    return replace(plain, **given, written=frozenset(given))  # type: ignore[arg-type]


def indicators(code: Code) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the indicators that a code's rules amount to, positive and contrary ones.

    A rule for the lack of a behaviour is a contrary indicator. Where there are no rules of a kind, the code's examples
    stand in.

    >>> indicators(Code("x", "X", include=("Apply when the leader rings back.", "Apply to the lack: silence.")))
    (('The leader rings back.',), ('Silence.',))
    """
    positive, contrary = [], []
    for rule in code.include:
        lack = _LACK.match(rule)
        if lack:
            contrary.append(_sentence(rule[lack.end() :]))
        else:
            positive.append(_sentence(_APPLY.sub("", rule, count=1) if _APPLY.match(rule) else rule))
    return (
        tuple(filter(None, positive)) or code.examples,
        tuple(filter(None, contrary)) or code.contrary_examples,
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class _Groups:
    """The clusters that the codebook makes."""

    homes: Mapping[str, str]
    clusters: Mapping[str, Cluster]

    def home(self, code: Code) -> str:
        return self.homes.get(code.id, OTHERS)


def _by_default(codebook: Codebook) -> _Groups:
    homes: dict[str, str] = {}
    clusters: dict[str, Cluster] = {}
    for code, _ in tree_order(codebook):
        if not code.codable:
            clusters[code.id] = Cluster(code.id, code.name, code.definition)
            continue
        above = [item for item in codebook.path(code.id)[:-1] if not item.codable]
        homes[code.id] = above[-1].id if above else OTHERS
    name = "Behaviours" if set(homes.values()) <= {OTHERS} else "Other behaviours"
    clusters[OTHERS] = Cluster(OTHERS, name)
    return _Groups(homes, clusters)


def _clusters(
    made: _Groups, rows: Sequence[ClusterRow], members: Mapping[str, tuple[Behaviour, ...]], retired: Mapping[str, str]
) -> tuple[Cluster, ...]:
    decided = {row.id: row for row in rows}
    known = dict(made.clusters)
    # A behaviour may stand in a group that has left the codebook since; nothing that was ordered gets lost by that.
    for home in (*decided, *members):
        known.setdefault(home, Cluster(home, retired.get(home, home)))
    found: list[tuple[tuple[bool, int], Cluster]] = []
    used = set(made.homes.values())
    for place, (cluster_id, cluster) in enumerate(known.items()):
        row = decided.get(cluster_id)
        inside = members.get(cluster_id, ())
        if not inside and not _shown_empty(cluster_id, row, used):
            continue
        if row is not None:
            given = {name: value for name in ("name", "statement") if (value := getattr(row, name)) is not None}
            cluster = replace(cluster, **given, written=frozenset(given))
        order = (True, place) if row is None or row.position is None else (False, row.position)
        found.append((order, replace(cluster, behaviours=inside)))
    return tuple(cluster for _, cluster in sorted(found, key=lambda item: item[0]))


def _shown_empty(cluster_id: str, row: ClusterRow | None, used: Iterable[str]) -> bool:
    """Tell whether an empty cluster is shown: one that people made or emptied, until they remove it."""
    if row is not None and row.removed:
        return False
    return cluster_id in used or (row is not None and row.name is not None)
