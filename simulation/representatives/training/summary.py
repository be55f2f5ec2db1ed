"""What came of a training, in numbers with intervals."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from ....evaluators.likelihood import likelihood_difference, likelihood_table
from ....personas.representatives.training.adapters import Adapters
from ....personas.representatives.training.one_model import Trained

_SHARED = ("method", "steps", "device", "dtype", "tokens_per_second", "peak_memory")


def summary_of_one(trained: Trained, bootstrap: int, seed: int) -> dict[str, Any]:
    """Perplexity on the validation texts before and after, with intervals over sessions.

    Returns:
        `perplexity` with `start`, `best` and `ratio` (best over start; below 1, training helped) as `{value, ci}`. The
        best step was chosen on these very texts, so `best` flatters: `selected_on_these_texts` says so.
    """
    found = _perplexities(trained.folder / "validation.csv", ("start", "best"), "session", bootstrap, seed)
    record = trained.record
    return {
        **{name: record[name] for name in _SHARED},
        "best_step": trained.best_step,
        "stopped": record["stopped"],
        "demonstrations": record["demonstrations"],
        "dropped_as_too_long": record["dropped_as_too_long"],
        "perplexity": found,
        "selected_on_these_texts": True,
        "sha256": record["sha256"],
    }


def summary_of_adapters(made: Adapters, bootstrap: int, seed: int) -> dict[str, Any]:
    """Perplexity on everybody's own held-out texts before and after, with intervals over people.

    Returns:
        `perplexity` with `start`, `last` and `ratio` (last over start; below 1, training helped) as `{value, ci}`.
    """
    found = _perplexities(made.folder / "adapters.csv", ("start", "last"), "persona", bootstrap, seed)
    record = made.record
    return {
        **{name: record[name] for name in _SHARED},
        "people": len(record["people"]),
        "pool": record["pool"],
        "demonstrations": record["demonstrations"],
        "dropped_as_too_long": record["dropped_as_too_long"],
        "perplexity": found,
        "selected_on_these_texts": False,
    }


def _perplexities(path: Path, columns: tuple[str, str], cluster: str, bootstrap: int, seed: int) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    groups = [row[cluster] for row in rows]
    tokens = np.array([float(row["tokens"]) for row in rows])
    before, after = (-np.array([float(row[f"loss_{column}"]) for row in rows]) for column in columns)
    settings: dict[str, Any] = {"bootstrap": bootstrap, "seed": seed}
    found = {
        column: likelihood_table(x, tokens, tokens, groups, **settings)["perplexity"]
        for column, x in zip(columns, (before, after), strict=True)
    }
    ratio = likelihood_difference(after, before, tokens, tokens, groups, **settings)["perplexity_ratio"]
    return {**found, "ratio": ratio, "n": {"texts": len(rows), "groups": len(set(groups)), "cluster": cluster}}
