import pandas as pd
import pytest

from coding import frames
from coding.edits import AddCoding, MarkReviewed, RejectSuggestion, SetAttributes, WriteMemo, apply_edits
from coding.errors import ExportError
from coding.export.csv import to_csv
from coding.export.tables import turns_table
from coding.model import Suggestion


@pytest.fixture
def coded(study):
    first, second, third = [(s.transcript_id, s.start_char, s.end_char) for s in study.segments()[1:4]]
    people = study.speakers(first[0])
    apply_edits(
        study,
        [
            AddCoding(*first, "tries-service", score=0.5, probability=0.75),
            RejectSuggestion(*second, "tells-early"),
            MarkReviewed(*second, blind=True),
            WriteMemo("code:tries-service", "Also by phone?"),
            WriteMemo(f"segment:{first[0]}:{first[1]}-{first[2]}", "Good."),
            WriteMemo(f"transcript:{first[0]}", "Loud."),
            SetAttributes(people["Bob"].id, (("sector", "retail"),)),
        ],
        coder="Ada",
    )
    coding = study.codings()[0]
    apply_edits(study, [WriteMemo(f"coding:{coding.id}", "Sure?"), WriteMemo("coding:gone", "x")], coder="Bo")
    study.set_suggestions(third[0], [Suggestion(*third, "tells-early", 0.25, 0.5)])
    return study


def test_codings_by_code_and_speaker(coded):
    found = frames.codings(coded)
    assert found.groupby(["code", "participant"]).size().to_dict() == {("Tries the service", "Bob"): 1}
    assert found.loc[0, ["score", "probability"]].to_list() == [0.5, 0.75]
    assert found["created_at"].dt.tz is not None
    assert found.loc[0, "sector"] == "retail"


def test_segments_without_codes_on_request(coded):
    found = frames.codings(coded, without_codes=True)
    assert len(found) == len(frames.segments(coded)) == 5
    assert found["created_at"].isna().sum() == 4


def test_a_column_a_code(coded):
    assert frames.segments(coded)[["tries-service", "tells-early"]].sum().to_dict() == {
        "tries-service": 1,
        "tells-early": 0,
    }


def test_unknown_coders_are_refused(coded):
    with pytest.raises(ExportError, match="no coder 'Zoe'"):
        frames.codings(coded, coders=["Zoe"])


def test_turns_and_transcripts_count_alike(coded):
    turns, transcripts = frames.turns(coded), frames.transcripts(coded)
    assert transcripts.loc[0, "turns"] == len(turns) == 5
    assert transcripts.loc[0, "words"] == turns["words"].sum()
    assert turns["heading"].dtype == bool
    assert transcripts["cues_in"].isna().all()
    texts = [
        coded.text(t)[a:b]
        for t, a, b in zip(transcripts["transcript_id"].repeat(5), turns["start_char"], turns["end_char"], strict=True)
    ]
    assert turns["text"].to_list() == texts


def test_what_people_decided(coded):
    assert frames.finished(coded)["blind"].to_list() == [True]
    assert frames.refused(coded)["code"].to_list() == ["Tells customers early"]
    assert frames.suggestions(coded)["probability"].to_list() == [0.5]
    memos = frames.memos(coded).set_index("memo")["about"].to_dict()
    quotation = frames.codings(coded).loc[0, "quotation"]
    assert memos == {
        "Also by phone?": "code Tries the service",
        "Good.": f"“{quotation}”",
        "Loud.": "transcript group",
        "Sure?": f"Tries the service for “{quotation}” by Ada",
        "x": "coding:gone",
    }


def test_history_in_order(coded):
    found = frames.history(coded)
    assert found["number"].is_monotonic_increasing
    assert found["kind"].to_list()[:2] == ["set-codebook", "add-coding"]
    assert found["at"].is_monotonic_increasing


def test_people_and_codes(coded):
    people = frames.participants(coded).set_index("participant")
    assert people.loc["Bob", "turns"] == 2
    codes = frames.codebook(coded).set_index("code_id")
    assert codes["codable"].to_dict() == {"people": False, "tries-service": True, "tells-early": True}


def test_every_public_frame_has_the_columns_of_its_table(project):
    for name in frames.__all__:
        assert isinstance(getattr(frames, name)(project), pd.DataFrame)


def test_pandas_reads_the_csv_as_the_frame_has_it(coded, tmp_path):
    path = tmp_path / "turns.csv"
    path.write_bytes(to_csv(turns_table(coded)))
    read = pd.read_csv(path)
    assert read["text"].to_list() == frames.turns(coded)["text"].to_list()
    assert read["start_time_s"].to_list() == frames.turns(coded)["start_time_s"].to_list()
