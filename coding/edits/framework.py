"""What researchers write about the framework: clusters, behaviours, statements, indicators, quotations and their order.

A row holds only what somebody wrote; everything else in it is ``NULL`` and follows the codebook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coding.edits.base import Context, Plan, quote, short
from coding.errors import EditError
from coding.framework import FIELDS, Behaviour, Cluster, Framework, Quotation, read_framework
from coding.model import Change
from coding.roles import CoderRole
from coding.store import Project
from coding.store.decisions import new_id
from coding.store.rows import dumps

Row = dict[str, object]

MOST_NAME = 160
MOST_STATEMENT = 8000
MOST_INDICATOR = 600
MOST_INDICATORS = 40
MOST_QUOTATIONS = 40

_CLUSTERS, _BEHAVIOURS = "framework_clusters", "framework_behaviours"
_NEW_CLUSTER: Row = {"id": "", "name": None, "statement": None, "position": None, "removed": 0}
_NEW_BEHAVIOUR: Row = {
    "id": "",
    "cluster_id": None,
    "position": None,
    "name": None,
    "statement": None,
    "codes": None,
    "positive": None,
    "contrary": None,
    "quotations": None,
    "left_out": 0,
}


@dataclass(frozen=True, slots=True)
class AddCluster:
    """Make a new cluster, behind all others."""

    name: str
    statement: str = ""
    cluster_id: str | None = None
    kind = "add-cluster"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the new row."""
        framework = read_framework(context.project)
        name = _name(self.name, "cluster")
        _check_free(framework, name)
        cluster_id = self.cluster_id or new_id()
        if context.project.row(_CLUSTERS, cluster_id) is not None:
            raise EditError("there is such a cluster already")
        new = {**_NEW_CLUSTER, "id": cluster_id, "name": name, "statement": _statement(self.statement)}
        order = [*(cluster.id for cluster in framework.clusters), cluster_id]
        changes = _positions(context.project, _CLUSTERS, order, {cluster_id: new})
        return Plan(changes, f"Added the cluster {name}")


@dataclass(frozen=True, slots=True)
class ChangeCluster:
    """Change the name or the statement of a cluster; ``None`` leaves one as it is."""

    cluster_id: str
    name: str | None = None
    statement: str | None = None
    kind = "change-cluster"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the cluster's row."""
        framework = read_framework(context.project)
        cluster = _cluster(framework, self.cluster_id)
        new: Row = {}
        if self.name is not None and (name := _name(self.name, "cluster")) != cluster.name:
            _check_free(framework, name, of=cluster)
            new["name"] = name
        if self.statement is not None and (statement := _statement(self.statement)) != cluster.statement:
            new["statement"] = statement
        if not new:
            return Plan((), "")
        change = _upsert(context.project, _CLUSTERS, self.cluster_id, new)
        what = f"Renamed the cluster {cluster.name} to {new['name']}" if "name" in new else ""
        return Plan((change,), what or f"Wrote about the cluster {cluster.name}")


@dataclass(frozen=True, slots=True)
class MoveCluster:
    """Put a cluster in front of another, or behind all where ``before`` is ``None``."""

    cluster_id: str
    before: str | None = None
    kind = "move-cluster"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the rows of the clusters that change places."""
        framework = read_framework(context.project)
        cluster = _cluster(framework, self.cluster_id)
        order = _moved([one.id for one in framework.clusters], self.cluster_id, self.before)
        if order == [one.id for one in framework.clusters]:
            return Plan((), "")
        return Plan(_positions(context.project, _CLUSTERS, order), f"Moved the cluster {cluster.name}")


@dataclass(frozen=True, slots=True)
class RemoveCluster:
    """Take an empty cluster away."""

    cluster_id: str
    kind = "remove-cluster"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the cluster's row."""
        cluster = _cluster(read_framework(context.project), self.cluster_id)
        if cluster.behaviours:
            raise EditError(f"“{cluster.name}” holds behaviours ({len(cluster.behaviours)}); move those first")
        change = _upsert(context.project, _CLUSTERS, self.cluster_id, {"removed": 1})
        return Plan((change,), f"Removed the cluster {cluster.name}")


