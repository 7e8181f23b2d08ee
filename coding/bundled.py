"""Where the app, the codebook and the example transcripts are, in the source tree or installed, and which versions."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from coding.errors import CodingError

DISTRIBUTION = "focus-coding"
"""What this tool is called where packages are installed from."""


def installed_version(package: str = DISTRIBUTION) -> str | None:
    """Return the version of a package that is installed, or ``None`` where it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


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
