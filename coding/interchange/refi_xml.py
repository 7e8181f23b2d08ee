"""The XML of QDPX and QDC as a stream: a million elements never stand in memory at once, and no DTD is read.

:func:`read_events` gathers plain records, still with the file's own GUIDs and positions;
:mod:`coding.interchange.refi_read` makes a study of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from coding.codebook import MAX_CODES
from coding.errors import ReadError
from coding.export.identity import clean_guid, make_guid
from coding.interchange.refi_records import Records, XmlCase, XmlCode, XmlCoding, XmlSelection, XmlSet, XmlText

MOST_ELEMENTS = 4_000_000
MOST_DEPTH = 128
MOST_KEPT = 3_000_000
"""So many things and references to things are kept; a hundred thousand codings come to a million."""

MOST_CHARS = 64 << 20

_SELECTIONS = {"PlainTextSelection", "TranscriptSelection"}
_TEXTS = {"TextSource", "Representation", "Transcript", "Note"}
_MEDIA = {"PictureSource", "PDFSource", "AudioSource", "VideoSource"}
_NO_PLACE = {
    "PDFSelection": "places on a page cannot be shown in a transcript",
    "PictureSelection": "pictures cannot be shown in a transcript",
    "AudioSelection": "places in a recording cannot be shown in a transcript",
    "VideoSelection": "places in a recording cannot be shown in a transcript",
    "Link": "links between things have no place here",
    "Graph": "maps have no place here",
    "MemberCode": "sets of codes have no place here",
    "MemberNote": "sets of notes have no place here",
}
_VALUES = {"TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue"}
_AROUND = {
    *("Project", "Users", "CodeBook", "Codes", "Cases", "Variables", "Sources", "Notes", "Links", "Sets", "Graphs"),
    *("Description", "TextDescription", "PlainTextContent", *_VALUES),
}
"""What only holds other things, or words."""


def read_events(chunks: Iterable[bytes], name: str) -> Records:
    """Read the XML of a QDPX or QDC file.

    Raises:
        ReadError: It is not XML, has a document type, is too large or too deep, or is not a REFI-QDA file.
    """
    from lxml import etree

    target = _Target(name)
    parser = etree.XMLParser(
        target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        for chunk in chunks:
            parser.feed(chunk)
        records: Records = parser.close()
    except etree.XMLSyntaxError as err:
        raise ReadError(f"the project's XML is damaged ({err.msg}); export it again", path=name) from err
    if records.root not in ("Project", "CodeBook"):
        raise ReadError(f"this is XML, but not of REFI-QDA: it begins with {records.root!r}", path=name)
    return records


class _Target:
    """Takes the parser's events."""

    def __init__(self, name: str) -> None:
        self.records = Records()
        self._name = name
        self._path: list[str] = []
        self._owners: list[object] = []
        self._words: list[str] | None = None
        self._chars = 0
        self._count = 0
        self._kept = 0
        self._variable: str | None = None
        self._sync: dict[str, int] = {}

    def doctype(self, *_: object) -> None:
        """Refuse a document type: it can define entities, and no tool writes one."""
        raise ReadError("the project's XML has a document type, as files made to do harm do", path=self._name)

    def comment(self, _: str) -> None:
        """Pass over a comment."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._path) >= MOST_DEPTH:
            raise ReadError("the project's XML is too large or too deep; nothing was imported", path=self._name)
        local = tag.rpartition("}")[2]
        if not self._path:
            self.records.root, self.records.attributes = local, dict(attributes)
        self._path.append(local)
        self._owners.append(self._begin(local, attributes))
        if local in _VALUES or local in ("Description", "PlainTextContent"):
            self._words = []

    def data(self, text: str) -> None:
        """Take words inside an element."""
        if self._words is not None:
            self._chars += len(text)
            if self._chars > MOST_CHARS * 4:
                raise ReadError("the project's XML has more text than any study; nothing was imported", path=self._name)
            self._words.append(text)

    def end(self, _: str) -> None:
        """Take the end of an element."""
        local = self._path.pop()
        self._owners.pop()
        if self._words is not None and (local in _VALUES or local in ("Description", "PlainTextContent")):
            self._take_words(local, "".join(self._words))
            self._words = None

    def close(self) -> Records:
        """Return what was found."""
        return self.records

    # elements

    def _begin(self, local: str, attributes: dict[str, str]) -> object:
        """Return the record that the element begins, or that of the element around it."""
        make = _MAKERS.get(local)
        around = self._owners[-1] if self._owners else None
        if local in _NO_PLACE:
            named = attributes.get("name") or attributes.get("guid") or attributes.get("targetGUID") or ""
            self.records.drop(local, named, _NO_PLACE[local])
            return None if local not in ("MemberCode", "MemberNote") else around
        if make is None:
            if local not in _AROUND and self._inside():
                named = attributes.get("name") or attributes.get("guid") or ""
                self.records.drop(local, named, "there is no such element in REFI-QDA 1.0")
                return None
            return around
        self._kept += 1
        if self._kept > MOST_KEPT or len(self.records.codes) > MAX_CODES:
            what = f"{MAX_CODES:,} codes" if self._kept <= MOST_KEPT else f"{MOST_KEPT:,} things"
            raise ReadError(f"the project has more than {what}, as no study has; nothing was imported", path=self._name)
        return make(self, attributes, around)

    def _inside(self) -> bool:
        """Tell whether what is around the element has a place; what stands in something left out went with it."""
        return all(name in _AROUND or name in _MAKERS for name in self._path[:-1])

    def guid(self, attributes: dict[str, str], name: str = "guid") -> str:
        """Return the GUID of an element; what is no GUID names the thing all the same."""
        text = attributes.get(name, "")
        return clean_guid(text) or make_guid("foreign", text or f"{len(self._path)}-{self._count}")

    def optional(self, attributes: dict[str, str], name: str) -> str | None:
        """Return a GUID that need not be there."""
        return self.guid(attributes, name) if attributes.get(name) else None

    def user(self, attributes: dict[str, str], _: object) -> object:
        """Take a user."""
        self.records.users.append((self.guid(attributes), attributes.get("name") or attributes.get("id") or ""))
        return None

    def code(self, attributes: dict[str, str], around: object) -> object:
        """Take a code, below the one around it."""
        code = XmlCode(
            self.guid(attributes),
            attributes.get("name", ""),
            around.guid if isinstance(around, XmlCode) else None,
            attributes.get("color"),
            attributes.get("isCodable", "true").strip() in ("true", "1"),
        )
        self.records.codes.append(code)
        return code

    def text(self, attributes: dict[str, str], around: object) -> object:
        """Take a text source, or a note."""
        kind = self._path[-1]
        if self._path[-2:-1] == ["PDFSelection"]:
            self.records.drop(kind, attributes.get("guid", ""), _NO_PLACE["PDFSelection"])
            return None
        text = XmlText(
            kind,
            self.guid(attributes),
            attributes.get("name", "") or (around.name if isinstance(around, _Media) else ""),
            attributes.get("plainTextPath", ""),
            attributes.get("richTextPath", ""),
            self.optional(attributes, "creatingUser"),
            attributes.get("creationDateTime", ""),
        )
        self._sync = {}
        (self.records.note_texts if kind == "Note" else self.records.texts).append(text)
        return text

    def media(self, attributes: dict[str, str], _: object) -> object:
        """Take a picture, PDF or recording, of which only a text can be kept."""
        media = _Media(attributes.get("name") or attributes.get("guid", ""))
        self.records.drop(self._path[-1], media.name, "only its text, where it has one, can be kept")
        return media

    def selection(self, attributes: dict[str, str], around: object) -> object:
        """Take a selection of text."""
        if not isinstance(around, XmlText):
            return None
        if self._path[-1] == "TranscriptSelection":
            start = self._sync.get(self.guid(attributes, "fromSyncPoint"))
            end = self._sync.get(self.guid(attributes, "toSyncPoint"))
        else:
            start, end = _number(attributes.get("startPosition")), _number(attributes.get("endPosition"))
        selection = XmlSelection(self.guid(attributes), start, end)
        around.selections.append(selection)
        return selection

    def sync_point(self, attributes: dict[str, str], _: object) -> object:
        """Take a point of a transcript that has a position."""
        position = _number(attributes.get("position"))
        if position is not None:
            self._sync[self.guid(attributes)] = position
        return None

    def coding(self, attributes: dict[str, str], around: object) -> object:
        """Take a coding of a selection, or of a whole source."""
        coding = XmlCoding(
            self.guid(attributes), self.optional(attributes, "creatingUser"), attributes.get("creationDateTime", "")
        )
        if isinstance(around, (XmlSelection, XmlText)):
            around.codings.append(coding)
        else:
            why = "what it codes has no place here"
            self.records.drop("Coding", attributes.get("guid", ""), why)
        return coding

    def code_ref(self, attributes: dict[str, str], around: object) -> object:
        """Take which code a coding, or a case, has."""
        if isinstance(around, XmlCoding):
            around.code = self.guid(attributes, "targetGUID")
        elif isinstance(around, XmlCase):
            around.codes += 1
        return None

    def note_ref(self, attributes: dict[str, str], around: object) -> object:
        """Take which note is on something."""
        guid = self.guid(attributes, "targetGUID")
        if isinstance(around, (XmlCoding, XmlSelection)):
            around.notes = (*around.notes, guid)
        elif isinstance(around, (XmlCode, XmlText)):
            around.notes.append(guid)
        elif self._path[:-1] == ["Project"]:
            self.records.notes.append(guid)
        else:
            self.records.drop("NoteRef", guid, "what it is on has no place here; the note is kept")
        return None

    def variable(self, attributes: dict[str, str], _: object) -> object:
        """Take an attribute of cases."""
        self.records.variables[self.guid(attributes)] = attributes.get("name", "")
        return None

    def variable_ref(self, attributes: dict[str, str], around: object) -> object:
        """Take which attribute the value is of."""
        self._variable = self.guid(attributes, "targetGUID")
        return around

    def variable_value(self, _: dict[str, str], around: object) -> object:
        """Take that a value follows."""
        self._variable = None
        if isinstance(around, XmlText):
            around.values += 1
        return around

    def case(self, attributes: dict[str, str], _: object) -> object:
        """Take a case."""
        case = XmlCase(self.guid(attributes), attributes.get("name", ""))
        self.records.cases.append(case)
        return case

    def source_ref(self, attributes: dict[str, str], around: object) -> object:
        """Take a source of a case or a set."""
        if isinstance(around, (XmlCase, XmlSet)):
            around.sources.append(self.guid(attributes, "targetGUID"))
        return None

    def selection_ref(self, attributes: dict[str, str], around: object) -> object:
        """Take a selection of a case."""
        if isinstance(around, XmlCase):
            around.selections.append(self.guid(attributes, "targetGUID"))
        return None

    def set(self, attributes: dict[str, str], _: object) -> object:
        """Take a set."""
        found = XmlSet(self.guid(attributes), attributes.get("name", ""))
        self.records.sets.append(found)
        return found

    # words

    def _take_words(self, local: str, words: str) -> None:
        owner = self._owners[-1] if self._owners else None
        if local == "PlainTextContent":
            if isinstance(owner, XmlText):
                owner.content = words
        elif local in _VALUES:
            if isinstance(owner, XmlCase) and self._variable is not None:
                owner.values.append((self._variable, words))
        elif isinstance(owner, (XmlCode, XmlText, XmlSelection, XmlCase)):
            owner.description = words
        elif self._path == ["Project"]:
            self.records.description = words
        elif words.strip():
            self.records.drop("Description", words.strip(), f"a {self._path[-1]} keeps none here")


@dataclass(frozen=True, slots=True)
class _Media:
    name: str


_Maker = Callable[[_Target, dict[str, str], object], object]
_MAKERS: dict[str, _Maker] = {
    "User": _Target.user,
    "Code": _Target.code,
    **dict.fromkeys(_TEXTS, _Target.text),
    **dict.fromkeys(_MEDIA, _Target.media),
    **dict.fromkeys(_SELECTIONS, _Target.selection),
    "SyncPoint": _Target.sync_point,
    "Coding": _Target.coding,
    "CodeRef": _Target.code_ref,
    "NoteRef": _Target.note_ref,
    "Variable": _Target.variable,
    "VariableRef": _Target.variable_ref,
    "VariableValue": _Target.variable_value,
    "Case": _Target.case,
    "SourceRef": _Target.source_ref,
    "MemberSource": _Target.source_ref,
    "SelectionRef": _Target.selection_ref,
    "Set": _Target.set,
}


def _number(text: str | None) -> int | None:
    if text is None or len(text) > 18:
        return None
    try:
        return int(text)
    except ValueError:
        return None
