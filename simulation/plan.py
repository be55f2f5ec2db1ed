"""A study made ready: what it runs on, and its units in order; nothing asked yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..evaluators.responses import Responses
from ..models.templates import PromptBook
from ..personas.persona import Attribute, Persona
from ..personas.population import Population
from ..personas.questions import Instrument
from .backstories.plan import PoolPlan
from .casting import Casting
from .codebook import Codebook
from .humans.config import identity_of_seats
from .mechanisms import MechanismConfig, with_mediators
from .seating import Seating, seat_groups
from .speakers import (
    hashes_of_folders,
    identity_of_speakers,
    used_models,
)
from .speakers import role_key as role_key
from .study import ConditionConfig, ModelConfig, Study


@dataclass(frozen=True, slots=True)
class Unit:
    """One graph invocation: a persona's questionnaire or a group's episode.

    Args:
        condition: How the personas are put before the model.
        seats: Who sits where.
        replicate: Which independent draw.
        episode: The episode's name; empty for a questionnaire.
        group: The group's name; a group may go through several episodes.
        question: What is discussed; its position in the study file.
    """

    condition: ConditionConfig
    seats: Mapping[str, Persona]
    replicate: int = 0
    episode: str = ""
    group: str = ""
    question: int = 0


@dataclass(frozen=True)
class Plan:
    """Everything a run needs besides models.

    Args:
        study: The study, its paths absolute.
        population: The personas.
        instrument: What a survey asks, or a deliberation's closing questionnaire.
        codebook: Of the survey.
        humans: The real respondents' answers, where there are any.
        second_wave: Their answers at a second time, where a panel gives them.
        prompts: The prompt texts.
        notes: What was noticed while reading, for the user.
        files: SHA-256 of every file that was read, by its place in the study.
        pools: The pools of stories, each after the one it is taken from.
        casting: Who is given which story; None until the pools are made.
        instruments: What a protocol asks, by name.
    """

    study: Study
    population: Population
    instrument: Instrument | None
    codebook: Codebook | None
    humans: Responses | None
    prompts: PromptBook
    notes: tuple[str, ...]
    files: Mapping[str, str]
    second_wave: Responses | None = None
    pools: Mapping[str, PoolPlan] = field(default_factory=dict)
    casting: Casting | None = None
    instruments: Mapping[str, Instrument] = field(default_factory=dict)

    @property
    def traits(self) -> tuple[Attribute, ...]:
        """What is looked for in stories, and what people are matched to them by."""
        asked = ((name, t) for name, t in self.study.traits.items() if t is not None)
        return tuple(Attribute(name, tuple(t.labels), t.question) for name, t in asked)

    @property
    def people(self) -> int:
        """How many people (of a survey) or groups (of a deliberation) there are."""
        groups = self.study.deliberation
        return groups.groups if groups else len(self.population)

    @cached_property
    def seating(self) -> Seating:
        """Who sits in which group of a deliberation.

        Raises:
            InputError: The study's quotas cannot be met.
        """
        return seat_groups(self.study, self.population.personas)

    def units(self, limit: int | None = None) -> Iterator[Unit]:
        """The units in order, a person's or a group's together.

        Args:
            limit: Only the first people or groups.
        """
        people = self.people if limit is None else min(limit, self.people)
        return self._episodes(people) if self.study.deliberation else self._questionnaires(people)

    def _questionnaires(self, people: int) -> Iterator[Unit]:
        assert self.study.survey is not None
        for persona in self.population.personas[:people]:
            for replicate in range(self.study.survey.replicates):
                for condition_ in self.study.conditions:
                    yield Unit(condition_, {"respondent": self._seated(persona, condition_)}, replicate)

    def _seated(self, persona: Persona, condition_: ConditionConfig) -> Persona:
        return self.casting.seated(persona, condition_) if self.casting else persona

    def _episodes(self, groups: int) -> Iterator[Unit]:
        config = self.study.deliberation
        assert config is not None
        width = len(str(config.groups - 1))
        for g in range(groups):
            seats = dict(zip(config.seats, self.seating.groups[g], strict=True))
            for k in range(config.questions_per_group):
                question = (g * config.questions_per_group + k) % len(config.questions)
                for condition_ in self.study.conditions:
                    group = f"g{g:0{width}d}"
                    seated_here = {seat: self._seated(persona, condition_) for seat, persona in seats.items()}
                    yield Unit(condition_, seated_here, 0, f"{group}-q{question + 1}", group, question)

    def one_by_one(self) -> Plan:
        """The plan with one unit at a time, which changes nothing of what comes out."""
        engine = self.study.engine.model_copy(update={"units_in_flight": 1})
        return replace(self, study=self.study.model_copy(update={"engine": engine}))

    def model_configs(self) -> dict[str, ModelConfig]:
        """Every model that somebody speaks through, by `role_key`."""
        return used_models(self.study, self.population)

    def identity(self) -> dict[str, Any]:
        """What makes the study this one: its content, models' names and files, not how it is run."""
        # Files count by their contents, wherever they lie.
        content = self.study.model_dump(
            exclude={
                **dict.fromkeys(("title", "budget", "engine", "data", "evaluation", "prompts", "humans"), True),
                **dict.fromkeys(("models", "model", "mediator", "predictor", "judge", "conditions", "mechanism"), True),
                **dict.fromkeys(("backstories", "traits", "trait_draws", "seats"), True),
                "population": {"file", "models"},
                "survey": {"codebook"},
                "consensus": {"closing"},
                "protocol": {"instruments"},
            }
        )
        protocol = content.get("protocol") or {"options": {}, "steps": []}
        for part in (protocol["options"], *protocol["steps"]):
            part |= with_mediators(part, MechanismConfig.identity)
        return (
            content
            | identity_of_speakers(self.study, self.population)
            | {"files": {**self.files, **hashes_of_folders(self.study, self.population)}}
            | {"prompts": self.prompts.hashes()}
            | identity_of_seats(self.study.seats)
            # Only where there are any, so that a study without stories stays the study it was.
            | ({"backstories": {name: pool.identity() for name, pool in self.pools.items()}} if self.pools else {})
        )
