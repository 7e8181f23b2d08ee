"""ZIP files and their XML with bounds: anybody can write a small DOCX that unpacks to a terabyte."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from coding.readers.source import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_RATIO = 200
_RATIO_FROM_BYTES = 10 * 1024 * 1024
_MOST_PARTS = 10_000
_DAMAGED = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)


class Archive:
    """The parts of a ZIP file, unpacked within bounds."""

    def __init__(self, zipped: zipfile.ZipFile, source: Source) -> None:
        self._zipped = zipped
        self._source = source
        self.names = frozenset(zipped.namelist())

    def __contains__(self, name: str) -> bool:
        """Tell whether the file has that part."""
        return name in self.names

    def read(self, name: str) -> bytes:
        """Return one part unpacked.

        Raises:
            ReadError: It is not there, damaged, encrypted, or larger than it says.
        """
        try:
            info = self._zipped.getinfo(name)
        except KeyError as err:
            raise self._source.error(f"the part {name} is missing; open the file and save it again") from err
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

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:65536]:
        raise source.error(f"the part {name} defines entities, as files made to do harm do; it was not read")
    try:
        tree = etree.parse(io.BytesIO(data), parser)
    except etree.XMLSyntaxError as err:
        message = f"the part {name} is damaged ({err.msg}); open the file where it was made and save it again"
        raise source.error(message) from err
    if tree.docinfo.internalDTD is not None:
        raise source.error(f"the part {name} defines entities, as files made to do harm do; it was not read")
    return tree.getroot()
