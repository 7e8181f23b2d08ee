"""ZIP files and their XML with bounds: anybody can write a small DOCX that unpacks to a terabyte."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from typing import IO, TYPE_CHECKING

from coding.readers.source import Source

if TYPE_CHECKING:
    from lxml.etree import _Element, _ElementTree

MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_RATIO = 200
_RATIO_FROM_BYTES = 10 * 1024 * 1024
_MOST_PARTS = 10_000
_HEAD_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 15
_MOST_ELEMENTS = 3_000_000
_DAMAGED = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)
_ENTITIES = "the part {} defines entities, as files made to do harm do; it was not read"
_SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class Archive:
    """The parts of a ZIP file, unpacked within bounds."""

    def __init__(self, zipped: zipfile.ZipFile, source: Source) -> None:
        self._zipped = zipped
        self._source = source
        # A link holds the name of another file in place of words; it is never followed, and is no part.
        self.names = frozenset(
            info.filename for info in zipped.infolist() if not stat.S_ISLNK(info.external_attr >> 16)
        )

    def __contains__(self, name: str) -> bool:
        """Tell whether the file has that part."""
        return name in self.names

    def read(self, name: str) -> bytes:
        """Return one part unpacked.

        Raises:
            ReadError: It is not there, damaged, encrypted, or larger than it says.
        """
        if name not in self.names:
            raise self._source.error(f"the part {name} is missing; open the file and save it again")
        info = self._zipped.getinfo(name)
        try:
            with self._zipped.open(info) as part:
                # One byte more than announced shows a part that lies about its size.
                data = part.read(info.file_size + 1)
        except _DAMAGED as err:
            message = f"the part {name} is damaged or encrypted; open the file and save it again"
            raise self._source.error(message) from err
        if len(data) > info.file_size:
            raise self._source.error(f"the part {name} is larger than it says, as in files made to do harm")
        return data

    def xml(self, name: str) -> _Element:
        """Return the root of one part.

        Raises:
            ReadError: It is not there, not XML, or defines entities, which no office program writes.
        """
        return parse_xml(self.read(name), name, self._source)

    def elements(
        self, name: str, tags: Collection[str], *, namespaces: Mapping[bytes, bytes] | None = None
    ) -> Iterator[_Element]:
        """Yield the outermost elements of those tags in order; each is gone when the next is asked for.

        A long document never stands in memory as a tree, which takes fifteen times its size.

        Args:
            name: The part.
            tags: With their namespaces in braces.
            namespaces: Bytes that are read as others, such as a namespace's second name.

        Raises:
            ReadError: As for :meth:`xml`.
        """
        from lxml import etree

        with self._open(name) as part:
            stream = _Checked(part, name, self._source, namespaces or {})
            events = etree.iterparse(
                stream,
                events=("start", "end"),
                tag=tuple(tags),
                **_SAFE,
            )
            depth, looked = 0, False
            try:
                for event, element in events:
                    if not looked:
                        _refuse_entities(element.getroottree(), name, self._source)
                        looked = True
                    depth += 1 if event == "start" else -1
                    if depth == 0:
                        yield element
                        _forget(element)
                        stream.elements = 0
            except etree.XMLSyntaxError as err:
                raise self._source.error(_damaged(name, err)) from err

    def _open(self, name: str) -> IO[bytes]:
        if name not in self.names:
            raise self._source.error(f"the part {name} is missing; open the file and save it again")
        try:
            return self._zipped.open(name)
        except _DAMAGED as err:
            message = f"the part {name} is damaged or encrypted; open the file and save it again"
            raise self._source.error(message) from err


class _Checked:
    """A part as a stream for the parser: refuses entities in its head, gives a clear error where it is damaged."""

    def __init__(self, part: IO[bytes], name: str, source: Source, exchange: Mapping[bytes, bytes]) -> None:
        self._part = part
        self._name = name
        self._source = source
        self._exchange = exchange
        # Tags since something was last read to its end and forgotten: they stand in memory as a tree.
        self.elements = 0
        # What may be cut in two at the end of a chunk.
        self._overlap = max((len(old) - 1 for old in exchange), default=0)
        self._held = b""
        head = self._take(_HEAD_BYTES)
        if _has_entities(head):
            raise source.error(_ENTITIES.format(name))
        self._held = self._exchanged(head)

    def read(self, size: int = _CHUNK_BYTES) -> bytes:
        """Return the next bytes, or none at the end."""
        while True:
            chunk = self._take(_CHUNK_BYTES)
            self.elements += chunk.count(b"<")
            if self.elements > _MOST_ELEMENTS:
                raise self._source.error(f"the part {self._name} is built as no program builds it; it was not read")
            data = self._exchanged(self._held + chunk)
            if not chunk:
                self._held = b""
                return data
            cut = len(data) - self._overlap
            self._held = data[cut:]
            if cut > 0:
                return data[:cut]

    def _take(self, size: int) -> bytes:
        try:
            return self._part.read(size)
        except _DAMAGED as err:
            message = f"the part {self._name} is damaged or encrypted; open the file and save it again"
            raise self._source.error(message) from err

    def _exchanged(self, data: bytes) -> bytes:
        for old, new in self._exchange.items():
            data = data.replace(old, new)
        return data


def _forget(element: _Element) -> None:
    """Empty an element that was read to its end, and drop everything before it."""
    element.clear()
    for one in (element, *element.iterancestors()):
        above = one.getparent()
        while above is not None and one.getprevious() is not None:
            del above[0]


def open_archive(source: Source) -> Archive:
    """Open the source as a ZIP file.

    Raises:
        ReadError: It is no ZIP file, or unpacks to more than 200 MB or 200 times its size.
    """
    try:
        zipped = zipfile.ZipFile(io.BytesIO(source.data))
    except _DAMAGED as err:
        message = "the file is damaged or not complete; open it where it was made and save it again"
        raise source.error(message) from err
    infos = zipped.infolist()
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MOST_UNPACKED_BYTES or len(infos) > _MOST_PARTS:
        raise source.error("the file unpacks to more than 200 MB, which no transcript does; it was not opened")
    if unpacked > _RATIO_FROM_BYTES and unpacked > MOST_RATIO * max(1, len(source.data)):
        raise source.error("the file unpacks to 200 times its size, as files made to do harm do; it was not opened")
    return Archive(zipped, source)


def parse_xml(data: bytes, name: str, source: Source) -> _Element:
    """Return the root of XML from outside: no entities, no network, no document type.

    Raises:
        ReadError: It is not XML, too deep, or has a document type.
    """
    from lxml import etree

    if _has_entities(data[:_HEAD_BYTES]):
        raise source.error(_ENTITIES.format(name))
    try:
        tree = etree.parse(io.BytesIO(data), etree.XMLParser(**_SAFE))
    except etree.XMLSyntaxError as err:
        raise source.error(_damaged(name, err)) from err
    _refuse_entities(tree, name, source)
    return tree.getroot()


def _has_entities(head: bytes) -> bool:
    return b"<!DOCTYPE" in head[:4096] or b"<!ENTITY" in head


def _refuse_entities(tree: _ElementTree, name: str, source: Source) -> None:
    if tree.docinfo.internalDTD is not None:
        raise source.error(_ENTITIES.format(name))


def _damaged(name: str, err: SyntaxError) -> str:
    return f"the part {name} is damaged ({err.msg}); open the file where it was made and save it again"
