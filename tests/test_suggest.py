"""The suggestion engine on small talk about a service, with embeddings that are bags of words."""

from __future__ import annotations

import itertools
import subprocess
import sys
import zlib
from dataclasses import replace

import numpy as np
import pytest

from coding.errors import CodingError
from coding.model import Code, Codebook, State, Valence
from coding.suggest import Decision, Kernel, Suggester, Unit, calibrate, solve
from coding.suggest.choose import choose
from coding.suggest.kernels import featurise, gram, split
from coding.suggest.review import from_sample
from coding.suggest.rows import codebook_rows
from coding.suggest.wording import letter_vectors, word_vectors

BOOK = Codebook(
    "Service",
    codes=(
        Code("all", "Everything", codable=False, definition="kind wait food phone"),
        Code("staff", "Staff", "all", "How kind the staff are.", examples=("the nurses were kind",)),
        Code(
            "waiting",
            "Waiting",
            "all",
            "How long people wait.",
            include=("apply to queues",),
            exclude=("not for phone calls",),
            examples=("we had to wait for hours", "a long queue"),
            contrary_examples=("no wait at all, never a queue",),
        ),
        Code("food", "Food"),
    ),
)
PARTS = {
    "staff": ("kind nurses", "friendly doctors", "caring staff", "rude porters", "gentle surgeons"),
    "waiting": ("a long wait", "hours in the queue", "we waited for ages", "late again", "slow clinic"),
    "food": ("cold soup", "lovely meals", "dry toast", "the canteen was shut", "tea and biscuits"),
    "": ("the car park", "it rained on monday", "my cousin came along", "the bus was red", "number nine"),
}
ENDS = ("today", "on the ward", "as always", "in march", "i think", "again", "last year", "to be fair")


def encode(texts):
    """Embed texts as signed hashes of their words: equal words, equal directions."""
    vectors = np.zeros((len(texts), 64), np.float32)
    for i, text in enumerate(texts):
        for word in text.lower().split():
            seed = zlib.crc32(word.strip(".,?!").encode())
            vectors[i] += np.random.default_rng(seed).standard_normal(64)
        vectors[i] /= np.linalg.norm(vectors[i]) or 1.0
    return vectors


def talk():
    """Return 160 units with the code of each, shuffled, two transcripts."""
    made = [(f"{part} {end}", code) for (code, parts), end in itertools.product(PARTS.items(), ENDS) for part in parts]
    order = np.random.default_rng(5).permutation(len(made))
    made = [made[i] for i in order]
    units = [
        Unit(f"t{i // 80}:{100 * i}-{100 * i + len(text)}", text, f"t{i // 80}", i % 80, f"P{i % 4}")
        for i, (text, _) in enumerate(made)
    ]
    return units, [code for _, code in made]


UNITS, TRUTH = talk()
EMBEDDINGS = encode([unit.text for unit in UNITS])


def decide(units, coder="ann"):
    return [Decision(i, TRUTH[i] or None, coder=coder) for i in units]


def fit(corrected=(), **options):
    options = {"decisions": decide(corrected), "reviewed": corrected, **options}
    return Suggester.fit(BOOK, UNITS, EMBEDDINGS, encode=encode, **options)


def right_share(model, units):
    column = {code: j for j, code in enumerate(model.codes)}
    where = [i for i in units if TRUTH[i]]
    best = model.probabilities[where].argmax(axis=1)
    return np.mean([column[TRUTH[i]] == j for i, j in zip(where, best, strict=True)])


TEST = range(100, 160)


def test_the_codebook_alone_gives_suggestions():
    model = fit()
    assert model.codes == ("staff", "waiting", "food")
    assert right_share(model, TEST) > 0.4


def test_it_learns_from_corrections():
    assert right_share(fit(range(80)), TEST) > right_share(fit(), TEST) + 0.15
    assert right_share(fit(range(80)), TEST) > 0.9


@pytest.mark.parametrize("corrected", [(), range(10), range(60)])
def test_the_evidence_adds_up_to_the_score(corrected):
    model = fit(corrected)
    for unit, code in itertools.product((0, 99, 159), model.codes):
        terms = model.evidence(unit, code, most=3)
        assert sum(term.share for term in terms) == pytest.approx(
            float(model.scores[unit, model.codes.index(code)]), abs=1e-6
        )
        assert terms[-1].kind == "other"
        assert len(terms) <= 4