@dataclass(frozen=True, slots=True)
class AddBehaviour:
    """Add a behaviour that no code of the codebook stands for by itself.

    Attributes:
        name: What it is called.
        cluster_id: Where it goes, behind all others there.
        codes: Ids of the codes whose codings are its evidence; may be none.
        statement: What it is.
        behaviour_id: Its id; a new one unless given.
    """

    name: str
    cluster_id: str
    codes: tuple[str, ...] = ()
    statement: str = ""
    behaviour_id: str | None = None
    kind = "add-behaviour"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the new row."""
        project = context.project
        cluster = _cluster(read_framework(project), self.cluster_id)
        name = _name(self.name, "behaviour")
        behaviour_id = self.behaviour_id or new_id()
        if behaviour_id in project.codebook() or project.row(_BEHAVIOURS, behaviour_id) is not None:
            raise EditError("there is such a behaviour already")
        new: Row = {
            **_NEW_BEHAVIOUR,
            "id": behaviour_id,
            "cluster_id": cluster.id,
            "name": name,
            "statement": _statement(self.statement),
            "codes": dumps(_codes(project, self.codes)),
        }
        order = [*(one.id for one in cluster.behaviours), behaviour_id]
        return Plan(_positions(project, _BEHAVIOURS, order, {behaviour_id: new}), f"Added the behaviour {name}")


@dataclass(frozen=True, slots=True)
class ChangeBehaviour:
    """Write about a behaviour; ``None`` leaves a field as it is.

    Attributes:
        behaviour_id: The behaviour.
        name: What it is called.
        statement: What it is, in the researchers' words.
        codes: Ids of the codes whose codings are its evidence.
        positive: Indicators that it is there.
        contrary: Indicators that it is not.
        quotations: The quotations that stand for it, in order.
        from_codebook: Names of fields to take from the codebook and the codings again.
    """

    behaviour_id: str
    name: str | None = None
    statement: str | None = None
    codes: tuple[str, ...] | None = None
    positive: tuple[str, ...] | None = None
    contrary: tuple[str, ...] | None = None
    quotations: tuple[Quotation, ...] | None = None
    from_codebook: tuple[str, ...] = ()
    kind = "change-behaviour"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the behaviour's row."""
        project = context.project
        old = _behaviour(read_framework(project), self.behaviour_id)
        new = self._given(project, old)
        new |= self._renewed(project, old)
        if not new:
            return Plan((), "")
        change = _upsert(project, _BEHAVIOURS, self.behaviour_id, new)
        if list(new) == ["name"] and new["name"] is not None:
            return Plan((change,), f"Renamed the behaviour {old.name} to {new['name']}")
        return Plan((change,), f"Wrote about {old.name}: {', '.join(new)}")

    def _given(self, project: Project, old: Behaviour) -> Row:
        tidy: dict[str, object] = {
            "name": None if self.name is None else _name(self.name, "behaviour"),
            "statement": None if self.statement is None else _statement(self.statement),
            "codes": None if self.codes is None else _codes(project, self.codes),
            "positive": None if self.positive is None else _indicators(self.positive),
            "contrary": None if self.contrary is None else _indicators(self.contrary),
            "quotations": None if self.quotations is None else _quotations(project, self.quotations),
        }
        return {
            field: value if isinstance(value, str) else dumps(_plain(value))
            for field, value in tidy.items()
            if value is not None and value != getattr(old, field)
        }

    def _renewed(self, project: Project, old: Behaviour) -> Row:
        unknown = set(self.from_codebook) - set(FIELDS)
        if unknown:
            raise EditError(f"a behaviour has no field {sorted(unknown)[0]!r}")
        code = project.codebook()[old.id] if old.id in project.codebook() else project.retired_codes().get(old.id)
        if code is None and set(self.from_codebook) - {"quotations"}:
            raise EditError(f"“{old.name}” is no code of the codebook, so there is nothing to take from it")
        return {field: None for field in FIELDS if field in self.from_codebook and field in old.written}


