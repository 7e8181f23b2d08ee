"""The appendices of a report: the focus groups, and the codebook."""

from __future__ import annotations

from collections.abc import Iterator

from coding.export.report.content import Block, Heading, Points, TableBlock, Text
from coding.export.report.gather import Found
from coding.model import Code, tree_order


def write_groups(found: Found) -> Iterator[Block]:
    """Yield the focus groups as a table."""
    if not found.groups:
        return
    yield Heading(1, "Appendix A: Focus groups", "groups")
    rows = [
        (
            group.name,
            f"{group.transcripts}",
            f"{group.participants}",
            f"{group.words:,}",
            "yes" if group.looked_at else "no",
        )
        for group in found.groups
    ]
    total = (
        "All",
        f"{sum(group.transcripts for group in found.groups)}",
        f"{sum(group.participants for group in found.groups)}",
        f"{sum(group.words for group in found.groups):,}",
        f"{len(found.members)} of {len(found.groups)}",
    )
    yield TableBlock(
        "The focus groups",
        ("Group", "Transcripts", "Participants", "Words", "Coded"),
        (*rows, total) if len(rows) > 1 else tuple(rows),
        ("left", "right", "right", "right", "right"),
        (0.4, 0.15, 0.15, 0.15, 0.15),
        "Moderators are not counted among participants; their words are counted among words.",
    )


def write_codebook(found: Found) -> Iterator[Block]:
    """Yield the codebook in force, each code with all that it says."""
    yield Heading(1, f"Appendix {'B' if found.groups else 'A'}: Codebook", "codebook")
    if not found.codebook.codes:
        yield Text("There is no codebook yet.")
        return
    yield Text(f"{found.codebook.name}, version {found.codebook.version}.")
    if found.codebook.description:
        yield Text(found.codebook.description)
    for number, (code, _) in enumerate(tree_order(found.codebook)):
        yield from _code(code, f"code-{number}")


def _code(code: Code, key: str) -> Iterator[Block]:
    yield Heading(3 if code.codable else 2, code.name, key)
    if code.definition:
        yield Text(code.definition)
    for label, items in (
        ("Apply", code.include),
        ("Do not apply", code.exclude),
        ("Examples", tuple(f"“{one}”" for one in code.examples)),
        ("Contrary examples", tuple(f"“{one}”" for one in code.contrary_examples)),
    ):
        if items:
            yield Points(items, label)
    if code.source:
        yield Text(f"Source: {code.source}", "note")
