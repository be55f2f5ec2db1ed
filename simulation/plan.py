"""A study made ready: files read, people made, units listed; nothing asked yet."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..evaluators.responses import Responses
from ..graphs.context import graph_prompts
from ..models.seeds import derive_seed
from ..models.templates import PromptBook, TemplateError
from ..personas.conditioning import ConditioningError, check_style, condition
from ..personas.persona import Attribute, Persona
from ..personas.population import Population
from ..personas.questions import Instrument
from .backstories.plan import PoolPlan, plan_pools, trait_plan
from .casting import Casting
from .codebook import Codebook, load_codebook
from .errors import InputError
from .loading import resolve
from .people import People, asked_traits, make_population
from .speakers import (
    bindings,
    check_addresses,
    hash_of_people,
    hashes_of_folders,
    identity_of_speakers,
    notes_on_models,
    settled_models,
    used_models,
)
from .speakers import role_key as role_key
from .study import ConditionConfig, ModelConfig, Study
from .tables import human_responses, read_attributes, read_table
from .weights import file_hash


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
        prompts: The prompt texts.
        notes: What was noticed while reading, for the user.
        files: SHA-256 of every file that was read, by its place in the study.
        pools: The pools of stories, each after the one it is taken from.
        casting: Who is given which story; None until the pools are made.
    """

    study: Study
    population: Population
    instrument: Instrument | None
    codebook: Codebook | None
    humans: Responses | None
    prompts: PromptBook
    notes: tuple[str, ...]
    files: Mapping[str, str]
    pools: Mapping[str, PoolPlan] = field(default_factory=dict)
    casting: Casting | None = None

    @property
    def traits(self) -> tuple[Attribute, ...]:
        """What is looked for in stories, and what people are matched to them by."""
        asked = ((name, t) for name, t in self.study.traits.items() if t is not None)
        return tuple(Attribute(name, tuple(t.labels), t.question) for name, t in asked)

    @property
    def people(self) -> int:
        """How many people (of a survey) or groups (of a deliberation) there are."""
        consensus = self.study.consensus
        return consensus.groups if consensus else len(self.population)

    def units(self, limit: int | None = None) -> Iterator[Unit]:
        """The units in order, a person's or a group's together.

        Args:
            limit: Only the first people or groups.
        """
        people = self.people if limit is None else min(limit, self.people)
        return self._episodes(people) if self.study.consensus else self._questionnaires(people)

    def _questionnaires(self, people: int) -> Iterator[Unit]:
        assert self.study.survey is not None
        for persona in self.population.personas[:people]:
            for replicate in range(self.study.survey.replicates):
                for condition_ in self.study.conditions:
                    yield Unit(condition_, {"respondent": self._seated(persona, condition_)}, replicate)

    def _seated(self, persona: Persona, condition_: ConditionConfig) -> Persona:
        return self.casting.seated(persona, condition_) if self.casting else persona

    def _episodes(self, groups: int) -> Iterator[Unit]:
        config = self.study.consensus
        assert config is not None
        order = list(self.population.personas)
        random.Random(derive_seed(self.study.study, self.study.seed, "groups")).shuffle(order)
        width = len(str(config.groups - 1))
        for g in range(groups):
            seated = order[g * config.group_size : (g + 1) * config.group_size]
            seats = {f"seat_{k}": persona for k, persona in enumerate(seated, start=1)}
            for k in range(config.questions_per_group):
                question = (g * config.questions_per_group + k) % len(config.questions)
                for condition_ in self.study.conditions:
                    group = f"g{g:0{width}d}"
                    seated_here = {seat: self._seated(persona, condition_) for seat, persona in seats.items()}
                    yield Unit(condition_, seated_here, 0, f"{group}-q{question + 1}", group, question)

    def model_configs(self) -> dict[str, ModelConfig]:
        """Every model that somebody speaks through, by `role_key`."""
        return used_models(self.study, self.population)

    def identity(self) -> dict[str, Any]:
        """What makes the study this one: its content, models' names and files, not how it is run."""
        # Files count by their contents, wherever they lie.
        content = self.study.model_dump(
            exclude={
                **dict.fromkeys(("title", "budget", "engine", "data", "evaluation", "prompts", "humans"), True),
                **dict.fromkeys(("models", "model", "mediator", "judge", "conditions"), True),
                **dict.fromkeys(("backstories", "traits", "trait_draws"), True),
                "population": {"file", "models"},
                "survey": {"codebook"},
                "consensus": {"closing"},
            }
        )
        return (
            content
            | identity_of_speakers(self.study, self.population)
            | {"files": {**self.files, **hashes_of_folders(self.study, self.population)}}
            | {"prompts": self.prompts.hashes()}
            # Only where there are any, so that a study without stories stays the study it was.
            | ({"backstories": {name: pool.identity() for name, pool in self.pools.items()}} if self.pools else {})
        )


