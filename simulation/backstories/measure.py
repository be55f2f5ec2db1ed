"""What can be said of a pool: how long its stories are, what was rejected, how they differ, whom they tell of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pandas as pd

from ...evaluators.clusters import mean_with_interval, share_with_interval
from ...evaluators.confusion import confusion
from ...evaluators.diversity import distinct_n, mtld, near_duplicates
from ...personas.population import Population
from .plan import PoolPlan
from .tables import DUPLICATE, PoolFolder

Metric = dict[str, Any]
SHOWN = 12
MOST_DRAWS, FEWEST, USUAL = 8_000_000, 200, 1_000  # numbers drawn for one interval; resamples


def measure_pool(folder: PoolFolder, plan: PoolPlan, duplicate: float = DUPLICATE, seed: int = 0) -> dict[str, Any]:
    """The measures of a pool whose stories are written.

    Args:
        folder: The pool's files.
        plan: The pool.
        duplicate: From which share of common word 5-grams on two stories are near-duplicates.
        seed: Of the resamples.

    Returns:
        Plain data; a measure is `{value, ci, n}`, with a `reason` where one of the first two is None.
    """
    population = Population.load(folder.population, plan.attributes)
    answers = pd.read_parquet(folder.stories)
    texts = [p.story for p in population]
    names = [p.id for p in population]
    kept = answers[answers["persona"].isin(names) & answers["missing"].isna()]
    lengths = kept.groupby("persona", sort=False)["words"].sum().reindex(names).to_numpy(dtype=float)
    return {
        "n": len(names),
        "words": _mean(lengths, names, seed),
        "length": _lengths(lengths),
        "words_by_turn": _by_turn(kept, seed),
        "tokens": _tokens(kept, seed),
        **_rejections(folder, answers, seed),
        "status": {str(k): int(n) for k, n in answers["status"].value_counts().items()},
        "finish": {str(k): int(n) for k, n in kept["finish_reason"].value_counts().items()},
        "models": sorted(answers["model"].dropna().unique().tolist()),
        "critics": sorted(c for c in answers["critic"].dropna().unique().tolist() if c),
        "duplicates": _duplicates(texts, names, duplicate),
        "distinct": {str(n): distinct_n(texts, n) for n in (1, 2, 3)},
        "mtld": _mean(np.array([mtld(text) for text in texts]), names, seed),
        "traits": _traits(population, seed),
        "sources": (sources := _sources(folder)).counts,
        "confusion": _confusion(population, plan, sources.by_persona, seed),
    }


def _resamples(groups: int) -> int:
    return max(FEWEST, min(USUAL, MOST_DRAWS // max(groups, 1)))


def _mean(values: Any, groups: Sequence[Any], seed: int) -> Metric:
    there = np.isfinite(np.asarray(values, dtype=float))
    return mean_with_interval(values, groups, _resamples(len(set(groups))), seed) | {"n": int(there.sum())}


def _share(values: Any, groups: Sequence[Any], seed: int) -> Metric:
    return share_with_interval(values, groups, _resamples(len(set(groups))), seed) | {"n": len(values)}


def _lengths(lengths: Any) -> dict[str, Any]:
    if not len(lengths):
        return {"sd": None, "quantiles": {}, "histogram": None}
    counts, edges = np.histogram(lengths, bins="auto" if len(lengths) > 1 else 1)
    if len(counts) > 40:
        counts, edges = np.histogram(lengths, bins=40)
    quantiles = {str(q): float(np.quantile(lengths, q)) for q in (0.05, 0.25, 0.5, 0.75, 0.95)}
    sd = float(lengths.std(ddof=1)) if len(lengths) > 1 else None
    return {"sd": sd, "quantiles": quantiles, "histogram": {"counts": counts.tolist(), "edges": edges.tolist()}}


def _by_turn(kept: pd.DataFrame, seed: int) -> list[Metric]:
    return [
        {"turn": int(str(turn)), "question": str(rows["question"].iloc[0] or "")}
        | _mean(rows["words"].to_numpy(dtype=float), rows["persona"].tolist(), seed)
        for turn, rows in kept.groupby("turn")
    ]


def _tokens(kept: pd.DataFrame, seed: int) -> Metric | None:
    """Tokens written for a story, where the server says them for every answer of it."""
    sums = kept.groupby("persona")["tokens"].sum(min_count=1)
    whole = sums[kept.groupby("persona")["tokens"].apply(lambda column: column.notna().all())]
    return _mean(whole.to_numpy(dtype=float), whole.index.tolist(), seed) if len(whole) else None


def _rejections(folder: PoolFolder, answers: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Rates among the answers that were written, each attempt counting, with intervals over stories."""
    asked = answers[answers["attempts"].notna()]
    if asked.empty or not asked["critic"].fillna("").ne("").any():
        return {"rejected": None, "rejected_for": {}, "rejected_at": [], "attempts": {}}
    found = _found(folder)
    times = asked["attempts"].astype(int).to_numpy()
    attempts = asked.loc[asked.index.repeat(times), ["persona", "turn", "question"]].reset_index(drop=True)
    attempts["attempt"] = np.concatenate([np.arange(1, k + 1) for k in times])
    keys = list(zip(attempts["persona"], attempts["turn"], attempts["attempt"], strict=True))
    flaws = [found.get(key, frozenset()) for key in keys]
    groups, rejected = attempts["persona"].tolist(), np.array([bool(f) for f in flaws], dtype=float)
    criteria = sorted({name for f in found.values() for name in f})
    return {
        "rejected": _share(rejected, groups, seed),
        "rejected_for": {c: _share(np.array([float(c in f) for f in flaws]), groups, seed) for c in criteria},
        "rejected_at": [
            {"turn": int(str(turn)), "question": str(attempts["question"].iloc[where[0]])}
            | _share(rejected[where], [groups[k] for k in where], seed)
            for turn, where in sorted(attempts.groupby("turn").indices.items())
        ],
        "attempts": {
            str(k): _share((times == k).astype(float), asked["persona"].tolist(), seed)
            | {"count": int((times == k).sum())}
            for k in range(1, int(times.max()) + 1)
        },
    }


