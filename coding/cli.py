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
from typing import TYPE_CHECKING, Any, Literal

from coding.errors import CodingError, ExportError

if TYPE_CHECKING:
    from coding.model import Codebook
    from coding.pipeline import Imported, Step
    from coding.pseudonyms import Pseudonymiser
    from coding.store import Project

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
    study = (_add_demo, _add_import, _add_people, _add_pseudonyms, _add_codebook)
    for add in (*study, _add_suggest, _add_agree, _add_export, _add_evaluate, _add_review):
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
    parser = _command(commands, "import", _import, "read transcripts, or other tools' studies, into a project")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--take-theirs", action="store_true", help="where a study (.qdpx …) and the project differ, take the study"
    )
    parser.add_argument("--group", metavar="NAME", help="the focus group that all the files are from")
    parser.add_argument("--min-words", type=int, metavar="N", help="join sentences shorter than this (default: 8)")
    parser.add_argument("--max-words", type=int, metavar="N", help="no segment longer than this (default: 60)")
    parser.add_argument("--pseudonymise", action="store_true", help="replace names before anything is stored")
    parser.add_argument("--key", type=Path, metavar="FILE", help="who is who (default: PROJECT with .key.json)")
    parser.add_argument("--with-names", action="store_true", help="no pseudonyms, though the project has some")
    _by(parser)


def _import(arguments: argparse.Namespace) -> Answer:
    from coding.interchange import is_study

    studies = [file for file in arguments.files if is_study(file)]
    others = [file for file in arguments.files if not is_study(file)]
    if studies and arguments.pseudonymise:
        raise CodingError("pseudonyms are for transcripts; a study is imported as it is", path=studies[0])
    data, lines = _import_studies(arguments, studies) if studies else ([], [])
    if others:
        more, text = _import_transcripts(arguments, others)
        data, lines = data + more, [*lines, text]
    return data, "\n".join(lines)


def _import_studies(arguments: argparse.Namespace, files: list[str]) -> tuple[list[dict[str, object]], list[str]]:
    from coding.interchange import import_study, read_study
    from coding.pipeline import stored_segmentation
    from coding.store import Project

    # All are read before a new project is made, and no codebook of ours is put in: a study brings its own.
    for file in [] if arguments.project.exists() else files:
        read_study(file)
    reports, by = [], _me(arguments.by)
    with Project.open(arguments.project, create=True) as project:
        how = stored_segmentation(project)
        prefer: Literal["ours", "theirs"] = "theirs" if arguments.take_theirs else "ours"
        for file in files:
            reports.append(import_study(project, file, by=by, prefer=prefer, segmentation=how, step=_Bar()))
    return [report.as_dict() for report in reports], [report.as_text() for report in reports]


def _import_transcripts(arguments: argparse.Namespace, files: list[str]) -> tuple[list[dict[str, object]], str]:
    import dataclasses

    from coding.pipeline import import_files, paths, start_project, stored_segmentation

    with start_project(arguments.project, by=_me(arguments.by)) as project:
        how = stored_segmentation(project)
        given = {"min_words": arguments.min_words, "max_words": arguments.max_words}
        how = dataclasses.replace(how, **{name: value for name, value in given.items() if value is not None})
        if how != stored_segmentation(project):
            project.set_setting("segmentation", json.dumps(how.as_dict(), sort_keys=True))
        pseudonymise = _pseudonymiser(arguments, project)
        step: Step = _Bar()
        results = import_files(
            project,
            paths(files),
            by=_me(arguments.by),
            group=arguments.group,
            segmentation=how,
            step=step,
            pseudonymise=pseudonymise,
        )
    failed = [result for result in results if result.error]
    if len(failed) == len(results):
        raise CodingError("; ".join(result.error or "" for result in failed))
    for result in failed:
        sys.stderr.write(f"coding: {result.error}\n")
    lines = [_describe(result) for result in results]
    if pseudonymise is not None:
        lines += _replaced(pseudonymise)
    return [result.as_dict() for result in results], "\n".join(lines)


def _pseudonymiser(arguments: argparse.Namespace, project: Project) -> Pseudonymiser | None:
    if not arguments.pseudonymise:
        if arguments.key is not None:
            raise CodingError("a key is for pseudonyms; add --pseudonymise")
        if project.setting("pseudonyms.key") and not arguments.with_names:
            raise CodingError(
                "this project has pseudonyms; add --pseudonymise, or --with-names to have names in it all the same"
            )
        return None
    from coding.pseudonyms import SETTING, Pseudonymiser, save_key

    path = arguments.key or arguments.project.with_suffix(".key.json")
    made = Pseudonymiser.from_file(path, project=arguments.project, key_id=project.setting(SETTING))
    made.key = save_key(made.key, path, project=arguments.project)
    if not project.setting(SETTING):
        project.set_setting(SETTING, made.key.id)
    return made


def _replaced(pseudonymise: Pseudonymiser) -> list[str]:
    lines = []
    for found in pseudonymise.found.values():
        for one in found:
            doubt = "" if one.sure else f"  (please check: {one.reason})"
            lines.append(f"  {one.replacement} for {one.text!r}, {one.count} times{doubt}")
    return [
        f"The key is {pseudonymise.path}: whoever has it can tell who said what. Keep it apart from the project.",
        *(["What was replaced, and stands in the key; nothing of it is in the project:", *lines] if lines else []),
    ]


# people


def _add_people(commands: Any) -> None:  # noqa: ANN401
    parser = _command(commands, "people", _people, "list who speaks, and join a table of what is known about them")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--attributes", type=Path, metavar="FILE", help="CSV or XLSX with a column label or name")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key, where only the table has names")
    _by(parser)