def test_with_all_terms_nothing_is_left_for_others():
    model = fit(range(10))
    assert model.evidence(120, "food", most=1000)[-1].share == pytest.approx(0, abs=1e-5)


def test_evidence_names_sentence_decision_and_coder():
    model = fit(
        decisions=[
            Decision(0, "food", coder="ann"),
            Decision(1, "food", positive=False, coder="ben"),
            Decision(2, None, coder="cy"),
        ]
    )
    terms = {term.kind: term for i in range(3) for term in model.evidence(i, "food", most=50)}
    assert terms["accepted"].coder == "ann"
    assert terms["accepted"].segment_key == UNITS[0].key
    assert terms["accepted"].text == UNITS[0].text
    assert terms["rejected"].coder == "ben"
    assert terms["nothing"].coder == "cy"
    assert terms["name"].text in {"Food", "Staff", "Waiting"}
    assert {term.code_id for term in model.evidence(0, "food", most=50) if term.kind == "example"} <= {
        "staff",
        "waiting",
    }


def test_what_was_coded_otherwise_counts_as_the_code_it_got():
    model = fit(decisions=[Decision(0, "staff")], reviewed=[0])
    term = next(term for term in model.evidence(0, "food", most=50) if term.segment_key)
    assert (term.kind, term.code_id) == ("accepted", "staff")


def test_an_update_is_the_same_as_a_fit():
    kernel = Kernel(form=0.6, context=0.3, transfer=0.7)
    model = fit(range(60), kernel=kernel)
    for unit in range(60, 75):
        model.update(decide([unit]), reviewed=[unit])
    model.update([Decision(80, "food", positive=False), Decision(81, "staff")])
    again = fit(
        decisions=[*decide(range(75)), Decision(80, "food", positive=False), Decision(81, "staff")],
        reviewed=range(75),
        kernel=kernel,
    )
    np.testing.assert_allclose(model.scores, again.scores, atol=1e-6)
    np.testing.assert_allclose(model.probabilities, again.probabilities, atol=1e-5)
    np.testing.assert_array_equal(model.states, again.states)


def test_a_refit_is_the_same_as_a_new_fit():
    model = fit(range(60))
    model.update(decide(range(60, 100)), reviewed=range(60, 100))
    model.refit()
    again = fit(range(100))
    assert model.kernel == again.kernel
    np.testing.assert_allclose(model.scores, again.scores, atol=1e-6)


def test_taking_back_restores_what_was():
    model = fit(range(20))
    scores, probabilities = model.scores.copy(), model.probabilities.copy()
    model.update(decide([30]), reviewed=[30])
    assert np.abs(model.scores - scores).max() > 0.01
    model.update(removed=decide([30]), unreviewed=[30])
    np.testing.assert_allclose(model.scores, scores, atol=1e-6)
    np.testing.assert_allclose(model.probabilities, probabilities, atol=1e-5)
    model.update(decide([31]), reviewed=[31])
    np.testing.assert_allclose(model.scores, fit([*range(20), 31], kernel=model.kernel).scores, atol=1e-6)


def test_many_updates_outgrow_the_room_that_was_made():
    model = fit(kernel=Kernel())
    for unit in range(90):
        model.update(decide([unit]), reviewed=[unit])
    np.testing.assert_allclose(model.scores, fit_whole_texts(range(90)).scores, atol=1e-5)


def fit_whole_texts(corrected):
    model = fit(kernel=Kernel())
    model.update(decide(corrected), reviewed=corrected)
    return model


def test_a_rejected_code_falls_here_and_in_what_is_like_it():
    model = fit(range(20))
    unit = next(i for i in TEST if TRUTH[i] == "food")
    like = next(i for i in TEST if i != unit and UNITS[i].text.split()[:2] == UNITS[unit].text.split()[:2])
    before = model.scores[[unit, like], 2].copy()
    model.update([Decision(unit, "food", positive=False)])
    assert (model.scores[[unit, like], 2] < before - 0.01).all()


def test_a_lone_decision_says_little_of_other_codes():
    unit = next(i for i in TEST if TRUTH[i] == "food")
    alone, reviewed = fit(range(20)), fit(range(20))
    alone.update([Decision(unit, "food", positive=False)])
    reviewed.update([Decision(unit, "food", positive=False)], reviewed=[unit])
    others = [0, 1]
    start = fit(range(20)).scores[unit, others]
    assert np.abs(alone.scores[unit, others] - start).max() < np.abs(reviewed.scores[unit, others] - start).max()


