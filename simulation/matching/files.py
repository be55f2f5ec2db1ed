"""Matching files: a population and a table of humans read, the pairs and a summary written."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ...personas.matching import METHODS, Matching, MatchingError, match
from ...personas.population import Population, PopulationError
from ..errors import InputError
from .humans import Humans, check_known, read_humans

ENDINGS = (".csv", ".parquet", ".json")


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """What is matched, and how.

    Args:
        personas: A population file.
        humans: A table or a population; see `read_humans`.
        traits: What is compared, each once.
        out: The `.csv`, `.parquet` or `.json` file to write; the summary stands beside it (`.summary.json`).
        method: One of `METHODS`.
        codebook: Through which the table is read, if any.
        respondent: The column of the humans' ids, if it is not found by its name.
        seed: Of all that is drawn.
    """

    personas: Path
    humans: Path
    traits: tuple[str, ...]
    out: Path
    method: str = "max_weight"
    codebook: Path | None = None
    respondent: str | None = None
    seed: int = 0

    @property
    def summary(self) -> Path:
        """Where the summary goes."""
        return self.out.with_suffix(".summary.json")


def match_files(plan: MatchPlan) -> dict[str, Any]:
    """Matches, and writes both files whole or not at all.

    Returns:
        The summary: `personas.matching.Matching.summary`, with `seed`, `traits` and `files`.

    Raises:
        InputError: A file is not what it should be, nobody has a trait, or the method cannot be used here.
    """
    _check(plan)
    population = _read_personas(plan)
    labels = {
        label
        for p in population
        for name in plan.traits
        for label in (*p.traits.get(name, ()), p.attributes.get(name, ""))
    }
    humans = read_humans(plan.humans, plan.traits, plan.codebook, plan.respondent, labels)
    try:
        found = match(population.personas, humans.labels, humans.traits, plan.method, plan.seed, humans.ids)
    except MatchingError as error:
        raise InputError(f"{plan.personas}, {plan.humans}: {error}") from error
    _check_labels(plan, found)
    files = {"personas": plan.personas, "humans": plan.humans, "codebook": plan.codebook}
    about = {"seed": plan.seed, "traits": plan.traits, "files": {k: str(p) for k, p in files.items() if p}}
    summary = found.summary() | about
    summary["notes"] = [*humans.notes, *summary["notes"]]
    _write(plan, summary, _columns(population, humans, found))
    return summary


def _check(plan: MatchPlan) -> None:
    if plan.method not in METHODS:
        check_known(plan.method, METHODS, "--method: there is no way")
    if not plan.traits or len(set(plan.traits)) < len(plan.traits):
        raise InputError(f"--traits {','.join(plan.traits)}: name the traits to compare, each once")
    if plan.out.suffix not in ENDINGS:
        raise InputError(f"--out {plan.out}: the pairs are written as {', '.join(ENDINGS)}")
    for given in (plan.personas, plan.humans, plan.codebook):
        if given and given.resolve() in (plan.out.resolve(), plan.summary.resolve()):
            raise InputError(f"--out {plan.out}: would overwrite {given}; choose another name")


def _read_personas(plan: MatchPlan) -> Population:
    try:
        population = Population.load(plan.personas)
    except PopulationError as error:
        raise InputError(str(error)) from error
    if not len(population):
        raise InputError(f"{plan.personas}: has no personas to match")
    told = list(dict.fromkeys(name for p in population for name in (*p.traits, *p.attributes)))
    for trait in plan.traits:
        check_known(trait, told, f"{plan.personas}: no persona has the trait")
    return population


def _check_labels(plan: MatchPlan, found: Matching) -> None:
    """Refuses a trait of which no human has a label, or not one a label that a persona can have."""
    for profile in found.profiles:
        strange, known = profile.impossible(), int(profile.known.sum())
        if not known:
            raise InputError(f"{plan.humans}: no human's value of {profile.name!r} is known; leave it out of --traits")
        if sum(strange.values()) == known:
            theirs, ours = (", ".join(map(repr, labels[:8])) for labels in (tuple(strange), profile.possible))
            raise InputError(
                f"{plan.humans}: no persona can have any of the humans' values of {profile.name!r} ({theirs}); the "
                f"personas have {ours}. Give both the same labels, for instance through --codebook"
            )


def _columns(population: Population, humans: Humans, found: Matching) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "human": list(humans.ids),
        "persona": [population.personas[j].id for j in found.personas],
        "weight": found.weights.tolist(),
    }
    for k, profile in enumerate(found.profiles):
        columns[f"{profile.name}_human"] = [labels.get(profile.name) for labels in humans.labels]
        columns[f"{profile.name}_probability"] = found.probabilities[:, k].tolist()
    return columns


def _write(plan: MatchPlan, summary: dict[str, Any], columns: dict[str, list[Any]]) -> None:
    contents = {plan.out: _content(plan.out, summary, columns), plan.summary: _json(summary)}
    plan.out.parent.mkdir(parents=True, exist_ok=True)
    partial = {path: path.with_name(path.name + ".partial") for path in contents}
    try:
        for path, content in contents.items():
            partial[path].write_bytes(content)
        for path in contents:
            os.replace(partial[path], path)
    finally:
        for path in partial.values():
            path.unlink(missing_ok=True)


def _content(out: Path, summary: dict[str, Any], columns: dict[str, list[Any]]) -> bytes:
    if out.suffix == ".json":
        rows = zip(*columns.values(), strict=True)
        return _json({"summary": summary, "pairs": [dict(zip(columns, row, strict=True)) for row in rows]})
    import pandas as pd

    frame = pd.DataFrame(columns)
    if out.suffix == ".csv":
        return frame.to_csv(index=False).encode()
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _json(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)
