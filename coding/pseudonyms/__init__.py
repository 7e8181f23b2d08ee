"""Names out, before offsets exist; the key lives apart from the project.

:func:`find_identifiers` finds what may identify somebody and proposes what takes its place, the same in all transcripts
of a study. A person looks at it. :func:`apply_pseudonyms` rewrites a transcript. A :class:`Key` holds who is who, in a
file of its own: with it :func:`check_transcript` repeats an import from its source and compares, without it no name
comes back.

The project keeps no plain hash of a source file that was imported so: whoever has a guess at the file could confirm it.
It keeps an HMAC with the key's secret in its place, so the same file is known again with the same key, and with nothing
else.
"""

from __future__ import annotations

from coding.pseudonyms.apply import apply_pseudonyms, is_pseudonymised, pseudonyms_of_speakers
from coding.pseudonyms.check import Checked, check_transcript, count_leaks, restore
from coding.pseudonyms.find import find_identifiers
from coding.pseudonyms.hook import SETTING, Pseudonymiser
from coding.pseudonyms.identifiers import Context, Identifier, remember, rules_for
from coding.pseudonyms.key import Key, check_key_path, load_key, new_key, save_key
from coding.pseudonyms.match import Kind, PseudonymError, Replacement

__all__ = [
    "SETTING",
    "Checked",
    "Context",
    "Identifier",
    "Key",
    "Kind",
    "PseudonymError",
    "Pseudonymiser",
    "Replacement",
    "apply_pseudonyms",
    "check_key_path",
    "check_transcript",
    "count_leaks",
    "find_identifiers",
    "is_pseudonymised",
    "load_key",
    "new_key",
    "pseudonyms_of_speakers",
    "remember",
    "restore",
    "rules_for",
    "save_key",
]