def test_people_who_disagree_are_averaged():
    unit = next(i for i in TEST if TRUTH[i] == "staff")
    yes, no = Decision(unit, "staff", coder="ann"), Decision(unit, "staff", positive=False, coder="ben")
    scores = [fit(decisions=made).scores[unit, 0] for made in ([yes], [yes, no], [no])]
    assert scores[0] > scores[1] > scores[2]


def test_the_same_input_gives_the_same_answer():
    one, two = fit(range(60)), fit(range(60))
    np.testing.assert_array_equal(one.probabilities, two.probabilities)
    assert one.suggestions(120) == two.suggestions(120)
    for kind in ("reading", "certain", "useful", "random"):
        assert one.order(kind) == two.order(kind)


def test_suggestions_are_sorted_and_placed():
    model = fit(range(80))
    unit = next(i for i in TEST if TRUTH[i] == "food")
    found = model.suggestions(unit, most=2)
    assert 1 <= len(found) <= 2
    assert found[0].code_id == "food"
    assert [s.probability for s in found] == sorted((s.probability for s in found), reverse=True)
    assert f"{found[0].transcript_id}:{found[0].start_char}-{found[0].end_char}" == UNITS[unit].key
    assert found[0].state is model.state(unit, "food")
    assert found[0].valence is Valence.SHOWN


def test_a_key_without_offsets_falls_back_to_the_source():
    units = [Unit("seven", "kind nurses", "session")]
    model = Suggester.fit(BOOK, units, encode(["kind nurses"]), encode=encode, target_precision=0.1)
    (first, *_) = model.suggestions(0)
    assert (first.transcript_id, first.start_char, first.end_char) == ("session", 0, 11)


def test_a_moderators_talk_gets_no_suggestions():
    units = [replace(unit, coded=i != 120) for i, unit in enumerate(UNITS)]
    model = Suggester.fit(
        BOOK, units, EMBEDDINGS, encode=encode, decisions=decide(range(80)), reviewed=range(80), target_precision=0.2
    )
    assert model.suggestions(120) == ()
    assert 120 not in model.order("reading")
    assert model.suggestions(121) != () or not TRUTH[121]


def test_a_higher_target_suggests_less_and_is_more_often_right():
    column = {"staff": 0, "waiting": 1, "food": 2}
    truth = np.zeros((len(UNITS), 3), bool)
    for i, code in enumerate(TRUTH):
        if code:
            truth[i, column[code]] = True
    some = range(60)
    suggested = {target: fit(some, target_precision=target).states[60:] == 2 for target in (0.5, 0.8, 0.95)}
    assert suggested[0.5].sum() >= suggested[0.8].sum() >= suggested[0.95].sum()
    assert truth[60:][suggested[0.8]].mean() >= 0.8
    for unsure_from, suggested_from in ((low, high) for high, low in fit(some).thresholds.values()):
        assert unsure_from <= suggested_from


def test_states_follow_the_thresholds():
    model = fit(range(60))
    for j, code in enumerate(model.codes):
        suggested_at, unsure_at = model.thresholds[code]
        p = model.probabilities[:, j]
        expected = (p >= unsure_at).astype(int) + (p >= suggested_at)
        np.testing.assert_array_equal(model.states[:, j], expected)
        assert model.state(100, code) is (State.NOTHING, State.UNSURE, State.SUGGESTED)[model.states[100, j]]


def test_it_is_honest_about_probabilities_that_are_guesses():
    assert not any(fit().calibrated.values())
    assert all(fit(range(100)).calibrated.values())


def test_valence_is_learnt_from_contrary_examples_and_decisions():
    book = Codebook(
        "c",
        codes=(
            Code(
                "meets",
                "Meets customers",
                examples=("she talks to customers every day", "he meets the customers weekly"),
                contrary_examples=("he never talks to a customer", "she had never met a customer"),
            ),
        ),
    )
    texts = ["they never met anyone", "he talks to customers daily", "nobody bothered", "they did not care"]
    units = [Unit(f"t:{i}-{i + 1}", text) for i, text in enumerate(texts)]
    model = Suggester.fit(book, units, encode(texts), encode=encode)
    assert model.valence(0, "meets") is Valence.LACKING
    assert model.valence(1, "meets") is Valence.SHOWN
    before = float(model.lacking[3])
    model.update([Decision(3, "meets", valence=Valence.LACKING)])
    assert model.lacking[3] > before
    assert model.valence(3, "meets") is Valence.LACKING
    with pytest.raises(KeyError):
        model.valence(0, "nothing-such")


