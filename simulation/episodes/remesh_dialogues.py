"""What the columns of the two Remesh dialogues mean.

Source: Konya et al., Polarized Issues Dataset (Remesh collective dialogues with samples of the US public recruited by
Prolific; workshop at the University of Notre Dame, 25 June 2024), CC BY 4.0,
https://github.com/akonya/polarized-issues-data. Read are the tables with one row of headers (`tidy`), in which a header
that stands twice has the suffix `__2`, `__3`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

UNKNOWN = frozenset(("", "--", "Prefer not to respond"))


@dataclass(frozen=True, slots=True)
class Trait:
    """How an attribute is read from one column or several; several that apply are joined by " and ".

    Args:
        columns: The headers.
        labels: Cell to label, where the cell is not the label.
    """

    columns: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that everybody answered in their own words.

    Args:
        header: The column of the answers, and the question's text in the map of thoughts.
        lead: Asked just before, where the question makes no sense alone.
        position: The column of a poll on the proposition.
        proposition: What the poll asks about, as a statement.
        voted: Whether people voted on each other's answers.
    """

    header: str
    lead: str = ""
    position: str = ""
    proposition: str = ""
    voted: bool = True

    @property
    def question(self) -> str:
        """The question with what led to it."""
        return f"{self.lead} {self.header}".strip()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One dialogue: the stem of its files, its attributes by name, and its questions in the order of asking."""

    name: str
    traits: Mapping[str, Trait]
    asked: tuple[Asked, ...]


_RELIGION = "What is your religious affiliation? - "
_FAITHS = ("Christian", "Muslim", "Jewish", "Agnostic/Atheist", "Hindu", "Buddhist", "Other")
_RIGHTS = "Do you believe that defending human rights globally should be a goal of American policy?"
_PARTY = {"Other/Independent": "Independent/Other"}

CAMPUS_PROTESTS = Dialogue(
    "campus_protests",
    {
        "party": Trait(("What is your political affiliation?",), _PARTY),
        "gender": Trait(("What is your gender?",)),
        "age": Trait(("What is your age range?",), {"70": "70+"}),  # follows 60-69; the plus was lost
        "religion": Trait(tuple(_RELIGION + faith for faith in _FAITHS)),
        "education": Trait(
            ("What is your highest level of education?",),
            {
                "College degree (e.g. Bsc, BA)": "College degree",
                "Professional Degree (e.g. Masters, PhD, MD, JD)": "Professional degree",
            },
        ),
        "region": Trait(("How would you describe where you live?",)),
        "income": Trait(("What is your household income?",), {"$81--$120k": "$81k-$120k"}),
        "protested": Trait(("Have you ever participated in any form of public protest?",)),
    },
    (
        Asked("What are your impressions of the campus protests?"),
        Asked("What are you impressions of how campus administrators handled the protests?"),
        Asked("Can you describe any ways the campus protests have affected you?", voted=False),
        Asked(
            "What are your thoughts on the way university campus administrators should approach the issue of "
            "Israel/Gaza demonstrations?"
        ),
        Asked("What should guide university campus administrators handling of protests?"),
    ),
)

FOREIGN_INTERVENTION = Dialogue(
    "foreign_intervention",
    {
        "party": Trait(("What political party do you most identify with?",), _PARTY),
        "age": Trait(("What is your age?",)),
        "region": Trait(("What best describes the region you live in?",)),
    },
    (
        Asked(
            "Please explain why you chose this answer (please be as specific as you can).",
            lead=_RIGHTS,
            position=_RIGHTS,
            proposition="Defending human rights globally should be a goal of American policy.",
        ),
        Asked("What are the reasons that you think some people would/might disagree with you?", lead=_RIGHTS),
        Asked("When is a time that you supported the U.S. getting involved in another country?", voted=False),
        Asked("When is a time that you did NOT support the U.S. getting involved in another country?", voted=False),
        Asked(
            "What actions, if any, should the U.S. take in the Democratic Republic of the Congo? Please explain your "
            "reason(s) for your answer."
        ),
    ),
)

DIALOGUES = {d.name: d for d in (CAMPUS_PROTESTS, FOREIGN_INTERVENTION)}
BOTH = "both"
