"""Bytes to text: which encoding, which line ends, and which characters cannot stay."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from coding.model import Note

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32 LE"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32 BE"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"),
)
_SAMPLE_BYTES = 1 << 16
# Everything but tab and LF below space, DEL and the C1 block; U+FEFF inside a text is a stray byte-order mark.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a file, the encoding in words for the report, and what had to be changed."""

    text: str
    encoding: str
    warnings: tuple[Note, ...] = ()


def decode(data: bytes) -> Decoded:
    """Turn bytes into text with LF line ends, without byte-order mark or control characters.

    Raises:
        ValueError: The bytes are not text; the message is one sentence for the user.
    """
    text, encoding, warnings = _decode(data)
    text, more = clean(text)
    return Decoded(text, encoding, (*warnings, *more))


def clean(text: str) -> tuple[str, list[Note]]:
    r"""Return the text with LF line ends and without what cannot be shown, and a note for each kind taken out.

    >>> clean("one\r\ntwo\x00")[0]
    'one\ntwo'
    """
    if _ODD.search(text) is None:
        return text, []
    notes = []
    text = _LINE_ENDS.sub("\n", text)
    if _SURROGATE.search(text):
        # Two halves that belong together are one character; only the lone ones are lost.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        notes.append(Note("half characters (lone surrogates) were replaced by U+FFFD"))
    for pattern, what in ((_CONTROL, "control characters"), (_BIDI, "characters that reverse the reading direction")):
        first = pattern.search(text)
        if first is not None:
            line = text.count("\n", 0, first.start()) + 1
            text, count = pattern.subn("", text)
            notes.append(Note(f"{count} {what} were left out", line))
    return text, notes


def _decode(data: bytes) -> tuple[str, str, list[Note]]:
    for bom, codec, name in _BOMS:
        if data.startswith(bom):
            return _with_codec(data[len(bom) :], codec, name)
    wide = _utf16_without_bom(data)
    if wide is not None:
        return _with_codec(data, wide, f"{'UTF-16 LE' if wide.endswith('le') else 'UTF-16 BE'} without BOM")
    _refuse_binary(data)
    try:
        return data.decode("utf-8"), "UTF-8", []
    except UnicodeDecodeError as err:
        return _not_utf8(data, err)


def _with_codec(data: bytes, codec: str, name: str) -> tuple[str, str, list[Note]]:
    """Decode with a codec that the file announces; a broken end or half character is replaced and reported."""
    if codec.startswith("utf-16") and len(data) % 2:
        return *_lossy(data[:-1], codec, name), [Note("the last byte is half a character and was left out")]
    return *_lossy(data, codec, name), []


def _lossy(data: bytes, codec: str, name: str) -> tuple[str, str]:
    try:
        return data.decode(codec, "surrogatepass"), name
    except UnicodeDecodeError:
        return data.decode(codec, "replace"), name


def _utf16_without_bom(data: bytes) -> str | None:
    """Tell UTF-16 by its zero bytes: Latin letters have them on one side, and spaces have them in any script."""
    sample = data[:_SAMPLE_BYTES]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    pairs = len(sample) // 2
    even, odd = sample[0 : pairs * 2 : 2], sample[1 : pairs * 2 : 2]
    zeros_even, zeros_odd = even.count(0), odd.count(0)
    if zeros_odd > 4 * zeros_even and zeros_odd >= pairs * 0.1:
        return "utf-16-le" if _mostly_text(sample[: pairs * 2], "utf-16-le") else None
    if zeros_even > 4 * zeros_odd and zeros_even >= pairs * 0.1:
        return "utf-16-be" if _mostly_text(sample[: pairs * 2], "utf-16-be") else None
    return None


def _mostly_text(sample: bytes, codec: str) -> bool:
    text = sample.decode(codec, "replace")
    good = sum(ch.isprintable() or ch.isspace() for ch in text)
    return good >= 0.95 * len(text)


def _refuse_binary(data: bytes) -> None:
    sample = data[:_SAMPLE_BYTES]
    odd = sum(sample.count(bytes([b])) for b in (*range(9), *range(14, 27), *range(28, 32)))
    if odd > max(8, len(sample) * 0.05) or (sample and odd == len(sample)):
        raise ValueError(
            "this is not text but binary data; export the transcript as text, DOCX, VTT or SRT and import that"
        )


def _not_utf8(data: bytes, err: UnicodeDecodeError) -> tuple[str, str, list[Note]]:
    """Decode what is not UTF-8: UTF-8 with a few broken bytes, or an older one-byte encoding."""
    line = data.count(b"\n", 0, err.start) + 1
    loose = data.decode("utf-8", "replace")
    broken, good = loose.count("\ufffd"), sum(1 for ch in set(loose) if ord(ch) > 127 and ch != "\ufffd")
    if good and _wide_characters(loose) > 4 * broken:
        text = data.decode("utf-8", "surrogatepass") if _only_surrogates(data) else loose
        return text, "UTF-8 with errors", [Note("bytes that are not UTF-8 were replaced by U+FFFD", line)]
    codec, name = _one_byte_codec(data)
    if codec == "cp1252":
        text = data.decode("cp1252", "replace")
    else:
        text = data.decode(codec, "replace")
    return text, name, [Note(f"not UTF-8 but, by its letters, {name}; check names with accents", line)]


def _only_surrogates(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _wide_characters(text: str) -> int:
    return sum(1 for ch in text if ord(ch) > 127) - text.count("\ufffd")


# What each one-byte encoding writes for quotation marks, dashes and common accented letters.
_PLAUSIBLE = frozenset(
    "‘’“”–—…•£€«»°·ºª¿¡©®½¼" + "áàâäãåæçéèêëíìîïñóòôöõøœúùûüýÿßšž" + "ÁÀÂÄÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜÝŠŽ" + "\xa0"
)


_ASCII_LETTERS = bytes((*range(65, 91), *range(97, 123)))
_MOST_ACCENTS = 0.4


def _one_byte_codec(data: bytes) -> tuple[str, str]:
    high = bytes(byte for byte in set(data) if byte > 127)
    best = ("cp1252", "Windows-1252", -1.0)
    for codec, name in (("cp1252", "Windows-1252"), ("mac_roman", "Mac Roman")):
        score = _plausibility(data, high, codec)
        if score > best[2]:
            best = (codec, name, score)
    if best[2] < 0.6 or _share_of_high_bytes(data, high) > _MOST_ACCENTS:
        other = _by_statistics(data)
        if other is not None:
            return other
    return best[0], best[1]


def _share_of_high_bytes(data: bytes, high: bytes) -> float:
    """Return the share of bytes above ASCII among all that can be letters; of Latin scripts, a few in a hundred."""
    count = sum(data.count(bytes([byte])) for byte in high)
    return count / max(1, count + sum(data.count(bytes([byte])) for byte in _ASCII_LETTERS))


def _plausibility(data: bytes, high: bytes, codec: str) -> float:
    """Return the share of high bytes that are likely in running text, with a penalty for capitals inside words."""
    total = good = 0.0
    for byte in high:
        count = data.count(bytes([byte]))
        char = bytes([byte]).decode(codec, "replace")
        total += count
        if char in _PLAUSIBLE:
            good += count * (0.7 if char.isupper() else 1.0)
    return good / total if total else 0.0


def _by_statistics(data: bytes) -> tuple[str, str] | None:
    """Ask charset-normalizer about scripts that the two Latin encodings cannot write."""
    from charset_normalizer import from_bytes

    match = from_bytes(data[:_SAMPLE_BYTES]).best()
    if match is None:
        return None
    return match.encoding, match.encoding.replace("_", "-")