def make_plan(study: Study, path: Path) -> Plan:
    """Reads everything a study names.

    Args:
        study: The study.
        path: Its file, from which relative paths start.

    Raises:
        InputError: A file is missing or wrong, or the parts do not fit together.
    """
    paths = _paths(study, path)
    given = study
    study = _settled(study, paths).model_copy(update=settled_models(study, path))
    codebook = load_codebook(paths["codebook"]) if "codebook" in paths else None
    humans, people, notes, human_codebook = None, None, [], None
    if "table" in paths:
        human_codebook = load_codebook(paths["human_codebook"])
        table = read_table(paths["table"])
        read = human_responses(table, human_codebook)
        humans, notes = read.responses, list(read.notes)
        people = read_attributes(table, human_codebook) if study.population.from_humans else None
    population = _people(study, paths.get("population"), people, path)
    study, pools = _with_pools(study, population, human_codebook, path)
    plan = Plan(
        study=study,
        population=population,
        instrument=_instrument(study, codebook, path),
        codebook=codebook,
        humans=humans,
        prompts=_prompts(paths.get("prompts")),
        notes=(*notes, *notes_on_models(given, population)),
        files=_hashes(paths, population),
        pools=pools,
    )
    _check(plan, path)
    return plan


def _people(study: Study, file: Path | None, humans: People | None, path: Path) -> Population:
    try:
        return make_population(study, file, humans)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _with_pools(
    study: Study, population: Population, codebook: Codebook | None, path: Path
) -> tuple[Study, dict[str, PoolPlan]]:
    """The study with its pools' paths absolute and all its traits said, and the plans of its pools."""
    if not study.backstories:
        return study, {}
    try:
        asked = asked_traits(study.traits, population, codebook)
        pools = plan_pools(
            study.backstories,
            trait_plan(asked, study.trait_draws),
            people=population,
            resolve=lambda given: resolve(path, study.data, given),
            writer=role_key(study.model),
            judge=role_key(study.judge or study.model),
        )
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return study.model_copy(update={"backstories": {n: p.config for n, p in pools.items()}, "traits": asked}), pools


def _hashes(paths: Mapping[str, Path], population: Population) -> dict[str, str]:
    hashes = {name: file_hash(p) for name, p in sorted(paths.items()) if p.is_file()}
    # The file of bound personas holds names of models, and who speaks through what counts by itself.
    if "population" in hashes and bindings(population):
        hashes["population"] = hash_of_people(population)
    return hashes


def _paths(study: Study, path: Path) -> dict[str, Path]:
    named = {"population": study.population.file, "prompts": study.prompts}
    if study.humans:
        named |= {"table": study.humans.table, "human_codebook": study.humans.codebook}
    if study.survey:
        named["codebook"] = study.survey.codebook or (study.humans.codebook if study.humans else None)
    if study.consensus:
        named["codebook"] = study.consensus.closing
    return {name: resolve(path, study.data, given) for name, given in named.items() if given}


def _settled(study: Study, paths: Mapping[str, Path]) -> Study:
    """The study with absolute paths, so that it can be read again from its run folder."""
    at = {name: str(p.resolve()) for name, p in paths.items()}
    changes: dict[str, Any] = {
        "data": None,
        "prompts": at.get("prompts"),
        "population": study.population.model_copy(update={"file": at.get("population")}),
    }
    if study.humans:
        humans = {"table": at["table"], "codebook": at["human_codebook"]}
        changes["humans"] = study.humans.model_copy(update=humans)
    if study.survey:
        changes["survey"] = study.survey.model_copy(update={"codebook": at["codebook"]})
    if study.consensus:
        changes["consensus"] = study.consensus.model_copy(update={"closing": at.get("codebook")})
    return study.model_copy(update=changes)


def _instrument(study: Study, codebook: Codebook | None, path: Path) -> Instrument | None:
    if codebook is None:
        return None
    items = study.survey.items if study.survey else []
    known = [q.code for q in codebook.instrument().questions]
    for item in items:
        if item not in known:
            raise InputError(f"{path}: survey.items: the codebook has no item {item!r} (it has {', '.join(known)})")
    return codebook.instrument(items or None)


def _prompts(overrides: Path | None) -> PromptBook:
    try:
        return graph_prompts(overrides)
    except TemplateError as error:
        raise InputError(f"prompts: {error}") from error


def _check(plan: Plan, path: Path) -> None:
    study = plan.study
    for c in study.conditions:
        try:
            check_style(c.style)
            for persona in plan.population:
                if c.style.startswith("backstory") and not c.backstories:
                    condition(persona, c.style, plan.population.attributes, plan.prompts)
        except ConditioningError as error:
            raise InputError(f"{path}: conditions: {error}") from error
    try:
        check_addresses(study, plan.population)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    config = study.consensus
    if config and len(plan.population) < config.groups * config.group_size:
        raise InputError(
            f"{path}: consensus: {config.groups} groups of {config.group_size} need "
            f"{config.groups * config.group_size} personas, and the population has {len(plan.population)}"
        )
    for name in study.evaluation.by:
        known = list(plan.humans.attributes) if plan.humans else []
        if name not in known:
            raise InputError(
                f"{path}: evaluation.by: no attribute {name!r} (the humans have {', '.join(known) or 'none'})"
            )
