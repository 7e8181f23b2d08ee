"""What those who lead a session say: how they open it, and how they keep others talking.

The phrases are the usual ones of guides for moderators: the introduction with its ground rules, and probes such as
"can you say a bit more" (Krueger and Casey, *Focus Groups*, 5th edition, chapters 3 and 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_MOST_CHARS = 2000
_CLOSING_MARKS = "\"'”’)]* "
_OPENING = "|".join(
    (
        r"\bthank(?:s| you)(?: so| very)?(?: much)?,?(?: all| everyone| everybody| both)*(?: so much| very much)?"
        r" for (?:coming|joining|being here|taking part|your time|agreeing|giving)",
        r"\bwelcome,? (?:everyone|everybody|all\b|back\b|along|to (?:the|this|our|today))",
        r"\b(?:recording|recorder|red light|tape)(?:'s| is|'s been| has been)? (?:on|going|running|started|this)\b",
        r"\b(?:being|be|get|gets) (?:audio[- ]?|video[- ]?)?(?:recorded|taped|transcribed|typed up)\b",
        r"\brecord(?:ing)? (?:this|today|the (?:session|meeting|conversation|discussion|interview|group))",
        r"\b(?:consent|confidential|confidentiality|anonymous|anonymi[sz]ed|withdraw)\b",
        r"\b(?:won't|will not|not|never) be (?:named|identified|quoted by name)\b",
        r"\b(?:change|take out|remove|leave out|replace)s? (?:all |any |the |your )*names\b",
        r"\bno (?:right|wrong)(?: or wrong)? answers?\b|\bground rules?\b|\b(?:one|all) at (?:a time|once)\b",
        r"\b(?:talk|speak) over (?:each|one)\b|\bfire (?:exits?|alarm)\b|\bhousekeeping\b",
        r"\bintroduce (?:yourself|yourselves|ourselves|themselves)\b|\b(?:formal|boring|official) (?:bit|part|stuff)\b",
        r"\b(?:go|going) (?:a?round) (?:the (?:table|room|group|screen)|and (?:say|introduce)|who|in turn)",
        r"\bthe (?:purpose|aim|idea) of (?:this|today|the (?:session|meeting|group|discussion))",
        r"\b(?:i'll|i will|i'm going to|i am going to) be (?:facilitating|moderating|chairing|asking)\b",
        r"\bagenda\b|\bapologies\b|\bdeclarations? of interest\b",
    )
)
_PROBING = "|".join(
    (
        r"\b(?:can|could|would|will) (?:you|somebody|someone|anybody|anyone|we|i ask(?: you)?)\b(?: \w+){0,3}?"
        r" (?:say|tell|explain|describe|expand|elaborate|give|talk|walk|start|begin|think|share|ask|hear|move|go|come"
        r"|turn)\b",
        r"\btell (?:me|us)\b|\bsay (?:a (?:bit|little) |some )?more\b",
        r"\b(?:give|got|have) (?:me |us )?an(?:other)? example\b",
        r"\bwhat do you mean\b|\bwhat (?:made|makes) you\b|\bhow did (?:that|it|you) (?:feel|make|come)\b",
        r"\b(?:any ?(?:body|one)|what|who|something|anything|any (?:other|more|further))"
        r" (?:else|other|questions|comments|thoughts|views|reactions)\b",
        r"\b(?:what|how) about (?:you|the rest|others|everybody|everyone)\b",
        r"\bwhat do (?:you|others|people|the rest of you) (?:all )?think\b",
        r"\bdo(?:es)? (?:others|anyone|anybody|everyone|everybody|the rest|people) (?:\w+ )?"
        r"(?:agree|think|feel|have|want|recogni[sz]e)",
        r"\b(?:let's|let us|shall we|i'd like to|i would like to|i want to|we'll|we will|i'll|i'm going to|we can"
        r"|we should|we need to) (?:now |just |then |all )?(?:move|turn|go|come|start|begin|stop|finish|wrap|close|hear"
        r"|leave it|pick up|return|take|bring|call|hand)\b",
        r"\b(?:next|last|final|first|another|my) (?:question|topic|item|section|thing i)\b|\blast but not least\b",
        r"\b(?:i'd|i would|i want|i'll ask|i'm going to ask|i'd want) (?:like )?you (?:all )?to\b",
        r"\bi (?:want|wanted|would like|'d like) to ask\b|\bthink (?:back|of (?:a|some|one|the last)|about a time)\b",
        r"\b(?:what|thing|things) i'm (?:after|interested in|looking for)\b|\bhold that thought\b|\bgo ahead\b",
        r"\b(?:minutes|time) (?:left|is up|to go)\b|\b(?:out of|run over) time\b|\bover to you\b",
        r"\bi(?:'m| am) conscious\b",
        r"\bwe(?:'ve| have)(?: only)?(?: got)? (?:about |just )?(?:\w+ )?\w+ minutes\b",
        r"\bbefore we (?:finish|close|end|go|start|stop|move)\b|\b(?:to )?sum(?:mari[sz]e)?(?: up| that)\b",
        r"\bthank you(?: all| everyone| everybody| both)?(?: very much| so much)?[.!]?$",
    )
)
_OPENS = re.compile(_OPENING, re.IGNORECASE)
_PROBES = re.compile(_PROBING, re.IGNORECASE)


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a turn, roughly: enough to count them; of one without end, its beginning and end."""
    for part in _SENTENCE.split(text.replace("’", "'")):
        if len(part) > _MOST_CHARS:
            part = part[: _MOST_CHARS // 2] + part[-_MOST_CHARS // 2 :]
        if part:
            yield part


def asks(text: str) -> bool:
    """Tell whether a text ends with a question.

    >>> asks("“And why?”"), asks("Why not? Because.")
    (True, False)
    """
    return text.rstrip(_CLOSING_MARKS).endswith(("?", "？"))


def opens_session(sentence: str) -> bool:
    """Tell whether a sentence belongs to the opening of a session: welcome, recording, consent, ground rules.

    >>> opens_session("Thank you all for coming."), opens_session("I agree with that.")
    (True, False)
    """
    return _OPENS.search(sentence) is not None


def probes(sentence: str) -> bool:
    """Tell whether a sentence keeps others talking: a probe, a call on somebody, a move to the next question.

    >>> probes("Could you say a bit more?"), probes("She was my boss.")
    (True, False)
    """
    return _PROBES.search(sentence) is not None
