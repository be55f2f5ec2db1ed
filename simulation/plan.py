"""A study made ready: files read, people made, units listed; nothing asked yet."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..evaluators.responses import Responses
from ..graphs.context import graph_prompts
from ..models.registry import ModelSpec
from ..models.seeds import derive_seed
from ..models.templates import PromptBook, TemplateError
from ..personas.conditioning import STYLES, ConditioningError, condition
from ..personas.persona import Persona
from ..personas.population import Population
from ..personas.questions import Instrument
from .codebook import Codebook, load_codebook
from .errors import InputError
from .loading import resolve
from .people import make_population
from .study import ConditionConfig, ModelConfig, Study
from .tables import human_responses, read_attributes, read_table


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
    """

    study: Study
    population: Population
    instrument: Instrument | None
    codebook: Codebook | None
    humans: Responses | None
    prompts: PromptBook
    notes: tuple[str, ...]
    files: Mapping[str, str]

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
                    yield Unit(condition_, {"respondent": persona}, replicate)

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
                    yield Unit(condition_, seats, 0, f"{group}-q{question + 1}", group, question)

    def model_configs(self) -> dict[str, ModelConfig]:
        """Every model the study names, by spec without the address."""
        study = self.study
        named = [study.model, study.mediator, *(c.model for c in study.conditions)]
        return {role_key(m): m for m in named if m is not None}

    def identity(self) -> dict[str, Any]:
        """What makes the study this one: its content, models' names and files, not how it is run."""
        # Files count by their contents, wherever they lie.
        content = self.study.model_dump(
            exclude={
                **dict.fromkeys(
                    ("title", "budget", "engine", "data", "evaluation", "model", "mediator", "conditions"), True
                ),
                **dict.fromkeys(("prompts", "humans"), True),
                "population": {"file"},
                "survey": {"codebook"},
                "consensus": {"closing"},
            }
        )
        return content | {
            "conditions": [
                {"name": c.name, "style": c.style, "model": c.model and role_key(c.model)}
                for c in self.study.conditions
            ],
            "model": role_key(self.study.model),
            "mediator": role_key(self.study.mediator or self.study.model),
            "files": dict(self.files),
            "prompts": self.prompts.hashes(),
        }


def role_key(model: ModelConfig) -> str:
    """The model's kind and name and its options, without where it is served."""
    spec = ModelSpec.parse(model.spec)
    options = ",".join(f"{k}={v}" for k, v in sorted(model.options.items()))
    return f"{spec.kind}:{spec.name}" + (f" {options}" if options else "")


def make_plan(study: Study, path: Path) -> Plan:
    """Reads everything a study names.

    Args:
        study: The study.
        path: Its file, from which relative paths start.

    Raises:
        InputError: A file is missing or wrong, or the parts do not fit together.
    """
    paths = _paths(study, path)
    study = _settled(study, paths)
    codebook = load_codebook(paths["codebook"]) if "codebook" in paths else None
    humans, people, notes = None, None, []
    if "table" in paths:
        human_codebook = load_codebook(paths["human_codebook"])
        table = read_table(paths["table"])
        read = human_responses(table, human_codebook)
        humans, notes = read.responses, list(read.notes)
        people = read_attributes(table, human_codebook) if study.population.from_humans else None
    population = make_population(study, paths.get("population"), people)
    plan = Plan(
        study=study,
        population=population,
        instrument=_instrument(study, codebook, path),
        codebook=codebook,
        humans=humans,
        prompts=_prompts(paths.get("prompts")),
        notes=tuple(notes),
        files={name: _sha256(p) for name, p in sorted(paths.items()) if p.is_file()},
    )
    _check(plan, path)
    return plan


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
        if c.style not in STYLES:
            raise InputError(f"{path}: conditions: unknown style {c.style!r}; there are {', '.join(STYLES)}")
        try:
            for persona in plan.population:
                if c.style.startswith("backstory"):
                    condition(persona, c.style, plan.population.attributes, plan.prompts)
        except ConditioningError as error:
            raise InputError(f"{path}: conditions: {error}") from error
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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
