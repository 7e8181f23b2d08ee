"""Every key of the review screen in one table.

The browser takes its bindings from it, the buttons their hints and the cheat-sheet its lines, so the three cannot
differ. A key is written as the browser names it (``KeyboardEvent.key``), with ``Ctrl+``, ``Alt+`` and ``Shift+`` in
front.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_KEY = re.compile(
    r"(Ctrl\+)?(Alt\+)?(Shift\+)?"
    r"([!-~]|[^\W_]|Space|Enter|Escape|Home|End|Tab|Page(Up|Down)|Arrow(Up|Down|Left|Right)|F\d{1,2})"
)


@dataclass(frozen=True, slots=True)
class Binding:
    """One action and the keys that do it.

    Attributes:
        action: Its name in the code of the screen.
        keys: The keys; the first is shown on the button.
        label: What it does, for people.
        group: The heading it stands under in the cheat-sheet.
        button: The few words on its button, or ``""`` where the button is a part of something else on the screen.
    """

    action: str
    keys: tuple[str, ...]
    label: str
    group: str
    button: str = ""


BINDINGS: tuple[Binding, ...] = (
    Binding("accept", ("a",), "Accept the first suggestion and go on", "Decide", "Accept"),
    Binding("reject", ("x",), "Reject the first suggestion; remove the coding where there is none", "Decide", "Reject"),
    Binding("pick", tuple("123456789"), "Accept the suggestion with that number", "Decide"),
    Binding("finish", ("Enter", "Space"), "Nothing more here: finish the segment and go on", "Decide", "Finish"),
    Binding("reopen", ("Shift+Enter",), "Open a finished segment again", "Decide", "Reopen"),
    Binding("change", ("e",), "Choose another code in place of this one", "Decide", "Change"),
    Binding("add", ("+", "c"), "Add a code", "Decide", "Add code"),
    Binding("again", ("q",), "Code again with the last code", "Decide", "Last code"),
    Binding("valence", ("v",), "Shown, lacking or unclear", "Decide", "Valence"),
    Binding("undo", ("u", "Ctrl+z"), "Undo", "Decide", "Undo"),
    Binding("redo", ("Shift+U", "Ctrl+Shift+Z", "Ctrl+y"), "Redo", "Decide", "Redo"),
    Binding("down", ("j", "ArrowDown"), "Next segment", "Move", "Next"),
    Binding("up", ("k", "ArrowUp"), "Previous segment", "Move", "Previous"),
    Binding("next", ("n",), "Next segment that needs a decision", "Move", "Next open"),
    Binding("back", ("p",), "Back to where you were", "Move", "Back"),
    Binding("page-down", ("PageDown",), "Ten segments on", "Move"),
    Binding("page-up", ("PageUp",), "Ten segments back", "Move"),
    Binding("first", ("Home",), "First segment", "Move"),
    Binding("last", ("End",), "Last segment", "Move"),
    Binding("overlap", ("o",), "Go through the codings and suggestions of this place", "Move", "Next coding"),
    Binding("words-more", ("Shift+ArrowRight",), "Select words, one more", "Words"),
    Binding("words-less", ("Shift+ArrowLeft",), "One word less", "Words"),
    Binding("end-on", ("Alt+ArrowRight",), "Move the end by a word", "Words", "End →"),
    Binding("end-back", ("Alt+ArrowLeft",), "Move the end back by a word", "Words", "← End"),
    Binding("start-on", ("Alt+Shift+ArrowRight",), "Move the start by a word", "Words", "Start →"),
    Binding("start-back", ("Alt+Shift+ArrowLeft",), "Move the start back by a word", "Words", "← Start"),
    Binding("in-vivo", ("i",), "Make the selected words a new code", "Words", "In vivo"),
    Binding("split", ("s",), "Split the segment where the selected words begin", "Words", "Split"),
    Binding("merge", ("b",), "Merge the segment with the next one", "Words", "Merge"),
    Binding("memo", ("m",), "Write a memo", "Note", "Memo"),
    Binding("flag", ("f",), "Flag for discussion", "Note", "Flag"),
    Binding("search", ("/",), "Search the words", "See", "Search"),
    Binding("bulk", ("Shift+A",), "Accept many suggestions of a code, after a look at a sample", "See", "Accept many"),
    Binding("link", ("l",), "Copy a link to this segment", "See", "Copy link"),
    Binding("help", ("?",), "All keys", "See", "Keys"),
    Binding("leave", ("Escape",), "Let go of selected words; leave a dialog", "See"),
)
"""The keys as they are when nobody changed them."""


def bindings(changed: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Binding, ...]:
    """Return all bindings with a person's own keys in place of the usual ones.

    A key that a person gave to one action is taken from every other.

    >>> [b.keys for b in bindings({"next": ("j",)}) if b.action in {"next", "down"}]
    [('ArrowDown',), ('j',)]
    """
    own = {action: keys for action, keys in (changed or {}).items() if keys}
    taken = {key for keys in own.values() for key in keys}
    return tuple(
        replace(b, keys=own[b.action] if b.action in own else tuple(key for key in b.keys if key not in taken))
        for b in BINDINGS
    )


def valid_key(key: str) -> bool:
    """Tell whether ``key`` is written as the table has it."""
    return _KEY.fullmatch(key) is not None


def clean_keys(raw: object) -> dict[str, tuple[str, ...]]:
    """Return the changes of keys in what a browser or a file says, without anything that is none."""
    actions = {binding.action for binding in BINDINGS}
    found: dict[str, tuple[str, ...]] = {}
    for action, keys in raw.items() if isinstance(raw, dict) else ():
        if action in actions and action != "pick" and isinstance(keys, list):
            good = tuple(key for key in keys[:4] if isinstance(key, str) and valid_key(key))
            if good:
                found[action] = good
    return found


def read_keys(file: Path) -> dict[str, tuple[str, ...]]:
    """Return the changes of keys that this machine remembers; none where the file is missing or damaged."""
    try:
        raw: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return clean_keys(raw)


def write_keys(file: Path, changed: Mapping[str, tuple[str, ...]]) -> None:
    """Remember changes of keys; a machine that keeps nothing is no reason to stop."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({name: list(keys) for name, keys in changed.items()}, ensure_ascii=False)
        file.write_text(text, encoding="utf-8")
    except OSError:
        return
