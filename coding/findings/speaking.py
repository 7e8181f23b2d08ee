"""Who speaks how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coding.findings.counts import NOT_KNOWN
from coding.findings.material import UNKNOWN, Material, covered
from coding.store import Project

if TYPE_CHECKING:
    from pandas import DataFrame


def talk_share(material: Material) -> DataFrame:
    """Return a row for each person in each focus group.

    Returns:
        ``group``, ``person_id``, ``participant``, ``role``, ``turns``, ``words``, ``share`` (of the words that were
        chosen in the group), ``words_per_turn``, ``seconds`` (empty where a turn of the person has no times),
        ``codings``, ``coded_words`` and ``coded_share`` (of the person's words).
    """
    import numpy as np
    import pandas as pd

    turns, parts = material.turns, material.parts
    people = len(material.people) + 1
    key = turns["group"].to_numpy() * people + turns["person"].to_numpy() + 1
    there, at = np.unique(key, return_inverse=True)
    group, person = there // people, there % people - 1
    lengths = (turns["end_word"] - turns["first_word"]).to_numpy()
    words = np.bincount(at, weights=lengths, minlength=len(there)).astype(np.int64)
    spoken = np.bincount(at, minlength=len(there))
    seconds = (turns["end_s"] - turns["start_s"]).groupby(at).agg(lambda times: times.sum(skipna=False))
    of_group = np.bincount(group, weights=words, minlength=len(material.groups))[group]
    of_part = np.searchsorted(there, parts["group"].to_numpy() * people + parts["person"].to_numpy() + 1)
    coded = covered(of_part, parts["first_word"].to_numpy(), parts["end_word"].to_numpy(), len(there))
    once = np.unique(of_part * (len(material.codings) + 1) + parts["coding"].to_numpy()) // (len(material.codings) + 1)
    known = material.people.reindex(person)
    return pd.DataFrame(
        {
            "group": [material.groups[one] for one in group],
            "person_id": known["person_id"].fillna("").to_numpy(),
            "participant": known["label"].fillna(NOT_KNOWN).to_numpy(),
            "role": np.where(known["moderator"].eq(True), "moderator", "participant"),
            "turns": spoken,
            "words": words,
            "share": np.divide(words, of_group, out=np.zeros(len(there)), where=of_group > 0),
            "words_per_turn": words / np.maximum(1, spoken),
            "seconds": seconds.to_numpy(dtype=float),
            "codings": np.bincount(once, minlength=len(there)),
            "coded_words": coded,
            "coded_share": np.divide(coded, words, out=np.zeros(len(there)), where=words > 0),
        }
    )


def talk_by_group(material: Material) -> DataFrame:
    """Return a row a focus group: how much is said, by how many, and how evenly.

    Returns:
        ``group``, ``people``, ``turns``, ``words``, ``moderator_share`` (of all words, whether moderators were chosen
        or not) and ``evenness``: Pielou's J of the participants' words, 1 where all say the same amount, near 0 where
        one says all; empty with fewer than two.
    """
    import numpy as np
    import pandas as pd

    every = talk_share(
        material.whole.choose(groups=[material.groups[at] for at in material.used_groups], moderators=True)
    )
    rows = []
    for name, talk in every.groupby("group", sort=False):
        own = talk[talk["role"] == "participant"]
        share = own.loc[own["words"] > 0, "words"] / max(1, own["words"].sum())
        many = len(own) > 1 and own["words"].sum() > 0
        rows.append(
            {
                "group": name,
                "people": int((own["person_id"] != "").sum()),
                "turns": int(own["turns"].sum()),
                "words": int(own["words"].sum()),
                "moderator_share": 1 - own["words"].sum() / max(1, talk["words"].sum()),
                "evenness": float(-(share * np.log(share)).sum() / np.log(len(own))) if many else float("nan"),
            }
        )
    names = ["group", "people", "turns", "words", "moderator_share", "evenness"]
    return pd.DataFrame(rows, columns=names)


def turns_behind(
    project: Project, material: Material, *, group: str, person_id: str, most: int | None = None
) -> DataFrame:
    """Return what one person says in one group, turn by turn.

    Args:
        project: The project that the material was read from.
        material: The material.
        group: The focus group.
        person_id: The person; empty text for a speaker whom nobody knows.
        most: No more than so many turns.

    Returns:
        ``transcript_id``, ``transcript``, ``start_char``, ``end_char``, ``quotation``.

    Raises:
        CodingError: The group or the person is unknown.
    """
    import pandas as pd

    turns = material.turns
    person = material.person(person_id) if person_id else UNKNOWN
    here = turns[(turns["group"] == material.group(group)) & (turns["person"] == person)].iloc[:most]
    ids, names = list(material.sessions["transcript_id"]), list(material.sessions["transcript"])
    texts = {at: project.text(ids[at]) for at in here["session"].unique()}
    rows = [
        (ids[at], names[at], start, end, texts[at][start:end])
        for at, start, end in zip(here["session"], here["start_char"], here["end_char"], strict=True)
    ]
    return pd.DataFrame(rows, columns=["transcript_id", "transcript", "start_char", "end_char", "quotation"])
