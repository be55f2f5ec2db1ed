"""What a small model reads before it learns of anybody: the language of the miniature world, and nothing of a person.

The texts are those of another study's people. Four shapes of documents:

- `loose`: questions, statements, opinions and critiques, a line each, drawn one by one, so that nothing in a document
  goes with anything else in it;
- `prompted`: a representative's prompt and an answer, each part drawn by itself in the same way, so that a model learns
  the form of the task and which texts there are, and not how an answer follows from what is told of the person;
- `repeats`: loose lines, one or two of which are said once more, so that a model learns to take up what it has read;
- `habits`: what one person wrote on several questions, a line each, so that a model learns to take up from its context
  how somebody talks. A model that is to know nothing of that reads none of these.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from ...models.seeds import derive_seed
from ...models.templates import PromptBook
from ..payoffs import persona_prompts
from ..persona import Past, Persona
from .episodes import Episode, EpisodeSet, SeatWords
from .miniature import generate_study
from .prompting import Step, render_step
from .variant import MOST, Variant

Shape = Literal["loose", "prompted", "repeats", "habits"]
SHAPES: tuple[Shape, ...] = ("loose", "prompted", "repeats", "habits")
VANILLA: Mapping[Shape, float] = {"loose": 0.5, "prompted": 0.5}
FULL = Variant(True, MOST, MOST, MOST)
SHORTEST, LONGEST = 4, 8


def pretraining_texts(
    n: int,
    seed: int = 0,
    *,
    shares: Mapping[Shape, float] = VANILLA,
    steps: Sequence[Step] = ("critique",),
    variants: Sequence[Variant] = (Variant(), FULL),
    public: str = "default",
    prompts: PromptBook | None = None,
) -> list[str]:
    """Documents in a drawn order; the same for the same arguments.

    Args:
        n: How many.
        seed: Another seed has other people and documents.
        shares: How often each shape is drawn; the weights need not sum to 1.
        steps: Which answers prompted documents end in, all alike.
        variants: What prompted documents tell of the (mixed) person, all alike.
        public: Whose language it is; as for `generate_study`.
        prompts: Other prompt texts than the package's.

    Raises:
        ValueError: A shape is unknown, or no share is above 0.
    """
    unknown = [shape for shape in shares if shape not in SHAPES]
    if unknown or not any(share > 0 for share in shares.values()):
        raise ValueError(f"shares must give {', '.join(SHAPES)} a weight, one of them above 0; got {dict(shares)}")
    draw = random.Random(derive_seed("pretraining", public, seed))
    pool = _Pool(others(public, seed), draw)
    book = prompts or persona_prompts()
    write: dict[Shape, Callable[[], str]] = {
        "loose": pool.loose,
        "prompted": lambda: pool.prompted(draw.choice(steps), draw.choice(variants), book),
        "repeats": pool.repeats,
        "habits": pool.habits,
    }
    return [write[shape]() for shape in draw.choices(list(shares), list(shares.values()), k=n)]


@lru_cache(maxsize=2)
def others(public: str, seed: int) -> EpisodeSet:
    """The study whose people wrote the documents of this seed; they sit in no study of a small seed."""
    return generate_study(seed=derive_seed("pretraining people", seed), public=public)


@dataclass(frozen=True)
class _Pool:
    study: EpisodeSet
    draw: random.Random

    @cached_property
    def _seats(self) -> list[tuple[Episode, SeatWords]]:
        return [(episode, seat) for episode in self.study.episodes for seat in episode.seats]

    @cached_property
    def _by_person(self) -> dict[str, list[str]]:
        said: dict[str, list[str]] = {}
        for _, seat in self._seats:
            said.setdefault(seat.persona, []).extend([seat.opinion or "", seat.critique or ""])
        return said

    def loose(self) -> str:
        """Lines that have nothing to do with each other."""
        return "\n".join(self._lines())

    def repeats(self) -> str:
        """Such lines, and one or two of them again."""
        lines = self._lines()
        return "\n".join([*lines, *self.draw.sample(lines, self.draw.randint(1, 2))])

    def habits(self) -> str:
        """One person's opinions and critiques in a drawn order."""
        lines = list(self._by_person[self.draw.choice(self.study.population.personas).id])
        self.draw.shuffle(lines)
        return "\n".join(lines)

    def prompted(self, step: Step, variant: Variant, prompts: PromptBook) -> str:
        """A prompt and an answer whose parts are all of different people."""
        rendered = render_step(
            step,
            self._mixed_person(),
            variant,
            prompts,
            question=self._question(),
            opinion=self._opinion(),
            draft=self._statement(),
            attributes=self.study.population.attributes,
        )
        answer = self._opinion() if step == "opinion" else self._critique()
        return f"{rendered.text} {answer}"

    def _lines(self) -> list[str]:
        kinds = [self._question, self._statement, self._opinion, self._critique]
        return [self.draw.choice(kinds)() for _ in range(self.draw.randint(SHORTEST, LONGEST))]

    def _mixed_person(self) -> Persona:
        past = [
            Past(self._question(), self._seat().position or "", self._opinion(), self._critique())
            for _ in range(self.draw.randint(0, MOST))
        ]
        return replace(self.draw.choice(self.study.population.personas), past=tuple(past))

    def _seat(self) -> SeatWords:
        return self.draw.choice(self._seats)[1]

    def _question(self) -> str:
        return self.draw.choice(self.study.episodes).question

    def _statement(self) -> str:
        episode = self.draw.choice(self.study.episodes)
        return self.draw.choice((episode.draft, episode.revised)) or ""

    def _opinion(self) -> str:
        return self._seat().opinion or ""

    def _critique(self) -> str:
        return self._seat().critique or ""