def test_reading_order_leaves_out_what_is_finished():
    model = fit(range(20))
    assert model.order("reading") == list(range(20, 160))
    assert model.order("reading", reviewed=range(150)) == list(range(150, 160))
    certain = model.order("certain")
    highest = model.probabilities[certain].max(axis=1)
    assert (np.diff(highest) <= 0).all()
    assert sorted(model.order("random", seed=3)) == list(range(20, 160))
    assert model.order("random", seed=3) != model.order("random", seed=4)


def test_useful_units_are_spread_over_the_talk():
    model = fit(range(20))
    first = model.order("useful")[:8]
    likeness = EMBEDDINGS[first] @ EMBEDDINGS[first].T - np.eye(8)
    sure = model.order("certain")[:8]
    assert likeness.max() < (EMBEDDINGS[sure] @ EMBEDDINGS[sure].T - np.eye(8)).max()
    assert sorted(model.order("useful")) == list(range(20, 160))


def test_learning_from_useful_units_beats_learning_from_the_surest():
    useful, sure = fit(range(8)), fit(range(8))
    for _ in range(4):
        for model, kind in ((useful, "useful"), (sure, "certain")):
            units = [i for i in model.order(kind) if i < 100][:6]
            model.update(decide(units), reviewed=units)
    assert right_share(useful, TEST) >= right_share(sure, TEST)


def test_remaining_codes_are_estimated_with_an_interval():
    model = fit(range(60))
    left = sum(1 for i in range(60, 160) if TRUTH[i])
    guess = model.remaining()
    assert guess.method == "probabilities"
    assert guess.low <= left <= guess.high
    assert guess.found == sum(1 for i in range(60) if TRUTH[i])


def test_a_random_sample_gives_a_fair_estimate():
    drawn = fit().order("random", seed=1)[:50]
    model = fit(drawn)
    left = sum(1 for i in range(160) if TRUTH[i] and i not in drawn)
    estimate = model.remaining(sample=drawn)
    assert estimate.method == "sample"
    assert estimate.low <= left <= estimate.high
    assert fit(range(5)).remaining(sample=range(5)).method == "probabilities"


def test_nothing_remains_where_all_is_finished():
    done = fit(range(160)).remaining()
    assert (done.expected, done.low, done.high) == (0, 0, 0)


def test_the_difference_estimator_is_right_however_wrong_the_predictions():
    rng = np.random.default_rng(0)
    counts = rng.poisson(0.7, 400).astype(float)
    for predictions in (np.zeros(400), counts + 1):
        estimate = from_sample(counts[:100], predictions[:100], predictions[100:], 0)
        assert estimate.low <= counts[100:].sum() <= estimate.high


@pytest.mark.parametrize(
    "book",
    [
        Codebook("names", codes=(Code("staff", "Staff"), Code("food", "Food"))),
        Codebook("one", codes=(Code("food", "Food", examples=("cold soup",)),)),
        Codebook("many", codes=tuple(Code(f"c{i}", f"Code {i}") for i in range(300))),
        Codebook("groups", codes=(Code("all", "All", codable=False),)),
        Codebook("none"),
    ],
    ids=lambda book: book.name,
)
def test_any_codebook_works(book):
    model = Suggester.fit(book, UNITS, EMBEDDINGS, encode=encode)
    assert model.scores.shape == (160, len(book.codable))
    assert np.isfinite(model.probabilities).all()
    if book.codable:
        model.update([Decision(0, book.codable[0].id)], reviewed=[0])
    assert model.remaining().found == bool(book.codable)
    for kind in ("reading", "certain", "useful", "random"):
        assert len(model.order(kind)) == 160 - bool(book.codable)


def test_a_code_that_is_added_later_is_learnt():
    book = replace(BOOK, codes=(*BOOK.codes, Code("weather", "Weather")))
    decisions = [*decide(range(60)), *(Decision(i, "weather") for i in range(60) if "rained" in UNITS[i].text)]
    model = Suggester.fit(book, UNITS, EMBEDDINGS, encode=encode, decisions=decisions, reviewed=range(60))
    rain = [i for i in range(60, 160) if "rained" in UNITS[i].text]
    assert (model.probabilities[rain].argmax(axis=1) == 3).all()


