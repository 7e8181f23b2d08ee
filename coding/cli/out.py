"""The commands that show or hand out: ``export``, ``evaluate``, ``review``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.cli.base import LAYERS, Answer, Bar, by, command, me, model
from coding.errors import CodingError, ExportError

if TYPE_CHECKING:
    from coding.pseudonyms import Identifier
    from coding.store import Project


def add_export(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding export``."""
    parser = command(
        commands,
        "export",
        _export,
        "write coded themes (.csv .xlsx .qdpx .zip), the codebook (.qdc .yaml) or a report (.html .docx)",
    )
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--wide", action="store_true", help="CSV: a row a segment and a 0/1 column a code")
    parser.add_argument("--coders", nargs="+", metavar="NAME", help="only what these coders coded")
    parser.add_argument(
        "--uncoded", action=argparse.BooleanOptionalAction, help="also segments without codes (default: with --wide)"
    )
    parser.add_argument(
        "--themes", action="store_true", help="CSV: a row a theme; with --wide a row a stretch of talk in a theme"
    )
    parser.add_argument("--framework", action="store_true", help="CSV: a row a behaviour of the framework")
    parser.add_argument("--layer", choices=LAYERS, default="coders", help="what coders coded, or what they settled on")
    parser.add_argument("--with-names", action="store_true", help="archive or report: leave everybody's names in")
    parser.add_argument("--title", default="", help="title of a report (default: the codebook's name)")
    by(parser)


def _export(arguments: argparse.Namespace) -> Answer:
    from coding.consensus import open_places
    from coding.export import REPORTS, export
    from coding.store import Project

    if arguments.out.is_dir():
        raise ExportError("this is a folder; name a file in it", path=arguments.out)
    if arguments.out.suffix.lower() == ".zip":
        return _archive(arguments)
    report = arguments.out.suffix.lower() in REPORTS
    if arguments.with_names and not report:
        raise ExportError("--with-names is for archives and reports; other formats have names anyway")
    if arguments.title and not report:
        raise ExportError("--title is for reports (.html, .docx)")
    narrowed = arguments.wide or arguments.themes or arguments.framework or arguments.uncoded is not None
    if report and narrowed:
        raise ExportError("a report holds everything, so only --with-names and --title can be chosen for it")
    with Project.open(arguments.project) as project:
        rows = export(
            project,
            arguments.out,
            wide=arguments.wide,
            coders=arguments.coders,
            without_codes=arguments.uncoded,
            layer=arguments.layer,
            by=_who(project, arguments),
            with_names=arguments.with_names,
            title=arguments.title,
            themes=arguments.themes,
            framework=arguments.framework,
            step=Bar(),
        )
        left = open_places(project) if arguments.layer != "coders" else 0
    if report:
        names = arguments.with_names
        warning = "" if names else "\nRead it before you hand it on: no tool finds every name."
        return {"file": str(arguments.out), "names": names}, f"report written to {arguments.out}{warning}"
    told = f"{rows} rows written to {arguments.out}"
    data: dict[str, object] = {"file": str(arguments.out), "rows": rows}
    if arguments.layer != "coders":
        data |= {"layer": arguments.layer, "open": left}
        told += f"\nnot settled yet, and so not in the consensus: {left} segments" if left else ""
    return data, told


def _who(project: Project, arguments: argparse.Namespace) -> str | None:
    """Return who exports, where that matters."""
    return me(arguments.by) if project.team().members else arguments.by


def _archive(arguments: argparse.Namespace) -> Answer:
    from coding.export.archive import write_archive
    from coding.store import Project

    chosen = arguments.wide or arguments.coders or arguments.uncoded is not None
    chosen = chosen or arguments.themes or arguments.framework
    if chosen or arguments.layer != "coders":
        raise ExportError("an archive holds everything, so only --with-names can be chosen for it")
    with Project.open(arguments.project) as project:
        who = _who(project, arguments)
        made = write_archive(project, arguments.out, with_names=arguments.with_names, by=who, step=Bar())
    data: dict[str, object] = {"file": str(arguments.out), "files": made.files, "names": made.nameless is None}
    lines = [f"{made.files} files written to {arguments.out}"]
    if made.nameless is not None:
        found = made.nameless.identifiers
        data["replaced"] = [
            {"text": one.text, "replacement": one.replacement, "count": one.count, "sure": one.sure} for one in found
        ]
        data["coders"] = made.nameless.coders
        lines.append(f"{len(made.nameless.coders)} coders have no names in it")
        lines += [f"  {one.replacement} for {one.text!r}, {one.count} times{_doubt(one)}" for one in found]
        lines.append("Read the transcripts and memos in it before you hand it on: no tool finds every name.")
    return data, "\n".join(lines)


def _doubt(one: Identifier) -> str:
    return "" if one.sure else f"  (please check: {one.reason})"


def add_evaluate(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding evaluate``."""
    parser = command(commands, "evaluate", _evaluate, "measure suggestions against labelled segments")
    parser.add_argument("segments", type=Path, metavar="SEGMENTS.jsonl")
    parser.add_argument("--codebook", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--budgets", type=int, nargs="+", default=[0, 50, 200], metavar="N", help="corrections (0 50 200)"
    )
    parser.add_argument("--seeds", type=int, nargs="+", metavar="N", help="shuffle the pool so, once for each")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="also draw the learning curve")
    model(parser)


def _evaluate(arguments: argparse.Namespace) -> Answer:
    from coding.codebook import load_codebook
    from coding.encoders import load_encoder
    from coding.evaluate import evaluate_file

    result = evaluate_file(
        arguments.segments,
        load_codebook(arguments.codebook),
        encoder=load_encoder(arguments.model),
        budgets=arguments.budgets,
        seeds=arguments.seeds,
    )
    if arguments.plot:
        result.write_plot(arguments.plot)
    return result.as_dict(), result.as_table()


def add_review(commands: Any) -> None:  # noqa: ANN401
    """Add ``coding review``."""
    parser = command(commands, "review", _review, "open the app on a project")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--port", type=int, metavar="PORT", help="default: 8501, or the next one that is free")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")


def _review(arguments: argparse.Namespace) -> Answer:
    import subprocess

    from coding.bundled import bundled
    from coding.store import Project

    # Opened once here, so that a wrong path is one sentence on the terminal and not a page in the browser.
    Project.open(arguments.project).close()
    app = bundled("app.py")
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.address", "127.0.0.1"]
    command += ["--browser.gatherUsageStats", "false"]
    if arguments.port is not None:
        command += ["--server.port", str(arguments.port)]
    if arguments.no_browser:
        command += ["--server.headless", "true"]
    project = str(arguments.project.resolve())
    status = subprocess.run([*command, "--", project], cwd=app.parent, check=False).returncode
    if status not in (0, -2, 130):
        raise CodingError(f"the app stopped with status {status}")
    return {"project": project}, ""
