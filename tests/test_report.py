import io
import itertools
import re
import zipfile
from html.parser import HTMLParser

import docx
import pytest
from lxml import etree

from coding.agreement import agree, show_value
from coding.cli import main
from coding.edits import AddCoding, MarkReviewed, SetCodebook, SetRole, WriteMemo, apply_edits
from coding.edits.framework import ChangeBehaviour, ChangeCluster, LeaveOut
from coding.edits.survey import ImportSurvey
from coding.errors import ExportError
from coding.evidence import read_ratings
from coding.export import export
from coding.export.report import make_report, to_docx, to_html
from coding.export.report.content import FigureBlock, Heading, Points, Quote, Report, TableBlock, Text, clean, numbered
from coding.export.report.figures import Row, draw_agreement, draw_chart, draw_groups, draw_joint, draw_valence
from coding.findings.charts import Chart, Series
from coding.framework import Quotation
from coding.model import Code, Codebook, Role, Valence
from coding.store import Project
from coding.survey import Item, Respondent, Survey

SHOWN, LACKING = Valence.SHOWN, Valence.LACKING
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "$a$ cost $b$",
    "</style><script>1</script>",
    "*x* & \"y\" 'z'",
    "]]>\x00\x1b",
)
NAMES = ("Ada", "Lovelace", "Babbage", "Carol", "Femi", "Sunita", "Rao")


def code(project, words, code_id, coder="Ada Lovelace", valence=SHOWN):
    for info in project.transcripts():
        start = project.text(info.id).find(words)
        if start >= 0:
            place = (info.id, start, start + len(words))
            apply_edits(project, [AddCoding(*place, code_id, valence=valence)], coder=coder)
            return Quotation(*place)
    raise AssertionError(words)


def fill(project):
    """Code the small study by two people."""
    for coder in ("Ada Lovelace", "Charles Babbage"):
        code(project, "Graham stood at the counter every Friday.", "meets-customers", coder)
        code(project, "he never met a single shopper", "meets-customers", coder, LACKING)
        code(project, "she told everybody by noon", "open-in-a-crisis", coder)
        marks = [
            MarkReviewed(s.transcript_id, s.start_char, s.end_char)
            for info in project.transcripts()
            for s in project.segments(info.id)
        ]
        apply_edits(project, marks, coder=coder)
    code(project, "We were told to keep quiet.", "open-in-a-crisis", "Charles Babbage", LACKING)


@pytest.fixture(scope="module")
def study(tmp_path_factory, make_study):
    path = make_study(tmp_path_factory.mktemp("report") / "s.sqlite", coder="Ada Lovelace")
    with Project.open(path) as project:
        fill(project)
        yield project


@pytest.fixture(scope="module")
def report(study):
    return make_report(study, with_names=True)


@pytest.fixture(scope="module")
def nameless(study):
    return make_report(study)


@pytest.fixture
def fresh(tmp_path, make_study):
    with Project.open(make_study(tmp_path / "s.sqlite")) as project:
        yield project


