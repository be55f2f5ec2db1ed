"""Averages of other people's votes: shrinkage by hand, and no vote of the person who is foretold."""

import numpy as np
import pytest

from minipublic.evaluators.rates import PRIORS, Rates

VOTES = [1, 1, 0, 1, 0, 0]
VOTERS = ["a", "b", "c", "a", "b", "c"]
STATEMENTS = ["s", "s", "s", "t", "t", "t"]
PARTIES = ["left", "left", "right", "left", "left", "right"]


def test_averages_are_shrunk_to_the_broader_ones():
    rates = Rates.fit(VOTES, VOTERS, STATEMENTS, PARTIES)
    found = rates.predict(["new"] * 4, ["s", "t", "s", "u"], ["left", "left", "other", "right"])
    assert rates.overall == 0.5
    m, k = rates.priors["statement"], rates.priors["group_statement"]
    s, t = (2 + m * 0.5) / (3 + m), (1 + m * 0.5) / (3 + m)
    assert found["overall"].tolist() == [0.5] * 4
    assert found["statement"].tolist() == pytest.approx([s, t, s, 0.5])
    assert found["group_statement"].tolist() == pytest.approx([(2 + k * s) / (2 + k), (1 + k * t) / (2 + k), s, 0.5])
    g = rates.priors["group"]
    left, right = (3 + g * 0.5) / (4 + g), (0 + g * 0.5) / (2 + g)
    assert found["group"].tolist() == pytest.approx([left, left, 0.5, right])


def test_a_person_whose_votes_went_in_is_refused():
    with pytest.raises(ValueError, match="'b' is among the people"):
        Rates.fit(VOTES, VOTERS, STATEMENTS, PARTIES).predict(["new", "b"], ["s", "s"], ["left", "left"])


def test_the_prior_is_large_for_noise_and_small_for_differences():
    random = np.random.default_rng(0)
    voters, statements = np.repeat(np.arange(80), 10), np.tile(np.arange(10), 80)
    party = np.full(800, "")
    noise = Rates.fit(random.random(800) < 0.5, voters, statements, party)
    apart = Rates.fit(random.random(800) < np.linspace(0.05, 0.95, 10)[statements], voters, statements, party)
    assert noise.priors["statement"] == PRIORS[-1]
    assert apart.priors["statement"] < 4


def test_gaps_are_refused():
    with pytest.raises(ValueError, match="without gaps"):
        Rates.fit([1, np.nan], ["a", "b"], ["s", "s"], ["", ""])
