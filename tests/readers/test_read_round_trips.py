"""Turns written in every format come back whole: the same words, speakers and times."""

import csv
import html
import io
import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odf.text import P

from coding.readers import FORMATS as REGISTRY
from coding.readers import read_bytes
from tests.readers.support import missing, tokens
from tests.readers.test_read_docx import of, saved
from tests.readers.test_read_others import odt, pdf, rtf
from tests.readers.test_read_tables import book

LABELS = [
    "Anna",
    "Lee, Bob",
    "P3",
    "Dr Ian van Dyke",
    "Siân O'Hara",
    "MODERATOR",
    "Speaker 2",
    "José M.",
    "Anna-Lena Fox (she)",
]
WORD = st.text("abcdefghijklmnopqrstuvwxyzäéñßø", min_size=1, max_size=9)
ODD = st.sampled_from(
    [
        "10:30",
        "https://a.org/b:c",
        "I'm",
        "no:",
        "e.g.",
        "£5",
        "don’t",
        "–",
        "co-op",
        "(.)",
        "[laughter]",
        "3",
        "Leeds",
        "&",
        "<ehm>",
    ]
)
SENTENCE = st.tuples(
    WORD, st.lists(st.one_of(WORD, WORD, ODD), max_size=12), st.sampled_from([".", "?", "!", " and"])
).map(lambda parts: " ".join([parts[0], *parts[1]]) + parts[2])
WORDS = st.lists(SENTENCE, min_size=1, max_size=4).map(" ".join)


@st.composite
def talks(draw):
    """Return (speaker, words, start, end) of turns in which nobody follows themselves and everybody speaks twice."""
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=2, max_size=4, unique=True))
    rounds = draw(st.integers(2, 4))
    now = draw(st.integers(0, 4000))
    turns = []
    for at in range(rounds * len(labels)):
        length = draw(st.integers(1, 90))
        turns.append((labels[at % len(labels)], draw(WORDS), now, now + length))
        now += length + draw(st.integers(0, 9))
    return turns


def clock(second, mark="."):
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{mark}000"


def short(second):
    return (
        f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"
        if second >= 3600
        else f"{second // 60}:{second % 60:02}"
    )


