"""What a reader gets and what it gives back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from coding.errors import ReadError
from coding.model import LeftOut, Note
from coding.readers.decoding import Decoded, decode

TIMESTAMP = "timestamp"
CUE_ID = "cue id"
HEADER = "header"
FOOTER = "footer"
NOTICE = "recorder's notice"
MARKUP = "markup"
NUMBER = "number"
UNKNOWN = "unknown speaker"
COMMENT = "comment"
SUMMARY = "summary"
OUTSIDE = "outside the page"
SILENT = "speaker without words"
REPEATED = "repeated line"

_BUNDLED = frozenset({TIMESTAMP, CUE_ID, MARKUP, NUMBER, OUTSIDE})
_BUNDLE_LINES = 256
_MOST_LIKE_WARNINGS = 10


@dataclass(slots=True)
class Piece:
    r"""One turn, before it has a place in the text.

    Attributes:
        text: The words; ``\n`` between paragraphs or lines worth keeping.
        speaker: The label, or ``None`` where nobody knows.
        start_s: Start in seconds, where the source has times.
        end_s: End in seconds, where the source has times.
        line: Line, paragraph or row in the source, from 1.
        heading: True for what nobody spoke.
    """

    text: str
    speaker: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    line: int | None = None
    heading: bool = False


@dataclass(slots=True)
class Reading:
    """What a reader found in one file; :func:`coding.readers.assemble.assemble` makes a transcript of it.

    Attributes:
        format: The format as recognised, such as ``vtt (Teams)``.
        pieces: The turns in order.
        cues_in: Timed cues, rows or paragraphs in the source, or ``None`` where the format has none.
        cues_out: How many of them stand in the pieces.
        left_out: Words of the source that do not stand in the pieces.
        warnings: What a user should look at.
        encoding: Set where the reader decoded the bytes itself.
    """

    format: str
    pieces: list[Piece] = field(default_factory=list)
    cues_in: int | None = None
    cues_out: int | None = None
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    encoding: str | None = None
    _bundles: dict[str, _Bundle] = field(default_factory=dict)
    _alike: Counter[str] = field(default_factory=Counter)

    def leave_out(self, text: str, reason: str, line: int | None = None) -> None:
        """Report words that do not stand in the pieces; blank text is nothing to report.

        What every cue has, its times, id and marks, is gathered into one entry a reason, one item a line.
        """
        text = text.strip()
        if not text:
            return
        if reason in _BUNDLED:
            self._bundles.setdefault(reason, _Bundle(line)).add(text)
        else:
            self.left_out.append(LeftOut(text, reason, line))

    def warn(self, message: str, line: int | None = None) -> None:
        """Report something that a user should look at; of many alike, the first ten and how many more."""
        kind = message.split(":", 1)[0].translate(_NO_DIGITS)
        self._alike[kind] += 1
        if self._alike[kind] <= _MOST_LIKE_WARNINGS:
            self.warnings.append(Note(message, line))

    def all_left_out(self) -> tuple[LeftOut, ...]:
        """Return everything left out, the bundles last."""
        return (*self.left_out, *(LeftOut(of.text(), reason, of.line) for reason, of in self._bundles.items()))

    def all_warnings(self) -> tuple[Note, ...]:
        """Return the warnings, with a word about those that were too many to list."""
        more = sum(max(0, count - _MOST_LIKE_WARNINGS) for count in self._alike.values())
        return (*self.warnings, Note(f"{more} more warnings of these kinds")) if more else tuple(self.warnings)


_NO_DIGITS = str.maketrans("", "", "0123456789.,-")


@dataclass(slots=True)
class _Bundle:
    """Lines left out for one reason, kept compact: a million short strings cost more than a long one."""

    line: int | None
    _done: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self._open.append(text)
        if len(self._open) >= _BUNDLE_LINES:
            self._done.append("\n".join(self._open))
            self._open = []

    def text(self) -> str:
        return "\n".join((*self._done, *self._open))


@dataclass(frozen=True)
class Source:
    """The bytes of one file and the user's choices.

    Attributes:
        data: The file's bytes.
        name: The file's name without its folder.
        columns: Which column holds what, for tables: ``speaker``, ``text``, ``start``, ``end`` to a name or an
            index from 0.
        speakers: False when the user says that the file names no speakers.
    """

    data: bytes
    name: str
    columns: Mapping[str, str | int] | None = None
    speakers: bool = True

    @cached_property
    def decoded(self) -> Decoded:
        """Return the bytes as text with LF line ends, its encoding and what was changed.

        Raises:
            ReadError: The bytes are not text.
        """
        try:
            return decode(self.data)
        except ValueError as err:
            raise self.error(str(err)) from err

    @property
    def text(self) -> str:
        """Return the decoded text."""
        return self.decoded.text

    def take_text(self) -> str:
        """Return the decoded text and let go of it, so that what is made of it takes its place in memory."""
        decoded = self.decoded
        self.__dict__["decoded"] = Decoded("", decoded.encoding, decoded.warnings)
        return decoded.text

    @property
    def suffix(self) -> str:
        """Return the suffix in small letters with its dot, or an empty string."""
        stem, dot, suffix = self.name.rpartition(".")
        return dot + suffix.lower() if stem and dot else ""

    def error(self, message: str, line: int | None = None) -> ReadError:
        """Return, for raising, an error that names this file."""
        return ReadError(message, path=self.name, line=line)
