"""What names are made of: titles, first names and surnames, nicknames, and words that are also names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coding.pseudonyms.fold import fold
from coding.readers.census import is_role, is_unknown
from coding.readers.moderators import is_moderator_label

ABBREVIATED_TITLES = frozenset("mr mrs ms mx dr prof rev cllr".split())
TITLES = ABBREVIATED_TITLES | frozenset(
    "miss doctor professor sir dame lord lady reverend father sister auntie aunt uncle nurse matron captain "
    "inspector sergeant constable councillor".split()
)

_WORDS_THAT_ARE_NAMES = frozenset(
    "will mark grace rose may bill june april august dawn faith hope joy ivy lily daisy violet olive hazel heather "
    "holly iris ruby pearl amber jade crystal ginger rusty rob pat sue bob jack frank ernest dean dale glen cliff "
    "heath brook brooke carol gene guy art chase chance drew grant hank hunter jay josh lance max miles nick norm "
    "penny peg pip ray rich robin rod roger rowan sandy scott skip sonny summer autumn tab ted tom tony van victor "
    "wade ward warren wayne web west wren young long short brown black white green gray grey wood woods stone field "
    "fields hill hills lake rivers bush bird fox wolf lamb bull king queen knight bishop pope abbot cook baker "
    "butcher taylor tailor smith mason miller shepherd fisher gardener carter cooper potter turner walker parker "
    "porter page price rich poor good best love day knight night bond ball banks bank bell bland booth bridge case "
    "church court cross crane ford gale gates gold grace hall hand hart head holder house hull hunt law lane lee "
    "little major moon moss noble north south east park peace pound power reed rock rush sharp singer small snow "
    "spring steel street strong swift swan sands temple waters weeks wise worth post fenn fine gill kit ash elm "
    "larch person place name organisation phone handle address will mail or and the an in on at is it a i you he "
    "she we they do so no yes oh ok chip dot angel blessing precious gift destiny charity patience mercy".split()
)


def is_common_word(name: str) -> bool:
    """Tell whether a name is a single word that is also an ordinary one, so that its capital letter counts.

    >>> is_common_word("Will"), is_common_word("Sunita"), is_common_word("Will Smith")
    (True, False, False)
    """
    folded = fold(name.strip()).text
    return len(folded) < 4 or folded in _WORDS_THAT_ARE_NAMES


_NICKNAMES = tuple(
    frozenset(line.split())
    for line in (
        "abigail abby abi gail",
        "adam ad",
        "adrian ade",
        "alan al allan allen",
        "alastair alistair alasdair al ali",
        "albert bert bertie al",
        "alexander alex al alec sandy xander",
        "alexandra alex alexa sandra lexi sandy",
        "alfred alf alfie fred",
        "alison ali ally",
        "amanda mandy",
        "andrea andi",
        "andrew andy drew",
        "angela angie ange",
        "anne ann anna annie nan",
        "anthony antony tony ant",
        "arthur art",
        "barbara babs barb barbie",
        "bartholomew bart barty",
        "benjamin ben benny benji",
        "bernard bernie",
        "beverley beverly bev",
        "brian bri",
        "bridget biddy bridie",
        "cameron cam",
        "caroline carolyn caro carrie",
        "catherine katherine kathryn catharine cath kate katie kathy cathy kit kitty kath",
        "charles charlie chas chuck",
        "charlotte charlie lottie",
        "christine christina chris chrissie tina",
        "christopher chris kit topher",
        "clifford cliff",
        "daniel dan danny",
        "danielle dani",
        "david dave davy davie dai",
        "deborah debra deb debbie debs",
        "dennis den denny",
        "derek del",
        "desmond des",
        "donald don donny",
        "dorothy dot dottie dolly",
        "douglas doug dougie",
        "edward ed eddie ted teddy ned",
        "eleanor ellie nell nora",
        "elizabeth elisabeth liz lizzie lizzy beth betty bess eliza libby elsie betsy",
        "emily em",
        "emma em",
        "eugene gene",
        "fiona fi",
        "florence flo florrie flossie",
        "frances fran franny",
        "francis frank frankie",
        "frederick fred freddie freddy",
        "gabriel gabe",
        "gareth gary gaz",
        "geoffrey jeffrey geoff jeff",
        "george georgie",
        "gerald gerard gerry jerry",
        "gillian gill jill jilly",
        "gordon gord",
        "graham graeme grahame",
        "gregory greg",
        "gwendolen gwendoline gwyneth gwen",
        "harold harry hal",
        "harriet hattie",
        "helen nell nellie",
        "henry harry hal hank",
        "hilary hils",
        "isabel isabelle isobel isabella izzy bella",
        "jacob jake",
        "jacqueline jackie jacqui",
        "james jim jimmy jamie jem",
        "janet jan",
        "janice jan",
        "jasper jas",
        "jasmine jas jaz",
        "jaswinder jas",
        "jean jeannie",
        "jennifer jen jenny jenni",
        "jeremy jerry jez",
        "jessica jess jessie",
        "joanna joanne jo",
        "john jon johnny jack",
        "jonathan jon jonny",
        "joseph joe joey",
        "josephine jo josie",
        "joshua josh",
        "judith judy jude",
        "julia julie jules",
        "karen kaz",
        "kenneth ken kenny",
        "kevin kev",
        "kimberley kim",
        "laura laurie lol",
        "lawrence laurence larry laurie",
        "leonard len lenny leo",
        "lesley leslie les",
        "lewis louis lou louie",
        "linda lynda lin lindy",
        "louise lou",
        "lucy lu",
        "madeleine maddie maddy",
        "malcolm malc mal",
        "margaret maggie meg peggy peg madge marge greta mags rita",
        "maria marie mary molly polly may",
        "martin marty",
        "matthew matt matty",
        "maureen mo",
        "maurice mo",
        "maximilian max",
        "melanie mel",
        "melissa mel",
        "michael mike mick micky mikey",
        "michelle shell chelle",
        "miriam mim",
        "mohammed muhammad mohamed mohammad mo",
        "nancy nan",
        "natalie nat",
        "nathan nathaniel nat nate",
        "neil neal",
        "nicholas nicolas nick nicky",
        "nicola nicole nicky nikki",
        "nigel nige",
        "norman norm",
        "oliver ollie olly",
        "olivia liv livvy",
        "pamela pam",
        "patricia pat patsy tricia trish paddy",
        "patrick pat paddy",
        "pauline paula",
        "penelope penny pen",
        "peter pete",
        "philip phillip phil pip",
        "philippa pippa pip",
        "priscilla cilla",
        "rachel rach rachael",
        "raymond ray",
        "rebecca rebekah becca becky beck bex",
        "reginald reg reggie",
        "richard rich rick ricky dick richie",
        "robert rob bob bobby robbie bert",
        "roderick rod roddy",
        "roger rodge",
        "ronald ron ronnie",
        "rosalind rosamund rosemary roslyn ros roz rose rosie",
        "russell russ",
        "ruth ruthie",
        "samantha sam sammy",
        "samuel sam sammy",
        "sandra sandy",
        "sarah sara sal sally sadie",
        "sebastian seb",
        "sharon shaz",
        "simon si",
        "sophia sophie soph",
        "stanley stan",
        "stephanie steph",
        "stephen steven steve stevie ste",
        "stuart stewart stu",
        "sukhwinder sukhdeep sukhbir sukh",
        "susan susanna suzanne sue susie suzy suzie",
        "terence terrance terry tel",
        "teresa theresa terri tess tessa",
        "theodore theo ted",
        "thomas tom tommy",
        "timothy tim timmy",
        "tobias toby",
        "tracey tracy trace",
        "valerie val",
        "veronica ronnie",
        "victoria vicky vicki tori",
        "vincent vince vinny",
        "vivien vivienne viv",
        "walter walt wally",
        "wendy wend",
        "wilfred wilf",
        "william will bill billy willie liam",
        "winifred win winnie",
        "yvonne vonnie",
        "zachary zac zach zack",
    )
)


def nicknames(first: str) -> frozenset[str]:
    """Return what somebody of that first name is also called, folded, themselves not included.

    >>> sorted(nicknames("Philip"))
    ['phil', 'phillip', 'pip']
    """
    folded = fold(first).text
    return frozenset(name for group in _NICKNAMES if folded in group for name in group) - {folded}


_FIRST_NAMES = frozenset(name for group in _NICKNAMES for name in group) | frozenset(
    "aaron aisha amina amir anil anneka audrey bill brenda callum carl carol clare claire clive colin craig darren "
    "dawn denise diane donna dympna eileen elaine eric ethel evelyn femi fionnuala gail gloria gwen hassan heather "
    "helene huw ian ibrahim imran irene iris ishbel isla ivan ivy jade jason jerzy joan joyce julian kayleigh keith "
    "kelly kirsty kyle lee leanne lewis lorna lorraine marian marianne marion marjorie maya meera mohan moira "
    "muriel neil nadia nigel nora olive omar owen patsy paul pauline phyllis piotr priya raj rajesh ramon ravi "
    "renee rhys rita rose ross roy ruth ryan sandra sanjay sean shane sheila shirley siobhan stacey stefan sunil "
    "sunita sylvia terry tina trevor trudy tyler vera wayne yusuf yvonne zara zoe".split()
)


def is_first_name(word: str) -> bool:
    """Tell whether a word is a first name that is common in Britain, whole or short."""
    return fold(word).text in _FIRST_NAMES


def is_only_a_first_name(word: str) -> bool:
    """Tell whether a word is a first name and hardly anything else, so that it is one at a sentence's start too.

    >>> is_only_a_first_name("Ken"), is_only_a_first_name("Mark")
    (True, False)
    """
    return is_first_name(word) and fold(word).text not in _WORDS_THAT_ARE_NAMES


_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_PARTICLES = frozenset("de da di du la le el al bin ibn van von der den ter o' mac".split())
_INITIAL = re.compile(r"[^\W\d_]\.?")


@dataclass(frozen=True, slots=True)
class PersonName:
    """The parts of a person's name, as written.

    Attributes:
        first: The first name, or an initial with or without its full stop.
        middle: What stands between.
        last: The surname with its particles, an initial, or an empty string.
    """

    first: str
    middle: tuple[str, ...] = ()
    last: str = ""

    @property
    def full(self) -> str:
        """Return first name and surname."""
        return f"{self.first} {self.last}".strip()

    @property
    def key(self) -> tuple[str, str]:
        """Return first name and surname folded, initials as one letter: equal for two spellings of one name."""
        return fold(self.first).text.strip(". "), fold(self.last).text.strip(". ")

    def is_full(self) -> bool:
        """Tell whether both names are there and neither is an initial."""
        return all(len(part) > 1 for part in self.key)


def parse_name(label: str) -> PersonName | None:
    """Take a person's name apart: ``First Surname`` or ``Surname, First``, without titles and what is in brackets.

    Returns:
        The parts, or ``None`` where it is no name but a role, a number or nobody.

    >>> parse_name("O'Hara, Dr Siobhán (she/her)").full
    "Siobhán O'Hara"
    >>> parse_name("Participant 3") is None
    True
    """
    if is_code(label):
        return None
    bare = " ".join(_BRACKETS.sub(" ", label).split()).strip(" :;-–—")
    last, comma, rest = bare.partition(",")
    if comma and rest.strip() and len(last.split()) <= 3:
        given = [word for word in rest.replace(",", " ").split() if fold(word).text.rstrip(".") not in TITLES]
        words = [*given, *last.split()]
        surname_words = len(last.split())
    else:
        words = _without_titles(bare.replace(",", " ").split())
        surname_words = 1 + _particles_before_last(words)
    words = [word for word in words if any(char.isalpha() for char in word)]
    if not words or any(char.isdigit() for word in words for char in word):
        return None
    if len(words) == 1:
        return PersonName(words[0])
    split = max(1, len(words) - surname_words)
    return PersonName(words[0], tuple(words[1:split]), " ".join(words[split:]))


def is_code(label: str) -> bool:
    """Tell whether a label already hides its speaker: ``P3``, ``Speaker 1``, ``Moderator``, ``Unknown``."""
    bare = label.strip().rstrip(":").strip()
    return (
        not bare or is_role(bare) or is_unknown(bare) or is_moderator_label(bare) or _PLAIN.fullmatch(bare) is not None
    )


_PLAIN = re.compile(
    r"(?:p|part|participant|resp|respondent|r|s|spk|speaker|int|interviewee|person|guest|m|f|mod|moderator)[\s._#-]*\d*[\s.]*"
    r"|all|everyone|several|group|many|male|female|man|woman|voice|other",
    re.IGNORECASE,
)


def is_initial(word: str) -> bool:
    """Tell whether a word is a single letter, with or without its full stop."""
    return _INITIAL.fullmatch(word) is not None


def _without_titles(words: list[str]) -> list[str]:
    while len(words) > 1 and fold(words[0]).text.rstrip(".") in TITLES:
        words = words[1:]
    return words


def _particles_before_last(words: list[str]) -> int:
    count = 0
    for word in reversed(words[1:-1]):
        if fold(word).text not in _PARTICLES:
            break
        count += 1
    return count
