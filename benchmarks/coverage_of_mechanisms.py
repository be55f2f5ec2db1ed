"""How often the intervals of mechanisms and protocols cover: simulated studies whose truth is known, at fixed seeds.

python benchmarks/coverage_of_mechanisms.py [STUDIES]
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np

from minipublic.evaluators import compare_mechanisms

FIRST_SEED, RESAMPLES = 40_000, 300
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


WORLDS = {
    "all equal": np.zeros(5),
    "one ahead": np.array([0.0, 0.0, 0.0, 0.0, 0.2]),
    "apart": np.array([0.0, 0.1, 0.25, 0.4, 0.6]),
}


def main(studies: int) -> None:
    for world, effects in WORLDS.items():
        for groups in (10, 30, 200):
            shares = mechanism_coverage(groups, effects, studies)
            print(world, groups, {name: f"{share:.1%}" for name, share in shares.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
