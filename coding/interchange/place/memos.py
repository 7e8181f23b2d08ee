"""Memos of a study into a project."""

from __future__ import annotations

from coding.edits.imported import ImportMemos
from coding.interchange.place.state import Placing, Thing
from coding.interchange.prepare import stored_date
from coding.interchange.study import StudyMemo
from coding.store import Memo


def add_memos(at: Placing) -> None:
    """Add the memos that are new and compare those that are there; several of a coder on one thing become one."""
    memos: dict[str, Memo] = {}
    for theirs in at.study.memos:
        target = _target(at, theirs)
        if target is None:
            continue
        coder = at.coders[theirs.coder]
        key = f"{coder}|{target}"
        text = theirs.text.strip()
        if key in memos and text not in memos[key].text:
            text = f"{memos[key].text}\n\n{text}"
        memos[key] = Memo(key, target, coder, text, stored_date(theirs.at))
    new = [memo for memo in memos.values() if _taken(at, memo)]
    at.counts["memos"] = len(new)
    if new:
        at.operations.append(ImportMemos(tuple(new)))


def _taken(at: Placing, theirs: Memo) -> bool:
    """Tell whether a memo is to be put in, or in the place of ours."""
    thing = Thing("memo", theirs.key, f"of {theirs.coder} on {_where(at, theirs.target)}", "memos", theirs.key)
    ours = at.project.row("memos", theirs.key)
    if ours is not None:
        # Two people of one name may have noted two things on one code, so what only seems to be changed is asked too.
        return ours["text"] != theirs.text and at.differ(thing, "text", ours["text"], theirs.text, ask=True)
    if not at.earlier.was_removed("memos", theirs.key):
        return True
    last = at.earlier.last("memos", theirs.key) or {}
    if last.get("text") == theirs.text:
        return False
    return at.differ(Thing("memo", thing.id, thing.name), "text", "", theirs.text)


def _target(at: Placing, memo: StudyMemo) -> str | None:
    if memo.kind == "project":
        return "project"
    if memo.kind == "segment" and memo.of in at.transcripts:
        return f"segment:{at.transcripts[memo.of]}:{memo.start_char}-{memo.end_char}"
    ids = {"code": at.codes, "transcript": at.transcripts, "coding": at.coding_ids}.get(memo.kind, {})
    return f"{memo.kind}:{ids[memo.of]}" if memo.of in ids else None


def _where(at: Placing, target: str) -> str:
    """Return what a memo is on, in words."""
    kind, _, key = target.partition(":")
    if kind == "code":
        return f"the code {at.code_names.get(key, key)}"
    if kind == "coding":
        coding = at.project.coding(key)
        return f"a coding of {at.code_names.get(coding.code_id, coding.code_id)}" if coding else "a coding"
    if kind in ("transcript", "segment"):
        name = next((info.name for info in at.project.transcripts() if info.id == key.partition(":")[0]), "")
        return f"{'the transcript' if kind == 'transcript' else 'a place in'} {name}"
    return "the project"
