import math

import pytest

from minipublic.models.synthetic.guessing import label_probabilities
from minipublic.models.synthetic.reading_lives import Life

SHARES = {"party": {"D": 0.6, "R": 0.4}, "faith": {"yes": 0.5, "no": 0.5}}
AT = {
    ("party", "D"): (-1.0, 0.0),
    ("party", "R"): (1.0, 0.0),
    ("faith", "yes"): (2.0, 0.0),
    ("faith", "no"): (0.0, 0.0),
}


def guess(life, trait="party", labels=("D", "R"), shares=SHARES):
    return label_probabilities(trait, labels, life, shares, lambda t, v: AT.get((t, v), (0.0, 0.0)), (0.5, 0.5))


def test_a_trait_that_is_stated_is_named():
    assert guess(Life({"party": "R"}, (-2.0, 0.0))) == pytest.approx((0.03, 0.97))
    assert guess(Life({"party": "b"}, (None, None)), labels=("a", "b", "c")) == pytest.approx((0.015, 0.97, 0.015))
    assert guess(Life({"party": "R"}, (None, None)), labels=("R",)) == (1.0,)


def test_where_nothing_is_told_the_shares_decide():
    assert guess(Life({}, (None, None))) == pytest.approx((0.6, 0.4))
    assert guess(Life({}, (None, None)), labels=("R", "D", "X")) == pytest.approx((0.4, 0.6, 0.0))
    assert guess(Life({}, (None, None)), labels=("X", "Y")) == pytest.approx((0.5, 0.5))
    assert guess(Life({}, (1.0, None)), trait="age", labels=("X", "Y"), shares={}) == pytest.approx((0.5, 0.5))


def test_attitudes_that_are_told_count_by_bayes_rule():
    # With the faith stated as "no", people stand at ±1 with variance 0.25 and that of the grades, 0.25 / 12.
    variance = 0.25 + 0.25 / 12
    odds = 0.6 / 0.4 * math.exp(-(1.5**2 - 0.5**2) / (2 * variance))
    assert guess(Life({"faith": "no"}, (0.5, 1.0)))[0] == pytest.approx(odds / (1 + odds))
    # Unstated, it adds its mean of 1 and its variance of 1.
    odds = 0.6 / 0.4 * math.exp(-(0.5**2 - (-1.5) ** 2) / (2 * (variance + 1)))
    assert guess(Life({}, (0.5, 1.0)))[0] == pytest.approx(odds / (1 + odds))
    # The other dimension says nothing of it.
    assert guess(Life({}, (None, 2.5))) == pytest.approx((0.6, 0.4))


def test_far_off_attitudes_break_nothing():
    assert sum(guess(Life({}, (1e200, -1e200)))) == pytest.approx(1)
    assert sum(label_probabilities("party", ("D", "R"), Life({}, (2.5,)), SHARES, lambda t, v: (9e9,), (0.0,))) == 1
