"""One table makes the bindings, the buttons and the cheat-sheet."""

import re
from pathlib import Path

import pytest

import coding.ui.review
from coding.ui.review.keys import BINDINGS, bindings, clean_keys, read_keys, valid_key, write_keys

FOLDER = Path(coding.ui.review.__file__).parent
SCRIPTS = sorted(FOLDER.glob("*.js"))


def test_no_key_does_two_things():
    keys = [key for binding in BINDINGS for key in binding.keys]
    assert len(keys) == len(set(keys))


def test_every_key_is_written_as_the_browser_names_it():
    assert all(valid_key(key) for binding in BINDINGS for key in binding.keys)


def test_every_action_of_the_table_is_done_by_the_screen():
    source = (FOLDER / "actions.js").read_text(encoding="utf-8")
    table = source[source.index("const ACTIONS") : source.index("\n};")]
    done = set(re.findall(r"^  '?([a-z-]+)'?(?:\(|:)", table, re.MULTILINE))
    assert {binding.action for binding in BINDINGS} <= done


@pytest.mark.parametrize("key", ["a", "x", "e", "q", "i", "o", "m", "f", "n", "j", "k", "?", "Ctrl+z", "1", "Escape"])
def test_the_usual_keys_are_bound(key):
    assert any(key in binding.keys for binding in BINDINGS)


def test_a_key_that_is_given_away_is_taken_from_the_others():
    changed = {binding.action: binding.keys for binding in bindings({"next": ("j",)})}
    assert changed["next"] == ("j",)
    assert changed["down"] == ("ArrowDown",)


def test_keys_are_remembered(tmp_path):
    file = tmp_path / "folder" / "keys.json"
    write_keys(file, {"next": ("w", "Alt+n")})
    assert read_keys(file) == {"next": ("w", "Alt+n")}


@pytest.mark.parametrize(
    "text", ["", "[1]", '{"next": "j"}', '{"next": ["<b>", 3]}', '{"rm": ["j"]}', '{"pick": ["j"]}']
)
def test_a_damaged_file_changes_nothing(tmp_path, text):
    file = tmp_path / "keys.json"
    file.write_text(text)
    assert read_keys(file) == {}
    assert clean_keys(text) == {}


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path):
    (tmp_path / "file").touch()
    write_keys(tmp_path / "file" / "keys.json", {"next": ("w",)})
    assert read_keys(tmp_path / "file" / "keys.json") == {}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
@pytest.mark.parametrize(
    "way", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser"]
)
def test_no_text_can_become_markup(script, way):
    assert way not in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*SCRIPTS, FOLDER / "review.css"], ids=lambda path: path.name)
def test_a_file_stays_small_and_speaks_to_no_other_machine(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 400
    assert not re.search(r"https?://|\bfetch\(|XMLHttpRequest|sendBeacon|@import", text)
