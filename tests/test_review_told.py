"""A browser is told only the suggestions that changed, in small portions, and ends up with all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.ui.review.board import MOST, Page
from coding.ui.review.told import Told

CODES = ("a", "b", "c")


def page(rows, spans=None):
    """Make a page from one ``(code, percent)`` a segment."""
    many = len(rows)
    spans = spans or [(10 * at, 10 * at + 9) for at in range(many)]
    top = np.full((many, MOST), -1, np.int16)
    percents, flags = np.zeros((many, MOST), np.int16), np.zeros((many, MOST), np.int16)
    for at, (code, percent) in enumerate(rows):
        if code >= 0:
            top[at, 0], percents[at, 0], flags[at, 0] = code, percent, 2
    return Page(tuple(s for s, _ in spans), tuple(e for _, e in spans), CODES, top, percents, flags)


class Browser:
    """Takes rows as the screen does."""

    def __init__(self, told, shown):
        self.told, self.version, self.rows = told, 0, {tuple(row[:2]): row[2:] for row in shown}

    def ask(self, most=20, near=0):
        self.told.release(near, most - self.told.newer(self.version))
        version, rows = self.told.rows(self.version, most)
        self.version = version
        self.rows |= {tuple(row[:2]): row[2:] for row in rows}
        return rows


def expected(rows):
    return {(10 * at, 10 * at + 9): [] if code < 0 else [code, percent, 2] for at, (code, percent) in enumerate(rows)}


ROWS = st.lists(st.tuples(st.integers(-1, 2), st.sampled_from([20, 50, 80])), min_size=8, max_size=8)


@given(first=ROWS, then=st.lists(ROWS, min_size=1, max_size=4), most=st.integers(1, 9))
def test_in_the_end_the_browser_has_what_is_suggested(first, then, most):
    told = Told(page(first), CODES, None)
    browser = Browser(told, [[*place, *row] for place, row in expected(first).items()])
    for rows in then:
        told.compare(page(rows), CODES, None)
        browser.ask(most)
    for _ in range(12):
        browser.ask(most)
    assert browser.rows == expected(then[-1])


def test_an_answer_that_did_not_arrive_is_told_again():
    told = Told(page([(0, 50)] * 30), CODES, None)
    told.compare(page([(1, 50)] * 30), CODES, None)
    told.release(0, 20)
    version, rows = told.rows(0, 20)
    assert (version, len(rows)) == (2, 20)
    assert told.rows(0, 20) == (version, rows)
    assert told.rows(version, 20) == (2, [])


def test_what_is_near_comes_first_and_what_lies_behind_last():
    told = Told(page([(0, 50)] * 100), CODES, None)
    told.compare(page([(1, 50)] * 100), CODES, None)
    told.release(500, 10)
    assert sorted(row[0] for row in told.rows(0, 10)[1]) == list(range(450, 550, 10))


def test_a_portion_is_never_larger_than_asked_for():
    told = Told(page([(0, 50)] * 40), CODES, None)
    for code in (1, 2):
        told.compare(page([(code, 50)] * 40), CODES, None)
        told.release(0, 25)
    version, rows = told.rows(0, 10)
    assert len(rows) == 10
    assert len(told.rows(version, 12)[1]) == 10  # not half of the next portion
    assert len(told.rows(0, 3)[1]) == 10  # but one of them in any case


@pytest.mark.parametrize(("percent", "many"), [(52, 0), (53, 1), (47, 1)])
def test_only_what_a_person_would_see_is_told(percent, many):
    told = Told(page([(0, 50)]), CODES, None)
    told.compare(page([(0, percent)]), CODES, None)
    told.release(0, 5)
    assert len(told.rows(0, 5)[1]) == many


def test_codes_that_the_browser_does_not_know_are_left_out():
    told = Told(page([(0, 50)]), ["b"], None)
    told.compare(page([(1, 50)]), ["b"], None)
    told.release(0, 5)
    assert told.rows(0, 5)[1] == [[0, 9, 0, 50, 2]]


def test_what_is_hidden_from_a_blind_coder_is_not_told():
    told = Told(page([(0, 50), (0, 50)]), CODES, set())
    told.compare(page([(0, 50), (1, 50)]), CODES, {(10, 19)})
    told.release(0, 5)
    assert told.rows(0, 5)[1] == [[10, 19, 1, 50, 2]]


def test_segments_that_were_cut_anew_are_told_and_the_others_are_not():
    told = Told(page([(0, 50), (0, 50)]), CODES, None)
    cut = page([(0, 50), (1, 50), (2, 50)], [(0, 9), (10, 14), (14, 19)])
    told.compare(cut, CODES, None)
    told.release(0, 5)
    assert told.rows(0, 5)[1] == [[10, 14, 1, 50, 2], [14, 19, 2, 50, 2]]
