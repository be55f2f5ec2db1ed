"""How a comparison is told in words."""

import pytest

from minipublic.simulation.report.mechanisms import best_sentence, differences


def family(value, ci, reason=""):
    lead = {"value": value, "ci": ci, "n": 1200, "reason": reason}
    return {"utilitarian_best": {"mechanism": "habermas", "runner_up": "summary", "lead": lead}}


@pytest.mark.parametrize(
    ("value", "ci", "said"),
    [
        (0.031, [0.012, 0.05], "ahead of summary by 0.031 [0.012, 0.050] in mean payoff (n = 1,200 episodes)."),
        (0.00012, [-0.0003, 0.0006], "by 0.00012 [-0.00030, 0.00060] in mean payoff"),
        (0.0, [0.0, 0.0], "by 0.000 [0.000, 0.000] in mean payoff"),
        (0.02, None, "by 0.020 (no interval) in mean payoff"),
    ],
)
def test_the_lead_is_told_with_its_interval_and_small_ones_to_their_digits(value, ci, said):
    assert said in best_sentence(family(value, ci))


@pytest.mark.parametrize(("low", "open_"), [(0.001, False), (0.0, True), (-0.01, True)])
def test_a_lead_that_another_may_have_says_so(low, open_):
    assert ("Another may be as good or better" in best_sentence(family(0.02, [low, 0.04]))) == open_


def test_no_common_episode_is_no_best():
    nothing = {"utilitarian_best": {"mechanism": None, "lead": {"value": None, "ci": None, "n": 0}}}
    assert best_sentence(nothing) == "No utilitarian best: no episode has a statement under every mechanism."


def test_a_difference_that_holds_has_a_star():
    held = {"value": 0.2, "ci": [0.1, 0.3], "significant_after_holm": True}
    open_ = {"value": 0.1, "ci": [-0.1, 0.3], "significant_after_holm": False}
    pairs = {"pairs": [{"a": "x", "b": "y", "mean": held}, {"a": "x", "b": "z", "mean": open_}]}
    assert list(differences(pairs, "mean")) == [["x − y", "0.200 [0.100, 0.300] *"], ["x − z", "0.100 [-0.100, 0.300]"]]
