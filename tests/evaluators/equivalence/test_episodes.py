"""Collecting payoffs of episodes."""

import asyncio
import doctest
import importlib

import numpy as np
import pytest

from minipublic.evaluators.equivalence import collect_payoffs

EPISODES = {"g1-q1": "g1", "g1-q2": "g1", "g2-q1": "g2"}
SEATS = {"g1-q1": 2, "g1-q2": 2, "g2-q1": 3}
PLAN = {"mechanisms": ["a", "b"], "profiles": ["p", "r"], "episodes": EPISODES, "replicates": 2}


def numbered(mechanism, profile, episode, replicate):
    """A payoff that tells where it came from."""
    base = 1000 * "ab".index(mechanism) + 100 * "pr".index(profile) + 10 * list(EPISODES).index(episode)
    return base + replicate + np.arange(SEATS[episode]) / 10


async def test_every_payoff_lands_in_its_place_whatever_comes_first():
    chance = np.random.default_rng(0)

    async def play(*call):
        await asyncio.sleep(chance.random() / 1000)
        return numbered(*call)

    found = await collect_payoffs(play, **PLAN)
    assert found.episodes.tolist() == ["g1-q1"] * 2 + ["g1-q2"] * 2 + ["g2-q1"] * 3
    assert found.seats.tolist() == [0, 1, 0, 1, 0, 1, 2]
    assert found.groups.tolist() == ["g1"] * 4 + ["g2"] * 3
    assert found.values.shape == (2, 2, 7, 2)
    np.testing.assert_allclose(found.under("r")["b"][4:], 1120 + np.array([[0, 1], [0.1, 1.1], [0.2, 1.2]]))
    assert found.by_mechanism(found.groups).keys() == {"a", "b"}
    with pytest.raises(ValueError, match="no profile 'x'; there are p, r"):
        found.under("x")


async def test_no_more_are_played_at_a_time_than_asked():
    playing, most = 0, 0

    async def play(*call):
        nonlocal playing, most
        playing += 1
        most = max(most, playing)
        await asyncio.sleep(0)
        playing -= 1
        return numbered(*call)

    await collect_payoffs(play, **PLAN, concurrency=3)
    assert most == 3


async def test_what_a_rollout_raises_comes_through():
    async def play(*call):
        raise OSError("the server is gone")

    with pytest.raises(OSError, match="the server is gone"):
        await collect_payoffs(play, **PLAN)


@pytest.mark.parametrize(
    ("payoffs", "message"),
    [
        (lambda m, r: [1.0] * (2 + (r == 1)), "replicate 1, has 3 payoffs, and 2 when first played"),
        (lambda m, r: [1.0, np.inf] if m == "b" else [1.0, 2.0], "under 'b' and 'p', replicate 0, must give a finite"),
        (lambda m, r: 3.0, r"shape \(n,\), not 3.0"),
        (lambda m, r: [], "payoff or NaN for each seat"),
    ],
)
async def test_payoffs_of_another_shape_are_refused(payoffs, message):
    async def play(mechanism, profile, episode, replicate):
        return payoffs(mechanism, replicate)

    with pytest.raises(ValueError, match=message):
        await collect_payoffs(play, **{**PLAN, "episodes": {"e": "g"}})


async def test_missing_payoffs_stay_missing():
    async def play(mechanism, profile, episode, replicate):
        return [np.nan, 1.0]

    found = await collect_payoffs(play, **PLAN)
    assert np.isnan(found.values[:, :, ::2]).all()
    assert (found.values[:, :, 1::2] == 1).all()


@pytest.mark.parametrize("nothing", [{"mechanisms": []}, {"episodes": {}}, {"replicates": 0}, {"concurrency": 0}])
async def test_nothing_to_play_is_refused(nothing):
    with pytest.raises(ValueError, match="must each name one"):
        await collect_payoffs(None, **{**PLAN, **nothing})


def test_the_example_in_the_docstring_runs():
    found = doctest.testmod(importlib.import_module("minipublic.evaluators.equivalence"))
    assert found.attempted > 8
    assert found.failed == 0
