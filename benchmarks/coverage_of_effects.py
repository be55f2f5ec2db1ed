"""How often the intervals of effects and of test-retest cover the truth: simulated studies at fixed seeds.

Run `python benchmarks/coverage_of_effects.py`; it prints the tables of docs/intervals.md.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from scipy.stats import norm

from minipublic.evaluators import Contrast, Item, Responses, compare_effects
from minipublic.evaluators.differences import Differences
from minipublic.evaluators.retest import retest

# The forms of the intervals were chosen on seeds 0-199.
FIRST_SEED, STUDIES, BOOTSTRAP = 10_000, 400, 300
THRESHOLDS = np.array([-1.5, -0.5, 0.5, 1.5])
SCALE = (1.0, 2.0, 3.0, 4.0, 5.0)
GROUPS = Contrast("group", "a", "b")


def graded(latent: np.ndarray) -> np.ndarray:
    return (latent[..., None] > THRESHOLDS).sum(axis=-1).astype(np.int16)


def moments(shift: float) -> tuple[float, float]:
    """Mean and variance of the answers 0..4 of people whose latent attitude is normal about `shift`."""
    p, k = np.diff(np.r_[0, norm.cdf(THRESHOLDS - shift), 1]), np.arange(5)
    return float(p @ k), float(p @ (k - p @ k) ** 2)


def table(answers: np.ndarray, weights: np.ndarray, groups: np.ndarray, prefix: str = "") -> Responses:
    items = tuple(Item(f"q{j}", SCALE) for j in range(answers.shape[1]))
    names = np.array([f"{prefix}{k}" for k in range(len(answers))])
    return Responses(names, items, answers, weights, {"group": groups})


def effect_coverage(a: int, b: int, shift: float, spread: float = 0.7, studies: int = STUDIES, items: int = 5) -> float:
    """The share of effects whose interval covers: groups of a and b people, log-normal weights of this spread."""
    (mean_a, var_a), (mean_b, var_b) = moments(shift), moments(0.0)
    truth = (mean_a - mean_b) / np.sqrt((a * var_a + b * var_b) / (a + b))
    groups, hits = np.array(["a"] * a + ["b"] * b), []
    for seed in range(FIRST_SEED, FIRST_SEED + studies):
        random = np.random.default_rng(seed)
        latent = np.where(groups == "a", shift, 0.0)[:, None] + random.standard_normal((a + b, items))
        human = table(graded(latent), random.lognormal(0, spread, a + b), groups)
        e = Differences(human, [GROUPS]).estimates()
        hits.append(np.abs(e.values - truth) <= t_quantile(e.freedom) * e.errors)
    return float(np.mean(hits))


def t_quantile(freedom: np.ndarray) -> np.ndarray:
    from scipy.stats import t

    return np.asarray(t.ppf(0.975, freedom))


def world(kind: str, items: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Latent effects of twenty items among people and among the simulated."""
    random = np.random.default_rng(7)
    human = 0.4 * random.standard_normal(items)
    if kind == "same":
        return human, human
    other = random.standard_normal(items)
    return human, 0.6 * human + 0.2 * other if kind == "attenuated" else 0.3 * other


def effect_of(latent: float) -> float:
    (mean_a, var_a), (mean_b, var_b) = moments(latent / 2), moments(-latent / 2)
    return float((mean_a - mean_b) / np.sqrt((var_a + var_b) / 2))


