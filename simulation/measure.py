"""From a run, or two tables, to metrics: reads, hands arrays to the evaluators, writes `metrics.json`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..evaluators.comparison import compare_conditions
from ..evaluators.endorsement import endorsement_gain
from ..evaluators.payoffs import payoff_discrepancy
from ..evaluators.reading import reading_quality
from ..evaluators.responses import Responses
from ..evaluators.shares import answer_shares
from ..evaluators.survey import evaluate_survey
from ..personas.perspectives import wording_of_both
from ..personas.questions import AGREEMENT
from .codebook import Codebook, load_codebook
from .errors import InputError
from .export import long_table, wide_table
from .folder import RunFolder, write_json
from .loading import load_study
from .plan import Plan, make_plan
from .tables import human_responses, read_table, simulated_responses

if TYPE_CHECKING:
    import pandas as pd


def compare_tables(
    human: Path,
    simulated: Path,
    codebook: Path,
    *,
    scale: str = "codes",
    by: Sequence[str] = (),
    bootstrap: int = 1000,
    seed: int = 0,
    splits: int = 20,
    simulated_weight: str | None = None,
    condition: str | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Compares a simulated table, or a run folder, with a human table.

    Returns:
        The metrics of `evaluate_survey`, and notes for the user.

    Raises:
        InputError: A file, a column, the scale or an attribute is wrong.
    """
    if scale not in ("codes", "unit"):
        raise InputError(f"--scale {scale}: it is codes or unit")
    book = load_codebook(codebook)
    for name in by:
        if name not in book.attributes:
            raise InputError(f"--by {name}: {codebook} has no such attribute (it has {', '.join(book.attributes)})")
    people = human_responses(read_table(human), book, name=str(human))
    table = _run_table(simulated, book, condition) if simulated.is_dir() else read_table(simulated)
    answers = simulated_responses(table, book, by=by, weight=simulated_weight, name=str(simulated))
    metrics = _evaluate(
        people.responses,
        answers.responses,
        scale=scale,
        by=tuple(by),
        bootstrap=bootstrap,
        seed=seed,
        splits=splits,
        simulated_weighted=simulated_weight is not None,
    )
    return metrics, [*people.notes, *answers.notes]


def measure_run(run: Path, plan: Plan | None = None) -> dict[str, Any]:
    """Measures a complete run and writes its `metrics.json`.

    Args:
        run: The run folder.
        plan: The study's plan; read from the folder's `study.yaml` when left out.

    Raises:
        InputError: The run is not complete, or a file the study names is gone.
    """
    folder = RunFolder.open(run)
    if plan is None:
        plan = make_plan(load_study(folder.study), folder.study)
    metrics = _measure_survey(folder, plan) if plan.study.survey else _measure_consensus(folder, plan)
    metrics["reading"] = _measure_reading(folder, plan)
    write_json(folder.metrics, metrics)
    return metrics


def _measure_reading(folder: RunFolder, plan: Plan) -> dict[str, Any]:
    import pandas as pd

    columns = ["condition", "persona", "captured_mass", "order_asymmetry", "primacy"]
    table = pd.read_parquet(folder.records, columns=columns)
    settings, found = plan.study.evaluation, {}
    for condition in plan.study.conditions:
        part = table[table["condition"] == condition.name]
        found[condition.name] = reading_quality(
            part["captured_mass"].to_numpy(float),
            part["order_asymmetry"].to_numpy(float),
            part["primacy"].to_numpy(float),
            part["persona"].to_numpy(str),
            bootstrap=settings.bootstrap,
            seed=plan.study.seed,
        )
    return found


def _run_table(run: Path, book: Codebook, condition: str | None) -> pd.DataFrame:
    table = wide_table(run, condition)
    known = [item for item in book.items if item in table.columns]
    keep = ["persona", "weight", *(a for a in book.attributes if a in table.columns), *known]
    return table[keep].rename(columns={"persona": book.respondent or "persona"}).astype("string").fillna("")


def _evaluate(human: Responses, simulated: Responses, **settings: Any) -> dict[str, Any]:
    try:
        return evaluate_survey(human, simulated, **settings)
    except ValueError as error:
        raise InputError(str(error)) from error


