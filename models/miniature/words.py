"""The words of the small language: what people care about, how they talk, and what is asked.

Every list of phrases is a list of meanings; a meaning's wordings are equally likely. A phrase carries the space or comma
before it, so that a text is its phrases in a row.
"""

from __future__ import annotations

from itertools import combinations, product

Wordings = tuple[str, ...]
Slot = tuple[Wordings, ...]

CONCERN_NAMES = ("cost", "fairness", "freedom", "safety", "the young", "the countryside", "work", "nature")
CONCERNS: Slot = (
    ("the price", "the expense"),
    ("equal treatment", "fair shares"),
    ("free choice", "our freedom"),
    ("public safety", "the dangers"),
    ("the young", "our children"),
    ("the villages", "the countryside"),
    ("local jobs", "the workers"),
    ("clean air", "the rivers"),
)
# A pair of concerns stands in the order of the list, so that it has one text for each choice of words.
PAIRS = tuple(combinations(range(len(CONCERNS)), 2))

OPINION_OPENINGS: Slot = (("Honestly,",), ("To my mind,",), ("As I see it,",), ("On balance,",))
OPINION_GRADES: Slot = (
    (" I am fully against this", " I strongly oppose this"),
    (" I am rather against this", " I have doubts about this"),
    (" I am torn about this", " I see both sides here"),
    (" I am rather for this", " I lean towards this"),
    (" I am fully for this", " I strongly support this"),
)
NO_REASON: Wordings = (", and that is all", " without a special reason")
OPINION_REASONS: Slot = (
    NO_REASON,
    *(
        tuple(f"{lead} {name}" for lead in (" because of", ", mainly thinking of") for name in names)
        for names in CONCERNS
    ),
)

CRITIQUE_OPENINGS: Slot = (("Frankly,",), ("With respect,",), ("Thank you,",), ("To be clear,",), ("Once more,",))
# From "the draft supports this far more than I do" to "far less".
CRITIQUE_REACTIONS: Slot = (
    (" this is far too keen", " this sounds much too eager"),
    (" this is a bit too keen", " this sounds a little eager"),
    (" this is fine by me", " I can live with this"),
    (" this is a bit too wary", " this sounds a little doubtful"),
    (" this is far too wary", " this sounds much too doubtful"),
)
NO_REMARK: Wordings = (", and nothing is missing", ", and I leave it there")
ASKS: Slot = tuple(
    tuple(f"{lead} {name}" for lead in (", but please add", ", but I miss") for name in names) for names in CONCERNS
)
PRAISES: Slot = tuple(
    tuple(f"{lead} {name}" for lead in (", and it rightly names", ", and I welcome") for name in names)
    for names in CONCERNS
)
CRITIQUE_REMARKS: Slot = (NO_REMARK, *ASKS, *PRAISES)

STATEMENT_OPENINGS: Slot = (("As a group,", "All in all,", "Taken together,", "After some talk,"),)
STATEMENT_GRADES: Slot = (
    (" we fully oppose this",),
    (" we oppose this",),
    (" we mostly oppose this",),
    (" we lean against this",),
    (" we are split on this",),
    (" we lean towards this",),
    (" we mostly support this",),
    (" we support this",),
    (" we fully support this",),
)
NO_CARE: Wordings = (", and we ask nothing more",)
STATEMENT_CARES: Slot = (
    NO_CARE,
    *(tuple(f", and we look after {name}" for name in names) for names in CONCERNS),
    *(
        tuple(f", and we look after {one} and {other}" for one, other in product(CONCERNS[a], CONCERNS[b]))
        for a, b in PAIRS
    ),
)
STATEMENT_CLOSES: Slot = (
    (". It should be tried first", ". It should be reviewed later", ". Everybody should be told why"),
)

# What a question asks to do, and whether doing it is for or against the thing.
ACTIONS: tuple[tuple[str, int], ...] = (
    ("fund", 1),
    ("protect", 1),
    ("promote", 1),
    ("subsidise", 1),
    ("build", 1),
    ("expand", 1),
    ("reward", 1),
    ("allow", 1),
    ("ban", -1),
    ("tax", -1),
    ("limit", -1),
    ("close", -1),
    ("abandon", -1),
    ("restrict", -1),
    ("delay", -1),
    ("discourage", -1),
)
QUALIFIERS = ("public", "private", "small", "large", "rural", "urban", "new", "old", "local", "shared")
THINGS = (
    "airports",
    "archives",
    "bakeries",
    "banks",
    "bridges",
    "cafes",
    "canals",
    "clinics",
    "clubs",
    "colleges",
    "factories",
    "farms",
    "ferries",
    "festivals",
    "forests",
    "gardens",
    "harbours",
    "hotels",
    "kitchens",
    "libraries",
    "markets",
    "mines",
    "motorways",
    "museums",
    "nurseries",
    "orchards",
    "parks",
    "playgrounds",
    "ports",
    "prisons",
    "quarries",
    "railways",
    "schools",
    "shops",
    "stadiums",
    "theatres",
    "towers",
    "trams",
    "vineyards",
    "warehouses",
)
