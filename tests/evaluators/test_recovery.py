"""The evaluators find what is true of a synthetic public whose parameters are known."""

import math

import numpy as np
import pytest

from minipublic.evaluators import Item, Responses, answer_shares, evaluate_survey, wasserstein
from minipublic.models.synthetic import GradedItem, SyntheticPublic

PEOPLE = 4000
ITEMS = {
    "a": GradedItem((1.5,), (-1.0, 0.0, 1.0)),
    "b": GradedItem((0.8,), (-2.0, -0.5, 0.5)),
    "c": GradedItem((2.0,), (-0.5, 0.5, 2.0)),
}


@pytest.fixture(scope="module")
def publics():
    """Humans with standard attitudes; simulated people half a point above them."""
    chance = np.random.default_rng(4)
    attitudes = chance.standard_normal(PEOPLE)
    return [draw_people(attitudes + shift, chance, name) for shift, name in ((0.0, "h"), (0.5, "s"))]


def draw_people(attitudes, chance, name):
    public = SyntheticPublic(
        dimensions=1, attitudes={f"{k}": (float(t),) for k, t in enumerate(attitudes)}, items=ITEMS
    )
    exact = {
        c: np.array([public.graded(public.attitude(str(k)), i) for k in range(len(attitudes))])
        for c, i in ITEMS.items()
    }
    answers = np.column_stack(
        [(chance.random(len(p))[:, None] > p.cumsum(axis=1)[:, :-1]).sum(axis=1) for p in exact.values()]
    )
    items = tuple(Item(code, (1.0, 2.0, 3.0, 4.0)) for code in ITEMS)
    names = np.array([f"{name}{k}" for k in range(len(attitudes))])
    return Responses(names, items, answers.astype(np.int16), np.ones(len(attitudes))), exact


def test_shares(publics):
    for responses, exact in publics:
        for code, p in exact.items():
            expected = p.mean(axis=0)
            se = np.sqrt((p * (1 - p)).sum(axis=0)) / PEOPLE
            assert (np.abs(answer_shares(responses, code).shares - expected) < 4 * se).all()


def test_distance_and_consistency(publics):
    (human, p), (simulated, q) = publics
    found = evaluate_survey(human, simulated, bootstrap=100)
    values = np.arange(1.0, 5.0)
    for code in ITEMS:
        expected = float(wasserstein(p[code].mean(axis=0), q[code].mean(axis=0), values))
        # All of the shift is upward, so the distance is a difference of means, with their standard error.
        variance = sum(((x @ values**2) - (x @ values) ** 2).sum() for x in (p[code], q[code]))
        assert abs(found["wasserstein"]["items"][code] - expected) < 4 * math.sqrt(variance) / PEOPLE
    assert abs(found["cronbach_alpha"]["human"] - true_alpha(p)) < 0.04


def true_alpha(exact):
    """From the model's own variances: answers are independent given the attitude."""
    values = np.arange(1.0, 5.0)
    means = np.column_stack([p @ values for p in exact.values()])
    own = np.array([(p @ values**2 - (p @ values) ** 2).mean() for p in exact.values()]) + means.var(axis=0)
    covariance = np.cov(means.T, ddof=0)
    total = own.sum() + covariance.sum() - np.trace(covariance)
    return len(exact) / (len(exact) - 1) * (1 - own.sum() / total)
