"""The survey strand: answers on scales, which behaviour each item asks about, and how reliable scales are."""

from coding.questionnaires.mapping import Mapping, Proposal, dump_mapping, load_mapping, parse_mapping, propose_codes
from coding.questionnaires.reading import Reading, read_survey
from coding.survey import Item, Respondent, Survey, stored_survey

__all__ = [
    "Item",
    "Mapping",
    "Proposal",
    "Reading",
    "Respondent",
    "Survey",
    "dump_mapping",
    "load_mapping",
    "parse_mapping",
    "propose_codes",
    "read_survey",
    "stored_survey",
]