def halves(words):
    """Cut words into two cues."""
    parts = words.split(" ")
    cut = max(1, len(parts) // 2)
    return [" ".join(part) for part in (parts[:cut], parts[cut:]) if part]


def vtt_voices(turns):
    lines = ["WEBVTT", ""]
    for speaker, words, start, end in turns:
        for part in halves(words):
            lines += [f"{clock(start)} --> {clock(end)}", f"<v {html.escape(speaker)}>{html.escape(part)}</v>", ""]
    return "\r\n".join(lines).encode()


def vtt_zoom(turns):
    lines = ["WEBVTT", ""]
    for at, (speaker, words, start, end) in enumerate(turns, start=1):
        lines += [str(at), f"{clock(start)} --> {clock(end)}", f"{speaker}: {html.escape(words)}", ""]
    return "\n".join(lines).encode()


def srt_brackets(turns):
    cues = (
        f"{at}\n{clock(start, ',')} --> {clock(end, ',')}\n[{speaker}] {words}\n"
        for at, (speaker, words, start, end) in enumerate(turns, 1)
    )
    return "\n".join(cues).encode()


def srt_changes(turns):
    lines = []
    for speaker, words, start, end in turns:
        for number, part in enumerate(halves(words)):
            lines += [
                str(len(lines)),
                f"{clock(start, ',')} --> {clock(end, ',')}",
                part if number else f"{speaker}: {part}",
                "",
            ]
    return "\n".join(lines).encode("utf-8-sig")


def txt_typed(turns):
    return "\n\n".join(f"{speaker}: {words}" for speaker, words, _, _ in turns).encode("utf-16")


def txt_otter(turns):
    return "\n\n".join(f"{speaker}  {short(start)}  \n{words}" for speaker, words, start, _ in turns).encode()


def txt_rev(turns):
    return "\n\n".join(f"{speaker} [{clock(start)[:8]}]: {words}" for speaker, words, start, _ in turns).encode()


def markdown(turns):
    return (
        "# A group\n\n" + "\n\n".join(f"**{speaker}**  {short(start)}  \n{words}" for speaker, words, start, _ in turns)
    ).encode()


def docx_teams(turns):
    return saved(of(*(f"{speaker}   {short(start)}\n{words}" for speaker, words, start, _ in turns)))


def docx_typed(turns):
    return saved(of(*(f"{speaker}: {words}" for speaker, words, _, _ in turns)))


def odt_typed(turns):
    return odt(*(P(text=f"{speaker}: {words}") for speaker, words, _, _ in turns))


def rtf_typed(turns):
    def escaped(text):
        return "".join(ch if ord(ch) < 128 else f"\\u{ord(ch)}?" for ch in text)

    return rtf(*(escaped(f"{speaker}: {words}") for speaker, words, _, _ in turns))


def pdf_typed(turns):
    pages = []
    for speaker, words, _, _ in turns:
        parts = f"{speaker}: {words}".split(" ")
        lines = [" ".join(parts[at : at + 9]) for at in range(0, len(parts), 9)]
        pages.append([(72, 700 - 14 * at, line) for at, line in enumerate(lines)])
    return pdf(pages)


def html_bold(turns):
    body = "".join(f"<p><b>{html.escape(speaker)}:</b> {html.escape(words)}</p>\n" for speaker, words, _, _ in turns)
    return f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode()


def csv_table(turns):
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(
        [("Timespan", "Speaker", "Content"), *((f"{clock(s)} - {clock(e)}", who, words) for who, words, s, e in turns)]
    )
    return out.getvalue().encode("utf-8-sig")


def xlsx_table(turns):
    return book(
        ("Talk", [("Start", "End", "Who", "Words"), *((clock(s), clock(e), who, words) for who, words, s, e in turns)])
    )


def json_turns(turns):
    return json.dumps(
        {"turns": [{"speaker": who, "text": words, "start": float(s), "end": float(e)} for who, words, s, e in turns]}
    ).encode()


def zoom_chat(turns):
    return "\n".join(f"{clock(start)[:8]}\t{speaker}:\t{words}" for speaker, words, start, _ in turns).encode()


def sbv(turns):
    cues = (f"{clock(s)[1:]},{clock(e)[1:]}\n{who}: {words}\n" for who, words, s, e in turns)
    return "\n".join(cues).encode()


def ttml(turns):
    ids = {who: f"a{at}" for at, who in enumerate(dict.fromkeys(turn[0] for turn in turns))}
    agents = "".join(
        f'<m:agent xml:id="{mark}"><m:name>{html.escape(who)}</m:name></m:agent>' for who, mark in ids.items()
    )
    cues = "".join(
        f'<p begin="{clock(s)}" end="{clock(e)}" m:agent="{ids[who]}">{html.escape(words)}</p>\n'
        for who, words, s, e in turns
    )
    heads = 'xmlns="http://www.w3.org/ns/ttml" xmlns:m="http://www.w3.org/ns/ttml#metadata"'
    return f"<tt {heads}><head>{agents}</head><body>{cues}</body></tt>".encode()


def ass(turns):
    rows = (f"Dialogue: {clock(s)[1:-1]},{clock(e)[1:-1]},{who.replace(',', '')},{words}" for who, words, s, e in turns)
    return ("[Script Info]\n[Events]\nFormat: Start, End, Name, Text\n" + "\n".join(rows)).encode()


BOTH, START, NONE = 2, 1, 0
FORMATS = [
    ("x.vtt", vtt_voices, BOTH),
    ("x.vtt", vtt_zoom, BOTH),
    ("x.srt", srt_brackets, BOTH),
    ("x.srt", srt_changes, BOTH),
    ("x.txt", txt_typed, NONE),
    ("x.txt", txt_otter, START),
    ("x.txt", txt_rev, START),
    ("x.md", markdown, START),
    ("x.docx", docx_teams, START),
    ("x.docx", docx_typed, NONE),
    ("x.odt", odt_typed, NONE),
    ("x.rtf", rtf_typed, NONE),
    ("x.pdf", pdf_typed, NONE),
    ("x.html", html_bold, NONE),
    ("x.csv", csv_table, BOTH),
    ("x.xlsx", xlsx_table, BOTH),
    ("x.json", json_turns, BOTH),
    ("x.txt", zoom_chat, START),
    ("x.sbv", sbv, BOTH),
    ("x.ttml", ttml, BOTH),
    ("x.ass", ass, BOTH),
]


@pytest.mark.parametrize(("name", "write", "times"), FORMATS, ids=lambda value: getattr(value, "__name__", None))
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(turns=talks())
def test_turns_come_back_whole(name, write, times, turns):
    transcript = read_bytes(write(turns), name)

    # A subtitle script separates its columns by commas, so no name has one.
    plain = [(who.replace(",", "") if write is ass else who, words) for who, words, _, _ in turns]
    assert [(turn.speaker, transcript.words_of(turn).replace("\n", " ")) for turn in transcript.turns] == plain
    assert not missing(transcript, [token for who, words, _, _ in turns for token in tokens(f"{who} {words}")])
    if times >= START:
        shift = transcript.turns[0].start_s - turns[0][2] if write is zoom_chat else 0
        assert [turn.start_s for turn in transcript.turns] == [turn[2] + shift for turn in turns]
    if times == BOTH:
        assert [turn.end_s for turn in transcript.turns] == [turn[3] for turn in turns]


def test_every_format_goes_there_and_back():
    written = {name for name, _, _ in FORMATS}
    for form in REGISTRY:
        assert not form.suffixes or any(f"x{suffix}" in written for suffix in form.suffixes), form.name


@settings(max_examples=60, deadline=None, derandomize=True)
@given(text=st.text(max_size=400), suffix=st.sampled_from([".txt", ".vtt", ".srt", ".csv", ".md", ".html"]))
def test_any_text_is_read_whole_or_refused(text, suffix):
    from coding.errors import ReadError

    try:
        transcript = read_bytes(text.encode("utf-8", "surrogatepass"), f"x{suffix}")
    except ReadError:
        return
    for turn in transcript.turns:
        words = transcript.words_of(turn)
        assert words
        assert words == words.strip()
    assert "\r" not in transcript.text
