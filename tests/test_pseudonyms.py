import csv
import dataclasses
import hashlib
import json
import os
import re
import stat
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.bundled import bundled
from coding.cli import main
from coding.demo import GROUPS
from coding.edits import SetAttributes, apply_edits
from coding.errors import CodingError, ModelError
from coding.model import ImportReport, LeftOut, Note
from coding.pipeline import Source, import_files
from coding.pseudonyms import (
    SETTING,
    Kind,
    PseudonymError,
    Pseudonymiser,
    Replacement,
    apply_pseudonyms,
    check_key_path,
    check_transcript,
    find_identifiers,
    is_pseudonymised,
    load_key,
    new_key,
    pseudonyms_of_speakers,
    remember,
    restore,
    rules_for,
    save_key,
)
from coding.pseudonyms.candidates import find_patterns
from coding.pseudonyms.fold import fold
from coding.pseudonyms.key import merge_keys
from coding.pseudonyms.match import Matcher
from coding.pseudonyms.names import nicknames, parse_name
from coding.pseudonyms.numbering import Numbering
from coding.pseudonyms.recognise import load_recogniser
from coding.readers import read_bytes, read_transcript
from coding.store import Project
from tests.small import make_transcript

TALK = (
    ("Ruth Ashdown", "Carol, tell us about somebody who was really good with customers."),
    ("Brown, Carol", "Well, Maureen Stott at Wexby rang everyone herself. I said to Dave, Maureen’s a wonder."),
    ("David Ellery", "CAROL’s right. Mrs Stott wrote to me at maureen@wexby.example or on 01632 960144, I think."),
    ("P3", "The bank, Northmere, never did that. Will you let me mark this with a pat on the back?"),
    ("Will", "May I add that siobhan o'hara from Northmere came in May, and Siobhán O’Hara stayed?"),
)


@pytest.fixture(scope="module")
def talk():
    return make_transcript(TALK, "group", moderators=("Ruth Ashdown",))


@pytest.fixture(scope="module")
def found(talk):
    return find_identifiers(talk)


def by_text(found):
    return {one.text: one for one in found if not one.label}


def labels(found):
    return {one.text: one.replacement for one in found if one.label}


# comparing


def test_accents_capitals_apostrophes_and_invisible_characters_do_not_hide_a_name():
    for text in (
        "Siobhán O’Hara",
        "SIOBHÁN O'HARA",
        "Siobha\u0301n O\u02bcHara",
        "Sio\u00adbhan O'Hara",
        "Siobhan\u00a0O`Hara",
    ):
        new, seen = Matcher([Replacement("Siobhán O'Hara", "P1")]).substitute(f"So {text}’s here.")
        assert (new, len(seen)) == ("So P1’s here.", 1), text


def test_a_place_in_the_folded_text_is_the_place_in_the_original():
    text = "ﬁne Straße Zoe\u0301!"
    folded = fold(text)
    at = folded.text.index("zoe")
    assert text[slice(*folded.span(at, at + 3))] == "Zoe\u0301"
    assert text[slice(*folded.span(0, 2))] == "ﬁ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Caroline and Carolling", "Caroline and Carolling"),
        ("Carol's, carol, CAROLINA", "P1's, P1, CAROLINA"),
        ("the Carolas, Carola2 and 2Carola", "the P2s, P2-2 and 2-P2"),
        ("Mark made his mark; MARK", "P3 made his mark; P3"),
        ("Ann  Lee, Ann\u00a0Lee and Ann-Lee", "P4, P4 and P4"),
        ("J. R. Hart, J R Hart and j.r. hart", "P5, P5 and P5"),
        ("Smith & Sons, Smith and Sons", "[organisation 1], [organisation 1]"),
        ("Ring 01632 960144.", "Ring [phone 1]."),
        ("a.lee@x.org is not ba.lee@x.org", "[e-mail 1] is not ba.lee@x.org"),
    ],
)
def test_names_are_replaced_as_whole_words(text, expected):
    rules = {
        "Carol": "P1",
        "Carola": "P2",
        "Mark": "P3",
        "Ann Lee": "P4",
        "J. R. Hart": "P5",
        "Smith & Sons": "[organisation 1]",
        "01632 960144": "[phone 1]",
        "a.lee@x.org": "[e-mail 1]",
    }
    people = [Replacement(old, new, old != "Mark", Kind.PERSON) for old, new in rules.items()]
    assert Matcher(people).substitute(text)[0] == expected


def test_the_longest_name_wins():
    rules = {"Carol": "P1", "Carol Brown": "P2", "carol@x.org": "[e-mail 1]", "Carol Brown Ltd": "[organisation 1]"}
    text = "Carol Brown Ltd, Carol Brown, Carol and carol@x.org"
    made = apply_pseudonyms(make_transcript((("A1", text),)), rules)
    assert made.words_of(made.turns[0]) == "[organisation 1], P2, P1 and [e-mail 1]"


def test_a_name_that_runs_into_an_address_is_replaced_as_far_as_it_goes():
    rules = {"Ann Lee": "P1", "Ann": "P1", "lee@x.org": "[e-mail 1]"}
    made = apply_pseudonyms(make_transcript((("A1", "I'm Ann lee@x.org, hello."),)), rules)
    assert made.words_of(made.turns[0]) == "I'm P1 [e-mail 1], hello."


@pytest.mark.parametrize("text", ["Will you come?", "Yes. May I?", "It was in May.", "She left last May"])
def test_questions_and_months_are_no_names(text):
    assert Matcher([Replacement("Will", "P1", False), Replacement("May", "P2", False)]).substitute(text)[0] == text


