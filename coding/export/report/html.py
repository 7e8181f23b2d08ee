"""A report as one HTML file: no script, nothing from elsewhere, readable on a screen and printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch
from html import escape
from importlib.resources import files

from coding.export.report.content import (
    SHORT_TABLE,
    Block,
    FigureBlock,
    Heading,
    Points,
    Quote,
    Report,
    TableBlock,
    Text,
    clean,
    numbered,
)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_PAGE = (
    "@page {{ size: A4; margin: 22mm 20mm 20mm; "
    '@top-left {{ content: "{title}"; font: 8pt system-ui, sans-serif; color: #56606a; }} '
    '@bottom-right {{ content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif; '
    "color: #56606a; }} }} "
    "@page :first {{ @top-left {{ content: none; }} }}"
)

_KINDS = {"limits": "joined", "groups": "joined", "codebook": "small"}
"""Sections that share a printed page with the one before, and the one that is set small in two columns."""


def to_html(report: Report) -> bytes:
    """Return a report as HTML in UTF-8; the same report gives the same bytes."""
    css = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    page = _PAGE.format(title=_css_string(report.title))
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(report.title)}</title>",
        f"<style>\n{css}{page}\n</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#summary">Skip to the summary</a>',
        '<div class="page">',
        "<header>",
        f"<h1>{_text(report.title)}</h1>",
        f'<p class="subtitle">{_text(report.subtitle)}</p>',
        *(f'<p class="about">{_text(line)}</p>' for line in report.about),
        "</header>",
        *_contents(report.blocks),
        "<main>",
        *_body(report.blocks),
        "</main>",
        "</div>",
        "</body>",
        "</html>",
    ]
    return ("\n".join(parts) + "\n").encode("utf-8")


def _text(text: str) -> str:
    return escape(clean(text))


def _css_string(text: str) -> str:
    """Return text for a string in a style sheet, whatever is in it."""
    return "".join(
        char if char.isascii() and (char.isalnum() or char in " .,:") else f"\\{ord(char):x} " for char in clean(text)
    )


def _contents(blocks: Sequence[Block]) -> Iterator[str]:
    yield '<nav aria-label="Contents">'
    yield "<h2>Contents</h2>"
    yield "<ol>"
    inside = opened = False
    for block in blocks:
        if not isinstance(block, Heading) or block.level > 2:
            continue
        link = f'<a href="#{block.key}">{_text(block.text)}</a>'
        if block.level == 1:
            yield ("</ol></li>" if inside else "</li>") if opened else ""
            yield f"<li>{link}"
            inside, opened = False, True
        else:
            yield "" if inside else "<ol>"
            yield f"<li>{link}</li>"
            inside = True
    if opened:
        yield "</ol></li>" if inside else "</li>"
    yield "</ol>"
    yield "</nav>"


def _body(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the blocks, each section in an element of its own; short sections share a printed page."""
    opened = False
    for block, number in numbered(blocks):
        if isinstance(block, Heading) and block.level == 1:
            if opened:
                yield "</section>"
            kind = f' class="{_KINDS[block.key]}"' if block.key in _KINDS else ""
            yield f'<section aria-labelledby="{block.key}"{kind}>'
            opened = True
        yield _written(block, number)
    if opened:
        yield "</section>"


@singledispatch
def _written(block: Block, number: int) -> str:
    raise NotImplementedError(type(block))


@_written.register
def _(block: Heading, number: int) -> str:
    tag = f"h{block.level + 1}"
    return f'<{tag} id="{block.key}">{_text(block.text)}</{tag}>'


@_written.register
def _(block: Text, number: int) -> str:
    kind = "" if block.kind == "body" else f' class="{block.kind}"'
    return f"<p{kind}>{_text(block.text)}</p>"


@_written.register
def _(block: Points, number: int) -> str:
    label = f'<p class="label">{_text(block.label)}</p>\n' if block.label else ""
    items = "\n".join(f"<li>{_text(item)}</li>" for item in block.items)
    return f"{label}<ul>\n{items}\n</ul>"


@_written.register
def _(block: Quote, number: int) -> str:
    kind = "quote contrary" if block.contrary else "quote"
    lack = '<span class="valence">Tells of the lack.</span> ' if block.contrary else ""
    return (
        f'<figure class="{kind}"><blockquote>“{_text(block.text)}”</blockquote>'
        f"<figcaption>{lack}{_text(block.who)}</figcaption></figure>"
    )


@_written.register
def _(block: TableBlock, number: int) -> str:
    caption = f"Table {number}. {_text(block.caption)}"
    lines = [
        f'<div class="scroll{" short" if len(block.rows) <= SHORT_TABLE else ""}" role="region" '
        f'aria-label="Table {number}" tabindex="0">',
        "<table>",
        f"<caption>{caption}</caption>",
        "<colgroup>" + "".join(f'<col style="width: {100 * width:.1f}%">' for width in block.widths) + "</colgroup>",
        "<thead><tr>",
        *(
            f'<th scope="col"{_side(align)}>{_text(name)}</th>'
            for name, align in zip(block.columns, block.align, strict=True)
        ),
        "</tr></thead>",
        "<tbody>",
    ]
    for at, row in enumerate(block.rows):
        if at in block.spans:
            head = f'<th class="span" scope="rowgroup" colspan="{len(block.columns)}">{_text(row[0])}</th>'
            lines.append(f"<tr>{head}</tr>")
            continue
        cells = [f'<th scope="row"{_side(block.align[0])}>{_text(row[0])}</th>']
        cells += [f"<td{_side(align)}>{_text(cell)}</td>" for cell, align in zip(row[1:], block.align[1:], strict=True)]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    lines += ["</tbody>", "</table>", "</div>"]
    if block.note:
        lines.append(f'<p class="note">{_text(block.note)}</p>')
    return "\n".join(lines)


def _side(align: str) -> str:
    return ' class="right"' if align == "right" else ""


@_written.register
def _(block: FigureBlock, number: int) -> str:
    head, _, rest = block.svg.partition(">")
    named = f'{head} role="img" aria-label="{_text(block.description)}">'
    caption = f"<figcaption>Figure {number}. {_text(block.caption)}</figcaption>"
    return f'<figure class="drawing" tabindex="0">\n{named}{rest}\n{caption}\n</figure>'
