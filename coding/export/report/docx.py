"""A report as a Word document: real headings, captions, tables, styles and a table of contents, to be edited."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from functools import singledispatchmethod
from typing import TYPE_CHECKING, Any

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
from coding.export.report.styles import QUIET, SANS, add_styles, element, qualified

if TYPE_CHECKING:
    from docx.document import Document

TINT = "F1F2EE"
_DATE = (1980, 1, 1, 0, 0, 0)


def to_docx(report: Report) -> bytes:
    """Return a report as DOCX; the same report gives the same bytes."""
    made = _Writer(report).write()
    raw = io.BytesIO()
    made.save(raw)
    return _repacked(raw.getvalue())


def _repacked(data: bytes) -> bytes:
    """Return the same package without the times at which its parts were written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename == "docProps/thumbnail.jpeg":
                continue
            content = old.read(item.filename)
            if item.filename == "_rels/.rels":
                content = _without_thumbnail(content)
            new.writestr(zipfile.ZipInfo(item.filename, _DATE), content, zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


def _without_thumbnail(rels: bytes) -> bytes:
    """Take away the picture of the template's first page, which is not ours."""
    from lxml import etree

    root = etree.fromstring(rels)
    for relation in list(root):
        if str(relation.get("Target", "")).endswith("thumbnail.jpeg"):
            root.remove(relation)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


class _Writer:
    """Writes one document from top to bottom."""

    def __init__(self, report: Report) -> None:
        import docx

        self.report = report
        self.document: Document = docx.Document()
        self.bookmarks = 0
        self.small = False

    def write(self) -> Document:
        self._properties()
        add_styles(self.document)
        self._page()
        self._title()
        for block, number in numbered(self.report.blocks):
            self._write(block, number)
        return self.document

    # the document

    def _properties(self) -> None:
        core = self.document.core_properties
        at = datetime.fromisoformat(self.report.at.replace("Z", "+00:00")).replace(tzinfo=None, microsecond=0)
        core.title, core.subject = clean(self.report.title)[:255], clean(self.report.subtitle)[:255]
        core.author = core.last_modified_by = core.comments = core.keywords = ""
        core.created = core.modified = at
        core.language, core.revision = "en", 1
        # Word asks once, and then fills in the table of contents and its page numbers.
        settings = self.document.settings.element
        update = element("w:updateFields")
        update.set(qualified("w:val"), "true")
        settings.append(update)

    def _page(self) -> None:
        from docx.shared import Cm

        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin, section.bottom_margin = Cm(2.3), Cm(2.1)
        section.different_first_page_header_footer = True
        head = section.header.paragraphs[0]
        self._small(head.add_run(clean(self.report.title)))
        for footer in (section.footer, section.first_page_footer):
            foot = footer.paragraphs[0]
            foot.alignment = 2
            self._field(foot, "PAGE", "1", small=True)

    def _small(self, run: Any) -> Any:  # noqa: ANN401
        from docx.shared import Pt, RGBColor

        run.font.name, run.font.size, run.font.color.rgb = SANS, Pt(8.5), RGBColor.from_string(QUIET)
        return run

    def _title(self) -> None:
        self.document.add_paragraph(clean(self.report.title), style="Title")
        self.document.add_paragraph(clean(self.report.subtitle), style="Subtitle")
        for line in self.report.about:
            self.document.add_paragraph(clean(line), style="Strength of evidence")
        self.document.add_paragraph("Contents", style="Contents heading")
        self._contents()

    def _contents(self) -> None:
        """Write a table of contents with links, which Word makes anew with the numbers of pages."""
        heads = [block for block in self.report.blocks if isinstance(block, Heading) and block.level <= 2]
        for at, head in enumerate(heads):
            entry = self.document.add_paragraph(style=f"toc {head.level}")
            if at == 0:
                entry._p.append(_run(element("w:fldChar", fldCharType="begin", dirty="true")))
                entry._p.append(_run(_instruction(' TOC \\o "1-2" \\h \\z \\u ')))
                entry._p.append(_run(element("w:fldChar", fldCharType="separate")))
            link = element("w:hyperlink", anchor=_mark(head), history="1")
            link.append(_run(_words(clean(head.text))))
            entry._p.append(link)
            if at == len(heads) - 1:
                entry._p.append(_run(element("w:fldChar", fldCharType="end")))

    def _field(self, paragraph: Any, instruction: str, shown: str, *, small: bool = False) -> None:  # noqa: ANN401
        for part in _field_runs(f" {instruction} ", shown):
            paragraph._p.append(part)
            if small:
                from docx.text.run import Run

                self._small(Run(part, paragraph))

    # blocks

    @singledispatchmethod
    def _write(self, block: Block, number: int) -> None:
        raise NotImplementedError(type(block))

    @_write.register
    def _(self, block: Heading, number: int) -> None:
        paragraph = self.document.add_heading(clean(block.text), level=block.level)
        if block.level == 1:
            paragraph.paragraph_format.page_break_before = block.key not in ("limits", "groups")
            if block.key in ("limits", "groups"):
                paragraph.paragraph_format.space_before = _points(28)
            if block.key == "codebook":
                self._two_columns()
        elif self.small:
            paragraph.paragraph_format.space_before = _points(10 if block.level == 2 else 8)
        start, end = element("w:bookmarkStart"), element("w:bookmarkEnd")
        self.bookmarks += 1
        for mark in (start, end):
            mark.set(qualified("w:id"), str(self.bookmarks))
        start.set(qualified("w:name"), _mark(block))
        paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
        paragraph._p.append(end)

    def _two_columns(self) -> None:
        """Set what follows small and in two columns."""
        from docx.enum.section import WD_SECTION

        section = self.document.add_section(WD_SECTION.CONTINUOUS)
        section.different_first_page_header_footer = False
        columns = section._sectPr.find(qualified("w:cols"))
        columns.set(qualified("w:num"), "2")
        columns.set(qualified("w:space"), "500")
        self.small = True

    @_write.register
    def _(self, block: Text, number: int) -> None:
        if self.small:
            self.document.add_paragraph(
                clean(block.text), style=f"Codebook {'note' if block.kind == 'note' else 'text'}"
            )
            return
        styles = {"body": "Normal", "statement": "Normal", "note": "Table note", "strength": "Strength of evidence"}
        self.document.add_paragraph(clean(block.text), style=styles[block.kind])

    @_write.register
    def _(self, block: Points, number: int) -> None:
        label, bullet = ("Codebook label", "Codebook bullet") if self.small else ("List label", "List Bullet")
        if block.label:
            self.document.add_paragraph(clean(block.label), style=label)
        for item in block.items:
            self.document.add_paragraph(clean(item), style=bullet)

    @_write.register
    def _(self, block: Quote, number: int) -> None:
        style = "Contrary quotation" if block.contrary else "Quotation"
        self.document.add_paragraph(f"“{clean(block.text)}”", style=style)
        lack = "Tells of the lack. " if block.contrary else ""
        self.document.add_paragraph(f"{lack}{clean(block.who)}", style=f"{style} source")

    def _caption(self, kind: str, number: int, text: str) -> Any:  # noqa: ANN401
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.add_run(f"{kind} ")
        self._field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
        paragraph.add_run(f". {clean(text)}")
        return paragraph

    @_write.register
    def _(self, block: TableBlock, number: int) -> None:
        caption = self._caption("Table", number, block.caption)
        caption.paragraph_format.keep_with_next = True
        table = self.document.add_table(rows=0, cols=len(block.columns))
        table.autofit = False
        self._table_properties(table, block)
        self._row(table, block, block.columns, head=True)
        last = len(block.rows) - 1
        for at, row in enumerate(block.rows):
            self._row(table, block, row, span=at in block.spans, joined=last < SHORT_TABLE and at < last)
        if block.note:
            self.document.add_paragraph(clean(block.note), style="Table note")

    def _table_properties(self, table: Any, block: TableBlock) -> None:  # noqa: ANN401
        properties = table._tbl.tblPr
        look = element("w:tblBorders")
        for side in ("top", "bottom"):
            look.append(element(f"w:{side}", val="single", sz="8", space="0", color="1D2429"))
        look.append(element("w:insideH", val="single", sz="4", space="0", color="D5D8D2"))
        properties.append(look)
        margins = element("w:tblCellMar")
        for side in ("left", "right"):
            margins.append(element(f"w:{side}", w="70", type="dxa"))
        properties.append(margins)
        properties.append(element("w:tblCaption", val=clean(block.caption)[:250]))
        for column, share in zip(table.columns, block.widths, strict=True):
            column.width = self._share(share)

    def _share(self, share: float) -> Any:  # noqa: ANN401
        from docx.shared import Cm

        return Cm(17 * share)

    def _row(
        self,
        table: Any,  # noqa: ANN401
        block: TableBlock,
        texts: tuple[str, ...],
        *,
        head: bool = False,
        span: bool = False,
        joined: bool = False,
    ) -> None:
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(element("w:cantSplit"))
        if head:
            properties.append(element("w:tblHeader"))
        cells = list(row.cells)
        for cell, share in zip(cells, block.widths, strict=True):
            cell.width = self._share(share)
        if span:
            cells = [cells[0].merge(cells[-1])]
            cells[0]._tc.get_or_add_tcPr().append(element("w:shd", val="clear", color="auto", fill=TINT))
        for cell, text, align in zip(cells, texts, block.align, strict=False):
            paragraph = cell.paragraphs[0]
            paragraph.style = "Table text"
            paragraph.alignment = 2 if align == "right" else 0
            run = paragraph.add_run(clean(text))
            run.bold = True if head or span else None
            if head or span or joined:
                paragraph.paragraph_format.keep_with_next = True

    @_write.register
    def _(self, block: FigureBlock, number: int) -> None:
        from docx.shared import Inches

        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.line_spacing = 1.0
        most_in = 9.1
        width = block.width_in * min(1.0, most_in / block.height_in)
        picture = paragraph.add_run().add_picture(io.BytesIO(block.png), width=Inches(width))
        described = picture._inline.docPr
        described.set("descr", clean(block.description)[:2000])
        described.set("name", f"Figure {number}")
        self._caption("Figure", number, block.caption)


# parts of XML


def _points(number: float) -> Any:  # noqa: ANN401 - python-docx's lengths
    from docx.shared import Pt

    return Pt(number)


def _run(child: Any) -> Any:  # noqa: ANN401
    made = element("w:r")
    made.append(child)
    return made


def _words(text: str) -> Any:  # noqa: ANN401
    made = element("w:t")
    made.text = text
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made


def _instruction(text: str) -> Any:  # noqa: ANN401
    made = element("w:instrText")
    made.text = text
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made


def _field_runs(instruction: str, shown: str) -> list[Any]:
    parts = [
        element("w:fldChar", fldCharType="begin"),
        _instruction(instruction),
        element("w:fldChar", fldCharType="separate"),
        _words(shown),
        element("w:fldChar", fldCharType="end"),
    ]
    return [_run(part) for part in parts]


def _mark(heading: Heading) -> str:
    """Return the name of the bookmark at a heading; Word takes letters, digits and underscores."""
    return f"_{heading.key.replace('-', '_')}"
