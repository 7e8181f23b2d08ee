from playwright.sync_api import expect

from coding.model import Role
from coding.store import Project
from tests.e2e.conftest import settled
from tests.e2e.test_pages import serious

VTT = """WEBVTT

00:01.000 --> 00:04.000
<v Moderator>What did she do on *Mondays*?</v>

00:05.000 --> 00:09.000
<v Bob Nash>She rang her own help line every Monday.</v>
"""
CSV = "who said it,colour,remark\n" + "Ann,red,We always rang people back.\nBo,blue,Nobody rang us.\n" * 4


def at_rest(page):
    """Let no colour be on its way to another, as under the pointer."""
    page.mouse.move(2, 2)
    settled(page)
    page.wait_for_timeout(500)


def test_files_are_looked_at_chosen_and_imported(visit, tmp_path, make_study, settle):
    path = make_study(tmp_path / "Leaders.sqlite")
    page = visit(path)
    page.get_by_text("Bring transcripts in").click()
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "rail.vtt", "mimeType": "text/vtt", "buffer": VTT.encode()},
            {"name": "table.csv", "mimeType": "text/csv", "buffer": CSV.encode()},
        ]
    )
    shown = page.get_by_role("list", name="Turns of rail.vtt")
    expect(shown.get_by_role("listitem")).to_have_count(2)
    expect(shown).to_contain_text("What did she do on *Mondays*?")
    expect(page.get_by_text("2 cues in, 2 out")).to_be_visible()
    expect(page.get_by_text("Please check them.")).to_be_visible()
    settle(page)
    at_rest(page)
    assert serious(page) == []
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stMultiSelect").first).to_contain_text("Moderator")
    page.get_by_text("The first row names the columns").click()
    expect(page.get_by_role("list", name="Turns of table.csv").get_by_role("listitem")).to_have_count(8)
    at_rest(page)
    assert serious(page) == []
    page.get_by_role("button", name="Import 2 files").click()
    expect(page.get_by_text("2 of 2 files imported.")).to_be_visible(timeout=120_000)
    with Project.open(path) as project:
        rail, table = project.transcripts()[-2:]
        assert project.speakers(rail.id)["Moderator"].role is Role.MODERATOR
        assert project.speakers(rail.id)["Bob Nash"].role is Role.PARTICIPANT
        assert list(project.speakers(table.id)) == ["Ann", "Bo"]


def test_fields_are_called_as_the_file_is_for_those_who_cannot_see(visit, tmp_path, make_study):
    page = visit(make_study(tmp_path / "Leaders.sqlite"))
    page.get_by_text("Bring transcripts in").click()
    name = "group-1 *x* $a$ [b].vtt"
    page.locator("input[type=file]").set_input_files([{"name": name, "mimeType": "text/vtt", "buffer": VTT.encode()}])
    expect(page.get_by_role("textbox", name=f"Name of {name}", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name=f"Group of {name}", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name=f"Moderators in {name}")).to_be_visible()
    assert page.locator("main em, main .katex").count() == 0


ALIASES = (
    "Ann Lee: What did she do?\nP1: She rang people.\nPart. 1: Every Monday.\nAnn Lee: Why?\nBo Ek: Because.\n" * 3
)
DROP = """([zone, files]) => {
    const held = new DataTransfer();
    for (const [name, text] of files) held.items.add(new File([text], name, { type: "text/plain" }));
    for (const kind of ["dragenter", "dragover", "drop"])
        zone.dispatchEvent(new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true }));
}"""


def test_many_files_are_dropped_and_roles_and_aliases_confirmed(visit, tmp_path, make_study):
    path = make_study(tmp_path / "Leaders.sqlite")
    page = visit(path)
    page.get_by_text("Bring transcripts in").click()
    zone = page.get_by_test_id("stFileUploaderDropzone")
    expect(zone).to_be_visible()
    files = [["one.txt", ALIASES], *([f"more {at}.txt", f"P{at}: Hi there.\nQ{at}: Ho.\n" * 3] for at in range(2, 7))]
    page.evaluate(DROP, [zone.element_handle(), files])
    expect(page.get_by_role("button", name="Import 6 files")).to_be_visible(timeout=60_000)
    page.get_by_text("Look at it and choose").first.click()
    roles = page.get_by_role("combobox", name="Moderators in one.txt")
    roles.click()
    page.get_by_role("option", name="Bo Ek").click()
    page.keyboard.press("Escape")
    page.get_by_text("P1 in one.txt and Part. 1 in one.txt").click()
    page.get_by_role("button", name="Import 6 files").click()
    expect(page.get_by_text("6 of 6 files imported.")).to_be_visible(timeout=120_000)
    with Project.open(path) as project:
        one = next(info for info in project.transcripts() if info.name == "one")
        people = project.speakers(one.id)
        assert people["Bo Ek"].role is Role.MODERATOR
        assert people["P1"].role is Role.PARTICIPANT
        assert people["P1"].id == people["Part. 1"].id != people["Bo Ek"].id
        assert project.edits(kind="merge-participants")[0].coder == "Ada"
