"""What people talk about, whether or not a code covers it."""

from __future__ import annotations

from coding.theme_model import Join, Stretch, Theme, ThemeDecision, Themes, ThemeSettings, steadiness_words
from coding.themes.find import FEWEST, find_themes

__all__ = [
    "FEWEST",
    "Join",
    "Stretch",
    "Theme",
    "ThemeDecision",
    "ThemeSettings",
    "Themes",
    "find_themes",
    "steadiness_words",
]
