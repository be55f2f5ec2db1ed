"""How often the intervals of `representativity` cover: simulated studies of tabular processes, whose truth is exact.

Run `python benchmarks/coverage_of_representativity.py`; it prints the table of docs/intervals.md (some 10 minutes).
"""

from __future__ import annotations

import numpy as np

from minipublic.evaluators.equivalence import (
    outcome_distribution,
    payoff_shifts,
    random_mechanism,
    random_process,
    random_profile,
    representativity,
)

STATES, ACTIONS, HORIZON, KINDS, BOOTSTRAP = 4, (2, 3), 2, 200, 300
FAMILY = {"a": random_mechanism(70, STATES, ACTIONS), "b": random_mechanism(71, STATES, ACTIONS, HORIZON)}


class Public:
    """Kinds of groups, each with payoffs and policies of its own; a study draws some of them."""

    def __init__(self, perfect: bool) -> None:
        """Stand-ins with policies of their own, or with the people's where they are to be perfect."""
        shifts, payoffs, outcomes = [], [], []
        for kind in range(KINDS):
            process = random_process(kind, states=STATES, actions=ACTIONS, horizon=HORIZON)
            people = random_profile(kind, process)
            profiles = (people, people if perfect else random_profile(kind + KINDS, process))
            shifts.append(payoff_shifts(process, *profiles, FAMILY))
            payoffs.append(process.payoffs)
            under = [process.with_mechanism(m) for m in FAMILY.values()]
            outcomes.append([[outcome_distribution(p, profile) for profile in profiles] for p in under])
        self.payoffs = np.array(payoffs)  # (kinds, S, n)
        self.outcomes = np.array(outcomes)  # (kinds, mechanisms, profiles, S)
        self.truths = {"signed": np.mean(shifts), "squared": np.mean(np.square(shifts))}
        if perfect:
            self.truths["above_floor"] = np.float64(0)

    def study(self, groups: int, replicates: int, random: np.random.Generator) -> np.ndarray:
        """Payoffs of one study: (mechanisms, profiles, group × seat, replicates)."""
        kinds = random.integers(KINDS, size=groups)
        sums = self.outcomes[kinds].cumsum(axis=-1)[..., None, :]  # (groups, mechanisms, profiles, 1, S)
        drawn = (random.random((*sums.shape[:3], replicates, 1)) * sums[..., -1:] >= sums).sum(axis=-1)
        payoffs = self.payoffs[kinds[:, None, None, None], drawn]  # (groups, mechanisms, profiles, replicates, n)
        return payoffs.transpose(1, 2, 0, 4, 3).reshape(len(FAMILY), 2, -1, replicates)


def coverage(public: Public, groups: int, replicates: int, studies: int, first_seed: int) -> dict[str, float]:
    """By figure, the share of studies whose interval covers the truth."""
    clusters = dict.fromkeys(FAMILY, np.repeat(np.arange(groups), len(ACTIONS)))
    hits = dict.fromkeys(public.truths, 0)
    for seed in range(first_seed, first_seed + studies):
        values = public.study(groups, replicates, np.random.default_rng(seed))
        base, other = (dict(zip(FAMILY, values[:, p], strict=True)) for p in (0, 1))
        found = representativity(base, other, clusters, bootstrap=BOOTSTRAP, seed=seed)
        for name, truth in public.truths.items():
            low, high = found[name]["ci"]
            hits[name] += low <= truth <= high
    return {name: count / studies for name, count in hits.items()}


def main() -> None:
    """Print the table."""
    print(
        "| stand-in | groups | replicates | "
        + " | ".join(("signed", "squared", "above_floor"))
        + " |\n"
        + "|---" * 6
        + "|"
    )
    for perfect in (False, True):
        public = Public(perfect)
        for groups in (20, 50, 200):
            for replicates in (2, 8):
                found = coverage(public, groups, replicates, 1000, 20_000)
                cells = [
                    f"{100 * found[name]:.1f} %" if name in found else ""
                    for name in ("signed", "squared", "above_floor")
                ]
                kind = "perfect" if perfect else "other policies"
                print(f"| {kind} | {groups} | {replicates} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