def _found(folder: PoolFolder) -> dict[tuple[str, int, int], frozenset[str]]:
    """The flaws by persona, turn and attempt."""
    found: dict[tuple[str, int, int], set[str]] = {}
    with folder.rejections.open("rb") as lines:
        for row in map(orjson.loads, lines):
            found.setdefault((row["persona"], row["turn"], row["attempt"]), set()).add(row["criterion"])
    return {key: frozenset(names) for key, names in found.items()}


def _duplicates(texts: Sequence[str], names: Sequence[str], threshold: float) -> dict[str, Any]:
    found = near_duplicates(texts, threshold)
    return {
        "threshold": threshold,
        "missed": found.missed,
        "pairs": len(found.pairs),
        "stories": len(found.texts),
        "share": len(found.texts) / len(texts) if texts else None,
        "ci": None,
        "reason": "a property of this very set: a pair needs both its stories, and a resample holds copies",
        "shown": [{"a": names[i], "b": names[j], "overlap": overlap} for i, j, overlap in found.pairs[:SHOWN]],
    }


def _traits(population: Population, seed: int) -> dict[str, dict[str, Metric]]:
    """The mean probability of every label: what share of the pool it is expected to be."""
    found: dict[str, dict[str, Metric]] = {}
    for trait in dict.fromkeys(name for p in population for name in p.traits):
        held = [(p.id, p.traits[trait]) for p in population if trait in p.traits]
        labels = dict.fromkeys(label for _, d in held for label in d)
        groups = [name for name, _ in held]
        found[trait] = {label: _share(np.array([d.get(label, 0.0) for _, d in held]), groups, seed) for label in labels}
    return found


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where the distributions over traits come from: by persona and trait; and how often, by trait."""

    by_persona: dict[str, dict[str, str]]
    counts: dict[str, dict[str, int]]


def _sources(folder: PoolFolder) -> _Sources:
    held: dict[str, dict[str, str]] = {}
    counts: dict[str, Counter[str]] = {}
    with folder.traits.open("rb") as lines:
        for line in map(orjson.loads, lines):
            held[line["persona"]] = {name: row["source"] for name, row in line["traits"].items()}
            for name, source in held[line["persona"]].items():
                counts.setdefault(name, Counter())[source] += 1
    return _Sources(held, {name: dict(c) for name, c in counts.items()})


def _confusion(
    population: Population, plan: PoolPlan, sources: Mapping[str, Mapping[str, str]], seed: int
) -> dict[str, Any]:
    """What was found out beside what is known: the attributes a story was primed with, or a file's."""
    known = {name for p in population for name in p.attributes}
    labels = {a.name: a.values for a in plan.traits.attributes if a.name in known}
    if not labels:
        return {}
    return confusion(
        [p.traits for p in population],
        [p.attributes for p in population],
        labels,
        sources=[sources.get(p.id, {}) for p in population],
        bootstrap=_resamples(len(population)),
        seed=seed,
    )
