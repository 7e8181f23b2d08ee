"""What this machine remembers between visits: the coder's name and the projects that were opened."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import platformdirs

FOLDER = "focus-coding"
MOST_RECENT = 12


@dataclass(frozen=True, slots=True)
class Settings:
    """What is remembered.

    Attributes:
        coder: The name that was typed last, or ``""``.
        recent: Paths of projects, the one opened last first.
    """

    coder: str = ""
    recent: tuple[str, ...] = ()


def settings_file() -> Path:
    """Return where the settings are kept."""
    return platformdirs.user_config_path(FOLDER, appauthor=False) / "interface.json"


def projects_folder() -> Path:
    """Return the folder that new projects go into unless another is named."""
    return platformdirs.user_documents_path() / "Focus group projects"


def read_settings() -> Settings:
    """Return what is remembered; nothing where the file is missing or is not as it was written."""
    try:
        data: Any = json.loads(settings_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(data, dict):
        return Settings()
    coder, recent = data.get("coder"), data.get("recent")
    paths = [path for path in recent if isinstance(path, str)] if isinstance(recent, list) else []
    return Settings(coder if isinstance(coder, str) else "", tuple(paths[:MOST_RECENT]))


def remember(*, coder: str | None = None, project: Path | None = None) -> None:
    """Note a coder's name or a project; a machine that keeps nothing is no reason to stop."""
    old = read_settings()
    new = old if coder is None else replace(old, coder=coder)
    if project is not None:
        others = [path for path in new.recent if path != str(project)]
        new = replace(new, recent=(str(project), *others)[:MOST_RECENT])
    if new != old:
        _write(new)


def forget(project: Path) -> None:
    """Take a project off the list of recent ones; the file stays where it is."""
    old = read_settings()
    _write(replace(old, recent=tuple(path for path in old.recent if path != str(project))))


def project_tag(path: Path) -> str:
    """Return a short word for a project that can stand in a link and tells nothing about the machine."""
    return hashlib.sha256(str(path).encode("utf-8", "surrogatepass")).hexdigest()[:10]


def find_recent(tag: str) -> Path | None:
    """Return the project that :func:`project_tag` gave this word, if it was opened on this machine before."""
    return next((Path(path) for path in read_settings().recent if project_tag(Path(path)) == tag), None)


def _write(settings: Settings) -> None:
    file = settings_file()
    text = json.dumps({"coder": settings.coder, "recent": list(settings.recent)}, ensure_ascii=False, indent=1)
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text + "\n", encoding="utf-8", errors="replace")
        new.replace(file)
    except OSError:
        return
