import math

import pytest

from minipublic.models.synthetic.graded import GradedItem, even_thresholds, graded_probabilities, logistic, softmax


def test_probabilities_are_differences_of_logistic_curves():
    # By hand: theta 0.5, a 1.2, thresholds -1, 0, 1.5, so a·theta = 0.6.
    at_least = [1 / (1 + math.exp(-x)) for x in (1.6, 0.6, -0.9)]
    expected = (1 - at_least[0], at_least[0] - at_least[1], at_least[1] - at_least[2], at_least[2])
    assert graded_probabilities(1.2 * 0.5, (-1.0, 0.0, 1.5)) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("latent", [-1e6, -40.0, 0.0, 40.0, 1e6])
def test_extreme_attitudes_stay_probabilities(latent):
    p = graded_probabilities(latent, (-2.0, 0.0, 2.0))
    assert min(p) >= 0
    assert sum(p) == pytest.approx(1)


def test_logistic_is_symmetric():
    assert logistic(3.0) + logistic(-3.0) == pytest.approx(1)
    assert logistic(0.0) == 0.5


def test_even_thresholds_cut_the_range_into_equal_parts():
    assert even_thresholds(5, 5.0) == pytest.approx((-3, -1, 1, 3))
    assert even_thresholds(1, 5.0) == ()


def test_softmax_by_hand():
    assert softmax((math.log(1), math.log(3))) == pytest.approx((0.25, 0.75))
    assert softmax((1000.0, 1000.0)) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("discrimination", "thresholds", "message"),
    [
        ((1.0,), (0.0, 0.0), "thresholds must ascend"),
        ((1.0,), (1.0, 0.0), "thresholds must ascend"),
        ((1.0,), (float("nan"),), "finite"),
        (("x",), (0.0,), "discrimination must be a list of numbers"),
        (1.0, (0.0,), "discrimination must be a list of numbers"),
        ((1.0,), "12", "thresholds must be a list"),
    ],
)
def test_impossible_parameters_are_refused(discrimination, thresholds, message):
    with pytest.raises(ValueError, match=message):
        GradedItem(discrimination, thresholds)
