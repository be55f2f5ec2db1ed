"""The hidden person behind a life story, and an answer of its interview.

Who tells a story is drawn from names alone: the same persona of the same public is always the same person, whatever
it is asked. An answer tells a few facts of that person that were not told before, between sentences that tell none;
a share of the answers is flawed (see `flaws`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ..seeds import derive_seed, derive_uniform
from . import life_words as w
from .derivation import short
from .flaws import CONTRADICTION, FLAWS, contradict, junk
from .graded import Vector
from .life_facts import Fact, can_be_said, graded, read_facts, say_attitude, say_trait
from .reading_lives import Life, Shares, read_life

__all__ = ["Answered", "Life", "Teller", "answer_question", "draw_traits", "read_life", "texts_told"]

# How many sentences of an answer tell nothing.
FEWEST, MOST = 4, 8
# What a question is about shows in its first characters.
LONGEST_QUESTION = 2000


@dataclass(frozen=True, slots=True)
class Teller:
    """The hidden person behind a story.

    Args:
        public: The public's name.
        persona: The persona's id.
        traits: The person's traits.
        attitude: The person's attitudes, in standard deviations.
    """

    public: str
    persona: str
    traits: Mapping[str, str]
    attitude: Vector

    def facts(self) -> list[Fact]:
        """All that the person could tell, in the order in which it does."""
        traits = [Fact(trait=t, label=v) for t, v in self.traits.items() if can_be_said(t) and can_be_said(v)]
        attitudes = [Fact(dimension=k, value=graded(a)) for k, a in enumerate(self.attitude)]
        facts = sorted(traits, key=lambda fact: fact.trait) + attitudes
        self._own("facts").shuffle(facts)
        return facts

    def scenery(self) -> dict[str, str]:
        """What is the same in all that the person tells: a town, a friend, a trade."""
        own = self._own("scenery")
        return {slot: own.choice(words) for slot, words in w.SLOTS.items()}

    def _own(self, what: str) -> random.Random:
        return random.Random(derive_seed("teller", self.public, short(self.persona), what))


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and the truth about it.

    Args:
        text: What is said.
        flaw: The flaw that was committed; "" for none.
    """

    text: str
    flaw: str = ""


def draw_traits(public: str, persona: str, shares: Shares, given: Mapping[str, str]) -> dict[str, str]:
    """The traits of a teller: those that are given, and the others drawn from their shares (summing to 1), each by itself."""
    drawn = {
        trait: _drawn(labels, derive_uniform("teller", public, short(persona), trait))
        for trait, labels in shares.items()
        if trait not in given
    }
    return {**drawn, **given}


def answer_question(
    teller: Teller,
    question: str,
    told: Sequence[str],
    draw: random.Random,
    *,
    shares: Shares,
    facts: int = 3,
    flaw_rate: float = 0.15,
    room: int = 2048,
) -> Answered:
    """One answer of a life-story interview.

    Args:
        teller: Who tells.
        question: What is asked.
        told: The earlier answers; what they state is not told again.
        draw: Draws the words and the flaw.
        shares: By trait, the labels that there are.
        facts: How many facts are told, while there are any left.
        flaw_rate: How probable a flaw is.
        room: The longest answer, in characters; sentences that do not fit are left out.
    """
    before = {fact.about: fact for text in told for fact in read_facts(text)}
    telling = [fact for fact in teller.facts() if fact.about not in before][: max(facts, 0)]
    flaw = draw.choice(FLAWS) if draw.random() < flaw_rate else ""
    if flaw == CONTRADICTION:
        against = [fact for fact in (contradict(fact, shares, draw) for fact in before.values()) if fact]
        if against:
            telling = [draw.choice(against), *telling[1:]]
        else:
            flaw = draw.choice(FLAWS[1:])
    scenery = teller.scenery()
    if flaw in ("", CONTRADICTION):
        wording = draw.randrange(30)
        said = [_say(fact, wording + k) for k, fact in enumerate(telling)]
    else:
        said = [junk(flaw, question, scenery["friend"], draw)]
    return Answered(_composed(said, _filling(question, told, scenery, draw), draw, room).strip(), flaw)


def texts_told(context: Mapping[str, Any]) -> list[str]:
    """The earlier answers that a request's context lists under `told`."""
    turns = context.get("told")
    answers = [t.get("answer") for t in turns if isinstance(t, Mapping)] if isinstance(turns, list | tuple) else []
    return [answer for answer in answers if isinstance(answer, str)]


def _say(fact: Fact, wording: int) -> str:
    if fact.trait:
        return say_trait(fact.trait, fact.label, wording)
    return say_attitude(fact.dimension, fact.value, wording)


def _filling(question: str, told: Sequence[str], scenery: Mapping[str, str], draw: random.Random) -> list[str]:
    """Sentences that tell nothing, on the question's subject where it has one; about a third are on no subject."""
    before, number = "\n".join(told), draw.randint(FEWEST, MOST)
    subject = _fresh(draw.choice(_subjects(question[:LONGEST_QUESTION].casefold())), before, scenery, draw)
    general = _fresh(w.ANYTHING, before, scenery, draw)
    of_subject = min(number - number // 3, len(subject))
    chosen = [*subject[:of_subject], *general[: number - of_subject]]
    draw.shuffle(chosen)
    return chosen


def _fresh(lines: Sequence[str], before: str, scenery: Mapping[str, str], draw: random.Random) -> list[str]:
    """The lines in an order drawn anew, those that were not said before first."""
    filled = [line.format_map(scenery) for line in draw.sample(lines, len(lines))]
    return sorted((line[:1].upper() + line[1:] for line in filled), key=before.__contains__)


@lru_cache(maxsize=1024)
def _subjects(asked: str) -> list[tuple[str, ...]]:
    """The sentences on the subjects that a question names most often; on any where it names none."""
    named = [(sum(word in asked for word in words), lines) for words, lines in w.SUBJECTS]
    most = max(times for times, _ in named)
    return [lines for times, lines in named if times == most]


def _composed(said: Sequence[str], filling: Sequence[str], draw: random.Random, room: int) -> str:
    """Facts and filling in one paragraph, facts in their order; where room is short, filling is left out first."""
    kept = _fitting(said, room)
    left = room - sum(len(sentence) + 1 for sentence in kept)
    around = _fitting(filling, left)
    places = sorted(draw.sample(range(len(kept) + len(around)), len(kept)))
    facts, others = iter(kept), iter(around)
    sentences = [next(facts) if k in places else next(others) for k in range(len(kept) + len(around))]
    return _joined(sentences) or (said or filling)[0]


def _fitting(sentences: Sequence[str], room: int) -> list[str]:
    """The first of the sentences, as many as there is room for."""
    kept: list[str] = []
    for sentence in sentences:
        room -= len(sentence) + 1
        if room < 0:
            break
        kept.append(sentence)
    return kept


def _joined(sentences: Sequence[str]) -> str:
    # What stands on lines of its own ends with one.
    joined = ""
    for before, sentence in pairwise(["", *sentences]):
        gap = "\n" if "\n" in before else " "
        joined += sentence if not joined or sentence.startswith("\n") else gap + sentence
    return joined


def _drawn(labels: Mapping[str, float], uniform: float) -> str:
    """The label that a uniform draw on [0, 1) picks by the labels' shares."""
    reached, last = 0.0, ""
    for label, share in labels.items():
        reached += share
        last = label if share > 0 else last
        if uniform < reached:
            return label
    return last  # the sum fell short of 1 by rounding