def test_no_units_and_odd_texts_are_no_trouble():
    empty = Suggester.fit(BOOK, [], np.zeros((0, 64), np.float32), encode=encode)
    assert empty.scores.shape == (0, 3)
    assert empty.order("useful") == []
    assert empty.remaining().expected == 0
    odd = ["", "🙂🙂", "\x00", "…", "a" * 5000, "\ud800"]
    units = [Unit(f"t:{i}-{i + 1}", text, "t", i) for i, text in enumerate(odd)]
    model = Suggester.fit(BOOK, units, np.eye(6, 64, dtype=np.float32), encode=encode, decisions=[Decision(0, "food")])
    assert np.isfinite(model.probabilities).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"decisions": [Decision(160, "food")]}, "segment 160"),
        ({"decisions": [Decision(-1, "food")]}, "segment -1"),
        ({"decisions": [Decision(0, "all")]}, "'all'"),
        ({"decisions": [Decision(0, "nothing-such")]}, "'nothing-such'"),
        ({"reviewed": [200]}, "segment 200"),
        ({"target_precision": 1.0}, "between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused(options, words):
    with pytest.raises(CodingError, match=words):
        fit(**options)


def test_embeddings_that_do_not_fit_are_refused():
    with pytest.raises(CodingError, match="160 embeddings"):
        Suggester.fit(BOOK, UNITS, EMBEDDINGS[:5], encode=encode)


def test_a_refused_update_changes_nothing():
    model = fit(range(10))
    before = model.scores.copy()
    for options in ({"removed": decide([50])}, {"decisions": [Decision(0, "nothing-such")]}, {"reviewed": [999]}):
        with pytest.raises(CodingError):
            model.update(**options)
    model.update()
    np.testing.assert_allclose(model.scores, before, atol=1e-6)


# the parts -----------------------------------------------------------------------------------------------------------


def test_the_kernel_is_left_alone_by_few_decisions_and_moved_by_many():
    few = fit(range(20))
    assert few.kernel == Kernel()
    rng = np.random.default_rng(1)
    # Nothing but the talk before tells the codes apart here: whatever follows a question has a code.
    texts = ["what then?" if i % 2 == 0 and rng.random() < 0.5 else f"word{rng.integers(900)}" for i in range(400)]
    units = [Unit(f"t:{i}-{i + 1}", text, "t", i) for i, text in enumerate(texts)]
    book = Codebook("b", codes=(Code("answer", "Answer"),))
    after = [i for i in range(1, 400) if texts[i - 1].endswith("?")]
    model = Suggester.fit(
        book, units, encode(texts), encode=encode, decisions=[Decision(i, "answer") for i in after], reviewed=range(300)
    )
    assert model.kernel.form > Kernel().form or model.kernel.context > Kernel().context
    open_ = np.arange(300, 400)
    is_after = np.isin(open_, after)
    scores = model.scores[open_, 0]
    assert scores[is_after].mean() > scores[~is_after].mean() + 0.1


def test_choose_keeps_the_start_without_decisions():
    features = featurise(UNITS[:5], EMBEDDINGS[:5], ["kind"], encode, clauses=False)
    start = Kernel(noise=0.7)
    assert choose(features, np.zeros((6, 3)), np.zeros((6, 3), bool), start) == start


def test_likeness_is_symmetric_and_positive():
    sentences = [row.text for row in codebook_rows(BOOK)]
    features = featurise(UNITS[:60], EMBEDDINGS[:60], sentences, encode, clauses=True)
    kernel = Kernel(form=1.0, context=0.5, transfer=0.4)
    likeness = gram(kernel, features, features).astype(float)
    np.testing.assert_allclose(likeness, likeness.T, atol=1e-5)
    assert np.linalg.eigvalsh(likeness).min() > -1e-3
    few = gram(kernel, features, features.take([3, 50, 64]))
    np.testing.assert_allclose(few, likeness[:, [3, 50, 64]], atol=1e-5)


def test_clauses_are_read_once_there_are_decisions_enough():
    asked = []

    def listen(texts):
        asked.extend(texts)
        return encode(texts)

    texts = ["the nurses were kind to us, but the long queue was a shame", "cold soup", *("x y z" for _ in range(60))]
    units = [Unit(f"t:{i}-{i + 1}", text) for i, text in enumerate(texts)]
    reviewed = range(2, 52)
    Suggester.fit(BOOK, units, encode(texts), encode=listen)
    assert not any(text.startswith("but the long queue") for text in asked)
    Suggester.fit(BOOK, units, encode(texts), encode=listen, reviewed=reviewed)
    assert "but the long queue was a shame" in asked


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("One two three four. Five six seven eight.", ["One two three four.", "Five six seven eight."]),
        ("Yes, we did that all the time.", ["Yes, we did that all the time."]),
        ("It was a good day, no.", ["It was a good day, no."]),
    ],
)
def test_texts_are_split_into_clauses(text, pieces):
    assert split(text) == pieces


