"""The key: which name stands behind which pseudonym, in a file of its own that never enters a project or an export."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from coding.model import utc_now
from coding.pseudonyms.match import Kind, PseudonymError, Replacement, to_rules

KIND = "focus-coding pseudonym key"
VERSION = 1
MOST_BYTES = 50 * 1024 * 1024
_SECRET_BYTES = 32
_PROJECT_FILES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Key:
    """The names of one study and what takes their place.

    Attributes:
        id: Says which key this is without saying anything about it; a project notes it.
        secret: In hexadecimal; hashes of source files are keyed with it, so that nobody without the key can confirm a
            guess at a file by its hash.
        created_at: UTC, ISO 8601.
        participants: Pseudonyms by speaker label.
        names: All other names, with what takes their place in every transcript of the study.
        kept: Names that somebody decided to leave in the text.
        transcripts: What was replaced in each transcript, by its id, in full: enough to repeat it exactly.
    """

    id: str
    secret: str
    created_at: str
    participants: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Replacement] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    transcripts: Mapping[str, tuple[Replacement, ...]] = field(default_factory=dict)

    def fingerprint(self, sha256: str) -> str:
        """Return what a project stores in place of a source file's SHA-256: an HMAC of it with the key's secret."""
        return hmac.new(bytes.fromhex(self.secret), sha256.encode(), hashlib.sha256).hexdigest()


def new_key() -> Key:
    """Make an empty key with a random secret."""
    return Key(secrets.token_hex(8), secrets.token_hex(_SECRET_BYTES), utc_now())


def check_key_path(path: Path, project: Path | None = None) -> None:
    """Refuse a place for the key that would mix it with the project or lose another file.

    Raises:
        PseudonymError: It is a folder, part of the project, a file of something else, or cannot be read.
    """
    if path.is_dir():
        raise PseudonymError("this is a folder; name a file for the key", path=path)
    if project is not None and _is_part_of(path, project):
        raise PseudonymError("the key has to be a file apart from the project; name another one", path=path)
    if path.exists():
        load_key(path)
    elif not path.parent.is_dir():
        raise PseudonymError("the folder for the key does not exist; make it first", path=path)


def _is_part_of(path: Path, project: Path) -> bool:
    where = path.resolve()
    parts = [project.resolve().with_name(project.resolve().name + end) for end in _PROJECT_FILES]
    # On some systems two names that differ in capitals only are one file.
    names = {str(part).casefold() for part in parts}
    return str(where).casefold() in names or (path.exists() and project.exists() and path.samefile(project))


def load_key(path: str | Path) -> Key:
    """Read a key.

    Raises:
        PseudonymError: It is missing, too large, no key, damaged, or made by a newer version.
    """
    where = Path(path)
    try:
        size = where.stat().st_size
        data = where.read_bytes() if size <= MOST_BYTES else b""
    except FileNotFoundError as err:
        raise PseudonymError(
            "there is no such key; name the file that was made at the first import", path=where
        ) from err
    except OSError as err:
        raise PseudonymError(f"the key cannot be read ({err.strerror})", path=where) from err
    if size > MOST_BYTES:
        raise PseudonymError("the file is too large for a key; name another one", path=where)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as err:
        raise PseudonymError("this is a file of something else, not a key; name another one", path=where) from err
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise PseudonymError("this is a file of something else, not a key; name another one", path=where)
    if content.get("version") != VERSION:
        raise PseudonymError("this key was made by a newer version of the tool; install that version", path=where)
    try:
        return _from_json(content)
    except (KeyError, TypeError, ValueError, AttributeError, PseudonymError) as err:
        raise PseudonymError("the key is damaged; restore it from a copy", path=where) from err


def save_key(key: Key, path: str | Path, *, project: Path | None = None) -> Key:
    """Write a key so that only its owner can read it, whole or not at all, with what others added to it meanwhile.

    Args:
        key: The key.
        path: Its file; made where there is none.
        project: The project file, which the key must not be part of.

    Returns:
        The key as it was written.

    Raises:
        PseudonymError: The place is not right, another key is there, or the two contradict each other.
    """
    where = Path(path)
    check_key_path(where, project)
    whole = merge_keys(load_key(where), key, path=where) if where.exists() else key
    text = json.dumps(_to_json(whole), ensure_ascii=False, indent=1)
    try:
        _write_private(where, text.encode("utf-8", "backslashreplace"))
    except OSError as err:
        raise PseudonymError(f"the key cannot be written ({err.strerror}); nothing was imported", path=where) from err
    return whole


def _write_private(path: Path, data: bytes) -> None:
    # mkstemp makes the file with mode 0600 from its first moment.
    handle, temporary = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path.resolve())
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def merge_keys(old: Key, new: Key, *, path: Path | None = None) -> Key:
    """Return a key with everything that is in either.

    Raises:
        PseudonymError: They are keys of two studies, or the same pseudonym means two different people.
    """
    if old.id != new.id or old.secret != new.secret:
        raise PseudonymError("this is the key of another study; name the one that this project began with", path=path)
    participants = {**old.participants, **new.participants}
    names = {**old.names, **new.names}
    clash = [
        name for name in old.names if name in new.names and old.names[name].replacement != new.names[name].replacement
    ]
    clash += [name for name in old.participants if old.participants[name] != participants[name]]
    added = {rule.replacement: name for name, rule in new.names.items() if name not in old.names}
    known = {rule.replacement for name, rule in old.names.items() if name not in new.names}
    codes = {code for label, code in new.participants.items() if label not in old.participants}
    taken = {code for label, code in old.participants.items() if label not in new.participants}
    if clash or not known.isdisjoint(added) or not taken.isdisjoint(codes):
        raise PseudonymError("the key was changed by somebody else in the meantime; import once more", path=path)
    return replace(
        new,
        created_at=old.created_at,
        participants=participants,
        names=names,
        kept=old.kept | new.kept,
        transcripts={**old.transcripts, **new.transcripts},
    )


def _rule_to_json(rule: Replacement) -> dict[str, object]:
    return {"replacement": rule.replacement, "kind": rule.kind.value, "any_case": rule.any_case}


def _to_json(key: Key) -> dict[str, object]:
    return {
        "kind": KIND,
        "version": VERSION,
        "warning": "Whoever has this file can tell who said what. Keep it apart from the project and its exports.",
        "id": key.id,
        "secret": key.secret,
        "created_at": key.created_at,
        "participants": dict(key.participants),
        "names": {name: _rule_to_json(rule) for name, rule in key.names.items()},
        "kept": sorted(key.kept),
        "transcripts": {
            id_: [{"original": rule.original, **_rule_to_json(rule)} for rule in rules]
            for id_, rules in key.transcripts.items()
        },
    }


def _rule(original: object, data: dict[str, Any]) -> Replacement:
    rule = Replacement(_text(original), _text(data["replacement"]), data["any_case"] is True, Kind(data["kind"]))
    return to_rules([rule])[0]


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("a name has to be text")
    return value


def _from_json(content: dict[str, Any]) -> Key:
    secret = _text(content["secret"])
    if len(bytes.fromhex(secret)) < _SECRET_BYTES:
        raise ValueError("the secret is too short")
    return Key(
        id=_text(content["id"]),
        secret=secret,
        created_at=_text(content["created_at"]),
        participants={_text(label): _text(code) for label, code in content["participants"].items()},
        names={_text(name): _rule(name, data) for name, data in content["names"].items()},
        kept=frozenset(_text(name) for name in content["kept"]),
        transcripts={
            _text(id_): tuple(_rule(data["original"], data) for data in rules)
            for id_, rules in content["transcripts"].items()
        },
    )
