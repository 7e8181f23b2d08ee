"""What is worked out while one study is placed, and who decides where both sides differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from coding.edits import Operation, apply_edits
from coding.edits.imported import KeepSettings
from coding.export.identity import Guids
from coding.interchange.earlier import Earlier
from coding.interchange.report import Difference, Key, Prefer, StudyReport
from coding.interchange.study import Study
from coding.store import Project
from coding.store.decisions import new_id


def words_of(value: object) -> str:
    r"""Return a value as people read it: a list has a line an item.

    >>> words_of(("one", "two")), words_of(None)
    ('one\ntwo', '')
    """
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    return "\n".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is on both sides.

    Attributes:
        what: ``code``, ``coding``, ``memo``, ``participant`` or ``transcript``.
        id: Which one; with the field's name it names a difference for good.
        name: What people know it by.
        table: Where the history has it, if it was one thing on both sides once.
        key: Of its row.
    """

    what: str
    id: str
    name: str
    table: str = ""
    key: str = ""


@dataclass(slots=True)
class Placing:
    """What is worked out while one study is placed.

    Keys of the study lead to what stands for them in the project: ``coders`` to names, ``codes``, ``transcripts`` and
    ``coding_ids`` to ids. ``fresh`` are the keys of sources that were not there, ``places`` the transcripts of codings
    that were. ``previewing`` is true on a copy without segments. All edits are one ``act``, so that they are undone
    together. What is to be done is gathered in ``operations``.
    """

    project: Project
    study: Study
    by: str
    file: str
    prefer: Prefer
    decided: Mapping[Key, Prefer]
    previewing: bool = False
    act: str = field(default_factory=new_id)
    earlier: Earlier = field(default_factory=Earlier)
    guids: Guids = field(default_factory=Guids)
    coders: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    code_names: dict[str, str] = field(default_factory=dict)
    new_codes: list[str] = field(default_factory=list)
    transcripts: dict[str, str] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    coding_ids: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def do(self) -> None:
        """Apply what has been gathered, so that what follows can build on it."""
        apply_edits(self.project, self.operations, coder=self.by, batch=self.act, continues=True)
        self.operations = []

    def keep_settings(self, settings: Mapping[str, str]) -> None:
        """Let the project remember where things came from."""
        if settings:
            self.operations.append(KeepSettings(tuple(settings.items())))

    def differ(
        self,
        thing: Thing,
        field_name: str,
        ours: object,
        theirs: object,
        *,
        columns: tuple[str, ...] = (),
        shown: Callable[[object], str] = words_of,
        ask: bool = False,
    ) -> bool:
        """Note a difference and tell whether the file's side is taken.

        Of what was one thing on both sides once, that is taken which only one side changed. Where both did, or nobody
        can tell, a person decides.

        Args:
            thing: What differs.
            field_name: In what.
            ours: As it is in the project.
            theirs: As it is in the file.
            columns: What the history calls the field, where that is something else.
            shown: Makes words of a side.
            ask: Ask even where only the other side seems to have changed it.
        """
        who = "both"
        if thing.table:
            names = columns or (field_name,)
            who = self.earlier.who_changed(thing.table, thing.key, names, ours, theirs)
            if who == "here":
                return False
            who = "both" if ask else who
        one = Difference(thing.what, thing.id, thing.name, field_name, shown(ours), shown(theirs), by=who)
        taken: Prefer = "theirs" if who == "there" else self.decided.get(one.key, self.prefer)
        self.differences.append(replace(one, taken=taken))
        return taken == "theirs"

    def report(self, names: Mapping[str, list[str]]) -> StudyReport:
        """Return what was done; ``names`` are those of the transcripts that are ``new`` and ``there``."""
        dropped = self.study.dropped
        return StudyReport(
            file=self.file,
            format=self.study.format,
            transcripts=tuple(names["new"]),
            transcripts_there=tuple(names["there"]),
            codes=len(self.new_codes),
            codes_there=self.counts["codes_there"],
            new_codes=tuple(self.new_codes),
            codings=self.counts["codings"],
            codings_there=self.counts["codings_there"],
            codings_in_file=self.counts["in_file"],
            only_here=self.counts["only_here"],
            stay_removed=self.counts["stay_removed"],
            suggestions=self.counts["suggestions"],
            people=self.counts["people"],
            memos=self.counts["memos"],
            finished=self.counts["finished"],
            refused=self.counts["refused"],
            coders=tuple(dict.fromkeys(self.coders.values())),
            dropped=tuple(one for one in dropped if not one.mended),
            mended=tuple(one for one in dropped if one.mended),
            differences=tuple(self.differences),
            warnings=tuple(self.warnings),
        )
