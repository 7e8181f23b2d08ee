"""The study as it was at some moment, in a file of its own that can be looked at and not changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from coding.errors import EditError
from coding.replay import Key, Row, Stamped, first_segments, replay
from coding.store import Project


def write_past(project: Project, at: str, target: str | Path) -> int:
    """Write a project as it was at a moment: its edits until then, and what they add up to.

    Transcripts that were imported later are not in it, nor are the machine's suggestions of today. Whoever opens the
    file can read everything and change nothing.

    Args:
        project: The project; it stays as it is.
        at: The moment, as :func:`read_moment` returns it; edits of that very moment are in.
        target: A file that is not there yet.

    Returns:
        How many edits are in it.

    Raises:
        EditError: There was nothing at that moment.
        ProjectError: The project cannot be read, or the file cannot be written.

    >>> import tempfile
    >>> from coding.edits import WriteMemo, apply_edits
    >>> with tempfile.TemporaryDirectory() as folder, Project.open(f"{folder}/s.sqlite", create=True) as project:
    ...     first = apply_edits(project, [WriteMemo("project", "Start with group 2.")], coder="Ada")
    ...     _ = apply_edits(project, [WriteMemo("project", "Start with group 4.")], coder="Ada")
    ...     count = write_past(project, first[0].at, f"{folder}/past.sqlite")
    ...     with Project.open(f"{folder}/past.sqlite") as past:
    ...         count, [memo.text for memo in past.memos()]
    (1, ['Start with group 2.'])
    """
    path = Path(target)
    infos = project.transcripts()
    if not any(info.imported_at <= at for info in infos) and not any(clock <= at for clock, _ in project.stamped()):
        raise EditError("there was nothing in this project at that moment; choose a later one")
    project.copy_to(path)
    with Project.open(path) as copy:
        edits = [Stamped(*item) for item in copy.stamped()]
        until = [item for item in edits if item.clock <= at]
        after = [item for item in edits if item.clock > at]
        base = first_segments(edits, copy.table("segments"))
        then = replay(until, base)
        # A row that was touched later only stands as the first of those edits found it.
        wanted: dict[Key, Row | None] = {}
        cut: set[str] = set()
        for item in after:
            for change in item.edit.changes:
                if change.table == "segments":
                    cut.add(str((change.before or change.after or {})["transcript_id"]))
                else:
                    wanted.setdefault((change.table, change.key), change.before)
        wanted.update({key: then.rows[key] for key in wanted.keys() & then.rows.keys()})
        for row in copy.table("segments"):
            if row["transcript_id"] in cut:
                wanted["segments", str(row["key"])] = None
        for transcript_id in cut:
            wanted.update({("segments", key): row for key, row in then.segments.get(transcript_id, {}).items()})
        copy.rewind(at, wanted, [info.id for info in infos if info.imported_at > at])
    return len(until)


def read_moment(text: str, *, end: bool = True) -> str:
    """Return a moment as the history writes it, from what people type: a day, or a day and a time in UTC.

    Args:
        text: Such as ``2026-03-02`` or ``2026-03-02 10:15``.
        end: Take the end of the day, minute or second that is named, not its beginning.

    Raises:
        EditError: It is no such thing.

    >>> read_moment("2026-03-02"), read_moment("2026-03-02 10:15")
    ('2026-03-02T23:59:59.999999Z', '2026-03-02T10:15:59.999999Z')
    >>> read_moment("2026-03-02T10:15:07.000001Z")
    '2026-03-02T10:15:07.000001Z'
    """
    given = text.strip()
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as err:
        raise EditError(f"{text!r} is no moment; write it as 2026-03-02 or 2026-03-02 10:15 (UTC)") from err
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if not end:
        pass
    elif len(given) <= len("2026-03-02"):
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
    elif len(given) <= len("2026-03-02T10:15"):
        moment = moment.replace(second=59, microsecond=999_999)
    elif "." not in given:
        moment = moment.replace(microsecond=999_999)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
