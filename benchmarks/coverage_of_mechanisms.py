"""How often the intervals of mechanisms and protocols cover: simulated studies whose truth is known, at fixed seeds.

python benchmarks/coverage_of_mechanisms.py [STUDIES]
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np

from minipublic.evaluators import compare_mechanisms, convergence, opinion_change, polarisation, stopping_rules
from minipublic.evaluators.polarisation import polarisation_by_topology

# The forms of the intervals were chosen on seeds below 50,000.
FIRST_SEED, RESAMPLES = 60_000, 300
NAMES = tuple("abcde")
NUMBERS = ("mean", "minimum", "gini", "majority", "unanimity")


def payoffs(groups: int, effects: np.ndarray, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Payoffs of groups of five: what group and person bring along, and what mechanism and chance add, never below 0."""
    base = 4 + random.normal(0, 0.6, (groups, 1)) + random.normal(0, 0.8, (groups, 5))
    noise = random.normal(0, 0.4, (len(effects), groups, 1)) + random.normal(0, 0.6, (len(effects), groups, 5))
    drawn = np.maximum(base + effects[:, None, None] + noise, 0.0)
    return dict(zip(NAMES, drawn, strict=False))


def compared(groups: int, effects: np.ndarray, seed: int, bootstrap: int) -> dict:
    drawn = payoffs(groups, effects, np.random.default_rng(seed))
    said = {name: (x > 3.5).astype(float) for name, x in drawn.items()}
    return compare_mechanisms(drawn, said, bootstrap=bootstrap, seed=seed)


def mechanism_coverage(groups: int, effects: np.ndarray, studies: int) -> dict[str, float]:
    """Shares of intervals that hold the truth: each number of all mechanisms and of all pairs; the lead; and two errors.

    `lead by the pair` is the plain interval of best minus runner-up, for comparison; `false verdicts` the share of studies
    in which Holm's method tells any pair's means apart that are equal.
    """
    truth = compared(40_000, effects, 1, 0)
    true_means = {name: truth["mechanisms"][name]["mean"]["value"] for name in truth["mechanisms"]}
    if not effects.any():
        true_means = dict.fromkeys(true_means, np.mean(list(true_means.values())))
    hits: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + studies):
        found = compared(groups, effects, seed, RESAMPLES)
        for name in NUMBERS:
            for mechanism, numbers in found["mechanisms"].items():
                low, high = numbers[name]["ci"]
                hits[name] += low <= truth["mechanisms"][mechanism][name]["value"] <= high
            for pair in found["pairs"]:
                (low, high), sides = pair[name]["ci"], [truth["mechanisms"][pair[k]][name]["value"] for k in "ab"]
                hits[f"{name} (pairs)"] += low <= (sides[0] - sides[1] if effects.any() else 0.0) <= high
        hits.update(_lead(found, true_means))
        hits["false verdicts"] += any(
            pair["mean"]["significant_after_holm"] and true_means[pair["a"]] == true_means[pair["b"]]
            for pair in found["pairs"]
        )
    m = len(effects)
    per = dict.fromkeys(NUMBERS, m) | {f"{name} (pairs)": m * (m - 1) // 2 for name in NUMBERS}
    return {name: hit / studies / per.get(name, 1) for name, hit in hits.items()}


def _lead(found: dict, true_means: dict[str, float]) -> dict[str, bool]:
    best = found["utilitarian_best"]
    named, second = best["mechanism"], best["runner_up"]
    lead = true_means[named] - max(value for name, value in true_means.items() if name != named)
    pair = next(p for p in found["pairs"] if {p["a"], p["b"]} == {named, second})
    ends = sorted(end if pair["a"] == named else -end for end in pair["mean"]["ci"])
    return {
        "lead": best["lead"]["ci"][0] <= lead <= best["lead"]["ci"][1],
        "lead by the pair": ends[0] <= lead <= ends[1],
    }


def share_held(study, groups: int, studies: int, truth: dict[str, float]) -> dict[str, float]:
    """How often the intervals that `study(groups, seed, bootstrap)` finds, as {name: (value, ci)}, hold the truth."""
    hits, asked = Counter(), Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + studies):
        for name, (_, ci) in study(groups, seed, RESAMPLES).items():
            if name in truth and ci is not None:
                asked[name] += 1
                hits[name] += ci[0] <= truth[name] <= ci[1]
    return {name: hits[name] / n for name, n in asked.items()}


def true_values(study, groups: int = 20_000) -> dict[str, float]:
    return {name: value for name, (value, _) in study(groups, 1, 0).items()}


def polled(groups: int, seed: int, bootstrap: int) -> dict[str, tuple]:
    """A deliberative poll: groups of eight, answers 1 to 5, weights; the change has a part of the group's own."""
    random = np.random.default_rng(seed)
    g, n = np.repeat(np.arange(groups), 8), 8 * groups
    latent = 3.2 + random.normal(0, 1.2, n)
    moved = latent + 0.4 + 0.5 * random.standard_normal(groups)[g] + random.normal(0, 0.7, n)
    before, after = (np.clip(np.round(x), 1, 5)[:, None] for x in (latent, moved))
    weights = random.lognormal(0, 0.5, n)
    found = opinion_change(before, after, g, weights=weights, middles=3, bootstrap=bootstrap, seed=seed)["items"]["0"]
    out = {k: (x["value"], x["ci"]) for k, x in found.items() if "value" in x}
    for name in ("variance", "within"):
        out |= {f"{name} {part}": (x["value"], x["ci"]) for part, x in found[name].items()}
    return out


def change_coverage(groups: int, studies: int) -> dict[str, float]:
    return share_held(polled, groups, studies, true_values(polled))


