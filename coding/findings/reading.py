"""Read a project once into :class:`~coding.findings.material.Material`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from coding.consensus import layer as read_layer
from coding.findings.material import Material
from coding.model import tree_order
from coding.store import Project

if TYPE_CHECKING:
    from numpy import bool_, int64
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

    from coding.store import Columns


def read_material(
    project: Project,
    *,
    coders: Collection[str] | None = None,
    groups: Collection[str] | None = None,
    moderators: bool = False,
    layer: str = "coders",
) -> Material:
    """Read what findings are computed from, and choose from it as :meth:`Material.choose` does.

    Headings, which nobody spoke, are left out, and so are codings of nothing but labels and headings. ``layer`` is
    whose codings are read, as :func:`coding.consensus.layer` takes it.

    Raises:
        CodingError: A coder, a group or the layer is unknown.
        ProjectError: The project cannot be read.

    >>> import tempfile
    >>> from coding.store import Project
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     len(read_material(project).parts)
    0
    """
    import numpy as np
    import pandas as pd

    columns = read_layer(project, layer).columns()
    groups_there = tuple(dict.fromkeys(row[2] for row in columns.transcripts))
    session_group = np.array([groups_there.index(row[2]) for row in columns.transcripts], dtype=np.int32)
    codes, renumbered = _codes(project, columns)
    people, attributes = _people(columns)
    moderator = people["moderator"].to_numpy(dtype=bool)
    turns, codings, first_word, end_word = _words(columns)
    turns["group"] = session_group[turns["session"]]
    turns["moderator"] = _taken(moderator, turns["person"], default=False)
    codings["code"] = renumbered[codings["code"]].astype(np.int32)
    parts = _parts(codings, turns, first_word, end_word)
    spoken = turns[~turns.pop("heading").to_numpy()].copy()
    spoken["place"] = spoken.groupby("session").cumcount().astype(np.int32)
    parts = parts[np.isin(parts["turn"], spoken.index)].reset_index(drop=True)
    whole = Material(
        codings=codings,
        parts=parts,
        turns=spoken,
        people=people,
        attributes=attributes,
        sessions=pd.DataFrame(
            {
                "transcript_id": [row[0] for row in columns.transcripts],
                "transcript": [row[1] for row in columns.transcripts],
                "group": session_group,
            }
        ),
        groups=groups_there,
        codes=codes,
        coders=columns.coders,
        finished=columns.finished,
    )
    return whole.choose(coders=coders, groups=groups, moderators=moderators)


def _codes(project: Project, columns: Columns) -> tuple[DataFrame, NDArray[int64]]:
    """Return the codes as people read them, and the place there of each code that is in use."""
    import numpy as np
    import pandas as pd

    codebook, known = project.codebook(), project.known_codes()
    in_force = [code for code, _ in tree_order(codebook) if code.codable]
    ids = [code.id for code in in_force]
    ids += [code_id for code_id in (*known, *columns.codes) if code_id in columns.codes and code_id not in ids]
    ids = list(dict.fromkeys(ids))
    rows = []
    for code_id in ids:
        code = known.get(code_id)
        above = known.get(code.parent) if code is not None and code.parent else None
        top, seen = above, set()
        while top is not None and top.parent in known and top.id not in seen:
            seen.add(top.id)
            top = known[top.parent]
        rows.append(
            {
                "code_id": code_id,
                "code": code_id if code is None else code.name,
                "parent_id": "" if above is None else above.id,
                "parent": "" if above is None else above.name,
                "cluster_id": "" if top is None else top.id,
                "cluster": "" if top is None else top.name,
                "colour": "" if code is None else code.colour or "",
                "in_force": code_id in codebook,
            }
        )
    names = ["code_id", "code", "parent_id", "parent", "cluster_id", "cluster", "colour", "in_force"]
    frame = pd.DataFrame(rows, columns=names)
    frame.insert(2, "label", _apart(frame["code"], frame["code_id"]))
    place = {code_id: at for at, code_id in enumerate(ids)}
    return frame.astype({"in_force": bool}), np.array([place[code_id] for code_id in columns.codes], dtype=np.int64)


def _people(columns: Columns) -> tuple[DataFrame, DataFrame]:
    import pandas as pd

    first: dict[int, str] = {}
    for session, person in zip(columns.turns[:, 0], columns.turns[:, 1], strict=True):
        first.setdefault(int(person), columns.transcripts[session][2])
    people = pd.DataFrame(
        [(row[0], row[1], row[2] == "moderator") for row in columns.people],
        columns=["person_id", "participant", "moderator"],
    ).astype({"moderator": bool})
    people.insert(2, "label", _apart(people["participant"], [first.get(at, "") for at in range(len(people))]))
    names = list(dict.fromkeys(name for row in columns.people for name in row[3]))
    cells = [[row[3].get(name, "") for name in names] for row in columns.people]
    return people, pd.DataFrame(cells, columns=names, index=people.index, dtype=object)


def _apart(names: Iterable[str], more: Iterable[str]) -> list[str]:
    """Return names of which no two are alike: those that are get something more, and a number where that is alike."""
    every = list(names)
    times = Counter(every)
    found: dict[str, None] = {}
    for name, extra in zip(every, more, strict=True):
        label = f"{name} ({extra})" if times[name] > 1 and extra else name
        number = 1
        wanted = label
        while label in found:
            number += 1
            label = f"{wanted} {number}"
        found[label] = None
    return list(found)


# str.split() parts words at these.
_SPACES = (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F)
_LAST_SPACE = 0x3000


def _words(columns: Columns) -> tuple[DataFrame, DataFrame, NDArray[int64], NDArray[int64]]:
    """Return turns and codings in reading order, and the ranges of words of the codings."""
    import numpy as np
    import pandas as pd

    turns = pd.DataFrame(columns.turns, columns=["session", "person", "start_char", "end_char", "heading"])
    turns = turns.astype({"session": np.int32, "person": np.int32, "heading": bool})
    turns["start_s"], turns["end_s"] = columns.times[:, 0], columns.times[:, 1]
    names = ["session", "start_char", "end_char", "code", "coder", "valence", "origin"]
    made = columns.codings
    order = np.lexsort((made[:, 4], made[:, 3], made[:, 2], made[:, 1], made[:, 0]))
    codings = pd.DataFrame(made[order], columns=names).astype(
        dict.fromkeys(("session", "code", "coder", "valence", "origin"), np.int32)
    )
    codings.insert(0, "coding_id", np.array(columns.coding_ids, dtype=object)[order])
    first, end = np.empty(len(codings), dtype=np.int64), np.empty(len(codings), dtype=np.int64)
    turn_first, turn_end = np.empty(len(turns), dtype=np.int64), np.empty(len(turns), dtype=np.int64)
    base = 0
    by_coding = np.searchsorted(codings["session"], np.arange(len(columns.transcripts) + 1))
    by_turn = np.searchsorted(turns["session"], np.arange(len(columns.transcripts) + 1))
    for at, (_, _, _, text) in enumerate(columns.transcripts):
        words = _Words(text)
        for frame, cuts, starts, ends in ((codings, by_coding, first, end), (turns, by_turn, turn_first, turn_end)):
            here = slice(cuts[at], cuts[at + 1])
            starts[here], ends[here] = words.range(
                frame["start_char"].to_numpy()[here], frame["end_char"].to_numpy()[here]
            )
            starts[here] += base
            ends[here] += base
        base += words.total
    turns["first_word"], turns["end_word"] = turn_first, turn_end
    return turns, codings, first, end


class _Words:
    """Counts words of one text as ``str.split`` does, at any place of it."""

    def __init__(self, text: str) -> None:
        import numpy as np

        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        table = np.zeros(_LAST_SPACE + 2, dtype=bool)
        table[[*_SPACES, _LAST_SPACE]] = True
        space = table[np.minimum(points, _LAST_SPACE + 1)]
        starts = ~space
        starts[1:] &= space[:-1]
        self.inside: NDArray[bool_] = np.append(~space & ~starts, False)
        self.before = np.concatenate(([0], np.cumsum(starts, dtype=np.int64)))

    @property
    def total(self) -> int:
        """Return how many words the text has."""
        return int(self.before[-1])

    def range(self, start: NDArray[int64], end: NDArray[int64]) -> tuple[NDArray[int64], NDArray[int64]]:
        """Return the ranges of words; a stretch that starts inside a word has that word too."""
        return self.before[start] - self.inside[start], self.before[end]


def _parts(codings: DataFrame, turns: DataFrame, first_word: NDArray[int64], end_word: NDArray[int64]) -> DataFrame:
    """Return a row for each coding and each turn that it touches."""
    import numpy as np
    import pandas as pd

    # All transcripts one behind the other, so that one search finds the turns of every coding.
    last = max((int(frame["end_char"].max()) for frame in (codings, turns) if len(frame)), default=0)
    stride = last + 1
    place = {name: f["session"].to_numpy(dtype=np.int64) * stride for name, f in (("c", codings), ("t", turns))}
    starts, ends = place["t"] + turns["start_char"], place["t"] + turns["end_char"]
    low = np.searchsorted(ends, place["c"] + codings["start_char"], side="right")
    high = np.searchsorted(starts, place["c"] + codings["end_char"], side="left")
    counts = np.maximum(0, high - low)
    coding = np.repeat(np.arange(len(codings)), counts)
    turn = np.arange(len(coding)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)
    spoken = {name: turns[name].to_numpy()[turn] for name in ("session", "group", "person", "first_word", "end_word")}
    return pd.DataFrame(
        {
            "coding": coding.astype(np.int32),
            "turn": turn.astype(np.int32),
            "session": spoken["session"],
            "group": spoken["group"],
            "person": spoken["person"],
            **{name: codings[name].to_numpy()[coding] for name in ("code", "valence", "coder")},
            "first_word": np.maximum(spoken["first_word"], first_word[coding]),
            "end_word": np.minimum(spoken["end_word"], end_word[coding]),
        }
    )


def _taken(values: NDArray[Any], at: Series, *, default: object) -> NDArray[Any]:
    """Return the value at each place, and the default for whoever is unknown."""
    import numpy as np

    taken: NDArray[Any] = np.concatenate([values, [default]]).astype(values.dtype)[at.to_numpy()]
    return taken
