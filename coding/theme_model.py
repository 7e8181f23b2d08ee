"""What the search for themes takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from coding.errors import CodingError

UNITS = ("segment", "turn")
METHODS = ("graph", "umap")

Unit = Literal["segment", "turn"]
Method = Literal["graph", "umap"]


@dataclass(frozen=True, slots=True)
class ThemeSettings:
    """How themes are sought.

    Attributes:
        themes: How many; chosen by the material where it is ``None``.
        unit: What is put into themes: segments or whole turns.
        method: ``graph`` (diffusion map of nearest neighbours and k-means, steady) or ``umap`` (UMAP and HDBSCAN with
            fixed seeds, as BERTopic does by default).
        moderators: Also what moderators say.
        guided: Draw talk that is near a code towards it, by BERTopic's guided mode.
        keep_outliers: Leave talk that fits no theme outside; otherwise it goes to the nearest theme.
        resamples: How many times themes are sought again, each time without another tenth of the talk, to see which
            come back; 0 for not at all.
        seed: Of everything that draws lots.
    """

    themes: int | None = None
    unit: Unit = "segment"
    method: Method = "graph"
    moderators: bool = False
    guided: bool = False
    keep_outliers: bool = False
    resamples: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            CodingError: One of them is not possible.
        """
        if self.themes is not None and not 2 <= self.themes <= 500:
            raise CodingError(f"{self.themes} themes are not possible; choose 2 to 500, or leave the number open")
        if self.unit not in UNITS:
            raise CodingError(f"{self.unit!r} cannot be put into themes; choose one of {', '.join(UNITS)}")
        if self.method not in METHODS:
            raise CodingError(f"{self.method!r} is not a way to find themes; choose one of {', '.join(METHODS)}")
        if not 0 <= self.resamples <= 100:
            raise CodingError("themes can be sought again 0 to 100 times")
        if not 0 <= self.seed < 2**31:
            raise CodingError("the seed is a whole number from 0 to 2147483647")

    def as_dict(self) -> dict[str, object]:
        """Return the settings to be stored with what was made by them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of talk that is put into a theme.

    Attributes:
        transcript_id: The transcript.
        turn: The turn that it is in.
        start_char: Start in the transcript's text.
        end_char: End.
    """

    transcript_id: str
    turn: int
    start_char: int
    end_char: int

    @property
    def key(self) -> str:
        """Return ``transcript:start-end``, as segments have it."""
        return f"{self.transcript_id}:{self.start_char}-{self.end_char}"


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme as it was found.

    Attributes:
        id: Stable: the same input gives the same id.
        number: Its place in the list, from 0, the largest first.
        name: Made of its terms.
        terms: What is said in it and not elsewhere, the most telling first.
        members: Places in :attr:`Themes.stretches`, the most typical first.
        steadiness: How far it came back when a tenth of the talk was left out: the mean Jaccard index, 0 to 1; ``None``
            where that was not measured.
    """

    id: str
    number: int
    name: str
    terms: tuple[str, ...]
    members: tuple[int, ...]
    steadiness: float | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """A step of the tree of themes: two branches become one.

    Attributes:
        left: A theme's number, or the number of themes plus the place of an earlier step.
        right: Likewise.
        distance: Cosine distance between the two, 0 to 2.
        terms: What the two have in common.
    """

    left: int
    right: int
    distance: float
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Themes:
    """The themes of one search.

    Attributes:
        id: Stable: the same talk, settings and versions give the same.
        settings: How they were sought.
        versions: Of the software, by name.
        stretches: All stretches of talk that were looked at, in reading order.
        themes: The largest first.
        joins: The tree, the closest pair first.
        points: Where each stretch is on the map, ``(x, y)``; empty where no map was made.
        outliers: Places in :attr:`stretches` of what fits no theme.
        silent: How many stretches had nothing but filler words and were left out.
        method: The way that was taken: small material takes ``graph`` whatever was asked for.
        found_by: Who had them sought.
        found_at: UTC, ISO 8601.
    """

    id: str
    settings: ThemeSettings
    versions: Mapping[str, str]
    stretches: tuple[Stretch, ...]
    themes: tuple[Theme, ...]
    joins: tuple[Join, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    outliers: tuple[int, ...] = ()
    silent: int = 0
    method: Method = "graph"
    found_by: str = ""
    found_at: str = ""
    _by_id: Mapping[str, Theme] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        """Index the themes by id."""
        object.__setattr__(self, "_by_id", {theme.id: theme for theme in self.themes})

    def __getitem__(self, theme_id: str) -> Theme:
        """Return the theme with that id; raises ``KeyError``."""
        return self._by_id[theme_id]

    def __contains__(self, theme_id: object) -> bool:
        """Tell whether a theme has that id."""
        return theme_id in self._by_id

    @property
    def labels(self) -> list[int]:
        """Return the theme's number for each stretch, -1 for an outlier."""
        labels = [-1] * len(self.stretches)
        for theme in self.themes:
            for member in theme.members:
                labels[member] = theme.number
        return labels


STEADY = 0.75
"""From here on a cluster counts as valid and stable; Hennig (2007), doi:10.1016/j.csda.2006.11.025."""

LOOSE = 0.5
"""Below this a cluster has dissolved in the resamples; Hennig (2007)."""


def steadiness_words(value: float | None) -> str:
    """Return what a steadiness means in plain words.

    >>> steadiness_words(0.8), steadiness_words(0.6), steadiness_words(0.3), steadiness_words(None)
    ('steady', 'partly steady', 'did not come back', 'not measured')
    """
    if value is None:
        return "not measured"
    if value >= STEADY:
        return "steady"
    return "partly steady" if value >= LOOSE else "did not come back"


@dataclass(frozen=True, slots=True)
class ThemeDecision:
    """What people decided about a theme.

    Attributes:
        id: The theme's.
        name: What they call it; empty where the machine's name stands.
        state: ``code`` where it became one, ``merged`` where it went into one, ``aside``, or empty.
        code_id: The code, where there is one.
        reason: Why it was set aside.
        coder: Who decided last.
        created_at: UTC, ISO 8601.
    """

    id: str
    name: str
    state: str
    code_id: str | None
    reason: str
    coder: str
    created_at: str
