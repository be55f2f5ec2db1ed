"""From a run, or two tables, to metrics: reads, hands arrays to the evaluators, writes `metrics.json`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..evaluators.endorsement import endorsement_gain
from ..evaluators.payoffs import payoff_discrepancy
from ..evaluators.reading import reading_quality
from ..personas.questions import AGREEMENT
from .codebook import load_codebook
from .compare.measure import measure_mechanisms
from .errors import InputError
from .export import long_table
from .folder import RunFolder, write_json
from .loading import load_study
from .plan import Plan
from .planning import make_plan
from .protocols.measure import measure_protocol
from .story_measures import measure_stories
from .survey_measures import evaluate, measure_survey, run_table
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
    table = run_table(simulated, book, condition) if simulated.is_dir() else read_table(simulated)
    answers = simulated_responses(table, book, by=by, weight=simulated_weight, name=str(simulated))
    metrics = evaluate(
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
    metrics = _MEASURES[plan.study.kind](folder, plan)
    metrics["reading"] = _measure_reading(folder, plan)
    metrics |= measure_stories(folder, plan)
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


def _measure_consensus(folder: RunFolder, plan: Plan) -> dict[str, Any]:
    table = long_table(folder.path, columns=("condition", "episode", "seat", "item", "probabilities"))
    table = table[table["item"].isin(["endorsement_draft", "endorsement_revised"])]
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
    return {"kind": "consensus", "labels": labels, "conditions": conditions, "comparisons": comparisons} | {
        "mechanisms": measure_mechanisms(folder, plan)
    }


_MEASURES: dict[str, Callable[[RunFolder, Plan], dict[str, Any]]] = {
    "survey": measure_survey,
    "consensus": _measure_consensus,
    "protocol": measure_protocol,
}


def _expected(probabilities: Any) -> float:
    if probabilities is None:
        return float("nan")
    p = np.asarray(probabilities, dtype=float)
    return float(p @ np.arange(1, len(p) + 1))


def _groups(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.str_]]:
    return np.array([str(episode).split("-q")[0] for episode in frame.index.get_level_values("episode")])
