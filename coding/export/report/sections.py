"""The sections of a report, written from what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coding.agreement import Estimate, show_value
from coding.bundled import DISTRIBUTION, installed_version
from coding.evidence import Passage, Strength
from coding.export.report.content import Align, Block, FigureBlock, Heading, Points, Quote, Report, TableBlock, Text
from coding.export.report.figures import Drawing, Row, draw_agreement, draw_groups, draw_saturation, draw_valence
from coding.export.report.gather import Found
from coding.framework import Behaviour, Cluster
from coding.methods.words import day, listed, number_of
from coding.model import Code, Role, tree_order

FEW_PEOPLE = 3
"""A behaviour that fewer people tell of has thin evidence."""
CLEAR_SHARE, CLEAR_LEAST = 0.75, 5
"""A behaviour is mostly shown, or mostly lacking, with this share of at least so many passages that are not unclear."""
RELIABLE, TENTATIVE = 0.8, 0.667
MOST_NAMED = 3
_ALIGN: tuple[Align, ...] = ("left", *("right",) * 7)
MOST_ROWS = 38
"""Lines of one figure; more go into a second one."""


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
        *_across(found),
        *_limits(found),
        *_groups_appendix(found),
        *_codebook_appendix(found),
    ]
    about = [f"Written by {DISTRIBUTION} {installed_version() or ''} from the study as it stood on {day(found.at)}."]
    if found.renamed:
        about.append("Participants and coders stand under pseudonyms.")
    name = title.strip() or found.codebook.name.strip() or "Findings"
    groups = number_of(len(found.groups), "focus group")
    return Report(
        name, f"Findings from {groups}" if found.groups else "Findings", tuple(about), tuple(blocks), found.at
    )


# summary


def _summary(found: Found) -> Iterator[Block]:
    yield Heading(1, "Summary", "summary")
    if not found.groups:
        yield Text(
            "There are no transcripts in this study yet, so there is nothing to report. Import transcripts, put a "
            "codebook "
            "in force and code what people said; then write this report again."
        )
        return
    if not found.codings:
        yield Text(
            f"The study has {number_of(len(found.groups), 'focus group')}, and nothing has been coded yet. This report "
            "shows the material, the method so far and the codebook. Code what people said, then write it again."
        )
        return
    told = [behaviour for behaviour in found.framework.behaviours if _strength(found, behaviour).passages]
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
    by_people = sorted(told, key=lambda one: (-_strength(found, one).people, -_strength(found, one).groups))
    if by_people and _strength(found, by_people[0]).people > 1:
        named = [f"{one.name} ({_people(_strength(found, one))})" for one in by_people[:MOST_NAMED]]
        yield f"Told by most people: {listed(named)}."
    for label, field, other in (("shown", "shown", "lacking"), ("lacking", "lacking", "shown")):
        clear = [one for one in told if _is_clear(_strength(found, one), field, other)]
        clear.sort(key=lambda one: -getattr(_strength(found, one), field))
        if clear:
            named = [
                f"{one.name} ({getattr(_strength(found, one), field)} of {_clear(_strength(found, one))} clear "
                "passages)"
                for one in clear[:MOST_NAMED]
            ]
            yield f"Told of mostly as {label}: {listed(named)}."
    thin = [one.name for one in told if _strength(found, one).people < FEW_PEOPLE]
    if thin and found.people >= FEW_PEOPLE:
        yield f"Thin evidence, from fewer than {FEW_PEOPLE} people: {listed(thin)}."
    silent = [one.name for one in found.framework.behaviours if not _strength(found, one).passages]
    if silent and len(silent) <= 2 * MOST_NAMED:
        yield f"Nobody told of: {listed(silent)}."
    elif silent:
        yield f"Nobody told of {number_of(len(silent), 'behaviour')}; the table below shows which."
    yield from _agreement_line(found)


def _name_and_share(found: Found, behaviour: Behaviour, field: str) -> str:
    strength = _strength(found, behaviour)
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
    values = [min(alphas) for one in found.framework.behaviours if (alphas := _strength(found, one).alphas)]
    good = sum(value >= TENTATIVE for value in values)
    yield (
        f"The coders agree at Krippendorff's alpha {show_value('alpha', alpha)} over all codes ({alpha.reading}); "
        f"{good} of {number_of(len(values), 'behaviour')} with a value reach .667."
    )


def _overview(found: Found) -> TableBlock:
    rated = any(_strength(found, one).rating for one in found.framework.behaviours)
    rows: list[tuple[str, ...]] = []
    spans: list[int] = []
    for cluster in found.framework.clusters:
        if not cluster.behaviours:
            continue
        spans.append(len(rows))
        rows.append((cluster.name, *("" for _ in range(6 + rated))))
        for behaviour in cluster.behaviours:
            strength = _strength(found, behaviour)
            values: list[str] = [f"{strength.people}", f"{strength.groups}", f"{strength.passages}"]
            values += [f"{strength.shown}", f"{strength.lacking}", _alpha(strength)]
            if rated:
                values.append("–" if strength.rating is None else f"{strength.rating.mean:.1f}")
            rows.append((behaviour.name, *values))
    columns = ["Behaviour", "People", "Groups", "Passages", "Shown", "Lacking", "Alpha", *(["Rating"] if rated else [])]
    unclear = any(_strength(found, one).unclear for one in found.framework.behaviours)
    note = (
        f"People: of {number_of(found.people, 'participant')}. Groups: of {len(found.members)}. Alpha: "
        "Krippendorff's alpha "
        "between the coders, the lowest where a behaviour rests on several codes; – where there is no value."
    )
    if unclear:
        note += " Passages that are neither shown nor lacking are unclear."
    return TableBlock(
        "The framework and its evidence",
        tuple(columns),
        tuple(rows),
        _ALIGN[: len(columns)],
        (0.36, *(0.64 / (len(columns) - 1) for _ in columns[1:])),
        note,
        frozenset(spans),
    )


def _alpha(strength: Strength) -> str:
    return show_value("alpha", Estimate(min(strength.alphas))) if strength.alphas else "–"


def _parts(found: Found) -> Iterator[list[Cluster]]:
    """Yield clusters with evidence, as many at a time as one figure holds."""
    part: list[Cluster] = []
    lines = 0
    for cluster in found.framework.clusters:
        if not any(_strength(found, one).passages for one in cluster.behaviours):
            continue
        if part and lines + 1 + len(cluster.behaviours) > MOST_ROWS:
            yield part
            part, lines = [], 0
        part.append(cluster)
        lines += 1 + len(cluster.behaviours)
    if part:
        yield part


def _figure(drawing: Drawing, caption: str, description: str) -> FigureBlock:
    return FigureBlock(caption, drawing.svg, drawing.png, drawing.width_in, drawing.height_in, description)


def _valence_figures(found: Found) -> Iterator[Block]:
    parts = list(_parts(found))
    for number, part in enumerate(parts, start=1):
        rows: list[Row] = []
        for cluster in part:
            rows.append(Row(cluster.name, heading=True))
            for one in cluster.behaviours:
                strength = _strength(found, one)
                rows.append(Row(one.name, (strength.shown, strength.lacking, strength.unclear)))
        more = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
        yield _figure(
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
        "coders "
        "saw it, and unclear where they are even or said so. What only moderators say is not counted."
    )
    if len(found.members) < len(found.groups):
        left = [group.name for group in found.groups if not group.looked_at]
        verb = "has" if len(left) == 1 else "have"
        text += f" Groups that nobody has coded are not counted: {listed(left)} {verb} not been."
    if found.renamed:
        text += (
            " Names of participants, coders and people they speak of were looked for by the program and replaced for "
            "this "
            "report; whoever publishes it should read it for names that no program finds."
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
            "has "
            "chosen yet were proposed by the program, from different people and groups.",
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
    strength = _strength(found, behaviour)
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
            parts.append(f"alpha{on} {show_value('alpha', alpha)}, {alpha.reading}")
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


# across behaviours


def _across(found: Found) -> Iterator[Block]:
    if not found.codings or not found.framework.behaviours:
        return
    yield Heading(1, "Findings across behaviours", "across")
    yield from _group_figures(found)
    yield from _saturation(found)
    yield from _agreement(found)


def _group_figures(found: Found) -> Iterator[Block]:
    if len(found.members) < 2:
        yield Text("There is one focus group, so groups cannot be compared.")
        return
    yield Heading(2, "Behaviours in the groups", "across-groups")
    yield Text(
        "How many participants of each group tell of a behaviour, or of its lack. Groups differ in what was asked "
        "and who "
        "was there, so a small number is no sign that a behaviour matters less."
    )
    parts = list(_parts(found))
    for number, part in enumerate(parts, start=1):
        rows: list[Row] = []
        for cluster in part:
            rows.append(Row(cluster.name, heading=True))
            rows += [Row(one.name, _by_group(found, one)) for one in cluster.behaviours]
        more = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
        yield _figure(
            draw_groups(rows, list(found.members.items())),
            f"Participants who tell of each behaviour, by group{more}",
            "A row for each behaviour and a column for each group, with the number of participants in each field; "
            "behind the "
            "name of a group stands how many participants it has.",
        )


def _by_group(found: Found, behaviour: Behaviour) -> tuple[float, ...]:
    told: dict[str, set[str]] = {group: set() for group in found.members}
    for passage in found.evidence.passages[behaviour.id]:
        people = {person.id for person in passage.people if person.role is Role.PARTICIPANT}
        told.setdefault(passage.group, set()).update(people)
    return tuple(float(len(told[group])) for group in found.members)


def _saturation(found: Found) -> Iterator[Block]:
    if found.saturation is None or len(found.saturation.curve) < 2:
        return
    curve, rule = found.saturation.curve, found.saturation.rule
    yield Heading(2, "Saturation", "across-saturation")
    if found.saturation.reached is not None:
        said = (
            f"By the rule of Guest, Namey and Chen (2020) the codes are saturated at {found.saturation.notation}: "
            "the next "
            f"{number_of(rule.run, 'session')} brought no more than {100 * rule.threshold:g} % of the codes of the "
            "first "
            f"{rule.base}."
        )
    else:
        said = "By the rule of Guest, Namey and Chen (2020) nothing can be said of saturation yet. "
        said += found.saturation.reason
    yield Text(said)
    new, total = [int(one) for one in curve["new"]], [int(one) for one in curve["total"]]
    sessions = [found.sessions.get(str(one), str(one)) for one in curve["session"]]
    yield _figure(
        draw_saturation(sessions, new, total),
        "New codes in each session, and codes so far, in the order of import",
        "; ".join(f"{name}: {a} new, {b} so far" for name, a, b in zip(sessions, new, total, strict=True)),
    )


def _agreement(found: Found) -> Iterator[Block]:
    compared = found.compared
    if compared is None:
        return
    rows: list[Row] = []
    for code, _ in tree_order(found.codebook):
        one = next((item for item in compared.codes if item.code_id == code.id), None)
        if one is not None and (alpha := one.estimates["alpha"]).value is not None:
            rows.append(Row(code.name, (alpha.value,), low=alpha.low, high=alpha.high))
    if not rows:
        return
    yield Heading(2, "Agreement on each code", "across-agreement")
    alpha = compared.estimates["alpha"]
    good = sum(row.values[0] >= RELIABLE for row in rows)
    fair = sum(RELIABLE > row.values[0] >= TENTATIVE for row in rows)
    yield Text(
        f"Of {number_of(len(rows), 'code')} with a value, {good} reach .80 and {fair} more reach .667. Over all "
        "codes alpha "
        f"is {show_value('alpha', alpha)}. Codes that were used too seldom have no value."
    )
    yield _figure(
        draw_agreement(rows),
        "Krippendorff's alpha of each code with its 95 % interval",
        "; ".join(f"{row.label}: {show_value('alpha', Estimate(row.values[0], row.low, row.high))}" for row in rows),
    )


# limits


def _limits(found: Found) -> Iterator[Block]:
    yield Heading(1, "Limits", "limits")
    items = list(_limit_items(found))
    if items:
        yield Points(tuple(items))
    yield Text(
        "Counts say how often something was told, not how much it matters or how common it is among leaders. Focus "
        "groups "
        "are no random sample, and what one participant says follows from what others said before."
    )


def _limit_items(found: Found) -> Iterator[str]:
    if not found.groups:
        yield "There is no material yet."
    elif not found.codings:
        yield "Nothing has been coded yet."
    else:
        yield from _limits_of_material(found)
        yield from _limits_of_coding(found)
        if not any(_strength(found, one).rating for one in found.framework.behaviours):
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
    low = [one.name for one in found.framework.behaviours if (v := _strength(found, one).alphas) and min(v) < TENTATIVE]
    if low:
        yield (
            f"For {number_of(len(low), 'behaviour')} the coders agree at less than .667, so findings on "
            f"{'it' if len(low) == 1 else 'them'} are tentative at best: {listed(low)}."
        )
    if any(one.quotations is None and found.evidence.passages[one.id] for one in found.framework.behaviours):
        yield "Some quotations were proposed by the program and not chosen by the researchers."


# appendices


def _groups_appendix(found: Found) -> Iterator[Block]:
    if not found.groups:
        return
    yield Heading(1, "Appendix A: Focus groups", "groups")
    rows = [
        (
            group.name,
            f"{group.transcripts}",
            f"{group.participants}",
            f"{group.words:,}",
            "yes" if group.looked_at else "no",
        )
        for group in found.groups
    ]
    total = (
        "All",
        f"{sum(group.transcripts for group in found.groups)}",
        f"{sum(group.participants for group in found.groups)}",
        f"{sum(group.words for group in found.groups):,}",
        f"{len(found.members)} of {len(found.groups)}",
    )
    yield TableBlock(
        "The focus groups",
        ("Group", "Transcripts", "Participants", "Words", "Coded"),
        (*rows, total) if len(rows) > 1 else tuple(rows),
        ("left", "right", "right", "right", "right"),
        (0.4, 0.15, 0.15, 0.15, 0.15),
        "Moderators are not counted among participants; their words are counted among words.",
    )


def _codebook_appendix(found: Found) -> Iterator[Block]:
    yield Heading(1, f"Appendix {'B' if found.groups else 'A'}: Codebook", "codebook")
    if not found.codebook.codes:
        yield Text("There is no codebook yet.")
        return
    yield Text(f"{found.codebook.name}, version {found.codebook.version}.")
    if found.codebook.description:
        yield Text(found.codebook.description)
    for number, (code, _) in enumerate(tree_order(found.codebook)):
        yield from _code(code, f"code-{number}")


def _code(code: Code, key: str) -> Iterator[Block]:
    yield Heading(3 if code.codable else 2, code.name, key)
    if code.definition:
        yield Text(code.definition)
    for label, items in (
        ("Apply", code.include),
        ("Do not apply", code.exclude),
        ("Examples", tuple(f"“{one}”" for one in code.examples)),
        ("Contrary examples", tuple(f"“{one}”" for one in code.contrary_examples)),
    ):
        if items:
            yield Points(items, label)
    if code.source:
        yield Text(f"Source: {code.source}", "note")


def _strength(found: Found, behaviour: Behaviour) -> Strength:
    return found.evidence.strengths[behaviour.id]
