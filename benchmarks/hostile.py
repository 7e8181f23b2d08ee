"""What files made to do harm cost at their full size: time, memory, and the one sentence that they end in.

Run it from the top folder: ``python -m benchmarks.hostile``. Each file is read in a process of its own; memory is that
of the whole process at its peak, the file itself in it.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable

from coding.errors import ReadError
from coding.readers import read_bytes

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _docx(body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", body)
    return out.getvalue()


def _word(body: str) -> bytes:
    return _docx(f"<w:document {_W}><w:body>{body}</w:body></w:document>".encode())


def _million_cues() -> bytes:
    cue = "{0}\n{1:02}:{2:02}:{3:02}.000 --> {1:02}:{2:02}:{3:02}.900\nAnna Smith: these are the words of cue {0}.\n\n"
    cues = (cue.format(at, at // 3600 % 100, at // 60 % 60, at % 60) for at in range(1_000_000))
    return ("WEBVTT\n\n" + "".join(cues).replace("Anna Smith", "Bo Ek", 100_000)).encode()


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "text of 190 MB": ("x.txt", lambda: b"Anna: so she rang them all.\nBob: did she now, and why?\n" * 3_450_000),
    "text of 210 MB": ("x.txt", lambda: b"Anna: hi there.\n" * 13_200_000),
    "a million cues": ("x.vtt", _million_cues),
    "a line of 50 MB": ("x.txt", lambda: b"Anna: " + b"word " * 10_000_000),
    "a cue of 50 MB": ("x.srt", lambda: b"1\n00:00:01,000 --> 00:00:02,000\n" + b"word " * 10_000_000),
    "a cell of 50 MB": ("x.csv", lambda: b'speaker,text\nAnna,"' + b"word " * 10_000_000 + b'"\n'),
    "JSON 200,000 deep": ("x.json", lambda: b"[" * 200_000 + b"]" * 200_000),
    "page 200,000 deep": ("x.html", lambda: b"<html>" + b"<div>" * 200_000 + b"Anna: hi</div>"),
    "XML 5,000 deep": ("x.docx", lambda: _word("<w:sdt>" * 5_000)),
    "XML of 10 million elements": ("x.docx", lambda: _word("<x/>" * 10_000_000 + "y" * 1_000_000)),
    "ZIP bomb of 1 GB": ("x.docx", lambda: _docx(b" " * (1 << 30))),
    "entities": ("x.docx", lambda: _docx(b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>')),
    "entities of captions": (
        "x.ttml",
        lambda: b'<!DOCTYPE tt [<!ENTITY a SYSTEM "file:///etc/passwd">]><tt ><p>&a;</p></tt>',
    ),
    "10 MB of direction marks": ("x.txt", lambda: "Anna: a\u202eb\u2066c\x07\n".encode() * 800_000),
    "lone surrogates": ("x.txt", lambda: b"Anna: a\xed\xa0\x80b\n" * 100_000),
    "a million names": ("x.txt", lambda: "".join(f"Name{at}: hi\n" for at in range(1_000_000)).encode()),
}


def read_here(name: str) -> dict[str, object]:
    """Read one file in this process and return what it cost."""
    file, make = FILES[name]
    data = make()
    started = time.process_time()
    try:
        end = f"{len(read_bytes(data, file).turns):,} turns"
    except ReadError as err:
        end = str(err)
    seconds = time.process_time() - started
    return {
        "megabytes": len(data) / 1e6,
        "seconds": seconds,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "end": end,
    }


def main() -> None:
    """Print a row a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=FILES, help="read this one here, and print what it cost")
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(read_here(arguments.only)))
        return
    print("| file | MB | s | MB at the peak | ends in |\n| --- | --- | --- | --- | --- |")
    for name in FILES:
        command = [sys.executable, "-m", "benchmarks.hostile", "--only", name]
        answer = subprocess.run(command, capture_output=True, text=True)
        if answer.returncode:
            print(f"| {name} | | | | FAILED: {answer.stderr.strip()[-200:]} |", flush=True)
            continue
        of = json.loads(answer.stdout)
        row = f"{of['megabytes']:.1f} | {of['seconds']:.1f} | {of['peak']:,.0f} | {of['end']}"
        print(f"| {name} | {row} |", flush=True)


if __name__ == "__main__":
    main()
