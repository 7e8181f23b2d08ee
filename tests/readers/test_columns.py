import io

import pytest
from openpyxl import Workbook

from coding.errors import ReadError
from coding.readers import find_table

NAMED = "speaker;text;start\nAnn;We always rang people back.;0:01\nBo;Nobody rang us.;0:05\n"
BARE = "who said it;remark\nAnn;We always rang people back.\nBo;Nobody rang us.\n"


def as_workbook(text):
    book, out = Workbook(), io.BytesIO()
    for line in text.splitlines():
        book.active.append(line.split(";"))
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("workbook", [False, True])
def test_named_columns_are_sure(workbook):
    data = as_workbook(NAMED) if workbook else NAMED.encode()
    found = find_table(data, "a.xlsx" if workbook else "a.csv", workbook=workbook)
    assert found.titles == ("speaker", "text", "start")
    assert dict(found.at) == {"text": 1, "speaker": 0, "start": 2}
    assert found.sure
    assert found.has_header


def test_columns_found_by_what_they_hold_are_unsure_and_show_their_first_cells():
    found = find_table(BARE.encode(), "a.csv")
    assert found.titles == ("who said it", "remark")
    assert found.at["text"] == 1
    assert not found.sure
    assert not found.has_header


def test_an_empty_table_is_refused():
    with pytest.raises(ReadError, match="empty"):
        find_table(b";;\n;;\n", "a.csv")