def test_a_name_that_is_also_a_verb_is_replaced_elsewhere():
    rules = [Replacement("Will", "P1", False), Replacement("May", "P2", False)]
    assert Matcher(rules).substitute("Then Will you know and May came")[0] == "Then P1 you know and P2 came"


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("O'Hara, Siobhán", "Siobhán", "O'Hara"),
        ("Dr Anil Desai (Trust)", "Anil", "Desai"),
        ("Ludwig van der Berg", "Ludwig", "van der Berg"),
        ("Carol B.", "Carol", "B."),
        ("Mary Ann Evans", "Mary", "Evans"),
        ("Femi", "Femi", ""),
        ("Berg, Dr", "Berg", ""),
    ],
)
def test_a_label_is_taken_apart_into_names(label, first, last):
    name = parse_name(label)
    assert (name.first, name.last) == (first, last)


@pytest.mark.parametrize("label", ["P3", "Speaker 1", "MODERATOR", "Part. 2", "Unknown", "?", "R2D2", "(she/her)"])
def test_codes_are_no_names(label):
    assert parse_name(label) is None


def test_short_forms_of_first_names_are_known():
    assert {"dave", "davy"} <= nicknames("David")
    assert "elizabeth" in nicknames("Liz")
    assert nicknames("Zbigniew") == frozenset()


# finding


def test_speakers_with_names_get_codes_and_others_keep_theirs(found):
    assert labels(found) == {"Ruth Ashdown": "M1", "Brown, Carol": "P4", "David Ellery": "P5", "Will": "P6"}


def test_participants_are_found_by_first_name_nickname_and_in_capitals(found):
    names = by_text(found)
    assert (names["Carol"].replacement, names["Carol"].count) == ("P4", 2)
    assert names["Dave"].replacement == "P5"
    assert names["Carol"].scoped


def test_the_parts_of_a_name_are_the_same_person(found):
    names = by_text(found)
    whole = names["Maureen Stott"].replacement
    assert (names["Maureen"].replacement, names["Stott"].replacement) == (whole, whole)
    assert re.fullmatch(r"\[person \d\]", whole)


def test_addresses_and_numbers_are_found(found):
    kinds = {one.kind: one.text for one in found}
    assert kinds[Kind.EMAIL] == "maureen@wexby.example"
    assert kinds[Kind.PHONE] == "01632 960144"


def test_an_organisation_is_named_by_its_kind_only_where_that_is_near():
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": name} for name in ("Northmere", "Lantern")])
    talk = make_transcript((("P1", "It was the bank, Northmere, and then a friend at Lantern rang."),), moderators=())
    names = by_text(find_identifiers(talk, nlp=nlp))
    assert (names["Northmere"].replacement, names["Lantern"].replacement) == ("[bank 1]", "[organisation 1]")


def test_every_place_is_shown_with_its_words(talk, found):
    for one in found:
        assert one.count == len(one.contexts)
        for place in one.contexts:
            assert place.snippet in talk.words_of(talk.turns[place.turn])
            shown = fold(place.snippet[place.start : place.end]).text
            assert shown.removesuffix("s").startswith(fold(one.text).text.removesuffix("s"))


def test_names_that_are_words_are_unsure(found):
    assert not by_text(found)["Carol"].sure
    assert by_text(found)["Maureen Stott"].sure


def test_finding_twice_gives_the_same(talk, found):
    assert find_identifiers([talk]) == found


def test_nothing_is_found_in_small_talk():
    assert (
        find_identifiers(make_transcript((("P1", "Well, it was the till again. Nobody came."),), moderators=())) == ()
    )


def test_two_people_of_one_first_name_are_told_as_either():
    talk = (("Carol B.", "Morning."), ("Carol D.", "Hello, said Carol to the other two Carols."))
    found = find_identifiers(make_transcript(talk, moderators=()))
    carol = by_text(found)["Carol"]
    assert (carol.replacement, carol.sure, carol.count) == ("P1 or P2", False, 1)


def test_two_labels_with_one_name_in_one_transcript_stay_two_speakers():
    talk = (("Ann Lee", "Morning."), ("Lee, Ann", "Hello."))
    found = labels(find_identifiers(make_transcript(talk, moderators=())))
    assert len(set(found.values())) == 2


def test_a_full_name_is_the_same_person_in_all_transcripts():
    one = make_transcript((("Priya Nair", "Hello."), ("Tom", "Yes.")), "one", moderators=())
    two = make_transcript((("Nair, Priya", "Hello."), ("P2", "I met Priya Nair.")), "two", moderators=())
    found = find_identifiers([one, two])
    codes = labels(found)
    assert codes["Priya Nair"] == codes["Nair, Priya"]
    assert by_text(found)["Priya Nair"].replacement == codes["Priya Nair"]


def test_a_speaker_of_another_session_who_is_talked_about_has_their_code():
    one = make_transcript((("Priya Nair", "Hello."),), "one", moderators=())
    two = make_transcript((("P2", "I met Priya Nair there."),), "two", moderators=())
    found = by_text(find_identifiers([one, two]))
    assert (found["Priya Nair"].replacement, found["Priya Nair"].kind) == ("P3", Kind.PARTICIPANT)


def test_a_first_name_with_two_owners_belongs_to_neither():
    talk = (("P1", "First Ian Prentice came, then Ian Pickles, and Ian was late. Who was Ian?"),)
    found = by_text(find_identifiers(make_transcript(talk, moderators=())))
    assert found["Ian"].replacement not in (found["Ian Prentice"].replacement, found["Ian Pickles"].replacement)
    assert found["Ian"].reason == "the name of more than one person"


def test_known_people_are_found_even_in_small_letters():
    talk = make_transcript((("P1", "then zbigniew wolny rang and wolny was cross"),), moderators=())
    found = by_text(find_identifiers(talk, known_people=["Zbigniew Wolny", "P1", " "]))
    assert found["Zbigniew Wolny"].replacement == found["Wolny"].replacement == "[person 1]"


