"""Kinds of files by their first bytes, and what to say about those that no reader reads."""

from __future__ import annotations

from coding.readers.source import Source

_RECORDING = (
    "this is a recording, not a transcript; have it transcribed first (Teams, Zoom or Otter write VTT or DOCX, "
    "Whisper writes "
    "VTT or JSON) and import that file"
)
_RECORDINGS = (
    b"ID3",
    b"OggS",
    b"fLaC",
    b"\x1a\x45\xdf\xa3",
    b"FLV\x01",
    b"\x30\x26\xb2\x75\x8e\x66",
    b"#!AMR",
    b"caff",
    b"FORM",
    b".snd",
)
_RECORDING_SUFFIXES = frozenset(
    (
        ".mp3 .mp4 .m4a .m4v .mov .wav .webm .mkv .avi .wma .wmv .ogg .oga .opus .flac .aac .aif .aiff .amr .3gp .mpg "
        ".mpeg .caf"
    ).split()
)
_OTHERS = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "this is an old Office file (or one with a password); save it as DOCX or XLSX without password",
    ),
    (b"\x89PNG", "this is a picture; import the transcript as text, DOCX or PDF with text"),
    (b"\xff\xd8\xff", "this is a picture; import the transcript as text, DOCX or PDF with text"),
    (b"GIF8", "this is a picture; import the transcript as text, DOCX or PDF with text"),
    (b"\x1f\x8b", "this file is packed (gzip); unpack it and import what is in it"),
    (b"7z\xbc\xaf\x27\x1c", "this file is packed (7z); unpack it and import what is in it"),
    (b"Rar!", "this file is packed (RAR); unpack it and import what is in it"),
    (b"SQLite format 3\0", "this is a database; if it is a project, open it instead of importing it"),
)
_OFFICE = {
    ".docx": "Word document",
    ".docm": "Word document",
    ".odt": "OpenDocument text",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".pdf": "PDF",
    ".rtf": "RTF file",
}


def refuse(source: Source) -> None:
    """Refuse, in one sentence that says what to do, what is clearly no transcript.

    Raises:
        ReadError: It is a recording, a picture, a packed file or the like.
    """
    if is_recording(source.data):
        raise source.error(_RECORDING)
    for magic, message in _OTHERS:
        if source.data.startswith(magic):
            raise source.error(message)


def is_recording(data: bytes) -> bool:
    """Tell by the first bytes whether this is sound or video."""
    if data[4:8] == b"ftyp" or (data[:4] in (b"RIFF", b"RIFX") and data[8:12] in (b"WAVE", b"AVI ")):
        return True
    if data[:1] == b"\xff" and len(data) > 2 and data[1] & 0xE0 == 0xE0 and data[1:2] not in (b"\xfe", b"\xff"):
        return b"\0" in data[:512] or data[1] & 0xFE in (0xFA, 0xF2, 0xF0, 0xF8)
    return data.startswith(_RECORDINGS)


def refuse_text(source: Source) -> None:
    """Refuse plain text under a name that promises another kind of file.

    Raises:
        ReadError: The name says recording or office document, and the content is neither.
    """
    if source.suffix in _RECORDING_SUFFIXES:
        raise source.error(_RECORDING)
    if source.suffix in _OFFICE:
        raise source.error(
            f"this is not a {_OFFICE[source.suffix]}, whatever its name says; export the transcript again"
        )