def member_coverage(size: int, studies: int) -> float:
    """How often a group's own interval holds the mean change of the people it was drawn from."""
    held = []
    for seed in range(FIRST_SEED, FIRST_SEED + studies):
        random = np.random.default_rng(seed)
        before = random.integers(1, 6, (size * 10, 1)).astype(float)
        after = np.clip(np.round(before + random.normal(0.3, 1, before.shape)), 1, 5)
        rows = opinion_change(before, after, np.repeat(np.arange(10), size), bootstrap=0)["groups"]
        held += [r["items"]["0"]["change"]["ci"] for r in rows]
    truth = _mean_change(0.3)
    return float(np.mean([ci is not None and ci[0] <= truth <= ci[1] for ci in held]))


def _mean_change(drift: float) -> float:
    random = np.random.default_rng(1)
    before = random.integers(1, 6, 2_000_000)
    return float((np.clip(np.round(before + random.normal(drift, 1, len(before))), 1, 5) - before).mean())


def split_public(groups: int, seed: int, bootstrap: int) -> dict[str, tuple]:
    """A public in two camps of unequal size, in groups whose members lean the same way."""
    random = np.random.default_rng(seed)
    camp = random.random((groups, 1)) < random.choice([0.3, 0.7], (groups, 1))
    own = np.where(random.random((groups, 6)) < 0.4, camp, random.random((groups, 6)) < 0.7)
    positions = np.clip(np.round(np.where(own, 4.0, 2.0) + random.normal(0, 0.8, own.shape)), 1, 5)
    g = np.repeat(np.arange(groups), 6)
    found = polarisation(positions.ravel(), np.arange(1.0, 6), g, bootstrap=bootstrap, seed=seed)
    return {k: (x["value"], x["ci"]) for k, x in found.items() if isinstance(x, dict) and "value" in x}


def discussed(groups: int, seed: int, bootstrap: int) -> dict[str, tuple]:
    """The same groups of six on a ring and in full exchange, who move a part of the way to the mean of whom they hear."""
    random = np.random.default_rng(seed)
    ring = np.roll(np.eye(6), 1, axis=0) + np.roll(np.eye(6), -1, axis=0)
    hears = np.repeat([ring, np.ones((6, 6)) - np.eye(6)], groups, axis=0)
    before = np.tile(random.integers(1, 6, (groups, 6)).astype(float), (2, 1))
    heard = np.einsum("gij,gj->gi", hears, before) / hears.sum(axis=2)
    after = np.clip(np.round(before + 0.6 * (heard - before) + random.normal(0, 0.6, before.shape)), 1, 5)
    labels, names = np.repeat(["ring", "full"], groups), np.tile(np.arange(groups), 2)
    found = polarisation_by_topology(
        before, after, hears, labels, np.arange(1.0, 6), groups=names, bootstrap=bootstrap, seed=seed
    )
    out = {f"{m} change": (x["change"]["value"], x["change"]["ci"]) for m, x in found["topologies"]["ring"].items()}
    return out | {f"{m} (pair)": (x["value"], x["ci"]) for m, x in found["pairs"][0].items() if isinstance(x, dict)}


def polarisation_coverage(groups: int, studies: int) -> dict[str, float]:
    public = share_held(split_public, groups, studies, true_values(split_public))
    return public | share_held(discussed, groups, studies, true_values(discussed))


def delphi(groups: int, seed: int, bootstrap: int) -> dict[str, tuple]:
    """Panels of nine over four rounds whose members go half the way to their panel's median, and a little up."""
    random, ratings = np.random.default_rng(seed), []
    now = 3 + random.normal(0, 0.5, (groups, 1)) + random.normal(0, 1.4, (groups, 9))
    for _ in range(4):
        ratings.append(np.clip(np.round(now), 1, 5))
        now = now + 0.5 * (np.median(ratings[-1], axis=1, keepdims=True) - now) + random.normal(0.15, 0.3, now.shape)
    scale = np.arange(1.0, 6)
    found = convergence(ratings, scale, bootstrap=bootstrap, seed=seed)
    stops = stopping_rules(ratings, scale, bootstrap=bootstrap, seed=seed)["shift"]
    out = {f"{k} change": (x["value"], x["ci"]) for k, x in found["change"].items()}
    out |= {k: (x["value"], x["ci"]) for k, x in found["rounds"][1].items() if isinstance(x, dict)}
    return out | {f"stop {k}": (x["value"], x["ci"]) for k, x in stops.items() if isinstance(x, dict)}


def convergence_coverage(groups: int, studies: int) -> dict[str, float]:
    return share_held(delphi, groups, studies, true_values(delphi))


WORLDS = {
    "all equal": np.zeros(5),
    "one ahead": np.array([0.0, 0.0, 0.0, 0.0, 0.2]),
    "apart": np.array([0.0, 0.1, 0.25, 0.4, 0.6]),
}


def main(studies: int) -> None:
    for world, effects in WORLDS.items():
        for groups in (10, 30, 200):
            show(f"mechanisms, {world}", groups, mechanism_coverage(groups, effects, studies))
    for name, measure in (
        ("change", change_coverage),
        ("polarisation", polarisation_coverage),
        ("convergence", convergence_coverage),
    ):
        for groups in (12, 60):
            show(name, groups, measure(groups, studies))
    for size in (5, 12, 30):
        show("a group's own change, members", size, {"change": member_coverage(size, studies // 10)})


def show(title: str, groups: int, shares: dict[str, float]) -> None:
    print(title, groups, {name: f"{share:.1%}" for name, share in shares.items()}, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