def test_what_a_person_left_alone_is_not_found_again():
    talk = make_transcript((("P1", "We met at Wexby with Maureen Stott."),), moderators=())
    found = find_identifiers(talk)
    decided = [dataclasses.replace(one, replace=one.text != "Wexby") for one in found]
    key = remember(new_key(), "t", talk, decided)
    assert key.kept == {"Wexby"}
    assert "Wexby" not in by_text(find_identifiers(talk, key=key))
    assert "Wexby" not in {rule.original for rule in key.transcripts["t"]}


def test_a_name_in_the_name_of_the_file_is_found():
    talk = make_transcript((("P1", "Hello there."),), moderators=())
    talk = dataclasses.replace(talk, source_name="Interview_Zbigniew Wolny.docx", name="Interview_Zbigniew Wolny")
    made = apply_pseudonyms(talk, rules_for(talk, find_identifiers(talk)))
    assert "zbigniew" not in (made.name + made.source_name).lower()
    assert made.source_name.endswith(".docx")


def test_names_at_the_end_of_an_endless_turn_are_found(monkeypatch):
    monkeypatch.setattr("coding.pseudonyms.find.MOST_CHARS", 1000)
    words = "and so on " * 300
    talk = make_transcript((("P1", f"{words}then Zbigniew Wolny rang a.b@x.org"), ("P2", "x" * 2500)), moderators=())
    made = apply_pseudonyms(talk, rules_for(talk, find_identifiers(talk)))
    assert made.words_of(made.turns[0]).endswith("then [person 1] rang [e-mail 1]")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ann.lee+x@mail.example.org", "e-mail"),
        ("+44 (0)20 7946 0018", "phone"),
        ("020 7946 0018", "phone"),
        ("(01632) 960 144", "phone"),
        ("07700 900123", "phone"),
        ("+49 30 901820", "phone"),
        ("https://example.org/a?b=c", "web address"),
        ("www.example.co.uk", "web address"),
        ("shop.example.com/offers", "web address"),
        ("SW1A 1AA", "postcode"),
        ("LS1 4DY", "postcode"),
        ("@ann_lee", "handle"),
    ],
)
def test_patterns(text, kind):
    sentence = f"So it is {text}, I think."
    assert [(sentence[start:end], str(of)) for start, end, of in find_patterns(sentence)] == [(text, kind)]


@pytest.mark.parametrize(
    "text", ["£4.50", "2019", "in 1998-2003", "12,000 calls", "10:30", "A40", "at e.g. 9 a.m.", "0.5"]
)
def test_ordinary_numbers_are_no_phones(text):
    assert list(find_patterns(f"It was {text} then.")) == []


def test_pseudonyms_count_on_from_what_is_taken():
    numbering = Numbering(["P7", "M2", "[person 12]", "P1 or P9", "Carol"])
    assert numbering.code(moderator=False) == "P10"
    assert numbering.code(moderator=True) == "M3"
    assert [numbering.name(Kind.PERSON), numbering.name(Kind.ORGANISATION, "bank")] == ["[person 13]", "[bank 1]"]


def test_a_pipeline_that_recognises_nothing_or_is_missing_is_named(tmp_path):
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_recogniser(str(tmp_path / "none"))
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ModelError, match="recognises no names"):
        load_recogniser(str(tmp_path / "blank"))


def test_another_pipeline_can_be_used(talk):
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": "ORG", "pattern": "till"}, {"label": "PERSON", "pattern": "Zork"}]
    )
    talk = make_transcript((("P1", "Then Zork took the till."),), moderators=())
    assert list(by_text(find_identifiers(talk, nlp=nlp))) == ["Zork"]


# applying


def test_no_name_stands_anywhere_in_the_result(talk, found):
    source = dataclasses.replace(
        talk,
        name="CarolBrown_group",
        source_name="carol_brown.david-ellery.docx",
        group="Carol Brown's group",
        report=ImportReport(
            "text",
            left_out=(
                LeftOut("Attendees: Carol Brown, zbigniew", "header", 1),
                LeftOut("00:01 --> 00:02\nCarol", "timestamp"),
                LeftOut("Carol was late", "column About Carol"),
                LeftOut("secret", "sheet Carol"),
            ),
            warnings=(
                Note("“Carol:” stands 3 times at the start of a line and was not taken for a speaker", 4),
                Note("the time Zbigniew cannot be read; the words were kept", 5),
                Note("12 cues have no speaker"),
            ),
        ),
    )
    key = new_key()
    made = apply_pseudonyms(source, rules_for(source, found), key=key)
    everything = json.dumps(dataclasses.asdict(made), default=sorted, ensure_ascii=False).casefold()
    for name in (
        "carol",
        "brown",
        "ruth",
        "ashdown",
        "david",
        "dave",
        "ellery",
        "maureen",
        "stott",
        "zbigniew",
        "960144",
    ):
        assert name not in everything, name
    assert [len(item.text.split()) for item in made.report.left_out] == [4, 4, 3, 1]
    assert made.report.left_out[1].text.startswith("00:01 --> 00:02\n")
    assert [item.reason for item in made.report.left_out] == ["header", "timestamp", "column …", "sheet …"]
    assert made.report.warnings[0].message.startswith("“…” stands 3 times")
    assert made.report.warnings[2].message == "12 cues have no speaker"
    assert made.moderators == {"M1"}
    assert made.source_sha256 == key.fingerprint(source.source_sha256) != source.source_sha256


def test_the_report_counts_what_was_replaced(talk, found):
    report = apply_pseudonyms(talk, rules_for(talk, found)).report
    assert is_pseudonymised(report)
    assert not is_pseudonymised(talk.report)
    assert pseudonyms_of_speakers(report) == {"M1", "P4", "P5", "P6"}
    assert pseudonyms_of_speakers(talk.report) == frozenset()
    assert re.search(r"stand for \d+ words of the source \(.*participant \d", report.warnings[-1].message)


