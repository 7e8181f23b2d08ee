"""What every table of findings is computed from, as columns of numbers.

:func:`~coding.findings.reading.read_material` reads the project once. :meth:`Material.choose` narrows it down to
coders, groups and roles; what moderators say is left out unless it is asked for. People, sessions, groups, codes and
coders are numbered by their place in their frames, and words are numbered through all transcripts, so that a stretch
of talk is a half-open range of words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from coding.errors import CodingError

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

UNKNOWN = -1
"""In place of a person whom nobody knows."""


@dataclass(frozen=True)
class Material:
    """What is counted.

    Attributes:
        codings: A row a coding of the whole study, in reading order: ``coding_id``, ``session``, ``start_char``,
            ``end_char``, ``code``, ``coder``, ``valence`` (its place in :data:`~coding.store.columns.VALENCES`) and
            ``origin``.
        parts: A row for each coding and each turn that it touches, of what was chosen: ``coding`` (its row), ``turn``
            (its row), ``session``, ``group``, ``person``, ``code``, ``valence``, ``coder``, ``first_word``,
            ``end_word``.
        turns: A row a spoken turn of what was chosen, in reading order, under the number that the turn has in the
            whole study: ``session``, ``group``, ``person``, ``moderator``, ``place`` (among the spoken turns of its
            session, from 0), ``start_char``, ``end_char``, ``start_s``, ``end_s``, ``first_word``, ``end_word``.
        people: Everybody who speaks: ``person_id``, ``participant``, ``label`` (no two alike), ``moderator``.
        attributes: A row a person, a column an attribute; empty text where it is not known.
        sessions: ``transcript_id``, ``transcript``, ``group`` (its number), in the order of import.
        groups: Names of the focus groups in the order of their first session.
        codes: ``code_id``, ``code``, ``label`` (no two alike), ``parent_id``, ``parent``, ``cluster_id``, ``cluster``
            (the topmost group above), ``colour``, ``in_force``; as people read them, retired ones last.
        coders: Names of coders.
        finished: Pairs of a session and a coder who has finished some of it, of what was chosen.
        chosen: What was chosen, in words, for the note below a table.
        looked_at: The sessions of what was chosen that a chosen coder has coded or finished some of. What is not
            there is not there in these alone: nobody can tell for the others, so they are no part of "of how many".
    """

    codings: DataFrame
    parts: DataFrame
    turns: DataFrame
    people: DataFrame
    attributes: DataFrame
    sessions: DataFrame
    groups: tuple[str, ...]
    codes: DataFrame
    coders: tuple[str, ...]
    finished: tuple[tuple[int, int], ...] = ()
    chosen: tuple[str, ...] = ()
    looked_at: tuple[int, ...] = ()
    _whole: Material | None = field(default=None, repr=False)

    @property
    def whole(self) -> Material:
        """Return what this was chosen from."""
        return self._whole or self

    def choose(
        self,
        *,
        coders: Collection[str] | None = None,
        groups: Collection[str] | None = None,
        code_ids: Collection[str] | None = None,
        moderators: bool = False,
    ) -> Material:
        """Return what is counted when only some of it is wanted; each choice starts from the whole again.

        Args:
            coders: Only their codings; everybody's where it is ``None``.
            groups: Only these focus groups.
            code_ids: Only these codes, and those below them.
            moderators: Also what moderators say.

        Raises:
            CodingError: A coder, a group or a code is unknown.
        """
        import numpy as np

        whole = self.whole
        wanted_groups = _numbers(groups, whole.groups, "group")
        wanted_coders = _numbers(coders, whole.coders, "coder")
        turns, parts = whole.turns, whole.parts
        keep = np.ones(len(turns), dtype=bool) if moderators else ~turns["moderator"].to_numpy()
        if wanted_groups is not None:
            keep &= np.isin(turns["group"], wanted_groups)
        chosen_turns = turns[keep]
        stays = np.zeros(int(turns.index.max()) + 1 if len(turns) else 0, dtype=bool)
        stays[chosen_turns.index] = True
        kept = stays[parts["turn"].to_numpy()]
        if wanted_coders is not None:
            kept &= np.isin(parts["coder"], wanted_coders)
        if code_ids is not None:
            kept &= np.isin(parts["code"], _codes_below(whole.codes, code_ids))
        words = (
            "" if coders is None else f"coded by {', '.join(coders)}",
            "" if groups is None else f"in {', '.join(groups)}",
            "with moderators" if moderators else "without moderators",
        )
        finished = tuple(pair for pair in whole.finished if wanted_coders is None or pair[1] in wanted_coders)
        return replace(
            whole,
            parts=parts[kept],
            turns=chosen_turns,
            finished=finished,
            chosen=tuple(filter(None, words)),
            looked_at=_looked_at(whole, chosen_turns, wanted_coders, finished),
            _whole=whole,
        )

    def by_cluster(self) -> Material:
        """Return the same with the topmost groups of codes in place of the codes, so that tables count these."""
        import numpy as np
        import pandas as pd

        codes = self.codes
        alone = codes["cluster_id"] == ""
        ids = codes["cluster_id"].where(~alone, codes["code_id"])
        first = ids.drop_duplicates().index
        place = pd.Series(range(len(first)), index=ids.loc[first])
        clusters = pd.DataFrame(
            {
                "code_id": ids.loc[first],
                "code": codes["cluster"].where(~alone, codes["code"]).loc[first],
                "label": codes["cluster"].where(~alone, codes["label"]).loc[first],
                **dict.fromkeys(("parent_id", "parent", "cluster_id", "cluster"), ""),
                "colour": codes["colour"].loc[first],
                "in_force": codes["in_force"].groupby(ids).any().reindex(ids.loc[first]).to_numpy(dtype=bool),
            }
        ).reset_index(drop=True)
        of_code = place.reindex(ids).to_numpy(dtype=np.int32)
        parts = self.parts.assign(code=of_code[self.parts["code"].to_numpy()])
        return replace(self, parts=parts, codes=clusters, _whole=self.whole)

    @cached_property
    def speakers(self) -> NDArray[int64]:
        """Return the people who say something in what was chosen."""
        import numpy as np

        return np.setdiff1d(self.turns["person"].to_numpy(), [UNKNOWN])

    @cached_property
    def used_groups(self) -> NDArray[int64]:
        """Return the groups that something is said in, in order."""
        import numpy as np

        return np.unique(self.turns["group"].to_numpy())

    @cached_property
    def coded_turns(self) -> DataFrame:
        """Return the turns of the sessions that somebody looked at."""
        return self.turns[self.turns["session"].isin(self.looked_at)]

    @property
    def not_looked_at(self) -> tuple[str, ...]:
        """Return the names of the transcripts that no chosen coder has begun."""
        left = [at for at in self.used_sessions if at not in self.looked_at]
        return tuple(self.sessions["transcript"].iloc[left])

    @cached_property
    def used_sessions(self) -> NDArray[int64]:
        """Return the sessions that something is said in, in order."""
        import numpy as np

        return np.unique(self.turns["session"].to_numpy())

    @cached_property
    def shown_codes(self) -> NDArray[int64]:
        """Return the codes that a table has a row for: those in force, and others with codings in it."""
        import numpy as np

        return np.union1d(np.flatnonzero(self.codes["in_force"]), np.unique(self.parts["code"].to_numpy()))

    def code(self, code_id: str) -> int:
        """Return the number of a code.

        Raises:
            CodingError: There is no such code.
        """
        return _number(code_id, list(self.codes["code_id"]), "code")

    def person(self, person_id: str) -> int:
        """Return the number of a person.

        Raises:
            CodingError: There is no such person.
        """
        return _number(person_id, list(self.people["person_id"]), "participant")

    def group(self, name: str) -> int:
        """Return the number of a group.

        Raises:
            CodingError: There is no such group.
        """
        return _number(name, self.groups, "group")

    def levels(self, attribute: str) -> Series:
        """Return what each person has for an attribute, empty text where it is not known.

        Raises:
            CodingError: There is no such attribute.
        """
        if attribute not in self.attributes:
            raise CodingError(
                f"no participant has the attribute {attribute!r}; there are "
                f"{', '.join(self.attributes.columns) or 'none yet'}"
            )
        return self.attributes[attribute]


def covered(keys: NDArray[Any], first_word: NDArray[Any], end_word: NDArray[Any], size: int) -> NDArray[int64]:
    """Count the words that the ranges of each key cover together; what two ranges share counts once.

    Args:
        keys: From 0 to below ``size``, one for each range.
        first_word: Where each range starts.
        end_word: Where it ends.
        size: How many keys there are.

    Returns:
        Shape ``(size,)``.

    >>> import numpy as np
    >>> covered(np.array([0, 0, 1]), np.array([0, 2, 5]), np.array([4, 6, 6]), 2)
    array([6, 1])
    """
    import numpy as np

    if not len(keys):
        return np.zeros(size, dtype=np.int64)
    order = np.lexsort((first_word, keys))
    key, first, end = keys[order].astype(np.int64), first_word[order].astype(np.int64), end_word[order].astype(np.int64)
    # Each key gets a range of numbers of its own, so that one running maximum serves all keys.
    stride = int(end.max()) + 1
    reached = np.maximum.accumulate(end + key * stride)
    before = np.empty_like(reached)
    before[0] = -1
    before[1:] = reached[:-1]
    fresh = np.maximum(0, end + key * stride - np.maximum(first + key * stride, before))
    return np.bincount(key, weights=fresh, minlength=size).astype(np.int64)


def distinct_rows(codings: NDArray[Any]) -> list[int]:
    """Return rows of codings in order, each once."""
    import numpy as np

    return [int(row) for row in np.unique(codings)]


def _numbers(wanted: Collection[str] | None, there: Sequence[str], what: str) -> list[int] | None:
    return None if wanted is None else [_number(name, there, what) for name in wanted]


def _number(name: str, there: Sequence[str], what: str) -> int:
    if name not in there:
        raise CodingError(f"there is no {what} {name!r} here; there are {', '.join(there) or 'none yet'}")
    return there.index(name)


def _looked_at(
    whole: Material, turns: DataFrame, coders: list[int] | None, finished: Iterable[tuple[int, int]]
) -> tuple[int, ...]:
    coded = whole.codings if coders is None else whole.codings[whole.codings["coder"].isin(coders)]
    begun = {*coded["session"].unique().tolist(), *(session for session, _ in finished)}
    return tuple(sorted(begun & set(turns["session"].unique().tolist())))


def _codes_below(codes: DataFrame, wanted: Collection[str]) -> list[int]:
    """Return the codes with these ids, and those below them."""
    parent = dict(zip(codes["code_id"], codes["parent_id"], strict=True))
    above = {*codes["code_id"], *codes["parent_id"], *codes["cluster_id"]}
    for code_id in wanted:
        if code_id not in above:
            raise CodingError(f"there is no code {code_id!r} in this project")
    found = []
    for at, (code_id, cluster) in enumerate(zip(codes["code_id"], codes["cluster_id"], strict=True)):
        chain, current = {cluster}, code_id
        while current and current not in chain:
            chain.add(current)
            current = parent.get(current, "")
        if chain & set(wanted):
            found.append(at)
    return found
