"""Studies of a few groups, made of what is said and coded."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hypothesis import strategies as st

from coding.edits import AddCoding, MarkReviewed, SetAttributes, SetCodebook, SetRole, apply_edits
from coding.model import Code, Codebook, ImportReport, Role, Transcript, Turn, Valence
from coding.store import Project

CODES = ("meets", "calls", "learns", "tells")
BOOK = Codebook(
    "Leaders",
    "1",
    codes=(
        Code("near", "Near", codable=False),
        Code("meets", "Meets customers", "near"),
        Code("calls", "Calls back", "near"),
        Code("after", "After failures", codable=False),
        Code("learns", "Learns", "after"),
        Code("tells", "Tells early", "after"),
    ),
)

Talk = list[tuple[str, str, list[tuple[str, str, str]]]]
"""Who says what, with the code, the valence and the coder of each coding of the whole turn."""


def build(path: Path, groups: dict[str, Talk], *, attributes: dict[str, dict[str, str]] | None = None) -> Path:
    """Make a study with a transcript a group; ``M`` moderates, and a label with a group in it is its own person."""
    with Project.open(path, create=True) as project:
        apply_edits(project, [SetCodebook(BOOK)], coder="Ada")
        for name, talk in groups.items():
            text, turns = "", []
            for index, (speaker, words, _) in enumerate(talk):
                start = len(text) + len(speaker) + 2
                text += f"{speaker}: {words}\n"
                turns.append(Turn(index, speaker, start, start + len(words)))
            made = Transcript(
                name,
                text,
                tuple(turns),
                f"{name}.txt",
                hashlib.sha256(f"{name}\n{text}".encode()).hexdigest(),
                ImportReport("text"),
                group=name,
                moderators=frozenset({"M"}),
            )
            project.add_transcript(made, [], by="Ada")
            people = project.speakers(made.id)
            operations = [
                SetAttributes(person.id, tuple((attributes or {}).get(f"{name}/{label}", {}).items()))
                for label, person in people.items()
            ]
            if "M" in people:
                operations.append(SetRole(people["M"].id, Role.MODERATOR))
            apply_edits(project, operations, coder="Ada")
            by_coder: dict[str, list[AddCoding]] = {}
            for turn, (_, _, codings) in zip(turns, talk, strict=True):
                for code_id, valence, coder in codings:
                    place = (made.id, turn.start_char, turn.end_char)
                    by_coder.setdefault(coder, []).append(AddCoding(*place, code_id, valence=Valence(valence)))
            for coder, codings_of in by_coder.items():
                apply_edits(project, codings_of, coder=coder)
            apply_edits(project, [MarkReviewed(made.id, turns[0].start_char, turns[0].end_char)], coder="Ada")
    return path


SMALL: dict[str, Talk] = {
    "Retail": [
        ("M", "Who was good?", [("meets", "shown", "Ada")]),
        ("Bob", "She met them every week.", [("meets", "shown", "Ada"), ("meets", "shown", "Ben")]),
        ("Ann", "Mine never did.", [("meets", "lacking", "Ada"), ("calls", "lacking", "Ada")]),
        ("Bob", "She rang back too.", [("calls", "shown", "Ada")]),
        ("Eve", "The car park was full.", []),
    ],
    "Bank": [
        ("M", "And mistakes?", []),
        ("Cat", "He told us at once.", [("tells", "shown", "Ada")]),
        (
            "Dan",
            "Ours asked what had gone wrong, and told us.",
            [("learns", "shown", "Ada"), ("tells", "shown", "Ada")],
        ),
    ],
}

coded = st.lists(
    st.tuples(
        st.sampled_from(["M", "Bob", "Ann", "Eve"]),
        st.integers(1, 5).map(lambda n: " ".join(["word"] * n)),
        st.lists(
            st.tuples(
                st.sampled_from(CODES),
                st.sampled_from(["shown", "lacking", "unclear"]),
                st.sampled_from(["Ada", "Ben"]),
            ),
            max_size=3,
            unique_by=lambda coding: (coding[0], coding[2]),
        ),
    ),
    min_size=1,
    max_size=8,
)
