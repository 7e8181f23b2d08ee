"""Learning curves on labelled segments, and what is refused."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ElementTree
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from coding.errors import CodingError
from coding.evaluate import (
    LabelledSegment,
    Measures,
    calibration_error,
    draw_curves,
    evaluate,
    evaluate_file,
    measure,
    read_segments,
    units_of,
)
from coding.model import Codebook
from tests.test_suggest import BOOK, TRUTH, UNITS, encode

MEASURES = (
    "lrap",
    "hit_at_1",
    "recall_at_3",
    "macro_auroc",
    "macro_f1",
    "micro_f1",
    "ece",
    "seconds_fit",
    "seconds_score",
)


class BagEncoder:
    """Embeds as the tests of the engine do, and counts what it was asked for."""

    id = "bag"

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked.extend(texts)
        return encode(texts)


def rows(split=True):
    return [
        LabelledSegment(
            unit.text,
            (code,) if code else (),
            id=unit.key,
            source=f"s{i // 20}",
            order=i % 20,
            speaker=unit.speaker,
            split=("pool" if i < 100 else "test") if split else None,
        )
        for i, (unit, code) in enumerate(zip(UNITS, TRUTH, strict=True))
    ]


def as_line(row):
    return json.dumps({f.name: getattr(row, f.name) for f in fields(row) if f.name not in ("line",)})


@pytest.fixture
def write(tmp_path):
    def write_(*lines: str | bytes) -> Path:
        path = tmp_path / "segments.jsonl"
        path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines) + b"\n")
        return path

    return write_


def test_more_corrections_make_better_suggestions():
    result = evaluate(rows(), BOOK, encode=encode, budgets=(0, 20, 100))
    none, some, all_ = result.runs[0]
    assert [one.corrections for one in result.runs[0]] == [0, 20, 100]
    assert none.lrap < some.lrap < all_.lrap
    assert all_.hit_at_1 > 0.85
    assert all_.suggest_auroc > 0.8
    assert all_.ece < 0.1
    assert result.rows == {"pool": 100, "test": 60, "test with a code": sum(bool(code) for code in TRUTH[100:])}


def test_the_file_gives_the_same_as_the_rows(write):
    encoder = BagEncoder()
    path = write(*(as_line(row) for row in rows()))
    result = evaluate_file(path, BOOK, encoder=encoder, budgets=[0, 60])
    direct = evaluate(rows(), BOOK, encode=encode, budgets=[0, 60])
    assert result.name == "segments"
    for one, two in zip(result.runs[0], direct.runs[0], strict=True):
        assert (one.lrap, one.ece, one.macro_f1) == pytest.approx((two.lrap, two.ece, two.macro_f1))
    assert len(encoder.asked) == len(set(encoder.asked))


def test_budgets_beyond_the_pool_mean_all_of_it():
    result = evaluate(rows(), BOOK, encode=encode, budgets=(5000, 10, 200))
    assert [one.corrections for one in result.runs[0]] == [10, 100]


def test_seeds_shuffle_the_pool_and_give_intervals():
    result = evaluate(rows(), BOOK, encode=encode, budgets=(10,), seeds=(1, 2, 3))
    assert len({run[0].lrap for run in result.runs}) > 1
    ((corrections, mean, low, high),) = result.curve("lrap")
    assert corrections == 10
    assert low < mean < high
    again = evaluate(rows(), BOOK, encode=encode, budgets=(10,), seeds=(1, 2, 3))
    assert [run[0].lrap for run in again.runs] == [run[0].lrap for run in result.runs]
    answer = result.as_dict()
    assert answer["seeds"] == [1, 2, 3]
    assert answer["budgets"][0]["intervals"]["lrap"] == [low, high]
    assert answer["budgets"][0]["lrap"] == pytest.approx(mean)


def test_a_seed_shuffles_as_the_protocol_says():
    wanted = list(range(100))
    random.Random(3).shuffle(wanted)
    ordered = [*(rows()[i] for i in wanted), *rows()[100:]]
    # Without context, only which rows are corrected counts, and not where they stand.
    plain = [LabelledSegment(row.text, row.codes, split=row.split) for row in ordered]
    shuffled = evaluate(
        [LabelledSegment(row.text, row.codes, split=row.split) for row in rows()],
        BOOK,
        encode=encode,
        budgets=(30,),
        seeds=(3,),
    )
    assert shuffled.runs[0][0].lrap == pytest.approx(
        evaluate(plain, BOOK, encode=encode, budgets=(30,)).runs[0][0].lrap
    )


def test_without_a_split_whole_sources_are_held_out():
    result = evaluate(rows(split=False), BOOK, encode=encode, budgets=(0,))
    assert result.rows["test"] == 60
    assert result.rows["pool"] == 100
    seeds = evaluate(rows(split=False), BOOK, encode=encode, budgets=(0,), seeds=(1, 2))
    assert seeds.runs[0][0].lrap != seeds.runs[1][0].lrap


def test_one_source_without_a_split_is_refused():
    lone = [LabelledSegment("kind", (), source="a"), LabelledSegment("rude", ("staff",), source="a")]
    with pytest.raises(CodingError, match="two or more"):
        evaluate(lone, BOOK, encode=encode)


def test_what_nobody_reviewed_is_context_only():
    made = [
        LabelledSegment("what then?", None, source="a", order=1),
        LabelledSegment("cold soup", ("food",), source="a", order=2, split="pool"),
        LabelledSegment("kind nurses", ("staff",), source="b", order=1, split="test"),
    ]
    result = evaluate(made, BOOK, encode=encode, budgets=(5,))
    assert result.rows == {"pool": 1, "test": 1, "test with a code": 1}
    assert result.runs[0][0].suggest_auroc is None


def test_a_test_without_codes_leaves_out_what_cannot_be_measured():
    made = [
        LabelledSegment("cold soup", ("food",), split="pool"),
        LabelledSegment("the bus", (), split="test"),
    ]
    result = evaluate(made, BOOK, encode=encode, budgets=(0, 1))
    assert result.runs[0][0].lrap is None
    assert result.runs[0][0].macro_f1 is None
    assert result.runs[0][0].ece is not None
    assert " - " in result.as_table()
    assert result.curve("lrap") == []


def test_units_stand_in_the_order_of_their_sources():
    made = [
        LabelledSegment("b2", (), source="b", order=2),
        LabelledSegment("a1", (), source="a", order=1),
        LabelledSegment("b1", (), source="b", order=1),
        LabelledSegment("b0", (), source="b"),
    ]
    units, ordered = units_of(made)
    assert [unit.text for unit in units] == ["b1", "b2", "b0", "a1"]
    assert ordered == [2, 0, 3, 1]
    assert [unit.turn for unit in units] == [0, 1, None, 0]


def test_the_answer_has_what_the_contract_names():
    result = evaluate(rows(), BOOK, encode=encode, budgets=(0, 20))
    answer = json.loads(json.dumps(result.as_dict()))
    assert [budget["corrections"] for budget in answer["budgets"]] == [0, 20]
    for budget in answer["budgets"]:
        assert set(MEASURES) <= set(budget)
    table = result.as_table()
    assert "100 pool, 60 test" in table
    assert len({len(line) for line in table.splitlines()[1:]}) == 1


def test_the_plot_is_a_whole_drawing(tmp_path):
    result = evaluate(rows(), BOOK, encode=encode, budgets=(0, 20), seeds=(1, 2), name="a < b & c")
    result.write_plot(tmp_path / "curve.svg")
    tree = ElementTree.parse(tmp_path / "curve.svg")
    assert tree.getroot()[0].text == "a < b & c"
    assert len(tree.findall(".//{*}polyline")) == 5
    assert tree.findall(".//{*}polygon")
    with pytest.raises(CodingError, match="cannot be written"):
        result.write_plot(tmp_path / "nothing" / "curve.svg")


def test_a_plot_of_nothing_is_still_a_drawing():
    assert draw_curves({"lrap": []}, title="none").endswith("</svg>\n")


@pytest.mark.parametrize("budgets", [(), (-1,)])
def test_budgets_must_be_numbers_from_nought(budgets):
    with pytest.raises(CodingError, match="budgets"):
        evaluate(rows(), BOOK, encode=encode, budgets=budgets)


def test_there_must_be_codes_and_rows_to_test_on():
    with pytest.raises(CodingError, match="no code"):
        evaluate(rows(), Codebook("empty"), encode=encode)
    with pytest.raises(CodingError, match="no reviewed rows"):
        evaluate([LabelledSegment("soup", ("food",), split="pool")], BOOK, encode=encode)


def test_perfect_probabilities_have_perfect_measures():
    truth = np.array([[1, 0, 0], [0, 1, 1], [0, 0, 0], [1, 1, 0]], bool)
    found = measure(truth.astype(float), truth, certain=truth)
    assert found == Measures(0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)


def test_measures_agree_with_what_is_counted_by_hand():
    truth = np.array([[0, 1, 0, 0], [1, 0, 0, 1]], bool)
    p = np.array([[0.9, 0.8, 0.1, 0.0], [0.7, 0.6, 0.5, 0.2]])
    found = measure(p, truth)
    assert found.lrap == pytest.approx((1 / 2 + (1 + 2 / 4) / 2) / 2)
    assert found.hit_at_1 == 0.5
    assert found.recall_at_3 == pytest.approx((1 + 1 / 2) / 2)
    assert found.found_at_3 == pytest.approx(2 / 3)
    assert found.certain_precision is None


def test_calibration_error_is_the_mean_gap():
    p = np.array([[0.15, 0.95], [0.15, 0.95]])
    truth = np.array([[False, True], [True, True]])
    assert calibration_error(p, truth) == pytest.approx((2 * 0.35 + 2 * 0.05) / 4)


def test_lines_are_read_as_they_are(write):
    row = {
        "text": "kind\u2028nurses",
        "codes": ["staff", "staff"],
        "id": 7,
        "order": 1.5,
        "role": "participant",
        "x": 1,
    }
    path = write("\ufeff" + json.dumps(row, ensure_ascii=False) + "\r", "", '{"text": "t", "codes": null}')
    first, second = read_segments(path, BOOK)
    assert first == LabelledSegment("kind\u2028nurses", ("staff",), id="7", order=1.5, role="participant", line=1)
    assert (second.codes, second.line) == (None, 3)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "one JSON object"),
        ('{"codes": []}', "'text'"),
        ('{"text": " ", "codes": []}', "'text'"),
        ('{"text": "a"}', "'codes' is missing"),
        ('{"text": "a", "codes": "staff"}', "list of code ids"),
        ('{"text": "a", "codes": [1]}', "list of code ids"),
        ('{"text": "a", "codes": ["nothing-such"]}', "'nothing-such'"),
        ('{"text": "a", "codes": ["all"]}', "'all'"),
        ('{"text": "a", "codes": [], "order": "x"}', "'order'"),
        ('{"text": "a", "codes": [], "order": true}', "'order'"),
        ('{"text": "a", "codes": [], "order": Infinity}', "'order'"),
        ('{"text": "a", "codes": [], "order": NaN}', "'order'"),
        ('{"text": "a", "codes": [], "source": ["x"]}', "'source'"),
        ('{"text": "a", "codes": [], "speaker": 3}', "'speaker'"),
        ('{"text": "a", "codes": [], "role": "boss"}', "'role'"),
        ('{"text": "a", "codes": [], "split": "train"}', "'split'"),
        ('{"text": "a", "codes": []}', "has no split"),
    ],
)
def test_a_line_that_is_wrong_is_named(write, line, words):
    path = write('{"text": "fine", "codes": [], "split": "pool"}', line)
    with pytest.raises(CodingError, match=words) as caught:
        read_segments(path, BOOK)
    assert (caught.value.path, caught.value.line) == (str(path), 2)


@pytest.mark.parametrize(("content", "words"), [(b"", "no segments"), (b"\xff\xfe", "not UTF-8")])
def test_a_file_that_is_wrong_is_named(write, content, words):
    path = write(content)
    with pytest.raises(CodingError, match=words):
        read_segments(path, BOOK)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CodingError, match="cannot be read") as caught:
        read_segments(tmp_path / "none.jsonl", BOOK)
    assert caught.value.path == str(tmp_path / "none.jsonl")
