"""The command about themes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from coding.cli.base import Answer, Bar, by, command, me, model


def add_themes(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding themes``."""
    parser = command(commands, "themes", _themes, "find what people talk about, and what of it the codebook misses")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--themes", type=int, metavar="N", help="how many (default: as the talk has it)")
    parser.add_argument(
        "--unit", choices=("segment", "turn"), default="segment", help="what is put into themes (default: segment)"
    )
    parser.add_argument(
        "--method",
        choices=("graph", "umap"),
        default="graph",
        help="by nearest neighbours, which is steady, or by UMAP and HDBSCAN (default: graph)",
    )
    parser.add_argument("--moderators", action="store_true", help="also what moderators say")
    parser.add_argument(
        "--guided", action="store_true", help="draw talk that is near a code of the codebook towards it"
    )
    parser.add_argument("--keep-outliers", action="store_true", help="leave what fits no theme outside")
    parser.add_argument(
        "--resamples",
        type=int,
        default=10,
        metavar="N",
        help="seek again N times without a tenth of the talk, to see which themes come back (default: 10)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(default: 0)")
    parser.add_argument("--stored", action="store_true", help="show those that were found last; seek nothing")
    by(parser)
    model(parser)


def _themes(arguments: argparse.Namespace) -> Answer:
    from coding.errors import CodingError
    from coding.store import Project
    from coding.theme_model import ThemeSettings
    from coding.themes.report import themes_as_dict, themes_as_table

    settings = ThemeSettings(
        themes=arguments.themes,
        unit=arguments.unit,
        method=arguments.method,
        moderators=arguments.moderators,
        guided=arguments.guided,
        keep_outliers=arguments.keep_outliers,
        resamples=arguments.resamples,
        seed=arguments.seed,
    )
    with Project.open(arguments.project) as project:
        if arguments.stored:
            found = project.themes()
            if found is None:
                raise CodingError("no themes were sought in this project yet; leave --stored out", path=project.path)
        else:
            from coding.encoders import load_encoder
            from coding.themes import find_themes

            encoder = load_encoder(arguments.model)
            found = find_themes(project, encoder, settings, by=me(arguments.by), step=Bar())
        return themes_as_dict(project, found), themes_as_table(project, found)
