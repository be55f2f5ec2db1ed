"""Making a study ready: its files are read, its people made, and what does not fit together is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..graphs.context import graph_prompts
from ..models.templates import PromptBook, TemplateError
from ..personas.conditioning import ConditioningError, check_style, condition
from ..personas.matching import ONE_TO_ONE
from ..personas.population import Population
from ..personas.questions import Instrument
from .backstories.plan import PoolPlan, plan_pools, trait_plan
from .codebook import Codebook, load_codebook
from .errors import InputError
from .instruments.reading import shipped_instruments
from .loading import resolve
from .people import People, asked_traits, make_population
from .plan import Plan
from .protocols.planning import check_protocol, with_mechanisms
from .speakers import (
    bindings,
    check_addresses,
    hash_of_people,
    notes_on_models,
    settled_models,
)
from .speakers import role_key as role_key
from .study import Study
from .tables import human_responses, read_attributes, read_table
from .weights import file_hash
from .yaml_text import nearest_name

_INSTRUMENT = "instruments."


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
    study = with_mechanisms(study, path)
    codebook = load_codebook(paths["codebook"]) if "codebook" in paths else None
    humans, people, notes, human_codebook = None, None, [], None
    if "table" in paths:
        human_codebook = load_codebook(paths["human_codebook"])
        table = read_table(paths["table"])
        read = human_responses(table, human_codebook)
        humans, notes = read.responses, list(read.notes)
        people = read_attributes(table, human_codebook) if study.population.from_humans else None
    second = None
    if "retest" in paths and human_codebook:
        second = human_responses(read_table(paths["retest"]), human_codebook, "evaluation.retest").responses
    population = _people(study, paths.get("population"), people, path)
    study, pools = _with_pools(study, population, human_codebook, people, path)
    plan = Plan(
        study=study,
        population=population,
        instrument=_instrument(study, codebook, path),
        codebook=codebook,
        humans=humans,
        prompts=_prompts(paths.get("prompts")),
        notes=(*notes, *notes_on_models(given, population)),
        files=_hashes(paths, population),
        second_wave=second,
        pools=pools,
        instruments=_instruments(paths),
    )
    _check(plan, path)
    return plan


def _people(study: Study, file: Path | None, humans: People | None, path: Path) -> Population:
    try:
        return make_population(study, file, humans)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _with_pools(
    study: Study, population: Population, codebook: Codebook | None, humans: People | None, path: Path
) -> tuple[Study, dict[str, PoolPlan]]:
    """The study with its pools' paths absolute and all its traits said, and the plans of its pools."""
    if not study.backstories:
        return study, {}
    try:
        asked = asked_traits(study.traits, population, codebook, humans)
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
    # What people said a second time decides nothing of what is asked.
    hashes = {name: file_hash(p) for name, p in sorted(paths.items()) if p.is_file() and name != "retest"}
    # The file of bound personas holds names of models, and who speaks through what counts by itself.
    if "population" in hashes and bindings(population):
        hashes["population"] = hash_of_people(population)
    return hashes


def _paths(study: Study, path: Path) -> dict[str, Path]:
    named = {"population": study.population.file, "prompts": study.prompts}
    if study.humans:
        named |= {"table": study.humans.table, "human_codebook": study.humans.codebook}
        named["retest"] = study.evaluation.retest
    if study.survey:
        given = study.survey.codebook or (study.humans.codebook if study.humans else None)
        named["codebook"] = str(shipped_instruments().get(given, given)) if given else None
    if study.consensus:
        named["codebook"] = study.consensus.closing
    if study.protocol:
        shipped, asked = shipped_instruments(), study.protocol.instruments
        named |= {f"{_INSTRUMENT}{name}": str(shipped.get(given, given)) for name, given in asked.items()}
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
        changes["evaluation"] = study.evaluation.model_copy(update={"retest": at.get("retest")})
    if study.survey:
        changes["survey"] = study.survey.model_copy(update={"codebook": at["codebook"]})
    if study.protocol:
        instruments = {name: at[f"{_INSTRUMENT}{name}"] for name in study.protocol.instruments}
        changes["protocol"] = study.protocol.model_copy(update={"instruments": instruments})
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


def _instruments(paths: Mapping[str, Path]) -> dict[str, Instrument]:
    """What a protocol asks, by the names under which its steps ask it."""
    files = {name.removeprefix(_INSTRUMENT): p for name, p in paths.items() if name.startswith(_INSTRUMENT)}
    return {name: load_codebook(file).instrument() for name, file in files.items()}


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
    _check_pools(plan, path)
    check_protocol(plan, path)
    config = study.deliberation
    if config and len(plan.population) < config.groups * config.group_size:
        raise InputError(
            f"{path}: {study.kind}: {config.groups} groups of {config.group_size} need "
            f"{config.groups * config.group_size} personas, and the population has {len(plan.population)}"
        )
    for place, name in _attributes_measured(study):
        known = list(plan.humans.attributes) if plan.humans else []
        if name not in known:
            raise InputError(
                f"{path}: evaluation.{place}: no attribute {name!r} (the humans have {', '.join(known) or 'none'})"
            )
    _check_contrasts(plan, path)


def _check_contrasts(plan: Plan, path: Path) -> None:
    """A label that nobody has would only show once everything was asked."""
    for name, pairs in plan.study.evaluation.contrasts.items():
        there = sorted({str(x) for x in plan.humans.attributes[name] if x}) if plan.humans else []
        for label in (label for pair in pairs for label in pair):
            if label not in there:
                close = nearest_name(label, there)
                raise InputError(
                    f"{path}: evaluation.contrasts.{name}: no human is {label!r}{close} (they are {', '.join(there)})"
                )


def _check_pools(plan: Plan, path: Path) -> None:
    """Looks before anything is asked: stories are what costs most, and they come first."""
    for c in plan.study.conditions:
        if c.matching not in ONE_TO_ONE or len(plan.pools[c.backstories]) >= len(plan.population):
            continue
        raise InputError(
            f"{path}: conditions: {c.name}: {c.matching} gives each of {len(plan.population):,} people a story of its own, "
            f"but `backstories.{c.backstories}` has {len(plan.pools[c.backstories]):,} at most; make more (--set "
            f"backstories.{c.backstories}.n=N), lower population.sample, or match by greedy"
        )


def _attributes_measured(study: Study) -> Iterator[tuple[str, str]]:
    yield from (("by", name) for name in study.evaluation.by)
    yield from (("contrasts", name) for name in study.evaluation.contrasts)
