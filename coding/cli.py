"""The command: ``coding …``.

Every command takes the project first, shows progress on a terminal, and with ``--json`` prints one JSON document on
standard output. What a user can mend is one line on standard error and exit status 2.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.errors import CodingError, ExportError

if TYPE_CHECKING:
    from coding.pipeline import Imported, Step

Answer = tuple[object, str]
"""What ``--json`` prints, and what people read."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 when it did what it was told, 2 with one line when it could not."""
    arguments = _parser().parse_args(argv)
    try:
        answer: Answer = arguments.run(arguments)
    except CodingError as err:
        sys.stderr.write(f"coding: {err}\n")
        raise SystemExit(2) from err
    except KeyboardInterrupt:
        sys.stderr.write("coding: stopped; what was stored so far is kept\n")
        raise SystemExit(130) from None
    data, text = answer
    _print(json.dumps(data, ensure_ascii=False, indent=2) if arguments.json else text)


def _print(text: str) -> None:
    if not text:
        return
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe has gone; nothing more can reach it.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="coding", description="Code focus-group transcripts with suggestions that learn from every correction."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_add_demo, _add_import, _add_codebook, _add_suggest, _add_export, _add_evaluate, _add_review):
        add(commands)
    return parser


def _command(
    commands: Any,  # noqa: ANN401 - argparse gives this type no public name
    name: str,
    run: Callable[[argparse.Namespace], Answer],
    text: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)
    return parser


def _by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="NAME", default=None, help="who does this (default: your account's name)")


def _model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="FOLDER", default=None, help="a sentence-transformers folder (default: all-MiniLM-L6-v2)"
    )


def _me(name: str | None) -> str:
    if name is not None:
        return name
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError) as err:
        raise CodingError("your account has no name here; give yours with --by NAME") from err


class _Bar:
    """Shows progress on a terminal, one bar a step; says nothing elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._what = ""

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show that ``done`` of ``of`` are done."""
        if not sys.stderr.isatty():
            return
        from tqdm import tqdm

        if self._bar is None or self._bar.total != of:
            self.close()
            self._bar = tqdm(total=of, file=sys.stderr, leave=False)
        self._bar.set_description(what)
        self._bar.update(done - self._bar.n)
        if done >= of:
            self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


# demo


def _add_demo(commands: Any) -> None:  # noqa: ANN401
    parser = _command(commands, "demo", _demo, "make the example study, ready to open")
    parser.add_argument("folder", type=Path, metavar="DIR")
    _model(parser)


def _demo(arguments: argparse.Namespace) -> Answer:
    from coding.demo import make_demo
    from coding.encoders import load_encoder

    path = make_demo(arguments.folder, load_encoder(arguments.model), step=_Bar())
    return {"project": str(path)}, f"The example study is {path}\nOpen it with: coding review {path}"


# import


def _add_import(commands: Any) -> None:  # noqa: ANN401
    parser = _command(commands, "import", _import, "read transcripts into a project, new or old")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--group", metavar="NAME", help="the focus group that all the files are from")
    parser.add_argument("--min-words", type=int, metavar="N", help="join sentences shorter than this (default: 8)")
    parser.add_argument("--max-words", type=int, metavar="N", help="no segment longer than this (default: 60)")
    _by(parser)


def _import(arguments: argparse.Namespace) -> Answer:
    import dataclasses

    from coding.pipeline import import_files, paths, start_project, stored_segmentation

    with start_project(arguments.project, by=_me(arguments.by)) as project:
        how = stored_segmentation(project)
        given = {"min_words": arguments.min_words, "max_words": arguments.max_words}
        how = dataclasses.replace(how, **{name: value for name, value in given.items() if value is not None})
        if how != stored_segmentation(project):
            project.set_setting("segmentation", json.dumps(how.as_dict(), sort_keys=True))
        step: Step = _Bar()
        results = import_files(
            project,
            paths(arguments.files),
            by=_me(arguments.by),
            group=arguments.group,
            segmentation=how,
            step=step,
        )
    failed = [result for result in results if result.error]
    if len(failed) == len(results):
        raise CodingError("; ".join(result.error or "" for result in failed))
    for result in failed:
        sys.stderr.write(f"coding: {result.error}\n")
    return [result.as_dict() for result in results], "\n".join(_describe(result) for result in results)


