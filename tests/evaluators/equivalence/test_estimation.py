"""Representativity: unbiased where it says so, biased where it says so, intervals that cover."""

import zlib
from pathlib import Path

import numpy as np
import pytest

import minipublic
from minipublic.evaluators.equivalence import (
    collect_payoffs,
    irrelevant_part,
    payoff_shifts,
    random_mechanism,
    random_process,
    random_profile,
    representativity,
    sample_outcomes,
    squared_differences,
)

STATES, ACTIONS, HORIZON = 4, (2, 3), 2
FAMILY = {"a": random_mechanism(70, STATES, ACTIONS), "b": random_mechanism(71, STATES, ACTIONS, HORIZON)}


def test_by_hand():
    # Row 1: differences 1 and 3, mean 2, product 3. Row 2: differences -1 and 0, mean -0.5, product 0.
    base = {"m": [[1.0, 1], [4, 4]]}
    other = {"m": [[2.0, 4], [3, 4]]}
    found = representativity(base, other, {"m": ["g", "h"]})
    assert found["signed"]["value"] == pytest.approx((2 - 0.5) / 2)
    assert found["absolute"]["value"] == pytest.approx((2 + 0.5) / 2)
    assert found["squared"]["value"] == pytest.approx((3 + 0) / 2)
    assert found["root_mean_square"]["value"] == pytest.approx(np.sqrt(1.5))
    assert found["noise_floor"]["value"] == 0
    # Second replicate of the representatives against the first of the people, and the other way round.
    assert found["absolute_in_halves"]["value"] == pytest.approx(((3 + 1) / 2 + (0 + 1) / 2) / 2)
    assert found["n"] == {"mechanisms": 1, "groups": 2, "rows": 2, "replicates": 2, "missing": 0}


def test_every_mechanism_counts_alike():
    base = {"m1": np.ones((4, 2)), "m2": np.ones((2, 2))}
    other = {"m1": np.full((4, 2), 2.0), "m2": np.full((2, 2), 4.0)}
    found = representativity(base, other, {"m1": ["a", "a", "b", "b"], "m2": ["a", "b"]})
    assert found["signed"]["value"] == pytest.approx((1 + 3) / 2)
    assert found["squared"]["value"] == pytest.approx((1 + 9) / 2)
    assert found["mechanisms"]["m2"]["signed"]["value"] == 3
    # In every resample too, as no row differs from the others of its mechanism.
    assert found["signed"]["ci"] == pytest.approx([2, 2])


def test_groups_are_resampled_together_across_mechanisms():
    """What a group gains under one mechanism and loses under the other is no uncertainty about the mean."""
    effect = np.random.default_rng(0).normal(size=(30, 1)) + np.zeros((30, 2))
    base = {"m1": np.zeros((30, 2)), "m2": np.zeros((30, 2))}
    names = np.array([f"g{k}" for k in range(30)])
    found = representativity(base, {"m1": effect, "m2": -effect}, {"m1": names, "m2": names})
    assert found["signed"]["ci"] == pytest.approx([0, 0], abs=1e-12)
    apart = representativity(base, {"m1": effect, "m2": -effect}, {"m1": names, "m2": np.char.add("x", names)})
    assert np.ptp(apart["signed"]["ci"]) > 0.2


def test_missing_replicates_are_left_out_and_counted():
    base = {"m": np.array([[1.0, 1, np.nan], [2, 2, 2], [np.nan] * 3])}
    other = {"m": np.array([[2.0, 4, 9], [3, np.nan, np.nan], [1, 1, 1]])}
    found = representativity(base, other, {"m": ["a", "b", "c"]})
    assert found["signed"]["value"] == pytest.approx((2 + 1) / 2)
    assert found["squared"]["value"] == pytest.approx(3)
    assert found["n"] == {"mechanisms": 1, "groups": 2, "rows": 2, "replicates": 3, "missing": 6}


def test_the_mask_keeps_the_substituted_only():
    base, other = {"m": np.zeros((3, 2))}, {"m": np.array([[1.0, 1], [5, 5], [3, 3]])}
    found = representativity(base, other, {"m": ["a", "a", "b"]}, {"m": [True, False, True]})
    assert found["absolute"]["value"] == 2
    assert found["n"]["rows"] == 2


def test_one_replicate_says_what_it_cannot_tell():
    found = representativity({"m": [[1.0], [2]]}, {"m": [[2.0], [4]]}, {"m": ["a", "b"]})
    assert found["absolute"]["value"] == 1.5
    for name in ("squared", "root_mean_square", "noise_floor", "above_floor"):
        assert found[name] == {"value": None, "ci": None, "reason": "needs two replicates or more of each episode"}


