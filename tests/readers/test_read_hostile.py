"""Files that are damaged, mislabelled or made to do harm: one clear sentence, bounded time and memory."""

import random
import time
import tracemalloc

import pytest

from coding import readers
from coding.errors import ReadError
from coding.readers import SUFFIXES, read_bytes, read_transcript
from tests.readers.support import SAMPLE_FILES, needs_samples
from tests.readers.test_read_docx import of, saved
from tests.readers.test_read_others import odt, pdf, rtf
from tests.readers.test_read_tables import book
from tests.readers.test_read_typed import said


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n ", b"\0" * 5000, b"\xef\xbb\xbf", "\ufeff \n".encode("utf-16")])
@pytest.mark.parametrize("suffix", [*SUFFIXES, ""])
def test_files_without_content_are_refused(data, suffix):
    with pytest.raises(ReadError, match=r"^group[^:]*: the file is empty|no words|not a|is empty"):
        read_bytes(data, f"group{suffix}")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"ID3\x04" + bytes(100), "transcribed first"),
        (b"\0\0\0\x20ftypM4A " + bytes(100), "transcribed first"),
        (b"RIFF\0\0\0\0WAVEfmt " + bytes(100), "transcribed first"),
        (b"OggS" + bytes(100), "transcribed first"),
        (b"\x1a\x45\xdf\xa3" + bytes(100), "transcribed first"),
        (b"\xff\xfb\x90\x44" + bytes(100), "transcribed first"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office"),
        (b"\x1f\x8b\x08" + bytes(20), "packed"),
        (bytes(range(256)) * 40, "binary"),
        (random.Random(1).randbytes(10_000), "binary"),
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x.mp4", "x.docx", "x"])
def test_what_is_no_transcript_says_what_to_do(data, word, name):
    with pytest.raises(ReadError, match=word):
        read_bytes(data, name)


@pytest.mark.parametrize("name", ["talk.mp3", "talk.docx", "talk.pdf", "talk.xlsx", "talk.odt", "talk.rtf"])
def test_text_under_a_name_that_promises_more_is_refused(name):
    with pytest.raises(ReadError, match=rf"^{name}: "):
        read_bytes(b"just some words", name)


def test_paths_that_cannot_be_read(tmp_path):
    for path in (tmp_path, tmp_path / "missing.txt", "a\0b.txt"):
        with pytest.raises(ReadError):
            read_transcript(path)


def test_large_files_are_refused_before_they_are_read(tmp_path, monkeypatch):
    path = tmp_path / "x.txt"
    path.write_bytes(b"Anna: Hello.\n" * 100)
    monkeypatch.setattr(readers, "MOST_BYTES", 1000)
    with pytest.raises(ReadError, match="split it"):
        read_transcript(path)
    with pytest.raises(ReadError, match="split it"):
        read_bytes(path.read_bytes(), "x.txt")


def test_names_with_folders_are_cut():
    assert read_bytes(b"Anna: Hello.\nBob: Hi.", "../../etc/group 1.txt").source_name == "group 1.txt"
    assert read_bytes(b"Anna: Hello.\nBob: Hi.", "C:\\files\\group 1.txt").name == "group 1"


@pytest.mark.parametrize(
    ("encoding", "said_to_be"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with BOM"),
        ("utf-16", "UTF-16 LE"),
        ("utf-16-le", "UTF-16 LE without BOM"),
        ("utf-16-be", "UTF-16 BE without BOM"),
        ("cp1252", "Windows-1252"),
        ("mac_roman", "Mac Roman"),
    ],
)
def test_encodings_are_found_and_said(encoding, said_to_be):
    text = (
        "Zoë: “Señor” – it’s the café’s fault, naïve as Müller is.\nJosé: Ça va? She said ‘no’.\nZoë: Ä, ö and ü.\n"
        "José: Olé!\n"
    )
    transcript = read_bytes(text.encode(encoding), "x.txt")

    assert transcript.text == text.strip()
    assert transcript.report.encoding == said_to_be


def test_utf8_with_a_broken_byte_is_kept_as_utf8():
    data = "José: Olé, señor. Ça va bien?\nZoë: Où? À côté.\n".encode() * 3 + b"Zo\xeb: no\n"
    transcript = read_bytes(data, "x.txt")

    assert transcript.report.encoding == "UTF-8 with errors"
    assert transcript.report.warnings[0].line == 7


def test_control_and_direction_characters_are_reported():
    transcript = read_bytes("Anna: a\x07b \u202eevil\u202c \u2066x\u2069 \u200fy\nBob: z\x00\n".encode(), "x.txt")

    assert said(transcript) == [("Anna", "ab evil x \u200fy"), ("Bob", "z")]
    assert {note.message for note in transcript.report.warnings} == {
        "2 control characters were left out",
        "4 characters that reverse the reading direction were left out",
    }


def test_line_ends_of_every_kind():
    assert said(read_bytes("Anna: a\rBob: b\r\nAnna: c\u2028Bob: d\x0cAnna: e".encode(), "x.txt")) == [
        ("Anna", "a"),
        ("Bob", "b"),
        ("Anna", "c"),
        ("Bob", "d"),
        ("Anna", "e"),
    ]


LONG = 2_000_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.txt", "a" * LONG),
        ("x.txt", "word " * (LONG // 5)),
        ("x.txt", "Anna: " + "word " * (LONG // 5)),
        ("x.txt", "[" * LONG),
        ("x.txt", "Anna" + " " * LONG + "x"),
        ("x.txt", "A." * (LONG // 2)),
        ("x.txt", "0:" * (LONG // 2)),
        ("x.txt", "**" * (LONG // 2)),
        ("x.txt", "[0:00]" * (LONG // 6)),
        ("x.txt", "Anna: hi\n" * (LONG // 20)),
        ("x.txt", "\n".join(f"Name{at}: hi" for at in range(LONG // 50))),
        ("x.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " * (LONG // 3)),
        ("x.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v A>x</v>" * (LONG // 40)),
        ("x.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "&" * LONG),
        ("x.vtt", "WEBVTT\n\n" + "00:01.000 --> " * (LONG // 14)),
        ("x.srt", "1\n00:00:01,000 --> 00:00:02,000\n" + "-" * LONG),
        ("x.srt", "00:00:01,000 --> 00:00:02,000\n" * (LONG // 60)),
        ("x.csv", "speaker,text\nA," + "x" * LONG),
        ("x.csv", 'speaker,text\nA,"' + "x\n" * (LONG // 4)),
        ("x.csv", "speaker,text\n" + "," * LONG),
        ("x.html", "<html>" + "<b>" * (LONG // 30) + "Anna: x"),
        ("x.html", "<html><!--" + "-" * (LONG // 10)),
        ("x.html", "<html>Anna: x " + "<" * (LONG // 10)),
        ("x.json", '[{"text": "' + "word " * (LONG // 5) + '"}]'),
        ("x.rtf", "{\\rtf1 " + "\\par Anna: hi" * (LONG // 60) + "}"),
        ("x.rtf", "{\\rtf1 " + "{" * (LONG // 20)),
    ],
    ids=lambda value: None if len(value) < 20 else value[:16].encode("unicode_escape").decode(),
)
def test_huge_lines_and_counts_end_in_bounded_time(name, text):
    started = time.process_time()
    try:
        read_bytes(text.encode(), name)
    except ReadError as err:
        assert str(err).startswith(name)  # noqa: PT017

    assert time.process_time() - started < 10


def test_memory_of_a_long_file_stays_under_ten_times_its_size():
    cues = "".join(
        f"{at}\n00:{at // 60 % 60:02}:{at % 60:02}.000 --> 00:{at // 60 % 60:02}:{at % 60:02}.900\nAnna Smith: "
        f"these are the words of cue {at}.\n\n"
        for at in range(5_000)
    )
    data = ("WEBVTT\n\n" + cues.replace("Anna Smith: these are the words of cue 7", "Bob: x")).encode()
    tracemalloc.start()
    try:
        read_bytes(data, "x.vtt")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 10 * len(data)


def documents():
    """Yield a small file of each format that has no sample."""
    yield "x.docx", saved(of("Anna   0:04\nHello.", "Bob   0:09\nHi."))
    yield "x.xlsx", book(("A", [("Speaker", "Text"), ("Anna", "Hi."), ("Bob", "Ho.")]))
    yield "x.odt", odt()
    yield "x.rtf", rtf("Anna: Hello.", "Bob: caf\\'e9 \\u8211?")
    yield "x.pdf", pdf([[(72, 700, "Anna: Hi."), (72, 660, "Bob: Ho.")]])
    yield "x.html", b"<html><body><table><tr><td>Anna<td>Hi</table><p><b>Bob</b> x &amp; y"
    yield (
        "x.ttml",
        b'<tt xmlns="http://www.w3.org/ns/ttml"><p begin="1s" end="2s">Anna: Hi &amp; <br/>ho</p><p>Bob: x</p></tt>',
    )
    yield (
        "x.ass",
        b"[Script Info]\n[Events]\nFormat: Start, End, Name, Text\nDialogue: 0:00:01.00,0:00:02.00,Anna,{\\i1}Hi",
    )
    yield "x.sbv", b"0:00:01.000,0:00:02.000\n>> ANNA: Hi.\n\n0:00:03.000,0:00:04.000\nBob: x\n"
    yield (
        "x.json",
        b'{"results": {"items": [{"start_time": "1", "alternatives": [{"content": "Hi"}], "type": "punctuation"}]}}',
    )
    yield "y.txt", b"12/03/2024, 09:15 - Anna: Hello\n13/03/2024, 09:16 pm - Bob: Hi\n"
    yield "x.txt", b"00:12:03\tAnna Smith:\tHello\n00:12:09\tBob:\tx\n"


def mutated(data, rng):
    """Return the bytes with a few cut, doubled, flipped or exchanged."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        if not data:
            break
        at = rng.randrange(len(data))
        kind = rng.randrange(5)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at : at + rng.randint(1, 50)]
        elif kind == 2:
            data[at:at] = rng.choice(
                (
                    b"\0",
                    b"<v ",
                    b"-->",
                    b":",
                    b'"',
                    b"{",
                    b"]",
                    b"\xff\xfe",
                    b"&#x110000;",
                    b"\r",
                    b"[0:00]",
                    b"\xed\xa0\x80",
                )
            )
        elif kind == 3:
            data[at:at] = data[at : at + 40]
        else:
            del data[at:]
    return bytes(data)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "data"), list(documents()), ids=lambda value: value if isinstance(value, str) else "")
def test_mutated_documents_give_transcripts_or_read_errors(name, data):
    rng = random.Random(name)
    for _ in range(60):
        try:
            transcript = read_bytes(mutated(data, rng), name)
        except ReadError:
            continue
        assert all(transcript.words_of(turn) for turn in transcript.turns)


@needs_samples
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.name)
def test_mutated_samples_give_transcripts_or_read_errors(path):
    data = path.read_bytes()
    rounds = 3 if path.suffix == ".pdf" else 25
    # A part of a large file breaks in the same ways, and faster.
    data = data if path.suffix in (".pdf", ".json") and len(data) < 200_000 else data[:6000]
    rng = random.Random(path.name)
    for _ in range(rounds):
        try:
            transcript = read_bytes(mutated(data, rng), path.name)
        except ReadError:
            continue
        assert all(transcript.words_of(turn) for turn in transcript.turns)
