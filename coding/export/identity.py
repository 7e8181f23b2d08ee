"""Which GUID stands for what, so that exporting twice, or coming back from another tool, keeps identity.

A GUID is made from the project's own id (uuid5), unless the thing came from another tool: then the GUID that it had
there is kept, in the setting :data:`SETTING`.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass, field

from coding.model import MACHINE
from coding.store import Project
from coding.store.study import NAMESPACE as STUDY

NAMESPACE = uuid.uuid5(STUDY, "REFI-QDA")
SETTING = "interchange.guids"
"""Holds ``{kind: {our id: their GUID}}`` as JSON."""

NAME_SETTING = "name"
"""Holds the project's name where it came from another tool; else the file's stem is the name."""

_HEX = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_GUID = re.compile(rf"({_HEX})|\{{({_HEX})\}}")

ORIGIN = "focus-coding"
"""What the attribute ``origin`` starts with in our own files."""


def make_guid(kind: str, key: str) -> str:
    """Return the GUID that a thing has unless it brought its own.

    >>> make_guid("code", "learning") == make_guid("code", "learning") != make_guid("user", "learning")
    True
    """
    # The same as uuid.uuid5 does, at a fraction of its time: a large project has half a million of them.
    digest = hashlib.sha1(NAMESPACE.bytes + f"{kind}:{key}".encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def clean_guid(text: str) -> str | None:
    """Return a GUID in small letters without braces, or ``None`` where it is none.

    >>> clean_guid("{0A1B2C3D-0000-1111-2222-333344445555}")
    '0a1b2c3d-0000-1111-2222-333344445555'
    """
    found = _GUID.fullmatch(text.strip())
    return None if found is None else (found[1] or found[2]).lower()


MACHINE_GUID = make_guid("user", MACHINE)
"""The user that stands for the machine."""

ROLE_GUID = make_guid("variable", "\nrole")
"""The variable that holds whether somebody moderates; no attribute can have this name."""


@dataclass(frozen=True, slots=True)
class Guids:
    """The GUIDs of one project."""

    known: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project) -> Guids:
        """Return the GUIDs that things of this project brought with them."""
        stored = project.setting(SETTING)
        return cls(json.loads(stored) if stored else {})

    def get(self, kind: str, key: str) -> str:
        """Return the GUID of a ``user``, ``code``, ``source``, ``group``, ``case``, ``variable`` or ``coding``."""
        brought = self.known.get(kind, {}).get(key)
        if brought is not None:
            return brought
        own = clean_guid(key) if kind in ("case", "coding") else None
        return own or make_guid(kind, key)

    def with_guid(self, kind: str, key: str, guid: str) -> Guids:
        """Return these GUIDs and one more; one that would be made anyway is not kept."""
        if self.get(kind, key) == guid:
            return self
        return Guids({**self.known, kind: {**self.known.get(kind, {}), key: guid}})

    def to_json(self) -> str:
        """Return what is to be stored."""
        return json.dumps(self.known, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