def test_a_mechanism_without_payoffs_gives_no_mean():
    found = representativity(
        {"m": np.ones((2, 2)), "n": np.full((2, 2), np.nan)},
        {"m": np.ones((2, 2)), "n": np.ones((2, 2))},
        {"m": ["a", "b"], "n": ["a", "b"]},
    )
    assert found["signed"] == {"value": None, "ci": None, "reason": "there is no value"}
    assert found["mechanisms"]["m"]["signed"]["value"] == 0


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="same mechanisms"):
        representativity({"m": [[1.0]]}, {"n": [[1.0]]}, {"m": ["a"]})
    with pytest.raises(ValueError, match="m: base and substituted must have one shape"):
        representativity({"m": [[1.0, 2]]}, {"m": [[1.0]]}, {"m": ["a"]})
    with pytest.raises(ValueError, match=r"m: .* not \(1,\)"):
        representativity({"m": [1.0]}, {"m": [1.0]}, {"m": ["a"]})


@pytest.mark.parametrize("shared", [False, True])
def test_squares_are_unbiased_and_plain_squares_are_not(shared):
    """(0.5)² from two replicates of noise 1, drawn apart or shared in part by both sides."""
    random = np.random.default_rng(3)
    x = random.normal(size=(40_000, 2))
    y = 0.5 + (0.8 * x + 0.6 * random.normal(size=x.shape) if shared else random.normal(size=x.shape))
    found = squared_differences(y - x)
    assert abs(found.mean() - 0.25) < 4 * found.std() / 200
    plain = (y - x).mean(axis=1) ** 2
    assert plain.mean() - 0.25 > 10 * plain.std() / 200


def test_the_floor_is_what_a_perfect_stand_in_is_measured_as():
    random = np.random.default_rng(5)
    x, y = random.normal(size=(2, 1500, 8))
    groups = {"m": np.arange(1500)}
    found = representativity({"m": x}, {"m": y}, groups, bootstrap=200)
    # Means of four of noise 1 differ by sqrt(2/4) |z| = 0.564 on average, of eight by 0.399.
    assert found["noise_floor"]["value"] == pytest.approx(np.sqrt(0.5) * np.sqrt(2 / np.pi), abs=0.03)
    assert found["absolute"]["value"] == pytest.approx(np.sqrt(0.25) * np.sqrt(2 / np.pi), abs=0.03)
    for name in ("signed", "squared", "above_floor"):
        low, high = found[name]["ci"]
        assert low < 0 < high
    off = representativity({"m": x}, {"m": y + 0.5}, groups, bootstrap=200)
    assert off["above_floor"]["ci"][0] > 0.05


def seeded(*names):
    return np.random.default_rng(zlib.crc32("/".join(map(str, names)).encode()))


async def played(process, policies, mechanisms, episodes, replicates):
    under = {name: process.with_mechanism(m) for name, m in mechanisms.items()}

    async def play(mechanism, profile, episode, replicate):
        random = seeded(mechanism, profile, episode, replicate)
        return process.payoffs[sample_outcomes(under[mechanism], policies[profile], 1, random)[0]]

    found = await collect_payoffs(
        play,
        mechanisms=list(mechanisms),
        profiles=list(policies),
        episodes={f"e{k}": f"g{k}" for k in range(episodes)},
        replicates=replicates,
    )
    return representativity(found.under("people"), found.under("representatives"), found.by_mechanism(found.groups))


async def test_episodes_of_a_tabular_process_come_to_the_exact_value():
    process = random_process(8, states=STATES, actions=ACTIONS, horizon=HORIZON)
    policies = {"people": random_profile(8, process), "representatives": random_profile(9, process)}
    exact = payoff_shifts(process, *policies.values(), FAMILY)
    found = await played(process, policies, FAMILY, episodes=60, replicates=8)
    for name, truth in (("signed", exact.mean()), ("squared", (exact**2).mean())):
        low, high = found[name]["ci"]
        assert low < truth < high
        assert high - low < 0.25
    for k, mechanism in enumerate(FAMILY):
        assert found["mechanisms"][mechanism]["signed"]["value"] == pytest.approx(exact[k].mean(), abs=0.15)


async def test_a_stand_in_that_differs_in_style_is_not_told_apart():
    example = irrelevant_part(2)
    policies = {"people": example.policy, "representatives": example.other}
    found = await played(example.process, policies, {"own": example.process.mechanism}, episodes=60, replicates=4)
    for name in ("signed", "squared", "above_floor"):
        low, high = found[name]["ci"]
        assert low < 0 < high


@pytest.mark.slow
@pytest.mark.parametrize("perfect", [False, True])
def test_intervals_cover(perfect, monkeypatch):
    """400 studies of 50 groups; more are in docs/intervals.md."""
    monkeypatch.syspath_prepend(str(Path(minipublic.__file__).parent / "benchmarks"))
    from coverage_of_representativity import Public, coverage

    shares = coverage(Public(perfect), 50, 4, 400, 0)
    assert len(shares) == 2 + perfect
    assert all(0.9 <= share <= 0.98 for share in shares.values()), shares