def _measure_survey(folder: RunFolder, plan: Plan) -> dict[str, Any]:
    assert plan.codebook is not None
    settings, names = plan.study.evaluation, [c.name for c in plan.study.conditions]
    by = [a for a in settings.by if a in plan.codebook.attributes]
    answers = {
        name: simulated_responses(_run_table(folder.path, plan.codebook, name), plan.codebook, by=by).responses
        for name in names
    }
    shown = {**({"human": plan.humans} if plan.humans else {}), **answers}
    measured: dict[str, Any] = {"kind": "survey", "distributions": _distributions(plan, shown, by)}
    if plan.humans is None:
        return measured | {"conditions": {}, "reason": "the study names no humans to compare with"}
    human = plan.humans.select([item.code for item in answers[names[0]].items])
    conditions = {
        name: _evaluate(
            human,
            simulated,
            scale=settings.scale,
            by=tuple(by),
            bootstrap=settings.bootstrap,
            seed=plan.study.seed,
            splits=settings.splits,
        )
        for name, simulated in answers.items()
    }
    comparisons = [
        {"metric": metric, "a": a, "b": b}
        | compare_conditions(
            human,
            answers[a],
            answers[b],
            metric_name=metric,
            scale=settings.scale,
            bootstrap=settings.bootstrap,
            seed=plan.study.seed,
        )
        for metric in ("wasserstein", "frobenius")
        for a, b in combinations(names, 2)
    ]
    return measured | {"conditions": conditions, "comparisons": comparisons}


def _distributions(plan: Plan, series: dict[str, Responses], by: Sequence[str]) -> dict[str, Any]:
    """How often each answer was given: overall and by group, for humans and every condition."""
    assert plan.instrument is not None
    groups: dict[str, dict[str, Responses]] = {"all": series}
    for attribute in by:
        first = next(iter(series.values())).attributes[attribute]
        for label in [x for x in dict.fromkeys(first.tolist()) if x]:
            groups[label] = {name: r.rows(r.attributes[attribute] == label) for name, r in series.items()}
    texts = {q.code: wording_of_both(q, plan.instrument.parties) for q in plan.instrument.questions}
    known = {item.code: item for item in next(reversed(series.values())).items}
    return {
        code: {
            "text": texts[code],
            "labels": list(item.labels),
            "panels": {label: {name: _shares(r, code) for name, r in part.items()} for label, part in groups.items()},
        }
        for code, item in known.items()
    }


def _shares(responses: Responses, code: str) -> dict[str, Any]:
    found = answer_shares(responses, code)
    if not found.n:
        return {"n": 0, "shares": [], "low": [], "high": []}
    return {
        "n": found.n,
        "effective_n": found.effective_n,
        "shares": found.shares.tolist(),
        "low": found.low.tolist(),
        "high": found.high.tolist(),
    }


def _measure_consensus(folder: RunFolder, plan: Plan) -> dict[str, Any]:
    table = long_table(folder.path)
    table["payoff"] = [_expected(p) for p in table["probabilities"]]
    settings, names = plan.study.evaluation, [c.name for c in plan.study.conditions]
    conditions, revised = {}, {}
    for name in names:
        part = table[table["condition"] == name]
        keys = ["episode", "seat"]
        draft = part[part["item"] == "endorsement_draft"].set_index(keys)["payoff"]
        final = part[part["item"] == "endorsement_revised"].set_index(keys)["payoff"]
        both = draft.to_frame("draft").join(final.rename("revised"), how="outer").sort_index()
        revised[name] = both["revised"]
        conditions[name] = {
            "endorsement_gain": endorsement_gain(
                both["draft"].to_numpy(),
                both["revised"].to_numpy(),
                _groups(both),
                bootstrap=settings.bootstrap,
                seed=plan.study.seed,
            )
        }
    comparisons = [
        {"metric": "payoff_discrepancy", "a": a, "b": b}
        | payoff_discrepancy(
            revised[a].to_numpy(),
            revised[b].reindex(revised[a].index).to_numpy(),
            _groups(revised[a].to_frame()),
            bootstrap=settings.bootstrap,
            seed=plan.study.seed,
        )
        for a, b in combinations(names, 2)
    ]
    assert plan.study.consensus is not None
    labels = list(plan.study.consensus.labels or AGREEMENT)
    return {"kind": "consensus", "labels": labels, "conditions": conditions, "comparisons": comparisons}


def _expected(probabilities: Any) -> float:
    if probabilities is None:
        return float("nan")
    p = np.asarray(probabilities, dtype=float)
    return float(p @ np.arange(1, len(p) + 1))


def _groups(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.str_]]:
    return np.array([str(episode).split("-q")[0] for episode in frame.index.get_level_values("episode")])
