"""Predicted payoffs against the ratings that real participants filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....evaluators.calibration import quantile_bins
from ....evaluators.clusters import mean_with_interval
from ....evaluators.ratings import evaluate_ratings
from ....personas.persona import Attribute, Past, Persona
from ....personas.representatives.payoffs.cases import PayoffCase, PayoffSet, rating_scale
from ...errors import InputError
from ...spreadsheets import as_written
from ...tables import read_table
from .form import COLUMNS, KEY_COLUMNS, VERSIONS

Floats = NDArray[np.float64]
Rows = Sequence[Mapping[str, str]]
BINS = 5


@dataclass(frozen=True)
class Ratings:
    """Filled-in ratings.

    Args:
        cases: Who rated what how; the name of a case's statement is its item's code.
        key: By item, the episode and the version.
        left_out: How many rows have no rating.
    """

    cases: PayoffSet
    key: Mapping[str, tuple[str, str]]
    left_out: int


def read_ratings(path: Path) -> Ratings:
    """Reads a filled-in `ratings.csv`, with `key.csv` and, where there is one, `people.csv` beside it.

    Raises:
        InputError: A file or column is missing, a rating is none of 1 to 7, an item is unknown, or somebody rated twice.
    """
    rows = _table(path, COLUMNS)
    key = {row["item"]: (row["episode"], row["version"]) for row in _table(path.parent / "key.csv", KEY_COLUMNS)}
    rated = [(k, row) for k, row in enumerate(rows, start=2) if row["rating"].strip()]
    if not rated:
        raise InputError(f"{path}: no rating is filled in yet")
    for k, row in rated:
        _check(path, k, row, key)
    twice = [pair for pair, n in Counter((r["respondent"], r["item"]) for _, r in rated).items() if n > 1]
    if twice:
        raise InputError(f"{path}: {twice[0][0]!r} rates {twice[0][1]!r} twice; give every person a code of their own")
    people = _people(path, rows)
    opinions = _opinions(rows)
    cases = tuple(_case(row, people, opinions) for _, row in rated)
    ratings = tuple(float(row["rating"]) for _, row in rated)
    names = tuple(dict.fromkeys(name for p in people.values() for name in p.attributes))
    items = tuple(row["item"] for _, row in rated)
    found = PayoffSet(cases, ratings, items, rating_scale(), tuple(Attribute(name) for name in names))
    return Ratings(found, key, len(rows) - len(rated))


def check_payoffs(
    ratings: Ratings, told: Mapping[str, Floats], *, bootstrap: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """How predicted agreement goes with what people filled in; intervals are clustered by respondent.

    Args:
        ratings: The ratings.
        told: By name, the predictions on 1 to 7, shape (n,); NaN is missing.
        bootstrap: Resamples for intervals.
        seed: Of the resamples.

    Returns:
        Plain data: `ratings` as from `evaluate_ratings`; by predictor `curves` (mean prediction and mean rating in bins)
        and `gains` (revision minus draft, by people and as predicted); `unrated`.
    """
    cases = ratings.cases
    people = np.array(cases.people)
    found = evaluate_ratings(told, cases.outcomes, people, statements=cases.statements, bootstrap=bootstrap, seed=seed)
    settings = {"bootstrap": bootstrap, "seed": seed}
    return {
        "ratings": found,
        "curves": {name: _curve(values, cases, **settings) for name, values in told.items()},
        "gains": {name: _gains(values, ratings, **settings) for name, values in told.items()},
        "unrated": ratings.left_out,
    }


def _curve(told: Floats, cases: PayoffSet, bootstrap: int, seed: int) -> list[dict[str, Any]]:
    there = np.isfinite(told)
    values, outcomes, people = told[there], np.array(cases.outcomes)[there], np.array(cases.people)[there]
    if not len(values):
        return []
    index = quantile_bins(values, BINS)
    return [
        {"predicted": float(values[rows].mean()), "n": int(rows.sum())}
        | {"rating": mean_with_interval(outcomes[rows], people[rows], bootstrap, seed)}
        for rows in (index == k for k in range(int(index.max()) + 1))
    ]


def _gains(told: Floats, ratings: Ratings, bootstrap: int, seed: int) -> dict[str, Any]:
    """Revision minus draft where a person rated both, in points of the scale."""
    held: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
    cases = ratings.cases
    for person, item, outcome, value in zip(cases.people, cases.statements, cases.outcomes, told, strict=True):
        episode, version = ratings.key[item]
        held.setdefault((person, episode), {})[version] = (outcome, float(value))
    both = {pair: found for pair, found in held.items() if len(found) == len(VERSIONS)}
    people = np.array([person for person, _ in both])
    real, predicted = (
        np.array([found["revised"][k] - found["draft"][k] for found in both.values()], dtype=float) for k in (0, 1)
    )
    moved = (real != 0) & np.isfinite(predicted)
    agree = np.sign(real[moved]) == np.sign(predicted[moved])
    measures = {"people": real, "predicted": predicted, "difference": predicted - real}
    found = {name: mean_with_interval(values, people, bootstrap, seed) for name, values in measures.items()}
    same = mean_with_interval(agree.astype(float), people[moved], bootstrap, seed)
    return {**found, "same_direction": same, "n": {"pairs": len(both), "moved": int(moved.sum())}}


def check_lines(found: Mapping[str, Any]) -> list[str]:
    """What was found, as lines of text."""
    if "skipped" in found["ratings"]:
        return [f"not measured: {found['ratings']['skipped']}"]
    n = found["ratings"]["n"]
    lines = [
        f"{n['rows']:,} ratings of {n['statements']:,} statements by {n['people']:,} people; {found['unrated']:,} blank"
    ]
    for name, values in found["ratings"]["predictors"].items():
        lines += [f"{name}:"]
        for key, what in _SAID.items():
            lines.append(f"  {what}: {_shown(values[key])}")
        lines += [
            f"  predicted {bin['predicted']:.2f}: rated {_shown(bin['rating'])} (n = {bin['n']:,})"
            for bin in found["curves"][name]
        ]
        gains = found["gains"][name]
        lines += [
            f"  revision minus draft, by people: {_shown(gains['people'])}; predicted: {_shown(gains['predicted'])}",
            f"  same direction where people saw a difference: {_shown(gains['same_direction'])} (n = {gains['n']['moved']:,})",
        ]
    return [*lines, "values with 95 % intervals clustered by respondent"]


_SAID = {
    "pearson": "Pearson correlation (higher is better)",
    "spearman": "Spearman correlation (higher is better)",
    "mae": "mean absolute error in points (lower is better)",
    "bias": "mean prediction minus mean rating in points (0 is best)",
    "slope": "slope of ratings on predictions (1 is best)",
}


def _shown(metric: Mapping[str, Any]) -> str:
    if metric["value"] is None:
        return f"undefined ({metric.get('reason', '')})"
    ci = metric.get("ci")
    return f"{metric['value']:.3f}" + (f" [{ci[0]:.3f}, {ci[1]:.3f}]" if ci else "")


def _table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    table = read_table(path)
    lacking = [column for column in columns if column not in table.columns]
    if lacking:
        raise InputError(f"{path}: no column {', '.join(map(repr, lacking))}; leave the template's columns as they are")
    return [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]


def _check(path: Path, k: int, row: Mapping[str, str], key: Mapping[str, object]) -> None:
    where = f"{path}, row {k}"
    if not row["respondent"].strip():
        raise InputError(f"{where}: there is a rating and no respondent; give the person a code")
    if row["rating"].strip() not in {str(point) for point in range(1, 8)}:
        raise InputError(
            f"{where}: the rating is {row['rating']!r}; write a whole number from 1 to 7, or leave it blank"
        )
    if row["item"] not in key:
        raise InputError(f"{where}: the item {row['item']!r} is not in key.csv; use the key of this questionnaire")


def _people(path: Path, rows: Rows) -> dict[str, Persona]:
    ids = dict.fromkeys(row["respondent"].strip() for row in rows if row["respondent"].strip())
    beside = path.parent / "people.csv"
    told = {row["respondent"].strip(): row for row in _table(beside, ["respondent"])} if beside.is_file() else {}
    traits = {id: {k: v for k, v in told.get(id, {}).items() if k != "respondent" and v.strip()} for id in ids}
    return {id: Persona(id, traits[id]) for id in ids}


def _opinions(rows: Rows) -> dict[str, dict[str, str]]:
    """By respondent and question, the first opinion that is filled in."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if row["opinion"].strip() and row["respondent"].strip():
            found.setdefault(row["respondent"].strip(), {}).setdefault(row["question"], row["opinion"].strip())
    return found


def _case(
    row: Mapping[str, str], people: Mapping[str, Persona], opinions: Mapping[str, Mapping[str, str]]
) -> PayoffCase:
    id, question = row["respondent"].strip(), row["question"]
    said = opinions.get(id, {})
    past = tuple(Past(q, opinion=opinion) for q, opinion in said.items() if q != question)
    person = Persona(id, people[id].attributes, past=past)
    return PayoffCase(person, question, said.get(question), as_written(row["statement"]))