def study(seed: int, n: int, kind: str) -> dict:
    """Weighted people and their matched personas, items correlated at .4."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 2, n)
    labels, weights = np.where(group == 1, "a", "b"), random.uniform(0.5, 1.5, n)
    sides = []
    for effects in world(kind):
        own = np.sqrt(0.4) * random.standard_normal((n, 1)) + np.sqrt(0.6) * random.standard_normal((n, len(effects)))
        sides.append(table(graded((group - 0.5)[:, None] * effects + own), weights, labels))
    return compare_effects(*sides, [GROUPS], bootstrap=BOOTSTRAP, seed=seed)


def agreement_coverage(n: int, kind: str, studies: int = STUDIES) -> dict[str, float]:
    """The share of studies whose intervals cover the mean over studies, and of numbers without noise the truth."""
    human, simulated = (np.array([effect_of(x) for x in side]) for side in world(kind))
    truth = {"correlation": np.corrcoef(human, simulated)[0, 1], "slope": human @ simulated / (human @ human)}
    found = [study(seed, n, kind) for seed in range(FIRST_SEED, FIRST_SEED + studies)]
    out = {}
    for key in ("sign_agreement", "sign_agreement_where_significant", "significance_agreement", *truth):
        mine = [f[key] for f in found if f[key]["ci"]]
        out[key] = covered(mine, np.mean([m["value"] for m in mine]))
    for key, value in truth.items():
        out[f"{key} without noise"] = covered([f[key]["without_noise"] for f in found], value)
    return out


def covered(metrics: list[dict], truth: float) -> float:
    """The share of the metrics that have an interval in which this number lies."""
    intervals = [m["ci"] for m in metrics if m["ci"]]
    return (
        float(np.mean([low - 1e-9 <= truth <= high + 1e-9 for low, high in intervals])) if intervals else float("nan")
    )


def retest_study(seed: int, n: int, bootstrap: int = BOOTSTRAP) -> dict:
    """People of different constancy, who answer ten items twice, and their personas, who know some of them."""
    random = np.random.default_rng(seed)
    steady, known = random.uniform(0.5, 1, (n, 1)), random.uniform(0.3, 0.9, (n, 1))
    said = random.integers(0, 5, (n, 10))

    def again(answers: np.ndarray, keep: np.ndarray) -> np.ndarray:
        return np.where(random.random(answers.shape) < keep, answers, random.integers(0, 5, answers.shape))

    meant, groups = again(said, known), np.array([""] * n)
    first, second = (table(x.astype(np.int16), np.ones(n), groups) for x in (again(said, steady), again(said, steady)))
    asked = np.concatenate([again(meant, np.full((n, 1), 0.8)) for _ in range(2)]).astype(np.int16)
    personas = table(asked, np.ones(2 * n), np.tile(groups, 2))
    named = Responses(np.tile(first.respondents, 2), personas.items, personas.answers, personas.weights)
    return retest(named, first, human_retest=second, bootstrap=bootstrap, seed=seed)


def retest_coverage(n: int, studies: int = STUDIES) -> dict[str, float]:
    """The share of studies whose intervals cover what a very large study finds."""
    large = flat(retest_study(1, 400_000, bootstrap=0))
    hits: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + studies):
        for name, m in flat(retest_study(seed, n)).items():
            hits[name] += m["ci"][0] <= large[name]["value"] <= m["ci"][1]
    return {name: count / studies for name, count in hits.items()}


def flat(found: dict) -> dict[str, dict]:
    ratios = found["normalised_by"]
    return {
        "self-agreement": found["self_agreement"],
        "closeness": found["self_agreement"]["closeness"],
        "accuracy": found["accuracy"],
        "human": found["human"],
        "by human_retest": ratios["human_retest"],
        "by self_agreement": ratios["self_agreement"],
        "mean of ratios": ratios["human_retest"]["mean_of_ratios"],
    }


def main() -> None:
    for a, b in ((10, 10), (10, 40), (30, 30), (100, 100), (1000, 400)):
        shown = [f"{100 * effect_coverage(a, b, shift, spread):.1f}" for spread in (0, 0.7) for shift in (0, 0.5, 1.2)]
        print(f"groups of {a} and {b}, d 0, .5, 1.2, weights equal then unequal:", *shown, flush=True)
    for kind in ("same", "attenuated", "apart"):
        for n in (100, 300, 1000):
            shown = ", ".join(f"{k} {100 * v:.1f}" for k, v in agreement_coverage(n, kind).items())
            print(f"{kind}, n = {n}: {shown}", flush=True)
    for n in (20, 100, 400):
        print(f"retest, n = {n}:", {k: f"{100 * v:.1f}" for k, v in retest_coverage(n).items()}, flush=True)


if __name__ == "__main__":
    main()
