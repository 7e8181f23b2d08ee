"""Make the invented survey of 120 leaders: ``python transcripts/make_survey.py`` writes ``survey.csv`` anew.

Nobody answered it. Each answer is a whole number from 1 to 5, drawn with a fixed seed from how a made-up person leans
to a behaviour: a leaning of the person, one for each group of behaviours, one for the behaviour, and chance.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

import yaml

HERE = Path(__file__).parent
RESPONDENTS = 120
SECTORS = ("retail", "bank", "council", "engineering", "hospital", "rail")
LEVELS = ("top leader", "head of department", "team leader")
MISSING = 0.02

RATED = {
    "stays-in-touch-with-customers": 0.9,
    "experiences-service-first-hand": 0.75,
    "takes-up-complaints-in-person": -0.3,
    "learns-from-service-failures": 0.8,
    "gets-past-the-filter": 0.6,
    "responds-to-bad-news": 0.5,
    "puts-customers-in-strategy": 0.7,
    "shows-the-value-of-service": -0.2,
    "tenacious-and-flexible": -0.4,
    "gives-authority-to-put-right": 0.4,
    "develops-people-and-self": 0.85,
    "praises-in-public": -0.1,
    "hires-for-attitude": 0.1,
    "strives-to-impress": -0.6,
    "studies-service-beyond-sector": -0.7,
    "sets-the-tone-from-the-top": 0.65,
    "makes-standards-plain": 0.3,
    "open-in-a-crisis": 0.2,
}
"""How much leaders in general hold of a behaviour; 0 for the others."""


def main() -> None:
    """Write the answers."""
    chance = random.Random(2026)
    mapping = yaml.safe_load((HERE / "survey.yaml").read_text(encoding="utf-8"))
    book = yaml.safe_load((HERE.parent / "codebook.yaml").read_text(encoding="utf-8"))
    group = {code["id"]: code.get("parent", "") for code in book["codes"]}
    items = mapping["items"]
    with (HERE / "survey.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["respondent", "sector", "level", "years", *(item["column"] for item in items)])
        for number in range(1, RESPONDENTS + 1):
            person = chance.gauss(0, 0.45)
            lean = {name: chance.gauss(0, 0.55) for name in dict.fromkeys(group.values())}
            answers = [answer(chance, item, person + lean[group[item["code"]]]) for item in items]
            about = [chance.choice(SECTORS), chance.choices(LEVELS, (1, 3, 4))[0], chance.randint(2, 38)]
            writer.writerow([f"R{number:03d}", *about, *answers])


def answer(chance: random.Random, item: dict[str, object], lean: float) -> str:
    """Return one answer, empty where it is missing."""
    value = 3.4 + lean + RATED.get(str(item["code"]), 0.0) + chance.gauss(0, 0.75)
    number = min(5, max(1, round(value)))
    if chance.random() < MISSING:
        return ""
    return str(6 - number if item.get("reversed") else number)


if __name__ == "__main__":
    main()
