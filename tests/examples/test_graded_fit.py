"""The fit of examples/atp_style finds the parameters that answers were made with."""

import sys
from pathlib import Path

import numpy as np
import pytest

import minipublic

sys.path.insert(0, str(Path(minipublic.__file__).parent / "examples" / "atp_style"))

import graded_fit

A = np.array([[1.5, 0.0], [1.2, 0.0], [2.0, 0.0], [1.0, 0.0], [0.0, 1.4], [0.0, -1.1], [0.0, 1.8], [0.0, 1.0]])
B = np.array([[-1.5, 0.0, 1.2]] * 4 + [[-1.0, 0.3, 1.8]] * 4)
BETA = np.array([[0.8, -0.4]])


@pytest.fixture(scope="module")
def made():
    random = np.random.default_rng(4)
    x = random.choice([-1.0, 1.0], (3000, 1))
    theta = x @ BETA + random.standard_normal((3000, 2))
    p = graded_fit.probabilities(A, B, theta)  # (items, K, n)
    answers = (random.random((8, 1, 3000)) > p.cumsum(1)).sum(1).T
    answers[random.random(answers.shape) < 0.02] = -1
    return answers, x, theta


def test_it_recovers_slopes_thresholds_and_effects(made):
    answers, x, _ = made
    found = graded_fit.fit(answers, np.ones(3000), x, 4, 2, 30)
    turn = graded_fit.varimax(found.a)
    a, beta = found.a @ turn, found.beta @ turn
    order = np.argsort(-np.abs(a[:4]).sum(0))
    sign = np.sign(a[[0, 4], order])
    assert (a[:, order] * sign) == pytest.approx(A, abs=0.25)
    assert found.b == pytest.approx(B, abs=0.2)
    assert (beta[:, order] * sign) == pytest.approx(BETA, abs=0.1)


def test_weights_count_as_so_many_people(made):
    answers, x, _ = (part[:300] for part in made)
    twice = np.where(np.arange(300) < 100, 2.0, 1.0)
    rows = np.r_[np.arange(300), np.arange(100)]
    weighted = graded_fit.fit(answers, twice, x, 4, 2, 3)
    repeated = graded_fit.fit(answers[rows], np.ones(400), x[rows], 4, 2, 3)
    assert weighted.b == pytest.approx(repeated.b, abs=1e-6)
    assert np.abs(weighted.a) == pytest.approx(np.abs(repeated.a), abs=1e-6)


def test_an_items_gradient_is_that_of_its_loss(monkeypatch):
    seen = []

    def keep(loss, begin, **options):
        seen.append((loss, begin))
        return original(loss, begin, **options)

    original = graded_fit.minimize
    monkeypatch.setattr(graded_fit, "minimize", keep)
    random = np.random.default_rng(1)
    graded_fit.fit_item(
        random.random((4, 9)), random.standard_normal((9, 2)), np.array([1.0, 0.3]), np.array([-1, 0, 1.0])
    )
    loss, begin = seen[0]
    for k in range(len(begin)):
        step = 1e-6 * np.eye(len(begin))[k]
        by_hand = (loss(begin + step)[0] - loss(begin - step)[0]) / 2e-6
        assert loss(begin)[1][k] == pytest.approx(by_hand, rel=1e-5)
