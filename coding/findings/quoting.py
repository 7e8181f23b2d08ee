"""From a number back to what was said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from coding.findings.material import Material
from coding.store import Project
from coding.store.columns import VALENCES

if TYPE_CHECKING:
    from pandas import DataFrame


def quotations(project: Project, material: Material, rows: Iterable[int], *, most: int | None = None) -> DataFrame:
    """Return codings with their words, in reading order.

    Args:
        project: The project that the material was read from.
        material: The material.
        rows: Rows of ``material.codings``, as the functions that end in ``_behind`` return them.
        most: No more than so many.

    Returns:
        ``coding_id``, ``transcript_id``, ``transcript``, ``group``, ``participant``, ``start_char``, ``end_char``,
        ``quotation``, ``code_id``, ``code``, ``valence``, ``coder``.
    """
    import numpy as np
    import pandas as pd

    wanted = np.unique(np.fromiter(rows, dtype=np.int64))[:most]
    found = material.codings.iloc[wanted]
    ids = list(material.sessions["transcript_id"])
    texts = {at: project.text(ids[at]) for at in found["session"].unique()}
    spoken = material.whole.parts[material.whole.parts["coding"].isin(wanted)]
    names = material.people["label"].reindex(spoken["person"]).fillna("").to_numpy()
    who = (
        pd.Series(names, index=spoken["coding"].to_numpy()).groupby(level=0).agg(lambda s: "; ".join(dict.fromkeys(s)))
    )
    session, code = found["session"].to_numpy(), found["code"].to_numpy()
    return pd.DataFrame(
        {
            "coding_id": found["coding_id"].to_numpy(),
            "transcript_id": material.sessions["transcript_id"].to_numpy()[session],
            "transcript": material.sessions["transcript"].to_numpy()[session],
            "group": np.array(material.groups, dtype=object)[material.sessions["group"].to_numpy()[session]],
            "participant": who.reindex(wanted).fillna("").to_numpy(),
            "start_char": found["start_char"].to_numpy(),
            "end_char": found["end_char"].to_numpy(),
            "quotation": [
                texts[at][start:end]
                for at, start, end in zip(session, found["start_char"], found["end_char"], strict=True)
            ],
            "code_id": material.whole.codes["code_id"].to_numpy()[code],
            "code": material.whole.codes["code"].to_numpy()[code],
            "valence": np.array(VALENCES, dtype=object)[found["valence"].to_numpy()],
            "coder": np.array(material.coders, dtype=object)[found["coder"].to_numpy()],
        }
    )