def test_no_text_has_more_than_a_few_clauses():
    assert len(split("a b c d. " * 50)) == 8


def test_words_and_letters_know_equal_texts_from_others():
    for vectors in (word_vectors, letter_vectors):
        rows = vectors(["kind nurses here", "kind nurses here", "kind nursing there", "cold soup", ""])
        products = (rows @ rows.T).toarray()
        assert products[0, 1] == pytest.approx(products[0, 0])
        assert products[0, 1] > products[0, 2] > products[0, 3]
        assert not products[4].any()


def test_letters_survive_misspelling():
    rows = letter_vectors(["physiotherapist", "phisiotherapist", "receptionist desk"])
    products = (rows @ rows.T).toarray()
    assert products[0, 1] > 3 * products[0, 2]


def test_grow_and_shrink_are_each_others_inverse():
    rng = np.random.default_rng(0)
    root = rng.standard_normal((12, 12))
    whole = root @ root.T
    full = solve.inverse(whole, np.full(12, 0.5))
    np.testing.assert_allclose(full, np.linalg.inv(whole + 0.5 * np.eye(12)), atol=1e-9)
    part = solve.inverse(whole[:9, :9], np.full(9, 0.5))
    grown = solve.grow(part, whole[:9, 9:], whole[9:, 9:] + 0.5 * np.eye(3))
    np.testing.assert_allclose(grown, full, atol=1e-8)
    np.testing.assert_allclose(solve.shrink(grown, np.array([9, 10, 11])), part, atol=1e-8)


def test_a_matrix_that_is_not_positive_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        solve.inverse(-np.eye(3), np.zeros(3))


def test_left_out_scores_are_those_of_a_fit_without_the_row():
    rng = np.random.default_rng(0)
    root = rng.standard_normal((10, 10))
    gram_, y = root @ root.T, rng.standard_normal((10, 2))
    kept = solve.inverse(gram_, np.full(10, 0.3))
    left = solve.left_out(kept, kept @ y, y)
    rest = np.arange(1, 10)
    alone = gram_[0, rest] @ np.linalg.solve(gram_[np.ix_(rest, rest)] + 0.3 * np.eye(9), y[rest])
    np.testing.assert_allclose(left[0], alone, atol=1e-8)


def test_curves_are_calibrated_where_the_truth_is_known():
    rng = np.random.default_rng(0)
    chance = rng.beta(0.4, 2.0, (3000, 4))
    scores = chance + 0.05 * rng.standard_normal(chance.shape)
    truth = (rng.random(chance.shape) < chance).astype(float)
    curve = calibrate.fit_curve(scores[:1500], truth[:1500], np.ones((1500, 4), bool), (1.0, 0.0))
    p = curve(scores[1500:])
    assert curve.learnt.all()
    for low in np.arange(0, 1, 0.1):
        inside = (p >= low) & (p < low + 0.1)
        if inside.sum() > 200:
            assert abs(p[inside].mean() - truth[1500:][inside].mean()) < 0.06


def test_a_code_with_few_decisions_follows_the_others():
    rng = np.random.default_rng(0)
    scores = rng.random((200, 2))
    truth = (rng.random((200, 2)) < scores).astype(float)
    known = np.ones((200, 2), bool)
    known[3:, 1] = False
    truth[:3, 1] = 1 - (scores[:3, 1] > 0.5)  # three decisions that are all against the odds
    curve = calibrate.fit_curve(scores, truth, known, (1.0, 0.0))
    assert curve.learnt.tolist() == [True, False]
    halfway = curve(np.full((1, 2), 0.8))[0]
    assert abs(halfway[0] - halfway[1]) < 0.15