def test_turns_keep_their_times_and_order(talk, found):
    made = apply_pseudonyms(talk, rules_for(talk, found))
    assert [(turn.index, turn.start_s, turn.end_s) for turn in made.turns] == [
        (t.index, t.start_s, t.end_s) for t in talk.turns
    ]
    assert made.text.startswith("M1: P4, tell us")
    assert [line.split(": ")[0] for line in made.text.split("\n")] == ["M1", "P4", "P5", "P3", "P6"]


@pytest.mark.parametrize(
    "replacements",
    [
        {"Carol": ""},
        {"Carol": "a\nb"},
        {"": "P1"},
        {"Carol": "x" * 200},
        {"Carol": "Carol 1"},
        {"Ann": "P1", "Lee": "the Ann"},
        {"…": "P1"},
    ],
)
def test_replacements_that_cannot_be_are_refused(talk, replacements):
    with pytest.raises(PseudonymError):
        apply_pseudonyms(talk, replacements)


def test_without_names_only_the_note_is_new(talk):
    made = apply_pseudonyms(talk, {})
    assert (made.text, made.turns, made.source_sha256) == (talk.text, talk.turns, talk.source_sha256)
    assert made.report.warnings[-1].message == "pseudonyms stand for 0 words of the source"


def test_text_outside_the_turns_is_rewritten_too():
    talk = make_transcript((("Ann", "Yes."), ("P2", "No.")), moderators=())
    text = f"Ann spoke:\n{talk.text}\nAnn left."
    shift = text.index("Ann: ")
    turns = tuple(
        dataclasses.replace(t, start_char=t.start_char + shift, end_char=t.end_char + shift) for t in talk.turns
    )
    made = apply_pseudonyms(dataclasses.replace(talk, text=text, turns=turns), {"Ann": "P1"})
    assert made.text == "P1 spoke:\nP1: Yes.\nP2: No.\nP1 left."


NAMES = (
    "Sunita",
    "Femi",
    "Siobhán O'Hara",
    "Jean-Paul Sartin",
    "Wexby",
    "Ann Lee",
    "Mark",
    "Chloë",
    "Nguyễn",
    "Łukasz",
    "O'Shea",
)
WORDS = (
    "the",
    "till",
    "mark",
    "12",
    "ann",
    "émile",
    "lee-way",
    "😀",
    "don't",
    "femininity",
    "wexbyish",
    "(and)",
    "–",
    "he's",
    "chlo",
)


def variants(name):
    curly = name.replace("'", "’")
    forms = [name, curly, f"{name}'s", f"{curly}’s", f"({name})", f"{name},", name.upper()]
    forms.append(unicodedata.normalize("NFD", name))
    return forms + ([name.lower()] if name != "Mark" else [])


word = st.one_of(st.sampled_from(WORDS), st.sampled_from(NAMES).flatmap(lambda name: st.sampled_from(variants(name))))
turn = st.tuples(
    st.sampled_from(("P1", "Sunita", "O’Hara, Siobhán", "Ann Lee")),
    st.lists(word, min_size=1, max_size=12).map(" ".join),
)


def stands(name, text):
    """Tell by other means than the tool's own whether a name stands in a text as a word of its own."""
    flat = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn").replace("’", "'")
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if unicodedata.category(c) != "Mn")
    pattern = "Mark|MARK" if name == "Mark" else f"(?i:{re.escape(bare)})"
    return re.search(rf"(?<![^\W\d_])(?:{pattern})(?![^\W\d_])", flat) is not None


@settings(max_examples=80, deadline=None)
@given(st.lists(turn, min_size=1, max_size=6))
def test_no_name_remains_quotations_are_slices_and_other_words_stay(talk):
    source = make_transcript(tuple(talk), moderators=())
    source = dataclasses.replace(
        source,
        report=ImportReport(
            "text", left_out=tuple(LeftOut(words, "header") for _, words in talk), warnings=(Note("“Femi”"),)
        ),
    )
    rules = {name: f"[n{at}]" for at, name in enumerate(NAMES)}
    made = apply_pseudonyms(source, rules)
    stored = "\n".join(
        (made.text, *made.speakers, *(i.text for i in made.report.left_out), *(n.message for n in made.report.warnings))
    )
    assert not [name for name in NAMES if stands(name, stored)]
    assert len(made.turns) == len(source.turns)
    for old, new in zip(source.turns, made.turns, strict=True):
        lead = f"{new.speaker}: "
        assert made.text[new.start_char - len(lead) : new.start_char] == lead
        kept = [
            word for word in source.words_of(old).split() if not any(stands(name, word) for name in (*NAMES, *PARTS))
        ]
        words = iter(made.words_of(new).split())
        assert all(word in words for word in kept)


PARTS = ("Siobhan", "O'Hara", "Jean-Paul", "Sartin", "Ann", "Lee", "Mark")


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(exclude_characters="[]"), max_size=60),
    st.sampled_from(NAMES),
    st.text("abc 😀\u0301’-.", max_size=20),
)
def test_in_any_text_only_names_change(before, name, after):
    text = f"{before} {name} {after}"
    new, found = Matcher([Replacement(name, "[]")]).substitute(text)
    rest, at = [], 0
    for one in found:
        rest.append(text[at : one.start])
        at = one.end
    assert found
    assert new.split("[]") == [*rest, text[at:]]


# the key


def test_a_key_can_be_read_by_its_owner_only_and_comes_back_whole(tmp_path, talk, found):
    path = tmp_path / "study.key.json"
    key = remember(new_key(), "t1", talk, found)
    save_key(key, path)
    assert load_key(path) == key
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["study.key.json"]
    assert json.loads(path.read_text("utf-8"))["version"] == 1


