"""What coders and the machine did, and how far they agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from coding.agreement import Agreement, Comparison, Sampling, agree, show_value
from coding.encoders import SHA256
from coding.methods.words import between, kinds, listed, number_of, was_or_were
from coding.model import Origin
from coding.store import Project, Tally

_MOST_PAIRS = 4
"""Beyond so many pairs of coders, the text gives the range instead of each."""
_MODELS = {SHA256: "all-MiniLM-L6-v2"}
_TAKEN_BACK = frozenset({"undo", "redo"})
_ORIGINS = {
    Origin.BLIND: "{} made blind to suggestions",
    Origin.OWN: "{} of their own",
    Origin.ACCEPTED: "{} accepted as suggested",
    Origin.CHANGED: "{} changed from a suggestion",
}


def write_coding(project: Project, tally: Sequence[Tally]) -> Iterator[str]:
    """Yield sentences on who coded, when, and where their codings come from."""
    codings = project.codings()
    reviews, rejections = project.reviews(), project.rejections()
    at_work = {c.coder for c in codings} | {r.coder for r in reviews} | {r.coder for r in rejections}
    names = [name for name in project.coders() if name in at_work]
    if not names:
        yield "Nothing has been coded yet."
        return
    who = f"{listed(names)} coded" if len(names) > 1 else f"{names[0]} coded alone"
    yield f"{who} {between(*_span(project, tally, names))}."
    for name in names:
        origins = Counter(coding.origin for coding in codings if coding.coder == name)
        finished = [review for review in reviews if review.coder == name]
        refused = sum(item.coder == name for item in rejections)
        yield _one_coder(name, origins, len(finished), sum(bool(item.blind) for item in finished), refused)
    yield from _rest(project, tally)


def _one_coder(name: str, origins: Counter[Origin], finished: int, blind: int, refused: int) -> str:
    total = origins.total()
    if len(origins) == 1:
        only = _ORIGINS[next(iter(origins))].format("all")
        parts = [f"has {number_of(total, 'coding')} ({only})" if total > 1 else f"has 1 coding ({only[4:]})"]
    elif total:
        kinds = [text.format(f"{origins[origin]:,}") for origin, text in _ORIGINS.items() if origins[origin]]
        parts = [f"has {number_of(total, 'coding')} ({listed(kinds)})"]
    else:
        parts = ["has no codings"]
    if refused:
        parts.append(f"refused {number_of(refused, 'suggestion')}")
    if finished:
        how = (
            "all of them blind" if blind == finished else f"{blind:,} of them blind" if blind else "none of them blind"
        )
        parts.append(f"finished {number_of(finished, 'stretch', 'stretches')} of talk, {how}")
    return f"{name} {listed(parts)}."


def _span(project: Project, tally: Sequence[Tally], names: Collection[str]) -> tuple[str, str]:
    """Return when coders began and ended: by their edits, or by what the codings say that came from elsewhere."""
    times = [at for row in tally if row.coder in names for at in (row.first_at, row.last_at)]
    times += [coding.created_at for coding in project.codings() if coding.created_at]
    return min(times), max(times)


def _rest(project: Project, tally: Sequence[Tally]) -> Iterator[str]:
    done = kinds(tally)
    total = done.total()
    text = f"The history holds {number_of(total, 'edit')}"
    back = sum(done[kind] for kind in _TAKEN_BACK)
    yield text + (f", {back:,} of which took back an earlier one or put it in force again." if back else ".")
    if done["import-codings"]:
        yield "Codings were also brought in from other tools, with the coders and dates that they had there."
    memos = len(project.memos())
    if memos:
        yield f"{number_of(memos, 'memo')} {was_or_were(memos)} written."


def write_suggestions(project: Project, tally: Sequence[Tally]) -> Iterator[str]:
    """Yield sentences on what the machine suggested, and what became of it."""
    segments = project.suggested_segments()
    taken = [coding for coding in project.codings() if coding.origin in (Origin.ACCEPTED, Origin.CHANGED)]
    refused = len(project.rejections())
    if not (segments or taken or refused):
        yield "The machine made no suggestions."
        return
    models = [_MODELS.get(model, f"the model with SHA-256 {model[:16]}…") for model in project.embedding_models()]
    text = "Codes were suggested by a kernel model over sentence embeddings and wording"
    text += f" (embeddings by {listed(models)})" if models else ""
    yield f"{text}, which learns from the codebook and from coders' decisions and draws no random numbers."
    if segments:
        yield f"Suggestions stand at {number_of(segments, 'segment')}."
    if not (taken or refused):
        yield "No coding was taken from a suggestion, and no suggestion was refused."
        return
    counts = Counter(coding.origin for coding in taken)
    yield (
        f"Of the suggestions, {counts[Origin.ACCEPTED]:,} were accepted, {counts[Origin.CHANGED]:,} were changed "
        f"and {refused:,} were refused."
    )


def write_agreement(project: Project, given: Agreement | None, sampling: Sampling | None) -> Iterator[str]:
    """Yield sentences on agreement between people, with its coefficients, intervals and reservations."""
    coded = {coding.coder for coding in project.codings()} | {review.coder for review in project.reviews()}
    if not coded:
        return
    if len(coded) == 1:
        yield "There is one coder, so no agreement between people was measured."
        return
    # Without suggestions there is nothing of the machine to compare with, which is not asked for here.
    found = given or agree(project, suggestions=(), sampling=sampling)
    people = [item for item in found.comparisons if item.kind != "machine" and item.condition == "all" and item.units]
    if not people:
        yield "No two coders finished the same talk, so no agreement was measured."
        return
    for comparison in people if len(people) <= _MOST_PAIRS else people[:1]:
        yield _compared(comparison, found.unit)
    if len(people) > _MOST_PAIRS:
        yield _pairs(people[1:])
    if any(item.estimates["alpha"].value is not None for item in people):
        text = "Values are for all codes together (observed and expected disagreement averaged over codes in use)"
        if found.resamples:
            text += (
                f"; in brackets stand 95 % intervals from {found.resamples:,} resamples of turns (seed {found.seed})"
            )
        yield f"{text}."
    if people[0].notes:
        yield f"Note: {people[0].notes[0]}."


def _compared(comparison: Comparison, unit: str) -> str:
    names = listed(list(comparison.coders))
    again = ", the same person twice," if comparison.kind == "same person" else ""
    where = (
        f"{number_of(comparison.units, unit)} in {number_of(comparison.turns, 'turn')} of "
        f"{number_of(comparison.transcripts, 'transcript')}"
    )
    alpha = comparison.estimates["alpha"]
    if alpha.value is None:
        return f"{names}{again} both worked on {where}; no coefficient is given ({alpha.reason})."
    kappa, percent = comparison.estimates["kappa"], comparison.estimates["percent"]
    reading = f" ({alpha.reading})" if alpha.reading else ""
    values = [f"Krippendorff's alpha {show_value('alpha', alpha)}{reading}"]
    if kappa.value is not None:
        values.append(f"Cohen's kappa {show_value('kappa', kappa)}")
    if percent.value is not None:
        values.append(f"percent agreement {show_value('percent', percent)}")
    return f"{names}{again} were compared on {where}: {', '.join(values)}."


def _pairs(pairs: Sequence[Comparison]) -> str:
    values = sorted(found for item in pairs if (found := item.estimates["alpha"].value) is not None)
    if not values:
        return f"For none of the {len(pairs)} pairs of coders is there enough for a coefficient."
    low, high = (f"{value:.2f}".replace("0.", ".", 1) for value in (values[0], values[-1]))
    return f"Between pairs of coders alpha is from {low} to {high} ({len(values)} pairs)."