def test_the_link_rises_everywhere():
    for kind in (np.float32, np.float64):
        x = np.linspace(-3, 4, 2001, dtype=kind)
        assert (np.diff(calibrate.link(x)) > 0).all(), kind
    assert calibrate.link(np.array([0.5]))[0] == pytest.approx(0)


def test_suggestions_reach_the_target_precision_where_probabilities_are_true():
    rng = np.random.default_rng(0)
    p = rng.beta(0.3, 1.5, (5000, 3)).astype(np.float32)
    truth = rng.random(p.shape) < p
    for target in (0.5, 0.8, 0.9):
        suggested_at, unsure_at = calibrate.thresholds(p, target, decided=500)
        chosen = p >= suggested_at
        assert chosen.any()
        assert truth[chosen].mean() >= target
        assert (unsure_at <= suggested_at).all()


def test_unknown_targets_take_their_left_out_predictions():
    rng = np.random.default_rng(0)
    root = rng.standard_normal((8, 3))
    kept = solve.inverse(root @ root.T, np.full(8, 0.2))
    y = (root[:, :1] > 0).astype(float)
    known = np.ones((8, 1), bool)
    assert solve.fill(kept, y, known) is y
    known[2] = False
    hidden = y.copy()
    hidden[2] = 0.0
    filled = solve.fill(kept, hidden, known)
    assert (filled[known] == y[known]).all()
    assert 0 <= filled[2, 0] <= 1


def test_the_package_answers_without_numpy():
    code = (
        "import sys, coding.suggest, coding.evaluate; assert 'numpy' not in sys.modules; "
        "assert all(hasattr(coding.suggest, name) for name in coding.suggest.__all__); "
        "assert not hasattr(coding.suggest, 'nothing_such')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_of_very_many_decisions_a_share_is_learnt_from_and_all_count(monkeypatch):
    from coding.suggest import suggester

    monkeypatch.setattr(suggester, "MOST_ROWS", 8)
    book = Codebook("c", codes=(Code("wait", "Waiting", examples=("a long wait",)), Code("staff", "Staff")))
    units = [Unit(f"t:{10 * i}-{10 * i + 9}", f"some words {i}") for i in range(40)]
    vectors = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    def fit(decisions):
        encode = lambda texts: np.ones((len(texts), 6), np.float32) / 6**0.5  # noqa: E731
        return Suggester.fit(book, units, vectors, encode=encode, decisions=decisions, kernel=Kernel())

    decisions = [Decision(unit, "wait") for unit in range(30)]
    whole = fit(decisions)
    assert whole.remaining().found == 30
    step = fit(decisions[:5])
    for one in decisions[5:]:
        step.update([one])
    np.testing.assert_allclose(step.scores, whole.scores, atol=1e-5)
    assert set(whole.order("reading")) == set(range(40))


@pytest.mark.parametrize("n", [0, 1, 5, 191, 193, 400])
def test_the_inverse_is_the_inverse(n):
    from coding.suggest import solve

    some = np.random.default_rng(n).normal(size=(n, n))
    gram, noise = some @ some.T, np.full(n, 0.5)
    np.testing.assert_allclose(solve.inverse(gram, noise) @ (gram + np.diag(noise)), np.eye(n), atol=1e-7)


def test_what_is_no_kernel_matrix_has_no_inverse():
    from coding.suggest import solve

    with pytest.raises(np.linalg.LinAlgError):
        solve.inverse(-np.eye(3), np.zeros(3))


def test_rejections_do_not_move_valences():
    book = Codebook("c", codes=(Code("meets", "Meets", examples=("they meet",), contrary_examples=("never meets",)),))
    units = [Unit(f"t:{i}-{i + 1}", text) for i, text in enumerate(["they meet", "he never meets us", "a chart"])]
    vectors = np.eye(3, dtype=np.float32)
    encode = lambda texts: np.ones((len(texts), 3), np.float32) / 3**0.5  # noqa: E731
    model = Suggester.fit(book, units, vectors, encode=encode)
    before = model.lacking
    model.update([Decision(2, "meets", positive=False)])
    assert model.lacking is before
    model.update([Decision(0, "meets", valence=Valence.LACKING)])
    assert model.lacking is not before
    assert [model.valence(unit, "meets") for unit in (1, 2)] == [
        [Valence.SHOWN, Valence.LACKING, Valence.UNCLEAR][at] for at in model.leanings[1:]
    ]
