"""What the tests of the readers share: the words of a source, counted without the readers' own code."""

import csv
import html
import io
import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

_SHARED = Path(os.environ.get("FOCUS_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SAMPLES = _SHARED / "samples" / "transcripts"
SAMPLE_FILES = sorted(SAMPLES.iterdir()) if SAMPLES.is_dir() else []

needs_samples = pytest.mark.skipif(not SAMPLE_FILES, reason=f"the sample transcripts are not in {SAMPLES}")


def tokens(text):
    return re.findall(r"\w+", text)


def spoken(transcript):
    """Return the tokens of all turns in order, without labels."""
    return [token for turn in transcript.turns for token in tokens(transcript.words_of(turn))]


def kept(transcript):
    """Return every token of the text and of what was left out, counted."""
    parts = [transcript.text, *(item.text for item in transcript.report.left_out)]
    return Counter(token for part in parts for token in tokens(part))


def missing(transcript, source_words, *, labels_repeat=False):
    """Return the words of a source that stand nowhere; merged turns may have dropped repeated labels."""
    lost = Counter(source_words) - kept(transcript)
    if labels_repeat:
        known = {token for label in transcript.speakers for token in tokens(label)}
        lost = Counter({word: count for word, count in lost.items() if word not in known})
    return lost


def words_of_source(data, name):
    suffix = Path(name).suffix
    return _READ[suffix](data)


def _text(data):
    return tokens(html.unescape(data.decode("utf-8-sig")))


def _cues(data):
    text = re.sub(r"</?[vcibu](?:[.\s][^<>]*)?>", " ", data.decode("utf-8-sig"))
    return tokens(html.unescape(text))


def _csv(data):
    return [
        word
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))
        for cell in row
        for word in tokens(html.unescape(cell))
    ]


def _json(data):
    top = json.loads(data)
    if isinstance(top, dict) and "segments" in top:
        top = {key: value for key, value in top.items() if key != "text"}
    found = []

    def walk(node):
        if isinstance(node, str):
            found.extend(tokens(node))
        elif isinstance(node, dict):
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(top)
    return found


def _pdf(data):
    from pypdf import PdfReader

    return [word for page in PdfReader(io.BytesIO(data)).pages for word in tokens(page.extract_text())]


def _docx(data):
    from docx import Document

    document = Document(io.BytesIO(data))
    found = []
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            found.extend(word for row in block.rows for cell in row.cells for word in tokens(cell.text))
        else:
            found.extend(tokens(block.text))
    return found


_READ = {
    ".vtt": _cues,
    ".srt": _cues,
    ".txt": _text,
    ".md": _text,
    ".csv": _csv,
    ".json": _json,
    ".pdf": _pdf,
    ".docx": _docx,
}