def test_what_others_added_to_a_key_stays(tmp_path):
    path = tmp_path / "k.json"
    first = save_key(new_key(), path)
    rule = Replacement("Wexby", "[place 1]")
    save_key(dataclasses.replace(first, names={"Wexby": rule}), path)
    save_key(dataclasses.replace(first, participants={"Ann": "P1"}, kept=frozenset({"Leeds"})), path)
    whole = load_key(path)
    assert (whole.names["Wexby"], whole.participants, whole.kept) == (rule, {"Ann": "P1"}, {"Leeds"})


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"names": {"Ann": Replacement("Ann", "[person 1]")}}, {"names": {"Bob": Replacement("Bob", "[person 1]")}}),
        ({"names": {"Ann": Replacement("Ann", "[person 1]")}}, {"names": {"Ann": Replacement("Ann", "[person 2]")}}),
        ({"participants": {"Ann": "P1"}}, {"participants": {"Bob": "P1"}}),
        ({"participants": {"Ann": "P1"}}, {"participants": {"Ann": "P2"}}),
    ],
)
def test_keys_that_contradict_each_other_are_not_mixed(mine, theirs):
    key = new_key()
    with pytest.raises(PseudonymError, match="somebody else"):
        merge_keys(dataclasses.replace(key, **theirs), dataclasses.replace(key, **mine))


def test_the_key_of_another_study_is_not_overwritten(tmp_path):
    path = tmp_path / "k.json"
    save_key(new_key(), path)
    before = path.read_bytes()
    with pytest.raises(PseudonymError, match="another study"):
        save_key(new_key(), path)
    assert path.read_bytes() == before


def test_a_key_cannot_be_the_project_or_another_file(tmp_path, project):
    (tmp_path / "notes.json").write_text('{"kind": "notes"}')
    os.link(project.path, tmp_path / "link.json")
    for name in (project.path.name, project.path.name + "-wal", project.path.name.upper(), "link.json"):
        with pytest.raises(PseudonymError, match="apart from the project"):
            check_key_path(tmp_path / name, project.path)
    with pytest.raises(PseudonymError, match="something else"):
        save_key(new_key(), tmp_path / "notes.json")
    with pytest.raises(PseudonymError, match="folder"):
        check_key_path(tmp_path)
    with pytest.raises(PseudonymError, match="does not exist"):
        check_key_path(tmp_path / "none" / "k.json")
    check_key_path(tmp_path / "study.key.json", project.path)


def damaged(change):
    key = {"kind": "focus-coding pseudonym key", "version": 1, "id": "a", "secret": "ab" * 32, "created_at": "x"}
    key |= {"participants": {}, "names": {}, "kept": [], "transcripts": {}}
    return json.dumps({**key, **change})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "something else"),
        ("[1]", "something else"),
        ("[" * 100_000, "something else"),
        ('{"kind": "x"}', "something else"),
        (damaged({"version": 2}), "newer version"),
        (damaged({"secret": "ab"}), "damaged"),
        (damaged({"secret": "zz" * 32}), "damaged"),
        (damaged({"participants": [1]}), "damaged"),
        (damaged({"participants": {"a": 1}}), "damaged"),
        (damaged({"names": {"a": {"replacement": "x", "kind": "nothing", "any_case": True}}}), "damaged"),
        (damaged({"names": {"a\n": {"replacement": "x", "kind": "person", "any_case": True}}}), "damaged"),
        (damaged({"kept": [[]]}), "damaged"),
        (damaged({"transcripts": {"t": [{}]}}), "damaged"),
    ],
)
def test_a_file_that_is_no_key_is_one_sentence(tmp_path, content, words):
    path = tmp_path / "k.json"
    path.write_text(content)
    with pytest.raises(PseudonymError, match=words):
        load_key(path)


def test_a_key_that_is_missing_too_large_or_a_folder_is_one_sentence(tmp_path, monkeypatch):
    with pytest.raises(PseudonymError, match="no such key"):
        load_key(tmp_path / "none.json")
    with pytest.raises(PseudonymError, match="cannot be read"):
        load_key(tmp_path)
    monkeypatch.setattr("coding.pseudonyms.key.MOST_BYTES", 4)
    (tmp_path / "k.json").write_text("12345")
    with pytest.raises(PseudonymError, match="too large"):
        load_key(tmp_path / "k.json")


