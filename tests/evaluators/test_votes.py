"""Votes foretold: golden numbers of scikit-learn 1.9.1 and pingouin 0.7.0, identities, and what must come out.

The numbers of `GOLDEN` were printed by, with `p, y, w` as arrays of the three lists:

    sklearn.metrics.roc_auc_score(y, p), roc_auc_score(y, p, sample_weight=w), and so brier_score_loss and log_loss
    sklearn.calibration.calibration_curve(y, p, n_bins=3, strategy="quantile")
    pingouin.logistic_regression(pandas.Series(log(p / (1 - p))), y)["coef"]
    sklearn.linear_model.LogisticRegression(C=inf, tol=1e-10).fit(log(p / (1 - p))[:, None], y, sample_weight=w)
"""

import numpy as np
import pytest

from minipublic.evaluators.calibration import Binned, quantile_bins, recalibrating_line
from minipublic.evaluators.ranking import auc
from minipublic.evaluators.votes import evaluate_votes

PREDICTIONS = [0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4, 0.4, 0.3, 0.2, 0.1]
VOTES = [1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0]
WEIGHTS = [1, 2, 1, 1, 3, 1, 2, 1, 1, 1, 1, 2]
VOTERS = [f"v{k}" for k in range(12)]
GOLDEN = {
    "auc": (0.6805555555555556, 0.7638888888888888),
    "brier": (0.23416666666666666, 0.20176470588235298),
    "log_loss": (0.659455848934647, 0.5856925107223367),
    "intercept": (-0.07271285370705866, 0.0433621),
    "slope": (0.5935180549818087, 0.89218),
}
CURVE = ([0.28, 0.5666666666666667, 0.8], [0.4, 0.3333333333333333, 0.75])


def people(n, each, seed=0, spread=0.8):
    """True chances and votes of people who differ, on statements that differ."""
    random = np.random.default_rng(seed)
    voters, statements = np.repeat(np.arange(n), each), np.tile(np.arange(each), n)
    odds = spread * random.normal(size=n)[voters] + np.linspace(-1.5, 1.5, each)[statements]
    chances = 1 / (1 + np.exp(-odds))
    return chances, (random.random(n * each) < chances).astype(float), voters, statements


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_golden_numbers(weights):
    found = evaluate_votes({"model": PREDICTIONS}, VOTES, VOTERS, weights=weights, bootstrap=0)["predictors"]["model"]
    for name, values in GOLDEN.items():
        assert found[name]["value"] == pytest.approx(values[weights is not None], abs=1e-5)
        assert found[name]["ci"] is None
        assert found[name]["reason"]


def test_the_curve_is_the_reference():
    found = evaluate_votes({"model": PREDICTIONS}, VOTES, VOTERS, bins=3, bootstrap=0)
    curve = found["predictors"]["model"]["reliability_curve"]
    assert [b["predicted"] for b in curve] == pytest.approx(CURVE[0])
    assert [b["agreed"] for b in curve] == pytest.approx(CURVE[1])
    assert [b["n"] for b in curve] == [5, 3, 4]
    expected = sum(n * abs(p - y) for n, p, y in zip((5, 3, 4), *CURVE, strict=True)) / 12
    assert found["predictors"]["model"]["ece"]["value"] == pytest.approx(expected)


def test_auc_counts_ties_half_and_turns_around():
    assert auc([0.5, 0.5, 0.5], [0, 1, 1]) == 0.5
    assert auc([1, 2, 3, 4], [0, 0, 1, 1]) == 1.0
    chances, votes, *_ = people(40, 5)
    assert auc(-chances, votes) == pytest.approx(1 - auc(chances, votes))
    assert np.isnan(auc([0.1, 0.2], [1, 1]))


def test_the_parts_add_up_to_the_brier_score():
    chances, votes, voters, _ = people(60, 6)
    found = evaluate_votes({"model": chances}, votes, voters, bootstrap=0)["predictors"]["model"]
    parts = {k: v["value"] for k, v in found.items() if k != "reliability_curve"}
    assert parts["reliability"] - parts["resolution"] + parts["uncertainty"] + parts["within"] == pytest.approx(
        parts["brier"]
    )
    # Where every bin holds one prediction, the three parts of Murphy (1973) are all there is.
    rounded = np.round(chances * 4) / 4
    binned = Binned(rounded, votes, np.unique(rounded, return_inverse=True)[1])
    assert binned.measure(np.ones((1, len(votes))))["within"][0] == pytest.approx(0.0, abs=1e-12)


