"""The people of a study: a population from a file, from human respondents, or generated."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..models.seeds import derive_seed, derive_uniform
from ..personas.persona import Attribute, Persona
from ..personas.population import Population, PopulationError
from .backstories.config import TraitConfig
from .codebook import Codebook
from .errors import InputError
from .named_models import unknown_model
from .sections import AttributeConfig, PopulationConfig
from .study import Study
from .yaml_text import nearest_name

People = Mapping[str, tuple[Mapping[str, str], float]]


def make_population(study: Study, file: Path | None, humans: People | None) -> Population:
    """The personas a study runs on.

    Args:
        study: The study.
        file: Its population file, resolved.
        humans: Respondent id to labels and weight, for `from_humans`.

    Raises:
        InputError: The file or the attributes are wrong, or a persona and a model that go together are not there.
    """
    config = study.population
    try:
        if file is not None:
            population = _reworded(Population.load(file), config)
        elif humans is not None and config.from_humans:
            population = _from_humans(humans, config)
        else:
            population = generate(study.study, study.seed, config.generate or 0, config.attributes)
        population = _bound(population, study, file)
        if config.sample:
            population = population.sample(config.sample, seed=derive_seed(study.study, study.seed, "sample"))
    except InputError:
        raise
    except (PopulationError, ValueError) as error:
        raise InputError(f"population: {error}") from error
    return population


def _bound(population: Population, study: Study, file: Path | None) -> Population:
    """The personas with the models that the study gives them; before a sample, so that none is taken for unknown."""
    chosen = study.population.models
    known = {p.id for p in population} if chosen else set()
    for persona, name in chosen.items():
        if persona not in known:
            close = nearest_name(persona, sorted(known)) or "; give the id of a persona, a number in quotes"
            raise InputError(
                f"population.models: nobody is called {persona!r}{close} "
                f"(to speak through {name!r}; `models` has: {', '.join(study.models)})"
            )
    if chosen:
        personas = (replace(p, model=chosen[p.id]) if p.id in chosen else p for p in population)
        population = Population(tuple(personas), population.attributes)
    for p in population:
        if p.model and p.model not in study.models:
            said = unknown_model(p.model, study.models)
            raise InputError(f"population.file: {file}: column `model` of persona {p.id!r}: {said}")
    return population


def generate(study: str, seed: int, n: int, attributes: Mapping[str, AttributeConfig]) -> Population:
    """Draws n personas whose traits are independent and have the given shares."""
    tables = {name: _cumulative(name, a.shares) for name, a in attributes.items()}
    personas = []
    for k in range(n):
        name = f"p{k:0{len(str(max(n - 1, 0)))}d}"
        traits = {
            a: labels[min(bisect.bisect(sums, derive_uniform(study, seed, name, a)), len(labels) - 1)]
            for a, (labels, sums) in tables.items()
        }
        personas.append(Persona(name, traits))
    return Population(tuple(personas), tuple(_worded(name, a) for name, a in attributes.items()))


def _cumulative(name: str, shares: Mapping[str, float]) -> tuple[list[str], list[float]]:
    total = sum(shares.values())
    if not shares or any(s < 0 for s in shares.values()) or total <= 0:
        raise InputError(f"population.attributes.{name}: `shares` must be numbers from 0 up that do not sum to 0")
    return list(shares), list(itertools.accumulate(s / total for s in shares.values()))


def _worded(name: str, config: AttributeConfig) -> Attribute:
    for text in (config.sentence, config.portrayal):
        if text and "{value}" not in text:
            raise InputError(f"population.attributes.{name}: {text!r} has no slot {{value}}")
    return Attribute(name, tuple(config.shares), config.question, config.sentence, config.portrayal)


def _reworded(population: Population, config: PopulationConfig) -> Population:
    known = [a.name for a in population.attributes]
    _check_known(config, known)
    worded = tuple(
        _worded(a.name, config.attributes[a.name]) if a.name in config.attributes else a for a in population.attributes
    )
    return Population(population.personas, worded)


def _from_humans(humans: People, config: PopulationConfig) -> Population:
    known = list(dict.fromkeys(name for traits, _ in humans.values() for name in traits))
    _check_known(config, known)
    chosen = {name: config.attributes.get(name, AttributeConfig()) for name in (config.attributes or known)}
    personas = tuple(
        Persona(name, {a: traits[a] for a in chosen if a in traits}, weight=weight)
        for name, (traits, weight) in humans.items()
    )
    return Population(personas, tuple(_worded(name, a) for name, a in chosen.items()))


def asked_traits(
    traits: Mapping[str, TraitConfig | None],
    population: Population,
    codebook: Codebook | None,
    humans: People | None = None,
) -> dict[str, TraitConfig]:
    """The traits that are looked for in stories, with the labels and the questions that the study leaves to its people.

    Args:
        traits: What the study says.
        population: The people.
        codebook: Of the humans, where there are any; its labels are all that people can be.
        humans: All of them, where the people are drawn from them: a small sample does not show what people can be.

    Raises:
        InputError: A trait is no attribute of the people, or can only be one thing.
    """
    known = {a.name: a for a in population.attributes}
    asked = {}
    for name, config in traits.items():
        if name not in known:
            close = nearest_name(name, list(known))
            raise InputError(f"traits.{name}: the people have no such attribute{close} (they have {', '.join(known)})")
        labels = list(config.labels) if config else _labels_of(known[name], population, codebook, humans or {})
        if len(labels) < 2:
            raise InputError(f"traits.{name}: people can only be {labels}; give `labels`, or leave the trait out")
        question = (config.question if config else "") or known[name].question
        ordinal = config.ordinal if config else bool(codebook and _is_ordered(codebook, name))
        asked[name] = TraitConfig(labels=labels, question=question, ordinal=ordinal)
    return asked


def _is_ordered(codebook: Codebook, name: str) -> bool:
    return name in codebook.attributes and bool(codebook.attributes[name].bins)


def _labels_of(attribute: Attribute, population: Population, codebook: Codebook | None, humans: People) -> list[str]:
    columns = codebook.attributes.get(attribute.name) if codebook else None
    declared = (*columns.labels.values(), *(b.label for b in columns.bins)) if columns else ()
    everybody = [traits for traits, _ in humans.values()] or [p.attributes for p in population]
    met = sorted({traits[attribute.name] for traits in everybody if attribute.name in traits})
    return list(dict.fromkeys(declared or attribute.values or met))


def _check_known(config: PopulationConfig, known: list[str]) -> None:
    for name in config.attributes:
        if name not in known:
            raise InputError(f"population.attributes.{name}: no such attribute; there are {', '.join(known)}")
