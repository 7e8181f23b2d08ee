"""The themes that were found, and what people decided about them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from coding.store.base import Base
from coding.store.rows import dumps
from coding.theme_model import Join, Stretch, Theme, ThemeDecision, Themes, ThemeSettings


class FoundThemes(Base):
    """Reads and writes themes; what people decide about them is written by :func:`coding.edits.apply_edits` alone."""

    def themes(self, run_id: str | None = None) -> Themes | None:
        """Return the themes that were found last, or those of one search; ``None`` where there are none."""
        if run_id is None:
            found = self._query("SELECT * FROM theme_runs ORDER BY rowid DESC LIMIT 1")
        else:
            found = self._query("SELECT * FROM theme_runs WHERE id = ?", [run_id])
        return self._themes(found[0]) if found else None

    def theme_runs(self) -> list[str]:
        """Return the ids of all searches that are kept, the newest first."""
        return [str(row["id"]) for row in self._query("SELECT id FROM theme_runs ORDER BY rowid DESC")]

    def find_theme(self, theme_id: str) -> tuple[Themes, Theme] | None:
        """Return a theme and the search that it is from, or ``None``."""
        run = self._value("SELECT run_id FROM themes WHERE id = ?", [theme_id])
        themes = None if run is None else self.themes(str(run))
        return None if themes is None else (themes, themes[theme_id])

    def theme_decisions(self) -> dict[str, ThemeDecision]:
        """Return what people decided about themes, by the theme's id."""
        found = self._query("SELECT * FROM theme_decisions ORDER BY id")
        return {str(row["id"]): ThemeDecision(**row) for row in found}

    def set_themes(self, themes: Themes) -> None:
        """Store the themes of a search; earlier ones stay as long as somebody decided about one of them."""
        labels, ranks = themes.labels, {m: rank for theme in themes.themes for rank, m in enumerate(theme.members)}
        with self.transaction():
            run = self.db.conn.execute
            run("DELETE FROM theme_runs WHERE id = ?", [themes.id])
            run(
                """DELETE FROM theme_runs WHERE id NOT IN
                   (SELECT t.run_id FROM themes t JOIN theme_decisions d ON d.id = t.id)"""
            )
            self._insert("theme_runs", [_run_row(themes)])
            self._insert(
                "themes",
                [
                    {
                        "id": theme.id,
                        "run_id": themes.id,
                        "number": theme.number,
                        "name": theme.name,
                        "terms": dumps(theme.terms),
                        "steadiness": theme.steadiness,
                    }
                    for theme in themes.themes
                ],
            )
            points = themes.points or ((None, None),) * len(themes.stretches)
            self._insert(
                "theme_stretches",
                [
                    {
                        "run_id": themes.id,
                        "place": place,
                        **asdict(stretch),
                        "theme": labels[place],
                        "rank": ranks.get(place, 0),
                        "x": point[0],
                        "y": point[1],
                    }
                    for place, (stretch, point) in enumerate(zip(themes.stretches, points, strict=True))
                ],
            )

    def _themes(self, run: dict[str, Any]) -> Themes:
        places = self._query(
            """SELECT transcript_id, turn, start_char, end_char, theme, rank, x, y FROM theme_stretches
               WHERE run_id = ? ORDER BY place""",
            [run["id"]],
        )
        members: dict[int, list[tuple[int, int]]] = {}
        for place, row in enumerate(places):
            members.setdefault(row["theme"], []).append((row["rank"], place))
        mapped = bool(places) and places[0]["x"] is not None
        return Themes(
            id=run["id"],
            settings=ThemeSettings(**json.loads(run["settings"])),
            versions=json.loads(run["versions"]),
            stretches=tuple(
                Stretch(row["transcript_id"], row["turn"], row["start_char"], row["end_char"]) for row in places
            ),
            themes=tuple(
                Theme(
                    id=row["id"],
                    number=row["number"],
                    name=row["name"],
                    terms=tuple(json.loads(row["terms"])),
                    members=tuple(place for _, place in sorted(members.get(row["number"], ()))),
                    steadiness=row["steadiness"],
                )
                for row in self._query("SELECT * FROM themes WHERE run_id = ? ORDER BY number", [run["id"]])
            ),
            joins=tuple(
                Join(left, right, distance, tuple(terms)) for left, right, distance, terms in json.loads(run["joins"])
            ),
            points=tuple((row["x"], row["y"]) for row in places) if mapped else (),
            outliers=tuple(place for _, place in sorted(members.get(-1, ()), key=lambda item: item[1])),
            silent=run["silent"],
            method=run["method"],
            found_by=run["found_by"],
            found_at=run["found_at"],
        )


def _run_row(themes: Themes) -> dict[str, object]:
    return {
        "id": themes.id,
        "settings": dumps(themes.settings.as_dict()),
        "versions": dumps(dict(themes.versions)),
        "method": themes.method,
        "joins": dumps([[join.left, join.right, join.distance, join.terms] for join in themes.joins]),
        "silent": themes.silent,
        "found_by": themes.found_by,
        "found_at": themes.found_at,
    }
