"""Who speaks: likely aliases of one person, who moderates, and tables of what is known about participants.

Everything here proposes. What a team decides is done by the operations of :mod:`coding.edits.people` and
:mod:`coding.edits.study`, and can be undone.
"""

from __future__ import annotations

from coding.people.aliases import AliasProposal, Speaker, Strength, aliases_of, propose_aliases, speakers_of
from coding.people.attributes import JoinReport, LeftRow, join_attributes
from coding.people.listing import PersonInfo, describe_people, find_participant, guess_moderators, list_people

__all__ = [
    "AliasProposal",
    "JoinReport",
    "LeftRow",
    "PersonInfo",
    "Speaker",
    "Strength",
    "aliases_of",
    "describe_people",
    "find_participant",
    "guess_moderators",
    "join_attributes",
    "list_people",
    "propose_aliases",
    "speakers_of",
]
