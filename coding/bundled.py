"""Where the app, the codebook and the example transcripts are: in the source tree, or in the installed package."""

from __future__ import annotations

from pathlib import Path

from coding.errors import CodingError


def bundled(name: str) -> Path:
    """Return the path of something that comes with the tool: ``app.py``, ``codebook.yaml`` or ``transcripts``.

    Raises:
        CodingError: It is not there, so the installation is not whole.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_bundled", package.parent):
        if (folder / name).exists():
            return folder / name
    raise CodingError(f"{name} is missing from this installation; install the tool again")