def test_a_key_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "k.json"
    key = save_key(new_key(), path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("coding.pseudonyms.key.os.replace", full)
    with pytest.raises(PseudonymError, match="No space left"):
        save_key(dataclasses.replace(key, kept=frozenset({"x"})), path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_the_hash_of_a_source_cannot_be_guessed_without_the_secret():
    one, two = new_key(), new_key()
    assert one.fingerprint("a" * 64) == one.fingerprint("a" * 64) != two.fingerprint("a" * 64)
    assert one.fingerprint("a" * 64) not in ("a" * 64, hashlib.sha256(b"a" * 64).hexdigest())


# the import

ONE = (
    b"Moderator: Who was good?\n\nCarol Brown: Maureen Stott of Wexby. She rang people.\n\n"
    b"Femi Ade: Yes, Carol.\n\nModerator: Why?\n"
)
TWO = (
    b"Moderator: And you?\n\nBrown, Carol: As I said, Maureen Stott. Wexby!\n\n"
    b"Gwen Pugh: Femi Ade knew Carol.\n\nModerator: Mm.\n"
)


@pytest.fixture
def key_path(tmp_path):
    return tmp_path / "keys" / "study.key.json"


@pytest.fixture
def imported(project, key_path):
    key_path.parent.mkdir()
    hook = Pseudonymiser.from_file(key_path, project=project.path)
    results = import_files(project, [Source("carol brown.txt", ONE)], by="Ada", pseudonymise=hook)
    again = Pseudonymiser.from_file(key_path, project=project.path, key_id=hook.key.id)
    results += import_files(project, [Source("two.txt", TWO)], by="Ada", pseudonymise=again)
    assert [result.status for result in results] == ["imported", "imported"]
    return project


def bytes_of(project):
    folder = project.path.parent
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_nothing_that_a_project_stores_has_a_name_in_it(imported):
    stored = bytes_of(imported).lower()
    for name in (b"carol", b"brown", b"maureen", b"stott", b"wexby", b"femi", b"gwen", b"pugh"):
        assert name not in stored, name
    assert hashlib.sha256(ONE).hexdigest().encode() not in stored


def test_a_second_import_uses_the_same_pseudonyms(imported):
    one, two = (imported.transcript(info.id) for info in imported.transcripts())
    assert one.speakers == ("Moderator", "P1", "P2")
    assert two.speakers == ("Moderator", "P1", "P3")
    place = re.search(r"of (\[\w+ \d\])", one.text)[1]
    assert f"[person 1]. {place}!" in two.text
    assert "P2 knew" in two.text


def test_quotations_of_segments_are_slices(imported):
    for info in imported.transcripts():
        text = imported.text(info.id)
        for segment in imported.segments(info.id):
            assert text[segment.start_char : segment.end_char].strip()


def test_a_file_imported_before_says_so_with_the_same_key(imported, key_path):
    hook = Pseudonymiser.from_file(key_path, project=imported.path)
    key = key_path.read_bytes()
    result = import_files(imported, [Source("renamed.txt", ONE)], by="Ada", pseudonymise=hook)[0]
    assert result.status == "already there"
    assert key_path.read_bytes() == key


def test_a_file_imported_before_with_its_names_says_that(project, key_path):
    key_path.parent.mkdir()
    import_files(project, [Source("one.txt", ONE)], by="Ada")
    hook = Pseudonymiser.from_file(key_path, project=project.path)
    result = import_files(project, [Source("one.txt", ONE)], by="Ada", pseudonymise=hook)[0]
    assert result.status == "already there"
    assert "with its names" in result.warnings[-1]


def test_what_a_person_decided_is_done(project, key_path):
    key_path.parent.mkdir()
    found = find_identifiers(read_bytes(ONE, "one.txt"))
    decided = [dataclasses.replace(one, replace=one.text != "Wexby") for one in found]
    decided = [dataclasses.replace(one, replacement="[the founder]") if "Stott" in one.text else one for one in decided]
    hook = Pseudonymiser.from_file(key_path, project=project.path, decided=decided)
    import_files(project, [Source("one.txt", ONE)], by="Ada", pseudonymise=hook)
    assert "[the founder] of Wexby." in project.text(project.transcripts()[0].id)
    import_files(project, [Source("two.txt", TWO)], by="Ada", pseudonymise=hook)
    assert "[the founder]. Wexby!" in project.text(project.transcripts()[1].id)


def test_the_key_is_written_before_the_transcript(project, key_path, monkeypatch):
    key_path.parent.mkdir()
    hook = Pseudonymiser.from_file(key_path, project=project.path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("coding.pseudonyms.key.os.replace", full)
    with pytest.raises(PseudonymError, match="nothing was imported"):
        import_files(project, [Source("one.txt", ONE)], by="Ada", pseudonymise=hook)
    assert project.transcripts() == []


def test_a_project_keeps_to_its_key(imported, key_path, tmp_path):
    other = tmp_path / "other.json"
    with pytest.raises(PseudonymError, match="no such key"):
        Pseudonymiser.from_file(other, key_id="abc")
    save_key(new_key(), other)
    with pytest.raises(PseudonymError, match="began with"):
        Pseudonymiser.from_file(other, key_id=load_key(key_path).id)


def test_a_code_in_the_source_that_means_somebody_else_is_told(imported, key_path):
    hook = Pseudonymiser.from_file(key_path, project=imported.path)
    three = Source("three.txt", b"P1: Nobody rang us.\n\nP2: No, nobody did.\n\nP1: Right.\n\nP2: Mm.\n")
    result = import_files(imported, [three], by="Ada", pseudonymise=hook)[0]
    assert any(warning.startswith("P1, P2 stood in the source") for warning in result.warnings)


def test_a_transcript_without_capitals_warns_that_names_cannot_be_found(project, tmp_path):
    hook = Pseudonymiser.from_file(tmp_path / "k.json")
    small = Source("small.txt", b"p1: so maureen stott rang us.\n\np2: yes she did.\n\np1: right.\n\np2: mm.\n")
    result = import_files(project, [small], by="Ada", pseudonymise=hook)[0]
    assert any("hardly any capitals" in warning for warning in result.warnings)


# checking


def test_a_transcript_is_the_same_as_its_source_with_the_key(imported, key_path, tmp_path):
    (tmp_path / "one.txt").write_bytes(ONE)
    report = check_transcript(imported, imported.transcripts()[0].id, tmp_path / "one.txt", load_key(key_path))
    assert (report.same, report.first_difference, report.leaks) == (True, None, ())
    assert dict(report.replaced)["participant"] >= 1
    assert "the same as the source" in report.as_text()
    assert report.as_dict()["leaks"] == {}


def test_names_that_came_back_by_another_way_are_counted(imported, key_path, tmp_path):
    (tmp_path / "one.txt").write_bytes(ONE)
    id_ = imported.transcripts()[0].id
    person = imported.speakers(id_)["P1"]
    apply_edits(imported, [SetAttributes(person.id, (("friend", "Carol Brown"),))], coder="Ada")
    report = check_transcript(imported, id_, tmp_path / "one.txt", load_key(key_path))
    assert dict(report.leaks) == {"participants": 1, "history": 1}
    assert "participants 1" in report.as_text()


def test_a_difference_is_shown_by_its_turn(imported, key_path, tmp_path):
    (tmp_path / "one.txt").write_bytes(ONE)
    id_ = imported.transcripts()[0].id
    key = load_key(key_path)
    rules = tuple(
        dataclasses.replace(r, replacement="P9") if r.original == "Carol" else r for r in key.transcripts[id_]
    )
    report = check_transcript(imported, id_, tmp_path / "one.txt", dataclasses.replace(key, transcripts={id_: rules}))
    assert (report.same, report.first_difference) == (False, 2)
    assert "NOT the same" in report.as_text()


def test_another_file_another_key_and_a_plain_transcript_cannot_be_checked(imported, key_path, tmp_path):
    (tmp_path / "two.txt").write_bytes(TWO)
    id_ = imported.transcripts()[0].id
    with pytest.raises(PseudonymError, match="not the file"):
        check_transcript(imported, id_, tmp_path / "two.txt", load_key(key_path))
    with pytest.raises(PseudonymError, match="knows nothing"):
        check_transcript(imported, id_, tmp_path / "two.txt", new_key())


def test_names_come_back_with_the_key_only(imported, key_path):
    key = load_key(key_path)
    info = imported.transcripts()[0]
    text = imported.text(info.id)
    assert "Carol Brown: Maureen Stott of Wexby." in restore(text, key)
    assert "Carol Brown: Maureen Stott of Wexby." in restore(text, key, transcript_id=info.id)
    assert restore(text, new_key()) == text
    assert restore("P11 and P1s", key) == "P11 and Carol Browns"


# the command


def run(capsys, *arguments):
    main([str(argument) for argument in arguments])
    return capsys.readouterr().out


def fails(capsys, *arguments):
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert len(err.splitlines()) == 1
    return err


def test_the_command_imports_with_pseudonyms_and_checks(capsys, tmp_path):
    project, source = tmp_path / "s.sqlite", tmp_path / "one.txt"
    source.write_bytes(ONE)
    assert "P1 for 'Carol Brown'" in run(capsys, "pseudonyms", "find", source)
    assert any(
        one["text"] == "Maureen Stott" for one in json.loads(run(capsys, "pseudonyms", "find", source, "--json"))
    )
    out = run(capsys, "import", project, source, "--pseudonymise", "--by", "Ada")
    key = tmp_path / "s.key.json"
    assert f"The key is {key}" in out
    assert key.is_file()
    assert "already there" in run(capsys, "import", project, source, "--pseudonymise", "--by", "Ada")
    report = json.loads(run(capsys, "pseudonyms", "check", project, "one", "--key", key, "--source", source, "--json"))
    assert report["same"]
    assert "the same as the source" in run(
        capsys, "pseudonyms", "check", project, "one", "--key", key, "--source", source
    )
    assert "P1" in run(capsys, "pseudonyms", "find", source, "--key", key)
    assert "no transcript 'two'" in fails(
        capsys, "pseudonyms", "check", project, "two", "--key", key, "--source", source
    )
    with Project.open(project) as opened:
        assert opened.setting(SETTING) == load_key(key).id


def test_names_do_not_get_into_a_project_with_pseudonyms_by_accident(capsys, tmp_path):
    project, one, two = tmp_path / "s.sqlite", tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_bytes(ONE)
    two.write_bytes(TWO)
    run(capsys, "import", project, one, "--pseudonymise", "--key", tmp_path / "k.json", "--by", "Ada")
    assert "this project has pseudonyms" in fails(capsys, "import", project, two, "--by", "Ada")
    assert "no such key" in fails(capsys, "import", project, two, "--pseudonymise", "--by", "Ada")
    assert "add --pseudonymise" in fails(capsys, "import", project, two, "--key", tmp_path / "k.json", "--by", "Ada")
    assert "imported" in run(capsys, "import", project, two, "--with-names", "--by", "Ada")


# the example study: every name that is said in it, sorted by hand, a word each; people are those who are named alone

SAID = {
    "group-1-retail.txt": (
        "Carol Deverill Ruth Brackett Tolley Stott Pat Maureen Norman Julian Len Catterick Ian Prentice Pickles "
        "Pargeter Brian Renée Achterberg Femi Audrey Sunita Joyce Peter Loames Zoë Varley Dacre Denise Kells Graham "
        "Hendersons",
        "Humber Fernley Pellow Harrowby Skelby Market Wexby Goole Homesmith Sowden Station Filey Stainby Ilkley "
        "Booths Woolworths Tranmer Otter Thornley Poole Rome Rotterdam",
    ),
    "group-2-bank.vtt": (
        "Tom Gloria Whitlock Priya Nair Ruth O'Hara Lindqvist Ken Purdey Baptiste Hollis Derek Martin Rudd Clive "
        "Dympna Siobhán Maureen Tasker Per Sørensen Alan Renée Marchetti Josh Sands Bev Bassett Desmond Tully "
        "Eileen Frew Ishbel",
        "Northmere Castlegate Western Wessenden Tarnside Alderstone Skelby Marram Lantern Thornley Portugal Fenwick "
        "Castlebrook Scotland",
    ),
    "group-3-council.docx": (
        "Imran Kev Penhale Alastair Huw Ablett Angela Tapp Norm Dennis Gathercole Wayne Oduya Pargeter Clifford "
        "Renée Meera Tilly Leonard Voss Margaret Tull Bridget Ros Jas Dobson Fionnuala Gary Pugh Lorraine",
        "Sallow Wennet Kestrel Marlow Vale Portugal Cressing Tanner Hull Tithe Brackwell Mill Whitby",
    ),
    "group-4-engineering.docx": (
        "David Moss Imran Maurice Tansley Phil Aske Jerzy Loomis Gordon Terry Lesley Helen Sandra Ramón Keith Bland "
        "Sukh Susan Yvonne Pritchard Craig Clive Sandiford Frances Dole Alan Toft Joan Ellery Abbott Colin Stan "
        "Denise Bev",
        "Rotterdam Hexley Corvane Garrick Wexmouth Harbury Resolution Belmont Seathorne Pelham Oxley Canada Tampere "
        "London Ketterby Minster Gdynia Brackwell Mafeking Thorpe",
    ),
    "group-5-hospital.srt": (
        "Ruth Bart Lorna Colley Desai Fenn Ade Pugh Anil Isla Tranmer Trewin Marian Crispin Malcolm Renée Achard "
        "Blessing Pauline Josie Hallam Trudy Dougie",
        "Penhallow Norway Sallow Westerby Larch Elm Rowan Spain Drovers Fosse",
    ),
    "group-6-rail.csv": (
        "Imran Callum Stefan Ruth Bill Renshaw Dougie Gwen Russell Aaron Darren Hélène Marchetti Trevor Lee Raj "
        "Jean Pocock Pete Kyle Neil Donna Margaret Josh Mick Yvonne Sheila Anneka Priya",
        "Fairholme Whinmoor Wolds Sallow Castle Aldersley London Tilby Trans-Wolds Gdynia",
    ),
}
MEASURED = ("group-1-retail.txt", "group-6-rail.csv")


def said(text):
    """Return each word of a text that may be a name with how often it is said, possessives taken for the name."""
    return Counter(re.sub(r"['’]s$", "", word) for word in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text))


def measure(transcript, found):
    """Return for people and for the rest: names, names of which nothing is left, times said, times replaced."""
    made = apply_pseudonyms(transcript, rules_for(transcript, found))
    before, after = (said("\n".join(one.words_of(turn) for turn in one.turns)) for one in (transcript, made))
    for names in (one.split() for one in SAID[transcript.source_name]):
        times = sum(before[name] for name in names)
        yield len(names), sum(not after[name] for name in names), times, times - sum(after[name] for name in names)


@pytest.fixture(scope="module")
def example():
    read = [read_transcript(bundled("transcripts") / file) for file in MEASURED]
    return read, find_identifiers(read)


def test_nearly_all_names_of_the_example_study_are_found(example):
    read, found = example
    for transcript in read:
        people, others = measure(transcript, found)
        assert people[3] >= 0.97 * people[2]
        assert others[3] >= 0.9 * others[2]


@pytest.mark.parametrize("file", SAID)
def test_the_names_to_be_found_are_said(file):
    transcript = read_transcript(bundled("transcripts") / file)
    words = said(transcript.text)
    assert [name for name in " ".join(SAID[file]).split() if not words[name]] == []


def test_most_words_of_the_example_study_stay(example):
    read, found = example
    for transcript in read:
        made = apply_pseudonyms(transcript, rules_for(transcript, found))
        replaced = int(re.search(r"stand for (\d+) words", made.report.warnings[-1].message)[1])
        total = sum(len(transcript.words_of(turn).split()) for turn in transcript.turns)
        assert 0 < replaced < 0.06 * total


def test_the_quotations_of_the_example_codings_still_have_their_turns(example):
    read, found = example
    with (bundled("transcripts") / "codings.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["transcript"] == read[0].source_name][:40]
    made = apply_pseudonyms(read[0], rules_for(read[0], found))
    rules = rules_for(read[0], found)
    spoken = [turn for turn in made.turns if not turn.heading]
    assert rows
    for row in rows:
        assert Matcher(rules).substitute(row["quotation"])[0] in made.words_of(spoken[int(row["turn"]) - 1])


def test_the_example_files_are_those_of_the_demo():
    assert set(SAID) == set(GROUPS)
    assert issubclass(PseudonymError, CodingError)
    assert Path(bundled("transcripts")).is_dir()


# talk without capitals


CAPTIONS = (
    (
        "Speaker 1",
        "so i was at northmere bank in leeds with martin whitlock and we went down to castle street um every day",
    ),
    (
        "Speaker 2",
        "yeah mrs pargeter was there too she came from poland and ian rang her on oh seven seven at the weekend",
    ),
    ("Speaker 1", "i'd say the highest mark was when rose bushes were planted and everybody was happy about the rota"),
)


def names_found(turns):
    return {one.text.lower(): one for one in find_identifiers(make_transcript(turns))}


def test_names_are_found_in_talk_without_capitals():
    found = names_found(CAPTIONS)

    assert {"northmere bank", "leeds", "martin whitlock", "castle street", "pargeter", "poland", "ian"} <= found.keys()
    assert all(found[name].any_case for name in ("northmere bank", "leeds", "martin whitlock", "ian"))


def test_ordinary_words_stay_in_talk_without_capitals():
    assert not {"rota", "mark", "rose", "highest", "yeah", "um", "bushes", "everybody"} & names_found(CAPTIONS).keys()


def test_talk_in_capitals_throughout_is_read_like_talk_without():
    shouted = tuple((who, words.upper()) for who, words in CAPTIONS)

    assert {"leeds", "martin whitlock", "poland"} <= names_found(shouted).keys()


def test_capitals_keep_every_letter_in_its_place():
    from coding.pseudonyms.recognise import load_recogniser
    from coding.pseudonyms.truecase import truecase

    recogniser = load_recogniser()
    text = "straße o'hara went to ﬁnland İ ruth's mother-in-law ßeta"
    made = truecase(text, recogniser.is_word, recogniser.is_function)

    assert len(made) == len(text)
    assert made.casefold() == text.casefold()
    assert "O'Hara" in made
    assert "Ruth's" in made