@dataclass(frozen=True, slots=True)
class MoveBehaviour:
    """Put a behaviour into a cluster, in front of another there or behind all; one that was left out comes back.

    Attributes:
        behaviour_id: The behaviour.
        cluster_id: Where it goes.
        before: Id of the behaviour to stand in front of; behind all others where it is ``None``.
    """

    behaviour_id: str
    cluster_id: str
    before: str | None = None
    kind = "move-behaviour"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the rows of the behaviours that change places."""
        framework = read_framework(context.project)
        behaviour = _behaviour(framework, self.behaviour_id)
        cluster = _cluster(framework, self.cluster_id)
        inside = [one.id for one in cluster.behaviours]
        order = _moved(inside, self.behaviour_id, self.before)
        if order == inside:
            return Plan((), "")
        row = context.project.row(_BEHAVIOURS, self.behaviour_id) or {**_NEW_BEHAVIOUR, "id": self.behaviour_id}
        new = {**row, "cluster_id": cluster.id, "left_out": 0}
        changes = _positions(context.project, _BEHAVIOURS, order, {self.behaviour_id: new})
        where = "" if self.behaviour_id in inside else f" to {cluster.name}"
        return Plan(changes, f"Moved {behaviour.name}{where}")


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Take a behaviour out of the framework; what was written about it stays, and it can come back."""

    behaviour_id: str
    kind = "leave-out"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan the behaviour's row."""
        framework = read_framework(context.project)
        behaviour = _behaviour(framework, self.behaviour_id)
        if framework.cluster_of(behaviour.id) is None:
            return Plan((), "")
        change = _upsert(context.project, _BEHAVIOURS, behaviour.id, {"left_out": 1})
        return Plan((change,), f"Left {behaviour.name} out of the framework")


@dataclass(frozen=True, slots=True)
class CombineBehaviours:
    """Make two behaviours one: the first one's codes and quotations go to the second, and it is left out.

    The codes and codings stay as they are.
    """

    behaviour_id: str
    into: str
    kind = "combine-behaviours"
    needs = CoderRole.RESEARCHER

    def plan(self, context: Context) -> Plan:
        """Plan both rows."""
        if self.behaviour_id == self.into:
            raise EditError("a behaviour cannot be combined with itself; choose another")
        project = context.project
        framework = read_framework(project)
        gone, kept = _behaviour(framework, self.behaviour_id), _behaviour(framework, self.into)
        new: Row = {
            "codes": dumps(tuple(dict.fromkeys((*kept.codes, *gone.codes)))),
            "positive": dumps(tuple(dict.fromkeys((*kept.positive, *gone.positive)))[:MOST_INDICATORS]),
            "contrary": dumps(tuple(dict.fromkeys((*kept.contrary, *gone.contrary)))[:MOST_INDICATORS]),
        }
        if gone.quotations is not None or kept.quotations is not None:
            both = tuple(dict.fromkeys((*(kept.quotations or ()), *(gone.quotations or ()))))
            new["quotations"] = dumps(_plain(both[:MOST_QUOTATIONS]))
        changes = (
            _upsert(project, _BEHAVIOURS, kept.id, new),
            _upsert(project, _BEHAVIOURS, gone.id, {"left_out": 1}),
        )
        return Plan(changes, f"Combined {gone.name} with {kept.name}")


def _cluster(framework: Framework, cluster_id: str) -> Cluster:
    found = framework.cluster(cluster_id)
    if found is None:
        raise EditError("there is no such cluster any more; look at the framework again")
    return found


