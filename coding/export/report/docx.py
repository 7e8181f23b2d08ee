"""A report as a Word document: real headings, captions, tables, styles and a table of contents, to be edited."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from functools import singledispatchmethod
from typing import TYPE_CHECKING, Any

from coding.export.report.content import (
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

if TYPE_CHECKING:
    from docx.document import Document

ACCENT, QUIET, LACK, TINT = "0B6264", "56606A", "9A5B13", "F1F2EE"
_BODY, _SANS = "Cambria", "Calibri"
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
        self._styles()
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
        update = _element("w:updateFields")
        update.set(_q("w:val"), "true")
        settings.append(update)

    def _styles(self) -> None:
        from docx.enum.style import WD_STYLE_TYPE
        from docx.enum.text import WD_LINE_SPACING
        from docx.shared import Cm, Pt

        styles = self.document.styles
        self._font("Normal", _BODY, 10.5)
        normal = styles["Normal"].paragraph_format
        normal.space_after, normal.line_spacing_rule, normal.line_spacing = Pt(6), WD_LINE_SPACING.MULTIPLE, 1.15
        normal.widow_control = True
        for level, size, colour, before in ((1, 17, None, 0), (2, 13, ACCENT, 16), (3, 11, None, 12)):
            style = self._font(f"Heading {level}", _SANS, size, bold=True, colour=colour or "1D2429")
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(4)
            style.paragraph_format.keep_with_next = True
        self._font("Title", _SANS, 26, bold=True, colour="1D2429")
        self._border("Title", None)
        self._font("Subtitle", _SANS, 14, colour=QUIET, italic=False)
        caption = self._font("Caption", _SANS, 9, bold=True, colour="1D2429")
        caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(6), Pt(4)
        for name in ("Quotation", "Contrary quotation"):
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"]
            style.quick_style = True
            style.paragraph_format.left_indent = Cm(0.6)
            style.paragraph_format.space_after = Pt(0)
            style.paragraph_format.space_before = Pt(6)
            style.paragraph_format.keep_with_next = True
            self._border(name, (ACCENT, "single") if name == "Quotation" else (LACK, "dashed"))
        for name, base in (("Quotation source", "Quotation"), ("Contrary quotation source", "Contrary quotation")):
            style = self._added(name, _SANS, 9, base=base, colour=QUIET)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(0), Pt(6)
            style.paragraph_format.keep_with_next = False
        self._added("Strength of evidence", _SANS, 9, colour=QUIET)
        note = self._added("Table note", _SANS, 8.5, colour=QUIET)
        note.paragraph_format.space_before, note.paragraph_format.space_after = Pt(4), Pt(12)
        label = self._added("List label", _SANS, 9.5, bold=True)
        label.paragraph_format.space_after, label.paragraph_format.keep_with_next = Pt(1), True
        cell = self._added("Table text", _SANS, 9)
        cell.paragraph_format.space_after, cell.paragraph_format.line_spacing = Pt(1), 1.0
        cell.paragraph_format.space_before = Pt(1)
        styles["List Bullet"].paragraph_format.space_after = Pt(2)
        self._added("Codebook text", _BODY, 8.5).paragraph_format.space_after = Pt(3)
        self._added("Codebook note", _SANS, 8, colour=QUIET).paragraph_format.space_after = Pt(3)
        self._added("Codebook label", _SANS, 8, bold=True).paragraph_format.keep_with_next = True
        styles["Codebook label"].paragraph_format.space_after = Pt(0)
        bullet = self._added("Codebook bullet", _BODY, 8.5, base="List Bullet")
        bullet.paragraph_format.space_after, bullet.paragraph_format.line_spacing = Pt(1), 1.05
        contents = self._added("Contents heading", _SANS, 13, bold=True)
        contents.paragraph_format.space_before = Pt(30)
        for level in (1, 2):
            style = self._added(f"toc {level}", _SANS, 10)
            style.paragraph_format.space_after = Pt(2)
            style.paragraph_format.left_indent = Cm(0.6 * (level - 1))
            style.paragraph_format.tab_stops.add_tab_stop(Cm(17), _right(), _dots())

    def _added(
        self, name: str, font: str, size: float, *, base: str = "Normal", bold: bool = False, colour: str = "1D2429"
    ) -> Any:  # noqa: ANN401 - python-docx's styles
        from docx.enum.style import WD_STYLE_TYPE

        style = self.document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = self.document.styles[base]
        style.quick_style = True
        return self._font(name, font, size, bold=bold, colour=colour)

    def _font(
        self, name: str, font: str, size: float, *, bold: bool = False, italic: bool = False, colour: str | None = None
    ) -> Any:  # noqa: ANN401
        from docx.shared import Pt, RGBColor

        style: Any = self.document.styles[name]
        style.font.name, style.font.size, style.font.bold, style.font.italic = font, Pt(size), bold, italic
        if colour:
            style.font.color.rgb = RGBColor.from_string(colour)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            if "heme" in key:
                del fonts.attrib[key]
        for key in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(_q(key), font)
        return style

    def _border(self, name: str, left: tuple[str, str] | None) -> None:
        """Give paragraphs of a style a bar at their left, or no border at all."""
        properties = self.document.styles[name].element.get_or_add_pPr()
        for old in properties.findall(_q("w:pBdr")):
            properties.remove(old)
        if left is None:
            return
        border = _element("w:pBdr")
        bar = _element("w:left", val=left[1], sz="18", space="8", color=left[0])
        border.append(bar)
        properties.insert_element_before(
            border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
        )

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

        run.font.name, run.font.size, run.font.color.rgb = _SANS, Pt(8.5), RGBColor.from_string(QUIET)
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
                entry._p.append(_run(_element("w:fldChar", fldCharType="begin", dirty="true")))
                entry._p.append(_run(_instruction(' TOC \\o "1-2" \\h \\z \\u ')))
                entry._p.append(_run(_element("w:fldChar", fldCharType="separate")))
            link = _element("w:hyperlink", anchor=_mark(head), history="1")
            link.append(_run(_words(clean(head.text))))
            entry._p.append(link)
            if at == len(heads) - 1:
                entry._p.append(_run(_element("w:fldChar", fldCharType="end")))

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
        start, end = _element("w:bookmarkStart"), _element("w:bookmarkEnd")
        self.bookmarks += 1
        for mark in (start, end):
            mark.set(_q("w:id"), str(self.bookmarks))
        start.set(_q("w:name"), _mark(block))
        paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
        paragraph._p.append(end)

    def _two_columns(self) -> None:
        """Set what follows small and in two columns."""
        from docx.enum.section import WD_SECTION

        section = self.document.add_section(WD_SECTION.CONTINUOUS)
        section.different_first_page_header_footer = False
        columns = section._sectPr.find(_q("w:cols"))
        columns.set(_q("w:num"), "2")
        columns.set(_q("w:space"), "500")
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
        for at, row in enumerate(block.rows):
            self._row(table, block, row, span=at in block.spans)
        if block.note:
            self.document.add_paragraph(clean(block.note), style="Table note")

    def _table_properties(self, table: Any, block: TableBlock) -> None:  # noqa: ANN401
        properties = table._tbl.tblPr
        look = _element("w:tblBorders")
        for side in ("top", "bottom"):
            look.append(_element(f"w:{side}", val="single", sz="8", space="0", color="1D2429"))
        look.append(_element("w:insideH", val="single", sz="4", space="0", color="D5D8D2"))
        properties.append(look)
        margins = _element("w:tblCellMar")
        for side in ("left", "right"):
            margins.append(_element(f"w:{side}", w="70", type="dxa"))
        properties.append(margins)
        properties.append(_element("w:tblCaption", val=clean(block.caption)[:250]))
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
    ) -> None:
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(_element("w:cantSplit"))
        if head:
            properties.append(_element("w:tblHeader"))
        cells = list(row.cells)
        for cell, share in zip(cells, block.widths, strict=True):
            cell.width = self._share(share)
        if span:
            cells = [cells[0].merge(cells[-1])]
            cells[0]._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=TINT))
        for cell, text, align in zip(cells, texts, block.align, strict=False):
            paragraph = cell.paragraphs[0]
            paragraph.style = "Table text"
            paragraph.alignment = 2 if align == "right" else 0
            run = paragraph.add_run(clean(text))
            run.bold = True if head or span else None
            if head or span:
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


def _q(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))


def _element(tag: str, **values: str) -> Any:  # noqa: ANN401 - lxml's elements
    from docx.oxml import OxmlElement

    made = OxmlElement(tag)
    for key, value in values.items():
        made.set(_q(f"w:{key}"), value)
    return made


def _run(child: Any) -> Any:  # noqa: ANN401
    made = _element("w:r")
    made.append(child)
    return made


def _words(text: str) -> Any:  # noqa: ANN401
    made = _element("w:t")
    made.text = text
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made


def _instruction(text: str) -> Any:  # noqa: ANN401
    made = _element("w:instrText")
    made.text = text
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made


def _field_runs(instruction: str, shown: str) -> list[Any]:
    parts = [
        _element("w:fldChar", fldCharType="begin"),
        _instruction(instruction),
        _element("w:fldChar", fldCharType="separate"),
        _words(shown),
        _element("w:fldChar", fldCharType="end"),
    ]
    return [_run(part) for part in parts]


def _mark(heading: Heading) -> str:
    """Return the name of the bookmark at a heading; Word takes letters, digits and underscores."""
    return f"_{heading.key.replace('-', '_')}"


def _right() -> Any:  # noqa: ANN401
    from docx.enum.text import WD_TAB_ALIGNMENT

    return WD_TAB_ALIGNMENT.RIGHT


def _dots() -> Any:  # noqa: ANN401
    from docx.enum.text import WD_TAB_LEADER

    return WD_TAB_LEADER.DOTS
