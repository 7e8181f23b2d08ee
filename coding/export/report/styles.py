"""The styles of a report in Word, and the parts of XML that python-docx has no words for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document

ACCENT, QUIET, LACK, INK = "0B6264", "56606A", "9A5B13", "1D2429"
BODY, SANS = "Cambria", "Calibri"


def add_styles(document: Document) -> None:
    """Add the styles of a report to a document, each of which a user can change in Word."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Cm, Pt

    styles = document.styles
    _font(document, "Normal", BODY, 10.5)
    normal = styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing_rule, normal.line_spacing = Pt(6), WD_LINE_SPACING.MULTIPLE, 1.15
    normal.widow_control = True
    for level, size, colour, before in ((1, 17, None, 0), (2, 13, ACCENT, 16), (3, 11, None, 12)):
        style = _font(document, f"Heading {level}", SANS, size, bold=True, colour=colour or INK)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(4)
        style.paragraph_format.keep_with_next = True
    _font(document, "Title", SANS, 26, bold=True, colour=INK)
    _border(document, "Title", None)
    _font(document, "Subtitle", SANS, 14, colour=QUIET, italic=False)
    caption = _font(document, "Caption", SANS, 9, bold=True, colour=INK)
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(6), Pt(4)
    for name in ("Quotation", "Contrary quotation"):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        style.quick_style = True
        style.paragraph_format.left_indent = Cm(0.6)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.space_before = Pt(6)
        style.paragraph_format.keep_with_next = True
        _border(document, name, (ACCENT, "single") if name == "Quotation" else (LACK, "dashed"))
    for name, base in (("Quotation source", "Quotation"), ("Contrary quotation source", "Contrary quotation")):
        style = _added(document, name, SANS, 9, base=base, colour=QUIET)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(0), Pt(6)
        style.paragraph_format.keep_with_next = False
    _added(document, "Strength of evidence", SANS, 9, colour=QUIET)
    note = _added(document, "Table note", SANS, 8.5, colour=QUIET)
    note.paragraph_format.space_before, note.paragraph_format.space_after = Pt(4), Pt(12)
    label = _added(document, "List label", SANS, 9.5, bold=True)
    label.paragraph_format.space_after, label.paragraph_format.keep_with_next = Pt(1), True
    cell = _added(document, "Table text", SANS, 9)
    cell.paragraph_format.space_after, cell.paragraph_format.line_spacing = Pt(1), 1.0
    cell.paragraph_format.space_before = Pt(1)
    styles["List Bullet"].paragraph_format.space_after = Pt(2)
    _added(document, "Codebook text", BODY, 8.5).paragraph_format.space_after = Pt(3)
    _added(document, "Codebook note", SANS, 8, colour=QUIET).paragraph_format.space_after = Pt(3)
    _added(document, "Codebook label", SANS, 8, bold=True).paragraph_format.keep_with_next = True
    styles["Codebook label"].paragraph_format.space_after = Pt(0)
    bullet = _added(document, "Codebook bullet", BODY, 8.5, base="List Bullet")
    bullet.paragraph_format.space_after, bullet.paragraph_format.line_spacing = Pt(1), 1.05
    contents = _added(document, "Contents heading", SANS, 13, bold=True)
    contents.paragraph_format.space_before = Pt(30)
    for level in (1, 2):
        style = _added(document, f"toc {level}", SANS, 10)
        style.paragraph_format.space_after = Pt(2)
        style.paragraph_format.left_indent = Cm(0.6 * (level - 1))
        style.paragraph_format.tab_stops.add_tab_stop(Cm(17), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _added(
    document: Document,
    name: str,
    font: str,
    size: float,
    *,
    base: str = "Normal",
    bold: bool = False,
    colour: str = INK,
) -> Any:  # noqa: ANN401 - python-docx's styles
    from docx.enum.style import WD_STYLE_TYPE

    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles[base]
    style.quick_style = True
    return _font(document, name, font, size, bold=bold, colour=colour)


def _font(
    document: Document,
    name: str,
    font: str,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    colour: str | None = None,
) -> Any:  # noqa: ANN401
    from docx.shared import Pt, RGBColor

    style: Any = document.styles[name]
    style.font.name, style.font.size, style.font.bold, style.font.italic = font, Pt(size), bold, italic
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        if "heme" in key:
            del fonts.attrib[key]
    for key in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qualified(key), font)
    return style


def _border(document: Document, name: str, left: tuple[str, str] | None) -> None:
    """Give paragraphs of a style a bar at their left, or no border at all."""
    properties = document.styles[name].element.get_or_add_pPr()
    for old in properties.findall(qualified("w:pBdr")):
        properties.remove(old)
    if left is None:
        return
    border = element("w:pBdr")
    bar = element("w:left", val=left[1], sz="18", space="8", color=left[0])
    border.append(bar)
    properties.insert_element_before(
        border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def qualified(name: str) -> str:
    """Return the whole name of a part, such as that of ``w:p``."""
    from docx.oxml.ns import qn

    return str(qn(name))


def element(tag: str, **values: str) -> Any:  # noqa: ANN401 - lxml's elements
    """Return a new part with attributes."""
    from docx.oxml import OxmlElement

    made = OxmlElement(tag)
    for key, value in values.items():
        made.set(qualified(f"w:{key}"), value)
    return made