def _people(arguments: argparse.Namespace) -> Answer:
    from coding.edits import apply_edits
    from coding.people import describe_people, join_attributes
    from coding.pseudonyms import load_key
    from coding.store import Project

    data: dict[str, object] = {}
    lines: list[str] = []
    with Project.open(arguments.project) as project:
        if arguments.attributes is not None:
            key = None if arguments.key is None else load_key(arguments.key)
            operations, report = join_attributes(project, arguments.attributes, key=key)
            apply_edits(project, operations, coder=_me(arguments.by))
            data["attributes"] = report.as_dict()
            lines += report.as_lines()
        people, described = describe_people(project)
    return {**data, **people}, "\n".join(lines + described)


# pseudonyms


def _add_pseudonyms(commands: Any) -> None:  # noqa: ANN401
    parser = commands.add_parser("pseudonyms", help="look for names in files, or check a transcript against its source")
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    find = _command(inner, "find", _pseudonyms_find, "list the names in files, with what would take their place")
    find.add_argument("files", nargs="+", metavar="FILE")
    find.add_argument("--key", type=Path, metavar="FILE", help="what was replaced before in this study")
    check = _command(inner, "check", _pseudonyms_check, "repeat an import from its source with the key, and compare")
    check.add_argument("project", type=Path, metavar="PROJECT")
    check.add_argument("transcript", metavar="TRANSCRIPT", help="its name or its id")
    check.add_argument("--key", type=Path, required=True, metavar="FILE")
    check.add_argument("--source", type=Path, required=True, metavar="FILE")


def _pseudonyms_find(arguments: argparse.Namespace) -> Answer:
    from coding.pseudonyms import find_identifiers, load_key
    from coding.readers import read_transcript

    key = None if arguments.key is None else load_key(arguments.key)
    found = find_identifiers([read_transcript(file) for file in arguments.files], key=key)
    lines = []
    for one in found:
        doubt = "" if one.sure else f"  (please check: {one.reason})"
        lines.append(f"{one.replacement} for {one.text!r}, {one.count} times{doubt}")
        lines += [f"    {place.transcript}: … {' '.join(place.snippet.split())} …" for place in one.contexts[:3]]
    return [one.as_dict() for one in found], "\n".join(lines)


def _pseudonyms_check(arguments: argparse.Namespace) -> Answer:
    from coding.pseudonyms import check_transcript, load_key
    from coding.store import Project

    with Project.open(arguments.project) as project:
        wanted = arguments.transcript
        ids = [info.id for info in project.transcripts() if wanted in (info.id, info.name)]
        if not ids:
            raise CodingError(f"there is no transcript {wanted!r} in this project", path=arguments.project)
        report = check_transcript(project, ids[0], arguments.source, load_key(arguments.key))
    return report.as_dict(), report.as_text()


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


def _load_codebook(path: Path) -> Codebook:
    from coding.codebook import load_codebook
    from coding.interchange.codebook_tables import SUFFIXES, read_codebook_table

    return read_codebook_table(path) if path.suffix.lower() in SUFFIXES else load_codebook(path)


def _codebook_check(arguments: argparse.Namespace) -> Answer:
    codebook = _load_codebook(arguments.file)
    groups = len(codebook.codes) - len(codebook.codable)
    data = {"name": codebook.name, "version": codebook.version, "codes": len(codebook.codable), "groups": groups}
    return data, f"{codebook.name}, version {codebook.version}: {len(codebook.codable)} codes in {groups} groups; valid"


def _codebook_set(arguments: argparse.Namespace) -> Answer:
    from coding.codebook import diff_codebooks
    from coding.edits import SetCodebook, apply_edits
    from coding.store import Project

    new = _load_codebook(arguments.file)
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


# agree


def _add_agree(commands: Any) -> None:  # noqa: ANN401
    parser = _command(commands, "agree", _agree, "say how far coders agree, by code and overall, with intervals")
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--coders", nargs="+", metavar="NAME", help="compare these (default: everybody who coded)")
    parser.add_argument(
        "--unit",
        choices=("segment", "sentence", "turn", "character"),
        default="segment",
        help="what is compared (default: segment)",
    )
    parser.add_argument("--code", nargs="+", metavar="ID", help="only these codes, and those below them")
    parser.add_argument("--resamples", type=int, default=1000, metavar="N", help="for the intervals (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for the intervals (default: 0)")
    parser.add_argument("--moderators", action="store_true", help="also what moderators say")
    parser.add_argument(
        "--held-out",
        action="store_true",
        help="compare with suggestions made for each transcript from the others alone, not with the stored ones",
    )
    _model(parser)


def _agree(arguments: argparse.Namespace) -> Answer:
    from coding.agreement import Sampling, agree
    from coding.store import Project

    bar = _Bar()
    with Project.open(arguments.project) as project:
        suggestions = None
        if arguments.held_out:
            from coding.agreement.machine import suggest_held_out
            from coding.encoders import load_encoder

            suggestions = suggest_held_out(project, load_encoder(arguments.model), step=bar)
        result = agree(
            project,
            coders=arguments.coders,
            unit=arguments.unit,
            codes=arguments.code,
            moderators=arguments.moderators,
            suggestions=suggestions,
            sampling=Sampling(arguments.resamples, arguments.seed),
            step=bar,
        )
    return result.as_dict(), result.as_table()


# export


def _add_export(commands: Any) -> None:  # noqa: ANN401
    parser = _command(commands, "export", _export, "write coded themes: .csv .xlsx .qdpx .qdc .yaml, by suffix")
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
