"""Win rates in both orders: by hand, by symmetry, and from judges whose bias is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from minipublic.evaluators import win_rates

NAN = math.nan
MEASURES = ("win_rate", "preference", "ties", "agreement", "position_bias")
BIAS, SPREAD = 0.8, 1.0


def values(found):
    return {name: found[name]["value"] for name in MEASURES}


def test_by_hand():
    # Won twice, lost twice, always the first text, always the second, undecided once, undecided twice, one order missing.
    first = [0.9, 0.2, 0.8, 0.4, 0.5, 0.5, 0.9]
    second = [0.7, 0.0, 0.1, 0.6, 0.9, 0.5, NAN]
    found = win_rates(first, second, list("aabbccd"), bootstrap=0)
    assert values(found) == pytest.approx(
        {
            "win_rate": (1 + 0 + 4 * 0.5) / 6,
            "preference": (0.8 + 0.1 + 0.45 + 0.5 + 0.7 + 0.5) / 6,
            "ties": 4 / 6,
            "agreement": 3 / 6,
            "position_bias": (0.1 + 0.1 + 0.35 - 0.1 - 0.2 + 0) / 6,
        }
    )
    assert found["n"] == {"pairs": 6, "groups": 3, "ties": 4, "missing": 1}


def test_the_margin_makes_close_calls_ties():
    assert win_rates([0.55, 0.9], [0.6, 0.9], ["a", "b"], margin=0.1)["ties"]["value"] == 0.5
    assert win_rates([0.55, 0.9], [0.6, 0.9], ["a", "b"], margin=0.04)["ties"]["value"] == 0
    # 1 - 0.4 - 0.5 is not quite 0.1 in binary.
    assert win_rates([1 - 0.4], [1 - 0.4], ["a"], margin=0.1)["ties"]["value"] == 1


probabilities = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8)


@given(probabilities)
def test_exchanging_the_texts_exchanges_wins_and_losses(pairs):
    first, second = np.array(pairs).T
    one = values(win_rates(first, second, np.arange(len(pairs)), bootstrap=0))
    # Asked of the other text: shown first where this one was shown second.
    other = values(win_rates(1 - second, 1 - first, np.arange(len(pairs)), bootstrap=0))
    assert other == pytest.approx(
        {**one, "win_rate": 1 - one["win_rate"], "preference": 1 - one["preference"]}, abs=1e-9
    )


def test_a_judge_that_takes_the_first_text_tells_nothing():
    found = win_rates([1.0] * 10, [0.0] * 10, np.arange(10))
    assert values(found) == {"win_rate": 0.5, "preference": 0.5, "ties": 1, "agreement": 0, "position_bias": 0.5}


def biased_judge(seed, episodes, mean):
    """Three pairs an episode; the judge sees differences in quality, plus a liking for the first text."""
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(episodes), 3)
    quality = mean + SPREAD * (
        0.6 * random.standard_normal(episodes)[groups] + 0.8 * random.standard_normal(len(groups))
    )

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    return sigmoid(quality + BIAS), sigmoid(quality - BIAS), groups


def true_rates(mean):
    """Wins are differences above the bias, ties those within it."""
    win, lose = norm.sf((BIAS - mean) / SPREAD), norm.cdf((-BIAS - mean) / SPREAD)
    return {"win_rate": win + (1 - win - lose) / 2, "ties": 1 - win - lose, "agreement": win + lose}


@pytest.mark.parametrize("mean", [0.0, 0.7, -1.5])
def test_a_known_bias_is_taken_out(mean):
    first, second, groups = biased_judge(3, 20_000, mean)
    found = win_rates(first, second, groups, bootstrap=0)
    for name, expected in true_rates(mean).items():
        assert found[name]["value"] == pytest.approx(expected, abs=0.01), name
    assert found["position_bias"]["value"] > 0.1
    if mean == 0:
        assert (first > 0.5).mean() > 0.75, "one order alone would call equals unequal"


def test_a_judge_that_sometimes_looks_only_at_the_order_is_seen_through():
    random = np.random.default_rng(5)
    better, lazy = random.random(500) < 0.6, 0.3
    first, second = lazy + (1 - lazy) * better, (1 - lazy) * better
    found = win_rates(first, second, np.arange(500), bootstrap=0)
    assert found["win_rate"]["value"] == pytest.approx(better.mean())
    assert found["position_bias"]["value"] == pytest.approx(lazy / 2)
    assert found["agreement"]["value"] == 1


def test_pairs_of_one_episode_are_no_independent_evidence():
    first, second, groups = biased_judge(1, 12, 0.3)
    once = win_rates(first, second, groups)["win_rate"]["ci"]
    often = win_rates(np.repeat(first, 20), np.repeat(second, 20), np.repeat(groups, 20))["win_rate"]["ci"]
    assert often == pytest.approx(once)


def test_winning_every_pair_is_not_certainty():
    found = win_rates([0.9] * 10, [0.8] * 10, np.arange(10))
    # Wilson (1927) for 10 of 10: 10 / (10 + 1.96²).
    assert found["win_rate"]["ci"] == pytest.approx([10 / (10 + 1.959964**2), 1.0], abs=1e-6)
    assert found["ties"]["ci"][1] > 0.2


def test_intervals_stay_within_their_range():
    found = win_rates([1.0, 0.0], [1.0, 0.0], ["a", "b"])
    assert found["win_rate"]["ci"] == [0.0, 1.0]
    assert found["position_bias"]["value"] == 0
    assert -0.5 <= found["position_bias"]["ci"][0] < found["position_bias"]["ci"][1] <= 0.5


def test_what_has_no_value_or_interval_says_why():
    nothing = win_rates([NAN], [0.5], ["a"])
    assert nothing["n"] == {"pairs": 0, "groups": 0, "ties": 0, "missing": 1}
    one = win_rates([0.9, 0.9], [0.9, 0.9], ["a", "a"])
    for name in MEASURES:
        assert (nothing[name]["value"], nothing[name]["reason"]) == (None, "there is no value")
        assert (one[name]["ci"], one[name]["reason"]) == (None, "one group alone has no interval")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (([0.5], [0.5, 0.5], ["a"]), "one row per pair"),
        (([1.5], [0.5], ["a"]), r"first .* got .*1\.5"),
        (([0.5], [math.inf], ["a"]), "second .* inf"),
    ],
)
def test_what_is_no_probability_is_refused(arguments, what):
    with pytest.raises(ValueError, match=what):
        win_rates(*arguments)


def test_a_margin_that_leaves_no_verdict_is_refused():
    with pytest.raises(ValueError, match="margin"):
        win_rates([0.5], [0.5], ["a"], margin=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("episodes", [20, 100])
def test_the_interval_covers_the_true_rates(episodes):
    true = true_rates(0.7)
    hits, studies = dict.fromkeys(true, 0), 1000
    for seed in range(studies):
        found = win_rates(*biased_judge(seed, episodes, 0.7), bootstrap=300, seed=seed)
        for name, value in true.items():
            low, high = found[name]["ci"]
            hits[name] += low <= value <= high
    # 1,000 studies have a standard error of 0.7 points.
    assert all(0.92 <= n / studies <= 0.98 for n in hits.values()), hits