def _behaviour(framework: Framework, behaviour_id: str) -> Behaviour:
    found = framework.behaviour(behaviour_id)
    if found is None:
        raise EditError("there is no such behaviour any more; look at the framework again")
    return found


def _upsert(project: Project, table: str, key: str, new: Mapping[str, object]) -> Change:
    old = project.row(table, key)
    blank = _NEW_CLUSTER if table == _CLUSTERS else _NEW_BEHAVIOUR
    return Change(table, key, old, {**(old or {**blank, "id": key}), **new})


def _positions(
    project: Project, table: str, order: Sequence[str], rows: Mapping[str, Row] | None = None
) -> tuple[Change, ...]:
    """Number rows in their order; ``rows`` are as they are to be, apart from their place."""
    blank = _NEW_CLUSTER if table == _CLUSTERS else _NEW_BEHAVIOUR
    changes = []
    for position, key in enumerate(order):
        old = project.row(table, key)
        base = (rows or {}).get(key) or old or {**blank, "id": key}
        new = {**base, "position": position}
        if new != old:
            changes.append(Change(table, key, old, new))
    return tuple(changes)


def _moved(order: list[str], key: str, before: str | None) -> list[str]:
    rest = [one for one in order if one != key]
    if before == key:
        return order
    if before is not None and before not in rest:
        raise EditError("there is nothing at that place any more; look at the framework again")
    rest.insert(len(rest) if before is None else rest.index(before), key)
    return rest


def _name(text: str, what: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise EditError(f"a {what} needs a name of 1 to {MOST_NAME} characters")
    return name


def _check_free(framework: Framework, name: str, *, of: Cluster | None = None) -> None:
    """Refuse a name that another cluster than the one it is for has already."""
    if any(one.name.casefold() == name.casefold() for one in framework.clusters if one is not of):
        raise EditError(f"there is a cluster called “{name}” already; choose another name")


def _statement(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    statement = "\n".join(lines).strip("\n")
    if len(statement) > MOST_STATEMENT:
        raise EditError(f"a statement has at most {MOST_STATEMENT:,} characters; this one has {len(statement):,}")
    return statement


def _indicators(texts: Sequence[str]) -> tuple[str, ...]:
    tidy = tuple(dict.fromkeys(line for text in texts if (line := " ".join(text.split()))))
    if len(tidy) > MOST_INDICATORS:
        raise EditError(f"a behaviour has at most {MOST_INDICATORS} indicators of a kind; these are {len(tidy)}")
    for text in tidy:
        if len(text) > MOST_INDICATOR:
            raise EditError(f"an indicator has at most {MOST_INDICATOR} characters; shorten “{short(text)}”")
    return tidy


def _codes(project: Project, codes: Sequence[str]) -> tuple[str, ...]:
    codebook, retired = project.codebook(), project.retired_codes()
    for code_id in codes:
        if code_id not in codebook and code_id not in retired:
            raise EditError(f"there is no code {code_id!r} in the codebook")
        if code_id in codebook and not codebook[code_id].codable:
            raise EditError(f"“{codebook[code_id].name}” is a group of codes; choose the codes in it")
    return tuple(dict.fromkeys(codes))


def _quotations(project: Project, quotations: Sequence[Quotation]) -> tuple[Quotation, ...]:
    tidy = tuple(dict.fromkeys(quotations))
    if len(tidy) > MOST_QUOTATIONS:
        raise EditError(f"a behaviour has at most {MOST_QUOTATIONS} quotations; these are {len(tidy)}")
    for one in tidy:
        quote(project, one.transcript_id, one.start_char, one.end_char)
    return tidy


def _plain(values: object) -> list[object]:
    """Return what JSON can hold: lists of texts, or of places."""
    found: list[object] = []
    for value in values if isinstance(values, tuple) else ():
        if isinstance(value, Quotation):
            found.append([value.transcript_id, value.start_char, value.end_char, value.contrary])
        else:
            found.append(value)
    return found
