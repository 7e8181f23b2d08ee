"""JSON of transcription services that keep words and speakers in places apart: Amazon, Google, Azure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coding.readers.times import number

_TICKS_PER_S = 10_000_000


def turns_of_service(top: object) -> list[dict[str, object]] | None:
    """Return ``speaker``, ``text``, ``start`` and ``end`` of a service's turns, or ``None`` where it is none."""
    if not isinstance(top, Mapping):
        return None
    phrases = _objects(top.get("recognizedPhrases"))
    if phrases:
        return list(_azure(phrases))
    results = top.get("results")
    if isinstance(results, Mapping):
        items = _objects(results.get("items"))
        return list(_amazon(results, items)) if any("alternatives" in item for item in items) else None
    return list(_google(_objects(results))) or None


def _objects(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _first(value: object) -> Mapping[str, object]:
    return next(iter(_objects(value)), {})


def _runs(words: Sequence[tuple[str | None, str, float | None, float | None, bool]]) -> Iterator[dict[str, object]]:
    """Yield a turn for each run of words of one speaker; a word that sticks to the one before goes on with its run."""
    run: dict[str, object] = {}
    for speaker, word, start, end, sticks in words:
        if run and (sticks or run["speaker"] == speaker):
            run["text"] = f"{run['text']}{'' if sticks else ' '}{word}"
            run["end"] = run["end"] if end is None else end
            continue
        if run:
            yield run
        run = {"speaker": speaker, "text": word, "start": start, "end": end}
    if run:
        yield run


def _amazon(results: Mapping[str, object], items: list[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    speakers: dict[object, str] = {}
    labels = results.get("speaker_labels")
    for segment in _objects(labels.get("segments")) if isinstance(labels, Mapping) else []:
        for item in (segment, *_objects(segment.get("items"))):
            speakers.setdefault(item.get("start_time"), str(item.get("speaker_label") or "") or "")
    words: list[tuple[str | None, str, float | None, float | None, bool]] = []
    for item in items:
        word = str(_first(item.get("alternatives")).get("content") or "")
        speaker = str(item.get("speaker_label") or speakers.get(item.get("start_time")) or "") or None
        times = (number(str(item.get(name))) for name in ("start_time", "end_time"))
        if word:
            words.append((speaker, word, *times, item.get("type") == "punctuation"))  # type: ignore[arg-type]
    yield from _runs(words)


def _google(results: list[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """Yield turns: with speakers, the last result repeats all words, each with the number of its speaker."""
    last = _objects(_first(results[-1].get("alternatives")).get("words")) if results else []
    if any(word.get("speakerTag") for word in last):
        yield from _runs(
            [
                (
                    f"Speaker {word.get('speakerTag')}",
                    str(word.get("word") or ""),
                    _protobuf(word.get("startTime")),
                    _protobuf(word.get("endTime")),
                    False,
                )
                for word in last
                if word.get("word")
            ]
        )
        return
    for result in results:
        best = _first(result.get("alternatives"))
        words = _objects(best.get("words"))
        if isinstance(best.get("transcript"), str) and str(best["transcript"]).strip():
            start = _protobuf(words[0].get("startTime")) if words else None
            end = _protobuf(words[-1].get("endTime")) if words else _protobuf(result.get("resultEndTime"))
            yield {"speaker": None, "text": str(best["transcript"]).strip(), "start": start, "end": end}


def _protobuf(value: object) -> float | None:
    return number(value.removesuffix("s")) if isinstance(value, str) else None


def _azure(phrases: list[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    for phrase in phrases:
        best = _first(phrase.get("nBest"))
        text = best.get("display") or best.get("lexical")
        start, length = (
            value / _TICKS_PER_S if isinstance(value := phrase.get(name), int | float) else None
            for name in ("offsetInTicks", "durationInTicks")
        )
        if isinstance(text, str) and text.strip():
            speaker = phrase.get("speaker")
            end = None if start is None or length is None else start + length
            name = f"Speaker {speaker}" if isinstance(speaker, int) else None
            yield {"speaker": name, "text": text.strip(), "start": start, "end": end}