def _describe(result: Imported) -> str:
    if result.error:
        return f"{result.file}: failed"
    cues = "" if result.cues_in is None else f", {result.cues_out} of {result.cues_in} cues"
    speakers = ", ".join(f"{label} {count}" for label, count in result.speakers)
    lines = [
        f"{result.file}: {result.status} as {result.name!r} ({result.format})",
        f"  {result.turns} turns, {result.segments} segments, {result.words} words{cues}",
        f"  turns by speaker: {speakers}",
    ]
    if result.left_out:
        lines.append("  words left out: " + ", ".join(f"{reason} {words}" for reason, words in result.left_out))
    return "\n".join(lines + [f"  warning: {warning}" for warning in result.warnings])


# codebook


def _add_codebook(commands: Any) -> None:  # noqa: ANN401
    parser = commands.add_parser("codebook", help="check a codebook, or put one in force")
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = _command(inner, "check", _codebook_check, "say whether a codebook is valid")
    check.add_argument("file", type=Path, metavar="FILE")
    put = _command(inner, "set", _codebook_set, "put a codebook in force in a project")
    put.add_argument("project", type=Path, metavar="PROJECT")
    put.add_argument("file", type=Path, metavar="FILE")
    _by(put)


def _codebook_check(arguments: argparse.Namespace) -> Answer:
    from coding.codebook import load_codebook

    codebook = load_codebook(arguments.file)
    groups = len(codebook.codes) - len(codebook.codable)
    data = {"name": codebook.name, "version": codebook.version, "codes": len(codebook.codable), "groups": groups}
    return data, f"{codebook.name}, version {codebook.version}: {len(codebook.codable)} codes in {groups} groups; valid"


def _codebook_set(arguments: argparse.Namespace) -> Answer:
    from coding.codebook import diff_codebooks, load_codebook
    from coding.edits import SetCodebook, apply_edits
    from coding.store import Project

    new = load_codebook(arguments.file)
    with Project.open(arguments.project, create=True) as project:
        changes = [str(change) for change in diff_codebooks(project.codebook(), new)]
        apply_edits(project, [SetCodebook(new)], coder=_me(arguments.by))
    lines = [f"{new.name}, version {new.version}, is in force: {len(new.codable)} codes", *changes]
    return {"name": new.name, "version": new.version, "codes": len(new.codable), "changes": changes}, "\n".join(lines)


# suggest


def _add_suggest(commands: Any) -> None:  # noqa: ANN401
    parser = _command(commands, "suggest", _suggest, "suggest codes for all segments")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--moderators", action="store_true", help="also for what moderators say")
    _model(parser)


def _suggest(arguments: argparse.Namespace) -> Answer:
    from coding.encoders import load_encoder
    from coding.pipeline import suggest
    from coding.store import Project

    with Project.open(arguments.project) as project:
        assistant, count = suggest(project, load_encoder(arguments.model), moderators=arguments.moderators, step=_Bar())
        data = {
            "project": str(arguments.project),
            "segments": len(assistant.segments),
            "codes": len(project.codebook().codable),
            "suggestions": count,
            "codings": len(project.codings()),
        }
    return data, f"{count} suggestions for {data['segments']} segments, learnt from {data['codings']} codings"


# export


def _add_export(commands: Any) -> None:  # noqa: ANN401
    parser = _command(commands, "export", _export, "write coded themes to a file, by its suffix: .csv or .yaml")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--wide", action="store_true", help="CSV: a row a segment and a 0/1 column a code")
    parser.add_argument("--coders", nargs="+", metavar="NAME", help="only what these coders coded")


def _export(arguments: argparse.Namespace) -> Answer:
    from coding.export import export
    from coding.store import Project

    if arguments.out.is_dir():
        raise ExportError("this is a folder; name a file in it", path=arguments.out)
    with Project.open(arguments.project) as project:
        rows = export(project, arguments.out, wide=arguments.wide, coders=arguments.coders)
    return {"file": str(arguments.out), "rows": rows}, f"{rows} rows written to {arguments.out}"


# evaluate


def _add_evaluate(commands: Any) -> None:  # noqa: ANN401
    parser = _command(commands, "evaluate", _evaluate, "measure suggestions against labelled segments")
    parser.add_argument("segments", type=Path, metavar="SEGMENTS.jsonl")
    parser.add_argument("--codebook", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--budgets", type=int, nargs="+", default=[0, 50, 200], metavar="N", help="corrections (0 50 200)"
    )
    parser.add_argument("--seeds", type=int, nargs="+", metavar="N", help="shuffle the pool so, once for each")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="also draw the learning curve")
    _model(parser)


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


# review


def _add_review(commands: Any) -> None:  # noqa: ANN401
    parser = _command(commands, "review", _review, "open the app on a project")
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
