"""What an evaluation of representatives measures: whom, on which held-out texts and episodes, with which settings."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from ....graphs.context import graph_prompts
from ....models.protocol import Sampling
from ....models.seeds import derive_seed
from ....models.templates import PromptBook
from ....personas.asking import Asking, Names
from ....personas.representatives.demonstration import Demonstration, demonstrations
from ....personas.representatives.episodes import Episode, EpisodeSet
from ....personas.representatives.prompting import Step
from ....personas.representatives.variant import Variant
from .config import RepresentativesEvaluation
from .contestants import Contestant

Chosen = TypeVar("Chosen")
Key = tuple[str, str, Step]  # episode, persona, step: one text on record


@dataclass(frozen=True)
class EvaluationPlan:
    """One evaluation.

    Args:
        study: The study's name; seeds derive from it.
        seed: The study's seed.
        episodes: Held out: nobody and no question in it was trained on.
        contestants: Who is compared.
        config: How.
        steps: In which steps the representatives were trained to speak.
        prompts: The prompt texts.
        left_out: Who is not measured, and why.
    """

    study: str
    seed: int
    episodes: EpisodeSet
    contestants: tuple[Contestant, ...]
    config: RepresentativesEvaluation = RepresentativesEvaluation()
    steps: tuple[Step, ...] = ("critique",)
    prompts: PromptBook = field(default_factory=graph_prompts)
    left_out: tuple[str, ...] = ()

    @cached_property
    def _episodes(self) -> dict[str, Episode]:
        return {e.id: e for e in self.episodes.episodes}

    @cached_property
    def _demonstrations(self) -> dict[Variant, dict[Key, Demonstration]]:
        return {}

    def demonstrations(self, variant: Variant) -> Mapping[Key, Demonstration]:
        """Every held-out text on record with the prompt that a representative of this variant reads."""
        if variant not in self._demonstrations:
            found = demonstrations(self.episodes, variant, self.steps, self.prompts)
            self._demonstrations[variant] = {(d.episode, d.persona, d.step): d for d in found}
        return self._demonstrations[variant]

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The texts that are scored and judged, in the episodes' order."""
        return self._chosen(tuple(self.demonstrations(Variant())), self.config.texts, "texts")

    @cached_property
    def replayed(self) -> tuple[Episode, ...]:
        """The episodes that are played again: everybody's opinion and critique, and the draft, are on record."""
        if "critique" not in self.steps:
            return ()
        whole = tuple(e for e in self.episodes.episodes if _is_whole(e))
        return self._chosen(whole, self.config.limit, "episodes")

    @cached_property
    def written(self) -> tuple[Key, ...]:
        """The texts that contestants write: those that are judged, and those of the episodes that are played again."""
        seats: list[Key] = [(e.id, s.persona, "critique") for e in self.replayed for s in e.seats]
        return tuple(dict.fromkeys((*self.keys, *(seats if self.measures_consensus else ()))))

    @property
    def measures_consensus(self) -> bool:
        """Whether episodes are played again at all."""
        return bool(self.replayed and self.config.mediators)

    def episode(self, id: str) -> Episode:
        """The episode of this id."""
        return self._episodes[id]

    def cluster(self, episode: str, persona: str = "") -> str:
        """What is resampled together with what a person said or got in an episode, or with a group's statement."""
        if self.config.cluster == "person" and persona:
            return persona
        return episode if self.config.cluster == "episode" else self._episodes[episode].session

    def names(self, persona: str, question: str, replicate: int, step: str) -> Names:
        """What seeds derive from, as a protocol's context does: never the model or the mechanism."""
        return (self.study, self.seed, persona, question, replicate, step)

    @property
    def asking(self) -> Asking:
        """How a judge's choices are read."""
        return Asking(self.config.method, self.config.draws)

    @property
    def sampling(self) -> Sampling:
        """How representatives' texts are drawn."""
        return Sampling(self.config.temperature, 1.0, self.config.max_tokens, tuple(self.config.stop))

    @property
    def statement_sampling(self) -> Sampling:
        """How mediators' statements are drawn."""
        return Sampling(self.config.temperature, 1.0, self.config.statement_tokens)

    def _chosen(self, all: tuple[Chosen, ...], most: int | None, what: str) -> tuple[Chosen, ...]:
        if most is None or most >= len(all):
            return all
        places = random.Random(derive_seed(self.study, self.seed, "evaluated", what)).sample(range(len(all)), most)
        return tuple(all[k] for k in sorted(places))


def _is_whole(episode: Episode) -> bool:
    said = all(seat.opinion and seat.critique for seat in episode.seats)
    return bool(episode.draft) and len(episode.seats) > 1 and said