class Page(HTMLParser):
    """Reads a page: its tags, its text without that of styles, and what it links to."""

    def __init__(self, data):
        super().__init__(convert_charrefs=True)
        self.tags, self.words, self.ids, self.links, self.stack = [], [], [], [], []
        self.feed(data.decode("utf-8"))

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.tags.append((tag, named))
        if tag not in ("meta", "br", "col", "path", "use", "rect", "img"):
            self.stack.append(tag)
        if "id" in named:
            self.ids.append(named["id"])
        if tag == "a":
            self.links.append(named["href"])

    def handle_endtag(self, tag):
        if tag in self.stack:
            assert self.stack.pop() == tag

    def handle_data(self, data):
        if "style" not in self.stack:
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def words_of(data):
    """Return all text of a Word document in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        root = etree.fromstring(package.read("word/document.xml"))
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    return " ".join("".join(part.text or "" for part in p.iter(f"{space}t")) for p in root.iter(f"{space}p"))


def heads(report, level=1):
    return [block.text for block in report.blocks if isinstance(block, Heading) and block.level == level]


def said(report):
    """Return all text of a report."""
    found = [report.title, report.subtitle, *report.about]
    for block in report.blocks:
        if isinstance(block, Points):
            found += [block.label, *block.items]
        elif isinstance(block, Quote):
            found += [block.text, block.who]
        elif isinstance(block, TableBlock):
            found += [block.caption, block.note, *block.columns, *(cell for row in block.rows for cell in row)]
        elif isinstance(block, FigureBlock):
            found += [block.caption, block.description, *re.findall(r">([^<]+)</text>", block.svg)]
        else:
            found.append(block.text)
    return "\n".join(found)


# what it says


def test_it_has_the_sections_of_a_paper(report):
    assert heads(report) == [
        "Summary",
        "Method",
        "Findings by behaviour",
        "Findings across behaviours",
        "Limits",
        "Appendix A: Focus groups",
        "Appendix B: Codebook",
    ]
    assert {"Material", "Coding", "Agreement", "This report", "Close to the customer"} <= set(heads(report, 2))
    assert heads(report, 3)[:2] == ["Meets customers", "Calls back in person"]


def test_numbers_are_those_of_the_evidence(report):
    table = next(block for block in report.blocks if isinstance(block, TableBlock))
    rows = {row[0]: row[1:6] for row in table.rows}
    assert rows["Meets customers"] == ("2", "1", "2", "1", "1")
    assert rows["Open in a crisis"] == ("2", "1", "2", "1", "1")
    assert rows["Calls back in person"] == ("0", "0", "0", "0", "0")
    assert table.rows[0][0] == "Close to the customer"
    assert 0 in table.spans
    assert "4 participants in 2 focus groups" in said(report).replace("\n", " ")


def test_agreement_is_that_of_the_agreement_page(tmp_path, make_study):
    lines = "".join(f"Femi: She rang back {n} times that week, each time herself.\n" for n in range(12))
    with Project.open(make_study(tmp_path / "many.sqlite", groups={"Shop": f"MODERATOR: Well?\n{lines}"})) as project:
        segments = project.segments()[1:]
        for coder, left_out in (("Ada", 3), ("Ben", 5)):
            for number, s in enumerate(segments):
                place = (s.transcript_id, s.start_char, s.end_char)
                coded = [] if number % left_out == 0 else [AddCoding(*place, "calls-back")]
                apply_edits(project, [*coded, MarkReviewed(*place)], coder=coder)
        alpha = agree(project, suggestions=()).comparisons[0].estimates["alpha"]
        text = said(make_report(project, with_names=True))
    assert alpha.value is not None
    assert f"Krippendorff's alpha {show_value('alpha', alpha)}" in text
    assert "Agreement on each code" in text


def test_agreement_that_rests_on_too_little_has_no_value(report):
    assert "no value for agreement (rests on too little" in said(report)


def test_quotations_have_who_said_them_and_where(report):
    quotes = {block.text: (block.who, block.contrary) for block in report.blocks if isinstance(block, Quote)}
    assert quotes["Graham stood at the counter every Friday."] == ("Carol B., Retail", False)
    assert quotes["he never met a single shopper"] == ("Femi, Retail", True)


def test_what_people_wrote_and_chose_stands_in_it(fresh):
    place = code(fresh, "Graham stood at the counter every Friday.", "meets-customers")
    code(fresh, "he rang the woman himself the next morning", "meets-customers")
    change = ChangeBehaviour(
        "meets-customers", statement="Goes there.", positive=("Stands at the counter.",), quotations=(place,)
    )
    apply_edits(fresh, [change, ChangeCluster("closeness", name="Near"), LeaveOut("calls-back")], coder="Ada")
    found = make_report(fresh, with_names=True)
    assert {"Goes there.", "Stands at the counter.", "Near"} <= set(said(found).splitlines())
    assert [block.text for block in found.blocks if isinstance(block, Quote)] == [
        "Graham stood at the counter every Friday."
    ]
    findings = said(found).partition("Appendix")[0]
    assert "Calls back in person" not in findings


def test_what_only_a_moderator_says_is_not_quoted(fresh):
    code(fresh, "And what about mistakes?", "learns-from-failure")
    assert not any(isinstance(block, Quote) for block in make_report(fresh, with_names=True).blocks)


def test_the_title_can_be_chosen(study, report):
    assert report.title == "Small codebook"
    assert make_report(study, with_names=True, title=" What leaders do ").title == "What leaders do"


def test_figures_and_tables_are_numbered_apart(report):
    numbers = [(type(block).__name__, number) for block, number in numbered(report.blocks) if number]
    assert numbers[:2] == [("TableBlock", 1), ("FigureBlock", 1)]
    assert [number for kind, number in numbers if kind == "TableBlock"] == [1, 2]


# studies with little in them


def test_an_empty_project_says_what_to_do(project):
    found = make_report(project)
    assert "Import transcripts" in said(found)
    assert heads(found) == ["Summary", "Method", "Limits", "Appendix A: Codebook"]
    assert Page(to_html(found)).text
    assert docx.Document(io.BytesIO(to_docx(found))).paragraphs


def test_a_study_without_codings_says_so(fresh):
    found = make_report(fresh, with_names=True)
    assert "nothing has been coded yet" in said(found)
    assert "No evidence: nothing was coded for it." in said(found)
    to_docx(found)


def test_one_group_and_one_participant_are_named_as_limits(tmp_path, make_study):
    talk = {"Shop": "MODERATOR: Well?\nFemi: She rang every customer herself, each Monday.\n"}
    with Project.open(make_study(tmp_path / "one.sqlite", groups=talk)) as project:
        code(project, "She rang every customer herself", "calls-back", "Ada")
        found = make_report(project, with_names=True)
    text = said(found)
    assert "There is one focus group" in text
    assert "There is one participant" in text
    assert "One person coded alone" in text
    assert "1 of 1 participant," in text
    to_html(found)
    to_docx(found)


def test_a_study_of_moderators_alone_gives_a_report(fresh):
    everybody = [SetRole(person.id, Role.MODERATOR) for person in fresh.participants()]
    apply_edits(fresh, everybody, coder="Ada")
    code(fresh, "Graham stood at the counter every Friday.", "meets-customers")
    to_docx(make_report(fresh, with_names=True))


def test_groups_that_nobody_coded_are_named(fresh):
    code(fresh, "Graham stood at the counter every Friday.", "meets-customers")
    assert "1 of 2 groups has not been coded: Bank." in said(make_report(fresh, with_names=True))


# the questionnaire


def ask(project, confirmed=True):
    codes = ("meets-customers", "calls-back", "learns-from-failure", "open-in-a-crisis")
    items = tuple(Item(f"q{n}", f"My leader … {n}", code_id, confirmed=confirmed) for n, code_id in enumerate(codes))
    people = tuple(
        Respondent(f"r{n}", tuple((item.id, float(1 + (n + at) % 5)) for at, item in enumerate(items[:3])))
        for n in range(12)
    )
    apply_edits(project, [ImportSurvey(Survey("Leaders asked by Sunita Rao", items, people))], coder="Ada")


def test_ratings_stand_beside_what_was_told(fresh):
    code(fresh, "Graham stood at the counter every Friday.", "meets-customers")
    ask(fresh)
    found = make_report(fresh, with_names=True)
    assert "Ratings and what was told" in heads(found)
    table = next(block for block in found.blocks if isinstance(block, TableBlock) and "Joint" in block.caption)
    rating = read_ratings(fresh)["meets-customers"]
    row = next(row for row in table.rows if row[0] == "Meets customers")
    assert row[1:4] == (f"{rating.mean:.2f} [{rating.low:.2f}, {rating.high:.2f}]", "1 of 2", "1")
    assert f"rated {rating.mean:.2f}" in said(found)
    assert "There is no questionnaire" not in said(found)
    silent = next(line for line in said(found).splitlines() if line.startswith("Silence of one strand: "))
    assert {"Calls back in person", "Learns from failure"} <= set(re.split(r": | and |, |\.", silent))
    to_html(found)
    to_docx(found)


def test_items_that_nobody_confirmed_are_no_ratings(fresh):
    code(fresh, "Graham stood at the counter every Friday.", "meets-customers")
    ask(fresh, confirmed=False)
    assert read_ratings(fresh) == {}
    assert "Ratings and what was told" not in heads(make_report(fresh, with_names=True))


def test_no_name_comes_in_by_the_questionnaire(fresh):
    code(fresh, "Graham stood at the counter every Friday.", "meets-customers")
    ask(fresh)
    found = make_report(fresh)
    assert "Ratings and what was told" in heads(found)
    assert leaks(said(found)) == []


# names


def leaks(text, names=NAMES):
    return [name for name in names if re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", text)]


def test_no_name_stands_in_the_report_as_page_or_document(nameless):
    assert leaks(said(nameless)) == []
    assert leaks(to_html(nameless).decode()) == []
    with zipfile.ZipFile(io.BytesIO(to_docx(nameless))) as package:
        for item in package.namelist():
            assert leaks(package.read(item).decode("utf-8", "replace")) == [], item


def test_without_names_the_numbers_are_the_same(report, nameless):
    tables = [[block.rows for block in one.blocks if isinstance(block, TableBlock)] for one in (report, nameless)]
    assert tables[0] == tables[1]
    assert any(re.search(r"P\d, Retail", block.who) for block in nameless.blocks if isinstance(block, Quote))


def test_names_in_what_people_wrote_are_replaced(fresh):
    code(fresh, "Graham stood at the counter every Friday.", "meets-customers")
    change = ChangeBehaviour("meets-customers", statement="As Sunita Rao says, go there.")
    memo = WriteMemo("project", "Femi again")
    apply_edits(fresh, [change, memo], coder="Ada")
    found = make_report(fresh, title="Ada and Femi")
    assert leaks(said(found)) == []


def test_with_names_the_names_are_there(report):
    assert {"Carol", "Femi"} <= set(leaks(said(report)))


# as a page


def test_the_page_is_whole_and_needs_nothing_else(report):
    page = Page(to_html(report))
    assert page.stack == []
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert not any(tag in ("script", "link", "iframe", "img", "object") for tag, _ in page.tags)
    text = to_html(report).decode()
    assert "default-src 'none'" in text
    assert not re.search(r"(?:src|href)=\"(?!#)", re.sub(r"xlink:href=\"#", "", text))
    assert "url(http" not in text


def test_the_page_says_all_that_the_report_says(report):
    text = Page(to_html(report)).text
    for block in report.blocks:
        if isinstance(block, Heading | Text):
            assert " ".join(block.text.split()) in text


def test_headings_go_down_one_level_at_a_time_and_figures_are_described(report):
    page = Page(to_html(report))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    drawings = [named for tag, named in page.tags if tag == "svg"]
    assert drawings
    assert all(named["role"] == "img" and named["aria-label"] for named in drawings)


# as a Word document


def test_the_document_has_real_headings_captions_and_tables(report):
    document = docx.Document(io.BytesIO(to_docx(report)))
    styles = [(p.style.name, p.text) for p in document.paragraphs]
    assert ("Heading 1", "Summary") in styles
    assert ("Heading 3", "Meets customers") in styles
    assert ("Caption", "Table 1. The framework and its evidence") in styles
    assert len(document.tables) == 2
    assert document.tables[0].rows[0].cells[0].text == "Behaviour"
    assert len(document.inline_shapes) == sum(isinstance(block, FigureBlock) for block in report.blocks)
    assert ("Quotation", "“Graham stood at the counter every Friday.”") in styles


def test_the_document_has_fields_for_contents_numbers_and_pages(report):
    with zipfile.ZipFile(io.BytesIO(to_docx(report))) as package:
        body = package.read("word/document.xml").decode()
        assert 'TOC \\o "1-2"' in body
        assert "SEQ Table" in body
        assert "SEQ Figure" in body
        assert any(b"PAGE" in package.read(name) for name in package.namelist() if "footer" in name)
        assert body.count('descr="') >= 3
        assert 'w:name="_summary"' in body
        assert 'w:anchor="_summary"' in body


def test_the_document_is_of_nobody_and_of_the_time_of_the_study(report):
    core = docx.Document(io.BytesIO(to_docx(report))).core_properties
    assert (core.author, core.last_modified_by, core.title) == ("", "", "Small codebook")
    assert core.created.isoformat()[:19] == report.at[:19]


# the same again, and hostile text


def test_the_same_study_gives_the_same_bytes(study, report):
    again = make_report(study, with_names=True)
    assert to_html(again) == to_html(report)
    assert to_docx(again) == to_docx(report)


@pytest.fixture(scope="module")
def hostile():
    blocks = []
    for number, text in enumerate(HOSTILE):
        svg = draw_groups([Row(text, heading=True), Row(text, (1.0, 0.0))], [(text, 2), ("b", 1)])
        figure = FigureBlock(text, svg.svg, svg.png, svg.width_in, svg.height_in, text)
        table = TableBlock(text, (text, "n"), ((text, "1"),), ("left", "right"), (0.5, 0.5), text)
        blocks += [Heading(1, text, f"h-{number}"), Text(text), Points((text,), text), Quote(text, text), table, figure]
    return Report(" ".join(HOSTILE), HOSTILE[0], HOSTILE, tuple(blocks), "2026-01-01T00:00:00Z")


def test_hostile_text_stands_on_the_page_as_typed(hostile):
    data = to_html(hostile)
    page = Page(data)
    assert not any(tag in ("script", "img") for tag, _ in page.tags)
    assert page.stack == []
    for text in HOSTILE:
        assert page.text.count(" ".join(clean(text).split())) >= 8
    etree.HTML(data)


def test_hostile_text_stands_in_the_document_as_typed(hostile):
    words = words_of(to_docx(hostile))
    for text in HOSTILE:
        assert words.count(" ".join(clean(text).split())) >= 8 - 1


def test_a_hostile_study_gives_a_report(tmp_path, make_study):
    codes = tuple(Code(f"c-{n}", text.replace("\x00\x1b", ""), definition=text[:40]) for n, text in enumerate(HOSTILE))
    with Project.open(make_study(tmp_path / "h.sqlite", codebook=None)) as project:
        apply_edits(project, [SetCodebook(Codebook("</style>", codes=codes))], coder="Ada")
        code(project, "Graham stood at the counter every Friday.", "c-0", "Ada")
        found = make_report(project, with_names=True)
    assert not any(tag == "script" for tag, _ in Page(to_html(found)).tags)
    to_docx(found)


# figures


@pytest.mark.parametrize(
    "drawing",
    [
        draw_valence([Row("Cluster", heading=True), Row("$x$ a", (3, 1, 1)), Row("b", (0, 0, 0))]),
        draw_groups([Row("a", (1, 2))], [("One", 2), ("Two", 0)]),
        draw_agreement([Row("a", (0.7,), low=-0.2, high=0.9), Row("b", (1.0,))]),
        draw_joint([Row("a", (4.1, 50.0), low=3.9, high=4.3), Row("b", (2.0, 0.0))], (1, 5)),
        draw_chart(Chart("steps", 'A "title"', ("One", "Two"), (Series("New", (3, 0)), Series("So far", (3, 3))))),
    ],
)
def test_drawings_are_text_on_nothing_and_an_image_for_print(drawing):
    root = etree.fromstring(drawing.svg)
    assert root.tag.endswith("svg")
    assert "#010203" not in drawing.svg
    assert "currentColor" in drawing.svg
    assert drawing.png.startswith(b"\x89PNG")
    assert drawing.height_in < 9.2


def test_labels_are_not_read_as_mathematics():
    assert ">$x$ a<" in draw_valence([Row("$x$ a", (3, 1, 0))]).svg


# by command


def test_by_command(study, tmp_path, capsys):
    main(["export", str(study.path), str(tmp_path / "r.html"), "--with-names", "--title", "Mine"])
    assert "report written" in capsys.readouterr().out
    assert b"<h1>Mine</h1>" in (tmp_path / "r.html").read_bytes()
    main(["export", str(study.path), str(tmp_path / "r.docx"), "--with-names", "--json"])
    assert '"names": true' in capsys.readouterr().out
    assert docx.Document(str(tmp_path / "r.docx")).paragraphs


@pytest.mark.parametrize(
    "options", [["r.html", "--wide"], ["r.docx", "--uncoded"], ["r.csv", "--title", "x"], ["r.html", "--coders", "Ada"]]
)
def test_options_that_are_not_for_reports_are_refused(study, tmp_path, options):
    with pytest.raises(SystemExit) as caught:
        main(["export", str(study.path), str(tmp_path / options[0]), *options[1:]])
    assert caught.value.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_report_of_some_coders_is_refused(study, tmp_path):
    with pytest.raises(ExportError, match="everybody"):
        export(study, tmp_path / "r.html", coders=["Ada Lovelace"], with_names=True)


def test_what_coders_settled_on_can_be_reported(study, tmp_path):
    assert export(study, tmp_path / "r.html", layer="consensus", with_names=True) > 10
