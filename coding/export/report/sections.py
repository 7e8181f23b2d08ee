"""The sections of a report, written from what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coding.agreement import Estimate, show_value
from coding.bundled import DISTRIBUTION, installed_version
from coding.evidence import Passage, Strength
from coding.export.report.across import TENTATIVE, figure_of, parts_of, strength_of, write_across
from coding.export.report.appendix import write_codebook, write_groups
from coding.export.report.content import Align, Block, Heading, Points, Quote, Report, TableBlock, Text
from coding.export.report.figures import Row, draw_valence
from coding.export.report.gather import Found
from coding.export.report.joint import write_joint
from coding.framework import Behaviour
from coding.methods.words import day, listed, number_of
from coding.model import Role

FEW_PEOPLE = 3
"""A behaviour that fewer people tell of has thin evidence."""
CLEAR_SHARE, CLEAR_LEAST = 0.75, 5
"""A behaviour is mostly shown, or mostly lacking, with this share of at least so many passages that are not unclear."""
MOST_NAMED = 3
_JOINED = "\N{NO-BREAK SPACE}"
_ALIGN: tuple[Align, ...] = ("left", *("right",) * 7)


def write_report(found: Found, *, title: str = "") -> Report:
    """Write a report: summary, method, findings by behaviour, findings across behaviours, limits, appendix.

    Args:
        found: What it rests on.
        title: Its title; the name of the codebook unless given.
    """
    blocks = [
        *_summary(found),
        *_method(found),
        *_findings(found),
        *write_across(found),
        *write_joint(found),
        *_limits(found),
        *write_groups(found),
        *write_codebook(found),
    ]
    about = [f"Written by {DISTRIBUTION} {installed_version() or ''} from the study as it stood on {day(found.at)}."]
    if found.renamed:
        about.append("Participants and coders stand under pseudonyms.")
    name = title.strip() or found.codebook.name.strip() or "Findings"
    groups = number_of(len(found.groups), "focus group")
    if found.codings and len(found.members) < len(found.groups):
        groups = f"{len(found.members)} of {groups}"
    return Report(
        name, f"Findings from {groups}" if found.groups else "Findings", tuple(about), tuple(blocks), found.at
    )


# summary


def _summary(found: Found) -> Iterator[Block]:
    yield Heading(1, "Summary", "summary")
    if not found.groups:
        yield Text(
            "There are no transcripts in this study yet, so there is nothing to report. Import transcripts, put a "
            "codebook in force and code what people said; then write this report again."
        )
        return
    if not found.codings:
        yield Text(
            f"The study has {number_of(len(found.groups), 'focus group')}, and nothing has been coded yet. This report "
            "shows the material, the method so far and the codebook. Code what people said, then write it again."
        )
        return
    told = [behaviour for behaviour in found.framework.behaviours if strength_of(found, behaviour).passages]
    yield Text(
        f"{number_of(found.people, 'participant')} in {number_of(len(found.members), 'focus group')} took part. "
        f"They told of {len(told)} of the {number_of(len(found.framework.behaviours), 'behaviour')} in the framework. "
        f"{_coders(found)} {number_of(found.codings, 'coding')}."
    )
    items = list(_headlines(found, told))
    if items:
        yield Points(tuple(items), "In short")
    yield _overview(found)
    yield from _valence_figures(found)


def _coders(found: Found) -> str:
    who = "One coder" if found.coders == 1 else number_of(found.coders, "coder")
    return f"{who} settled on" if found.settled else f"{who} made"


def _headlines(found: Found, told: Sequence[Behaviour]) -> Iterator[str]:
    by_people = sorted(told, key=lambda one: (-strength_of(found, one).people, -strength_of(found, one).groups))
    if by_people and strength_of(found, by_people[0]).people > 1:
        named = [f"{one.name} ({_people(strength_of(found, one))})" for one in by_people[:MOST_NAMED]]
        yield f"Told by most people: {listed(named)}."
    for label, field, other in (("shown", "shown", "lacking"), ("lacking", "lacking", "shown")):
        clear = [one for one in told if _is_clear(strength_of(found, one), field, other)]
        clear.sort(key=lambda one: -getattr(strength_of(found, one), field))
        if clear:
            named = [
                f"{one.name} ({getattr(strength_of(found, one), field)} of {_clear(strength_of(found, one))} clear "
                "passages)"
                for one in clear[:MOST_NAMED]
            ]
            yield f"Told of mostly as {label}: {listed(named)}."
    thin = [one.name for one in told if strength_of(found, one).people < FEW_PEOPLE]
    if thin and found.people >= FEW_PEOPLE:
        yield f"Thin evidence, from fewer than {FEW_PEOPLE} people: {listed(thin)}."
    silent = [one.name for one in found.framework.behaviours if not strength_of(found, one).passages]
    if silent and len(silent) <= 2 * MOST_NAMED:
        yield f"Nobody told of: {listed(silent)}."
    elif silent:
        yield f"Nobody told of {number_of(len(silent), 'behaviour')}; the table below shows which."
    yield from _agreement_line(found)


def _name_and_share(found: Found, behaviour: Behaviour, field: str) -> str:
    strength = strength_of(found, behaviour)
    return f"{behaviour.name} ({getattr(strength, field)} of {_clear(strength)} clear passages)"


def _clear(strength: Strength) -> int:
    return strength.shown + strength.lacking


def _is_clear(strength: Strength, field: str, other: str) -> bool:
    clear = _clear(strength)
    return clear >= CLEAR_LEAST and getattr(strength, field) >= CLEAR_SHARE * clear > getattr(strength, other)


def _agreement_line(found: Found) -> Iterator[str]:
    compared = found.compared
    if compared is None:
        return
    alpha = compared.estimates["alpha"]
    if alpha.value is None:
        return
    values = [min(alphas) for one in found.framework.behaviours if (alphas := strength_of(found, one).alphas)]
    good = sum(value >= TENTATIVE for value in values)
    yield (
        f"The coders agree at Krippendorff's alpha {show_value('alpha', alpha)} over all codes ({alpha.reading}); "
        f"{good} of {number_of(len(values), 'behaviour')} with a value reach .667."
    )


def _overview(found: Found) -> TableBlock:
    rated = any(strength_of(found, one).rating for one in found.framework.behaviours)
    rows: list[tuple[str, ...]] = []
    spans: list[int] = []
    for cluster in found.framework.clusters:
        if not cluster.behaviours:
            continue
        spans.append(len(rows))
        rows.append((cluster.name, *("" for _ in range(6 + rated))))
        for behaviour in cluster.behaviours:
            strength = strength_of(found, behaviour)
            values: list[str] = [f"{strength.people}", f"{strength.groups}", f"{strength.passages}"]
            values += [f"{strength.shown}", f"{strength.lacking}", _alpha(strength)]
            if rated:
                values.append("–" if strength.rating is None else f"{strength.rating.mean:.1f}")
            rows.append((behaviour.name, *values))
    columns = ["Behaviour", "People", "Groups", "Passages", "Shown", "Lacking", "Alpha", *(["Rating"] if rated else [])]
    unclear = any(strength_of(found, one).unclear for one in found.framework.behaviours)
    note = (
        f"People: of {number_of(found.people, 'participant')}. Groups: of {len(found.members)}. Alpha: Krippendorff's "
        "alpha between the coders, the lowest where a behaviour rests on several codes; – where there is no value."
    )
    if unclear:
        note += " Passages that are neither shown nor lacking are unclear."
    return TableBlock(
        "The framework and its evidence",
        tuple(columns),
        tuple(rows),
        _ALIGN[: len(columns)],
        _widths(len(columns)),
        note,
        frozenset(spans),
    )


def _widths(columns: int) -> tuple[float, ...]:
    numbers = (0.09, 0.09, 0.12, 0.09, 0.1, 0.09, 0.09)[: columns - 1]
    return (1 - sum(numbers), *numbers)


def _alpha(strength: Strength) -> str:
    return show_value("alpha", Estimate(min(strength.alphas))) if strength.alphas else "–"


def _valence_figures(found: Found) -> Iterator[Block]:
    parts = list(parts_of(found))
    for number, part in enumerate(parts, start=1):
        rows: list[Row] = []
        for cluster in part:
            rows.append(Row(cluster.name, heading=True))
            for one in cluster.behaviours:
                strength = strength_of(found, one)
                rows.append(Row(one.name, (strength.shown, strength.lacking, strength.unclear)))
        more = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
        yield figure_of(
            draw_valence(rows),
            f"Passages that tell of each behaviour (right) and of its lack (left){more}",
            f"Bars for each behaviour, to the right for passages that show it and to the left for its lack. {_FIGURES}",
        )


_FIGURES = "The table of the framework and its evidence has the numbers."


# method


def _method(found: Found) -> Iterator[Block]:
    yield Heading(1, "Method", "method")
    for number, paragraph in enumerate(found.methods.paragraphs):
        yield Heading(2, paragraph.title, f"method-{number}")
        yield Text(paragraph.text)
    yield Heading(2, "This report", "method-report")
    text = (
        "A passage is one stretch of talk, counted once however many coders coded it. It is shown or lacking as more "
        "coders saw it, and unclear where they are even or said so. What only moderators say is not counted."
    )
    if len(found.members) < len(found.groups):
        left = [group.name for group in found.groups if not group.looked_at]
        verb = "has" if len(left) == 1 else "have"
        text += f" Groups that nobody has coded are not counted: {listed(left)} {verb} not been."
    if found.renamed:
        text += (
            " Names of participants, coders and people they speak of were looked for by the program and replaced for "
            "this report; whoever publishes it should read it for names that no program finds."
        )
    yield Text(text)


# findings by behaviour


def _findings(found: Found) -> Iterator[Block]:
    if not found.framework.clusters:
        return
    yield Heading(1, "Findings by behaviour", "findings")
    if any(one.quotations is None for one in found.framework.behaviours):
        yield Text(
            "Statements and indicators that nobody has written yet are those of the codebook. Quotations that nobody "
            "has chosen yet were proposed by the program, from different people and groups.",
            "note",
        )
    for number, cluster in enumerate(found.framework.clusters):
        yield Heading(2, cluster.name, f"cluster-{number}")
        if cluster.statement:
            yield Text(cluster.statement, "statement")
        if not cluster.behaviours:
            yield Text("No behaviour stands in this cluster.", "note")
        for place, behaviour in enumerate(cluster.behaviours):
            yield from _behaviour(found, behaviour, f"behaviour-{number}-{place}")


def _behaviour(found: Found, behaviour: Behaviour, key: str) -> Iterator[Block]:
    yield Heading(3, behaviour.name, key)
    if behaviour.statement:
        yield Text(behaviour.statement, "statement")
    yield Text(_evidence(found, behaviour), "strength")
    if behaviour.positive:
        yield Points(behaviour.positive, "Positive indicators")
    if behaviour.contrary:
        yield Points(behaviour.contrary, "Contrary indicators")
    for passage, contrary in found.evidence.quotations(behaviour):
        yield Quote(" ".join(passage.text.split()), _who(passage), contrary)


def _evidence(found: Found, behaviour: Behaviour) -> str:
    strength = strength_of(found, behaviour)
    if not strength.passages:
        return "No evidence: nothing was coded for it." if behaviour.codes else "No evidence: no code stands for it."
    unclear = f", {strength.unclear} unclear" if strength.unclear else ""
    parts = [
        f"{_people(strength)}, {strength.groups} of {number_of(strength.of_groups, 'group')}",
        f"{number_of(strength.passages, 'passage')} ({strength.shown} shown, {strength.lacking} lacking{unclear})",
    ]
    several = len(strength.agreement) > 1
    for code_id, alpha in strength.agreement:
        on = f" on {found.known[code_id].name}" if several and code_id in found.known else ""
        if alpha.value is None:
            parts.append(f"no value for agreement{on} ({alpha.reason})")
        else:
            value = show_value("alpha", alpha).replace(" ", _JOINED)
            parts.append(f"alpha{on} {value}, {alpha.reading}")
    rating = strength.rating
    if rating is not None:
        ends = "" if rating.low is None or rating.high is None else f" [{rating.low:.2f}, {rating.high:.2f}]"
        parts.append(
            f"rated {rating.mean:.2f}{ends} by {rating.respondents} on {rating.lowest:g} to {rating.highest:g}"
        )
    return f"Evidence: {'; '.join(parts)}."


def _people(strength: Strength) -> str:
    return f"{strength.people} of {number_of(strength.of_people, 'participant')}"


def _who(passage: Passage) -> str:
    names = [person.name for person in passage.people if person.role is Role.PARTICIPANT]
    return f"{listed(names) if names else 'Unknown speaker'}, {passage.group}"


# limits


def _limits(found: Found) -> Iterator[Block]:
    yield Heading(1, "Limits", "limits")
    items = list(_limit_items(found))
    if items:
        yield Points(tuple(items))
    yield Text(
        "Counts say how often something was told, not how much it matters or how common it is among leaders. Focus "
        "groups are no random sample, and what one participant says follows from what others said before."
    )


def _limit_items(found: Found) -> Iterator[str]:
    if not found.groups:
        yield "There is no material yet."
    elif not found.codings:
        yield "Nothing has been coded yet."
    else:
        yield from _limits_of_material(found)
        yield from _limits_of_coding(found)
        if not any(strength_of(found, one).rating for one in found.framework.behaviours):
            yield "There is no questionnaire, so what people told is not set beside ratings."


def _limits_of_material(found: Found) -> Iterator[str]:
    left = [group.name for group in found.groups if not group.looked_at]
    if left:
        have = "has" if len(left) == 1 else "have"
        yield f"{len(left)} of {number_of(len(found.groups), 'group')} {have} not been coded: {listed(left)}."
    if len(found.members) == 1:
        yield "There is one focus group, so nothing here can be compared between groups."
    if found.people == 1:
        yield "There is one participant, so nothing here can be compared between people."
    if found.saturation is not None and found.saturation.reached is None:
        yield f"Saturation is not shown. {found.saturation.reason}"


def _limits_of_coding(found: Found) -> Iterator[str]:
    if found.coders == 1:
        yield "One person coded alone, so it is not known whether others would code alike."
    elif found.compared is None:
        yield "No two coders finished the same talk, so it is not known how far they agree."
    low = [
        one.name for one in found.framework.behaviours if (v := strength_of(found, one).alphas) and min(v) < TENTATIVE
    ]
    if low:
        yield (
            f"For {number_of(len(low), 'behaviour')} the coders agree at less than .667, so findings on "
            f"{'it' if len(low) == 1 else 'them'} are tentative at best: {listed(low)}."
        )
    if any(one.quotations is None and found.evidence.passages[one.id] for one in found.framework.behaviours):
        yield "Some quotations were proposed by the program and not chosen by the researchers."
