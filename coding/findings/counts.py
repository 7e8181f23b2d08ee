"""How often each code was given: overall, and by group, participant or attribute; shown against lacking.

A coding that two coders made counts twice, a word that both coded counts once. A coding over the turns of two people
counts for each of them, so the rows of people can add up to more than the whole. "Of how many" counts only sessions
that a chosen coder has begun.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coding.errors import CodingError
from coding.findings.material import UNKNOWN, Material, covered, distinct_rows
from coding.store.columns import VALENCES

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

NOT_KNOWN = "not known"
"""What stands in a table for a person, or an attribute of one, that nobody knows."""


@dataclass(frozen=True, slots=True)
class Units:
    """The codes that a table has a row for.

    Attributes:
        of_code: For each code of the material, the number of its row; -1 where it has none.
        names: ``code_id``, ``code``, ``parent`` and ``colour`` of each row.
    """

    of_code: NDArray[int64]
    names: DataFrame


@dataclass(frozen=True, slots=True)
class Levels:
    """What a table has columns for.

    Attributes:
        of_part: For each row of ``material.parts``, the number of its level.
        of_turn: For each row of ``material.coded_turns``, the number of its level.
        names: The columns that name a level, a row a level.
    """

    of_part: NDArray[int64]
    of_turn: NDArray[int64]
    names: DataFrame


def codes_overall(material: Material) -> DataFrame:
    """Return a row a code.

    Returns:
        ``code_id``, ``code``, ``parent``, ``colour``, ``codings``, ``shown``, ``lacking``, ``unclear``, ``people``,
        ``of_people``, ``groups``, ``of_groups``, ``words``, ``of_words`` and ``share`` (of the words).
    """
    import numpy as np
    import pandas as pd

    nothing = pd.DataFrame(index=range(1))
    levels = Levels(np.zeros(len(material.parts), np.int64), np.zeros(len(material.coded_turns), np.int64), nothing)
    units = units_of(material)
    found = _count(material, units, levels)
    keys = units.of_code[material.parts["code"].to_numpy()]
    found["groups"] = _distinct(keys, material.parts["group"].to_numpy(), len(units.names))
    found["of_groups"] = material.coded_turns["group"].nunique()
    return found


def codes_by_group(material: Material) -> DataFrame:
    """Return a row for each code in each focus group that somebody coded.

    Returns:
        The columns of :func:`codes_overall` but for the groups, after ``group``.
    """
    import numpy as np
    import pandas as pd

    there = np.unique(material.coded_turns["group"].to_numpy())
    names = pd.DataFrame({"group": [material.groups[at] for at in there]}, dtype=object)
    return _count(material, units_of(material), _levels(material, "group", there, names))


def codes_by_participant(material: Material) -> DataFrame:
    """Return a row for each code and each person who speaks in a session that somebody coded.

    Returns:
        The columns of :func:`codes_overall` but for the groups, after ``person_id``, ``participant``.
    """
    import numpy as np
    import pandas as pd

    there = np.unique(material.coded_turns["person"].to_numpy())
    there = np.concatenate([there[there != UNKNOWN], there[there == UNKNOWN]])
    known = material.people.reindex(there)
    names = pd.DataFrame(
        {
            "person_id": known["person_id"].fillna("").to_numpy(),
            "participant": known["label"].fillna(NOT_KNOWN).to_numpy(),
        }
    )
    return _count(material, units_of(material), _levels(material, "person", there, names))


def codes_by_attribute(material: Material, attribute: str) -> DataFrame:
    """Return a row for each code and each value of an attribute of participants.

    Returns:
        The columns of :func:`codes_overall` but for the groups, after ``level``.

    Raises:
        CodingError: No participant has that attribute.
    """
    import numpy as np
    import pandas as pd

    values = material.levels(attribute).replace("", NOT_KNOWN).to_numpy(dtype=object)
    values = np.append(values, NOT_KNOWN)  # Behind all others, which is where -1 finds it.
    of_turn = values[material.coded_turns["person"].to_numpy()]
    there = sorted(set(of_turn), key=_by_number)
    place = {value: at for at, value in enumerate(there)}
    of_person = np.array([place.get(value, 0) for value in values], dtype=np.int64)
    levels = Levels(
        of_person[material.parts["person"].to_numpy()],
        of_person[material.coded_turns["person"].to_numpy()],
        pd.DataFrame({"level": there}, dtype=object),
    )
    return _count(material, units_of(material), levels)


def shown_against_lacking(material: Material) -> DataFrame:
    """Return a row a code: how often it is told of as shown, and how often as lacking, and by how many people.

    Returns:
        ``code_id``, ``code``, ``parent``, ``colour``, ``shown``, ``lacking``, ``unclear``, ``people_shown``,
        ``people_lacking``, ``people_both``, ``of_people`` and ``balance``: shown less lacking over both, from -1
        (always lacking) to 1 (always shown), empty where there is neither.
    """
    import numpy as np

    found = codes_overall(material)
    units = units_of(material)
    parts = material.parts[material.parts["person"] != UNKNOWN]
    keys = units.of_code[parts["code"].to_numpy()]
    people, size = max(1, len(material.people)), len(units.names)
    told: dict[str, NDArray[int64]] = {}
    for at, valence in enumerate(VALENCES[:2]):
        this = parts["valence"].to_numpy() == at
        told[valence] = np.unique(keys[this] * people + parts["person"].to_numpy()[this])
    for name, pairs in (
        ("people_shown", told["shown"]),
        ("people_lacking", told["lacking"]),
        ("people_both", np.intersect1d(told["shown"], told["lacking"])),
    ):
        found[name] = np.bincount(pairs // people, minlength=size)
    both = found["shown"] + found["lacking"]
    found["balance"] = ((found["shown"] - found["lacking"]) / both.where(both > 0)).astype(float)
    columns = ["code_id", "code", "parent", "colour", *VALENCES]
    return found[[*columns, "people_shown", "people_lacking", "people_both", "of_people", "balance"]]


def codings_behind(
    material: Material,
    *,
    code_id: str | None = None,
    group: str | None = None,
    person_id: str | None = None,
    attribute: tuple[str, str] | None = None,
    valence: str | None = None,
) -> list[int]:
    """Return the rows of the codings that a number in these tables counts.

    Args:
        material: What the table was made from.
        code_id: The code.
        group: The focus group.
        person_id: The participant; empty text for a speaker whom nobody knows.
        attribute: An attribute of participants and its value; :data:`NOT_KNOWN` where it is not known.
        valence: Shown, lacking or unclear.

    Raises:
        CodingError: One of them is unknown.
    """
    import numpy as np

    parts = material.parts
    keep = np.ones(len(parts), dtype=bool)
    if code_id is not None:
        keep &= (parts["code"] == material.code(code_id)).to_numpy()
    if group is not None:
        keep &= (parts["group"] == material.group(group)).to_numpy()
    if person_id is not None:
        keep &= (parts["person"] == (material.person(person_id) if person_id else UNKNOWN)).to_numpy()
    if attribute is not None:
        values = np.append(material.levels(attribute[0]).replace("", NOT_KNOWN).to_numpy(dtype=object), NOT_KNOWN)
        keep &= values[parts["person"].to_numpy()] == attribute[1]
    if valence is not None:
        if valence not in VALENCES:
            raise CodingError(f"there is no valence {valence!r}; there are {', '.join(VALENCES)}")
        keep &= (parts["valence"] == VALENCES.index(valence)).to_numpy()
    return distinct_rows(parts["coding"].to_numpy()[keep])


def matrix(table: DataFrame, values: str = "codings", *, across: str = "group") -> DataFrame:
    """Return a long table as a row a code and a column a level, in the order of both.

    >>> import pandas as pd
    >>> long = pd.DataFrame({"code": ["b", "b", "a", "a"], "group": ["2", "1", "2", "1"], "codings": [1, 2, 3, 4]})
    >>> matrix(long).to_dict("index")
    {'b': {'2': 1, '1': 2}, 'a': {'2': 3, '1': 4}}
    """
    rows, columns = table["code"].drop_duplicates(), table[across].drop_duplicates()
    wide = table.pivot(index="code", columns=across, values=values)
    return wide.reindex(index=rows.to_list(), columns=columns.to_list())


def units_of(material: Material) -> Units:
    """Return the codes that a table has a row for."""
    import numpy as np

    shown = material.shown_codes
    of_code = np.full(len(material.codes), -1, dtype=np.int64)
    of_code[shown] = np.arange(len(shown))
    names = material.codes.iloc[shown].reset_index(drop=True)
    return Units(of_code, names[["code_id", "label", "parent", "colour"]].rename(columns={"label": "code"}))


# counting


def _levels(material: Material, column: str, there: NDArray[Any], names: DataFrame) -> Levels:
    """Return the levels of a column whose values are ``there``, in that order."""
    import numpy as np

    order = np.argsort(there)
    return Levels(
        order[np.searchsorted(there[order], material.parts[column].to_numpy())] if len(there) else _none(),
        order[np.searchsorted(there[order], material.coded_turns[column].to_numpy())] if len(there) else _none(),
        names,
    )


def _none() -> NDArray[int64]:
    import numpy as np

    return np.empty(0, dtype=np.int64)


def _count(material: Material, units: Units, levels: Levels) -> DataFrame:
    """Count codings, people and words for each unit and level."""
    import numpy as np
    import pandas as pd

    parts, turns = material.parts, material.coded_turns
    columns, size = len(levels.names), len(units.names) * len(levels.names)
    keys = units.of_code[parts["code"].to_numpy()] * columns + levels.of_part
    person = parts["person"].to_numpy()
    once = np.unique(keys * (len(material.codings) + 1) + parts["coding"].to_numpy())
    key, coding = np.divmod(once, len(material.codings) + 1)
    valence = material.codings["valence"].to_numpy()[coding]
    told = np.bincount(key * len(VALENCES) + valence, minlength=size * len(VALENCES)).reshape(size, len(VALENCES))
    known = person != UNKNOWN
    spoke = turns["person"].to_numpy()
    of_people = _distinct(levels.of_turn[spoke != UNKNOWN], spoke[spoke != UNKNOWN], columns)
    lengths = (turns["end_word"] - turns["first_word"]).to_numpy()
    of_words = np.bincount(levels.of_turn, weights=lengths, minlength=columns).astype(np.int64)
    words = covered(keys, parts["first_word"].to_numpy(), parts["end_word"].to_numpy(), size)
    row, column = np.divmod(np.arange(size), max(1, columns))
    found = pd.concat(
        [
            units.names.iloc[row].reset_index(drop=True),
            levels.names.iloc[column].reset_index(drop=True),
        ],
        axis=1,
    )
    return found.assign(
        codings=told.sum(axis=1),
        **{name: told[:, at] for at, name in enumerate(VALENCES)},
        people=_distinct(keys[known], person[known], size),
        of_people=of_people[column],
        words=words,
        of_words=of_words[column],
        share=np.divide(words, of_words[column], out=np.zeros(size), where=of_words[column] > 0),
    )


def _distinct(keys: NDArray[Any], values: NDArray[Any], size: int) -> NDArray[int64]:
    """Count the different values of each key."""
    import numpy as np

    if not len(keys):
        return np.zeros(size, dtype=np.int64)
    stride = int(values.max()) + 1
    return np.bincount(np.unique(keys.astype(np.int64) * stride + values) // stride, minlength=size)


def _by_number(text: str) -> tuple[bool, bool, float, str]:
    """Sort numbers as numbers, then text, and what is not known last."""
    try:
        number = float(text)
    except ValueError:
        return (text == NOT_KNOWN, True, 0.0, text)
    return (False, False, number, text)


def by_number(values: Series) -> list[str]:
    """Return the different values, numbers in their order, then text, and what is not known last."""
    return sorted(set(values), key=_by_number)
