"""Ratings foretold: golden numbers of pingouin 0.7.0, scikit-learn 1.9.1 and scipy 1.17.1, and what must come out.

With `f, r, w` as arrays of the three lists, `GOLDEN` was printed by `pingouin.corr(f, r, method=…)["r"]`,
`sklearn.metrics.mean_absolute_error(r, f)`, `sklearn.metrics.r2_score(r, f)` and `pingouin.linear_regression(f, r)["coef"]`;
`REPEATED` by scipy.stats.pearsonr and spearmanr of numpy.repeat(f, w) and numpy.repeat(r, w), and r2_score with the weights.
"""

import numpy as np
import pytest

from minipublic.evaluators.ratings import evaluate_ratings

FORETOLD = [6.5, 5.0, 5.0, 4.5, 4.0, 3.5, 3.0, 2.5, 2.0, 4.0]
RATINGS = [7, 6, 4, 5, 5, 3, 2, 4, 1, 2]
WEIGHTS = [1, 2, 1, 1, 3, 1, 2, 1, 1, 1]
PEOPLE = [f"p{k}" for k in range(10)]
GOLDEN = {
    "pearson": 0.8063318005910329,
    "spearman": 0.7846190987974244,
    "mae": 1.0,
    "r2": 0.635258358662614,
    "intercept": -0.7250000000000004,
    "slope": 1.1562499999999998,
}
REPEATED = {"pearson": 0.809418352821041, "spearman": 0.808874243584346, "r2": 0.627287853577371}


def ratings(n, each=6, seed=0):
    random = np.random.default_rng(seed)
    people = np.repeat(np.arange(n), each)
    expected = 4 + random.normal(size=n)[people] + np.linspace(-1, 1, each)[np.tile(np.arange(each), n)]
    given = np.clip(np.round(expected + 0.7 * random.normal(size=n)[people] + random.normal(size=n * each)), 1, 7)
    return expected, given, people


def test_golden_numbers():
    found = evaluate_ratings({"model": FORETOLD}, RATINGS, PEOPLE, bootstrap=0)["predictors"]["model"]
    assert {k: found[k]["value"] for k in GOLDEN} == pytest.approx(GOLDEN)
    assert found["bias"]["value"] == pytest.approx(np.mean(FORETOLD) - np.mean(RATINGS))


def test_a_weight_is_a_repetition():
    found = evaluate_ratings({"model": FORETOLD}, RATINGS, PEOPLE, weights=WEIGHTS, bootstrap=0)
    assert {k: found["predictors"]["model"][k]["value"] for k in REPEATED} == pytest.approx(REPEATED)


def test_a_better_predictor_is_told_from_a_worse_one():
    expected, given, people = ratings(100)
    worse = expected + np.random.default_rng(1).normal(size=len(expected))
    found = evaluate_ratings({"good": expected, "worse": worse, "flat": np.full(len(given), 4.0)}, given, people)
    assert found["differences"]["worse"]["pearson"]["ci"][0] > 0
    assert found["differences"]["worse"]["mae"]["ci"][1] < 0
    assert found["predictors"]["flat"]["pearson"]["value"] is None
    assert found["predictors"]["flat"]["pearson"]["reason"]
    assert found["predictors"]["flat"]["r2"]["value"] <= 0


def test_few_people_are_skipped():
    found = evaluate_ratings({"m": FORETOLD[:4]}, RATINGS[:4], PEOPLE[:4])
    assert found["skipped"] == "fewer than 10 people"


@pytest.mark.slow
def test_intervals_cover_the_truth():
    """300 studies of 80 people; between 90 % and 99.5 % of the intervals hold what 60,000 people show."""
    names = ("pearson", "spearman", "mae", "bias", "slope", "r2")
    truth = evaluate_ratings({"m": ratings(60_000, seed=999)[0]}, *ratings(60_000, seed=999)[1:], bootstrap=0)
    held = dict.fromkeys(names, 0)
    for seed in range(300):
        expected, given, people = ratings(80, seed=seed)
        found = evaluate_ratings({"m": expected}, given, people, bootstrap=200)["predictors"]["m"]
        for name in names:
            low, high = found[name]["ci"]
            held[name] += low <= truth["predictors"]["m"][name]["value"] <= high
    assert all(270 <= hits <= 299 for hits in held.values()), held
