"""A QDPX file as a ZIP of parts, opened within bounds; nothing of it is ever written to disk."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from coding.errors import ReadError

MOST_FILE_BYTES = 1 << 30
MOST_PARTS = 50_000
MOST_TEXT_BYTES = 64 << 20
MOST_TEXTS_BYTES = 512 << 20
MOST_XML_BYTES = 768 << 20
MOST_RATIO = 200
_RATIO_FROM_BYTES = 16 << 20
_CHUNK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)


class Package:
    """The parts of a QDPX file."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self._texts_bytes = 0
        try:
            self._zipped = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGED as err:
            raise ReadError("the file is not a whole QDPX file; export it again", path=name) from err
        infos = self._zipped.infolist()
        if len(infos) > MOST_PARTS:
            raise ReadError(f"the file has more than {MOST_PARTS:,} parts; it was not opened", path=name)
        # Some tools write Sources/, some write bare names; the folders never matter, since sources/ is flat.
        self._by_name: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            # A link holds the name of another file in place of words; it is never followed, and is no part.
            if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16):
                self._by_name.setdefault(_base(info.filename), info)

    def project(self) -> zipfile.ZipInfo:
        """Return the part with the project's XML.

        Raises:
            ReadError: There is none.
        """
        found = self._by_name.get("project.qde")
        others = [info for base, info in self._by_name.items() if base.endswith(".qde")]
        if found is None and len(others) == 1:
            found = others[0]
        if found is None:
            raise ReadError("there is no project.qde in this file, so it is not a QDPX file", path=self.name)
        return found

    def chunks(self, info: zipfile.ZipInfo, most_bytes: int = MOST_XML_BYTES) -> Iterator[bytes]:
        """Yield a part piece by piece.

        Raises:
            ReadError: It is damaged, encrypted, or unpacks to more than it may.
        """
        limit = min(most_bytes, max(_RATIO_FROM_BYTES, MOST_RATIO * max(1, info.compress_size)))
        done = 0
        try:
            with self._zipped.open(info) as part:
                while chunk := part.read(_CHUNK):
                    done += len(chunk)
                    if done > limit:
                        break
                    yield chunk
        except _DAMAGED as err:
            raise ReadError(
                f"the part {_base(info.filename)} is damaged or encrypted; export it again", path=self.name
            ) from err
        if done > limit:
            raise ReadError(
                f"the part {_base(info.filename)} unpacks to more than {limit >> 20} MB, as files made to do harm do; "
                "nothing was imported",
                path=self.name,
            )

    def text_part(self, path: str) -> bytes | None:
        """Return the bytes of a source by its path in the project, or ``None`` where it is not in the file.

        Raises:
            ReadError: It, or all sources together, are larger than they may be.
        """
        info = self._by_name.get(_base(path))
        if info is None:
            return None
        data = b"".join(self.chunks(info, MOST_TEXT_BYTES))
        self._texts_bytes += len(data)
        if self._texts_bytes > MOST_TEXTS_BYTES:
            raise ReadError(
                f"the sources have more than {MOST_TEXTS_BYTES >> 20} MB; split the project", path=self.name
            )
        return data


def _base(path: str) -> str:
    for prefix in ("internal://", "internal:/", "relative:///", "relative://"):
        path = path.removeprefix(prefix)
    return PurePosixPath(path.replace("\\", "/")).name.casefold()