def test_true_chances_are_calibrated_and_extreme_ones_are_not():
    chances, votes, voters, _ = people(400, 10)
    odds = np.log(chances / (1 - chances))
    found = evaluate_votes({"true": chances, "extreme": 1 / (1 + np.exp(-2 * odds))}, votes, voters, bootstrap=200)
    true, extreme = found["predictors"]["true"], found["predictors"]["extreme"]
    assert true["slope"]["ci"][0] < 1 < true["slope"]["ci"][1]
    assert true["ece"]["ci"][0] == 0
    assert extreme["slope"]["ci"][1] < 0.7
    assert extreme["ece"]["ci"][0] > 0.05
    assert found["differences"]["extreme"]["auc"]["value"] == pytest.approx(0, abs=1e-12)
    assert found["differences"]["extreme"]["brier"]["ci"][1] < 0


def test_each_of_a_voters_votes_again_changes_no_interval():
    """Copies of the same people's votes are no new people."""
    chances, votes, voters, _ = people(80, 4)
    once = evaluate_votes({"m": chances}, votes, voters, bootstrap=300)["predictors"]["m"]
    twice = evaluate_votes({"m": np.tile(chances, 2)}, np.tile(votes, 2), np.tile(voters, 2), bootstrap=300)
    for name in ("auc", "brier", "log_loss", "slope"):
        assert twice["predictors"]["m"][name]["ci"] == pytest.approx(once[name]["ci"])


def test_crossed_intervals_are_wider():
    chances, votes, voters, statements = people(150, 6)
    width = []
    for crossed in (False, True):
        low, high = evaluate_votes(
            {"m": chances}, votes, voters, statements=statements, crossed=crossed, bootstrap=300
        )["predictors"]["m"]["brier"]["ci"]
        width.append(high - low)
    assert width[1] > width[0]


def test_groups_and_missing_predictions():
    chances, votes, voters, statements = people(60, 5)
    party = np.where(voters < 30, "A", np.where(voters < 55, "B", np.where(voters < 59, "C", "")))
    gaps = chances.copy()
    gaps[:7] = np.nan
    found = evaluate_votes({"m": chances, "n": gaps}, votes, voters, statements=statements, groups=party, bootstrap=50)
    assert found["missing"] == {"m": 0, "n": 7}
    assert found["n"] == {"rows": 293, "people": 59, "statements": 5}
    assert set(found["groups"]) == {"A", "B", "C"}
    assert found["groups"]["C"]["skipped"] == "fewer than 10 people"
    own = evaluate_votes({"m": chances[party == "B"]}, votes[party == "B"], voters[party == "B"], bootstrap=50)
    assert found["groups"]["B"]["predictors"]["m"]["auc"] == own["predictors"]["m"]["auc"]


def test_what_is_undefined_has_a_reason():
    found = evaluate_votes({"flat": [0.5] * 12}, VOTES, VOTERS, bootstrap=50)["predictors"]["flat"]
    assert found["auc"]["value"] == 0.5
    assert found["slope"]["value"] is None
    assert "do not vary" in found["slope"]["reason"]
    line = recalibrating_line(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0.0, 0, 1, 1]), np.ones((1, 4)))
    assert np.isnan(line[1]).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"votes": [2, *VOTES[1:]]}, "a vote is 1"),
        ({"predictions": {"m": [1.5, *PREDICTIONS[1:]]}}, r"lies in \[0, 1\]"),
        ({"voters": VOTERS[1:]}, "one row per vote"),
        ({"predictions": {"m": [np.nan] * 12}}, "no row"),
        ({"crossed": True}, "statements"),
    ],
)
def test_wrong_input_is_refused(change, said):
    given = {"predictions": {"m": PREDICTIONS}, "votes": VOTES, "voters": VOTERS} | change
    with pytest.raises(ValueError, match=said):
        evaluate_votes(**given)


def test_equal_predictions_share_a_bin():
    index = quantile_bins(np.array([0.2] * 50 + [0.7] * 3 + [0.9]), 10)
    assert len(set(index[:50])) == 1
    assert index[0] < index[-1]


@pytest.mark.slow
@pytest.mark.parametrize("extreme", [1.0, 1.6])
def test_intervals_cover_the_truth(extreme):
    """300 studies of 120 voters; between 90 % and 99.5 % of the intervals hold what 60,000 voters show."""

    def study(n, seed):
        chances, votes, voters, _ = people(n, 8, seed)
        odds = extreme * np.log(chances / (1 - chances))
        return evaluate_votes({"m": 1 / (1 + np.exp(-odds))}, votes, voters, bootstrap=200 if n < 1000 else 0)

    names = ("auc", "brier", "log_loss", "slope", "bias", "ece")
    truth = {k: study(60_000, 999)["predictors"]["m"][k]["value"] for k in names}
    truth |= {"ece": 0.0} if extreme == 1 else {}
    held = dict.fromkeys(names, 0)
    for seed in range(300):
        found = study(120, seed)["predictors"]["m"]
        for name in names:
            low, high = found[name]["ci"]
            held[name] += low <= truth[name] <= high
    assert all(hits >= 270 for hits in held.values()), held
    assert all(hits <= 299 for name, hits in held.items() if name != "ece"), held
