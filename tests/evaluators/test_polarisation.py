"""Polarisation: published and hand-worked numbers, limits, other people's routines, coverage."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import minipublic
from minipublic.evaluators.neighbours import network_numbers
from minipublic.evaluators.ordinal import agreement, categories, esteban_ray, mean_distance
from minipublic.evaluators.polarisation import polarisation, polarisation_by_topology

NAN = np.nan
SCALE = np.arange(1.0, 6)


def test_agreement_is_the_reference():
    """R package agrmt 1.42.12, help page of `agreement`: 0.6113333."""
    assert agreement([30, 40, 210, 130, 530, 50, 10]) == pytest.approx(0.6113333, abs=1e-7)


def test_agreement_by_hand():
    """The ends are van der Eijk's (2001) anchors; 3, 1, 0, 2, 0 is worked out below."""
    ends = [[1, 0, 0, 0, 1], [1, 1, 1, 1, 1], [0, 3, 0, 0, 0], [0, 2, 2, 0, 0], [0, 0, 0, 0, 0]]
    assert agreement(ends) == pytest.approx([-1, 0, 1, 0.75, NAN], nan_ok=True)
    # 3 of 6 answers fill 1, 1, 0, 1, 0, whose triples are four times filled, filled, empty and twice filled, empty, filled:
    # U = (3·4 − 4·2)/(3·6) = 2/9, A = U (1 − 2/4) = 1/9. 2 fill 1, 0, 0, 1, 0, once and twice: U = (3·1 − 4·2)/(3·3) = −5/9,
    # A = U (1 − 1/4) = −5/12. The last fills one category: A = 1.
    assert agreement([3, 1, 0, 2, 0]) == pytest.approx((3 / 9 - 2 * 5 / 12 + 1) / 6)


def test_agreement_knows_order_only_and_no_side():
    random = np.random.default_rng(1)
    drawn = random.integers(0, 9, (200, 6))
    found = agreement(drawn)
    assert ((found >= -1) & (found <= 1)).all()
    assert agreement(drawn[:, ::-1]) == pytest.approx(found)
    assert agreement(7.5 * drawn) == pytest.approx(found)
    with pytest.raises(ValueError, match="3 to 12"):
        agreement([1, 1])


def test_esteban_ray_by_hand():
    """Thirds at 0, 1, 2 with α = 1: ΣΣ π_i² π_j |y_i − y_j| = 8/27, times 2²/2."""
    assert esteban_ray([1, 1, 1], [0, 1, 2]) == pytest.approx(16 / 27)
    assert esteban_ray([[1, 0, 1], [0, 5, 0]], [0, 1, 2], 1.6) == pytest.approx([1, 0])


@pytest.mark.parametrize("alpha", [0.3, 1.0, 1.6])
def test_nothing_is_more_polarised_than_half_at_either_end(alpha):
    drawn = np.random.default_rng(2).dirichlet([0.2] * 5, 2000)
    found = esteban_ray(drawn, SCALE, alpha)
    assert found.max() <= 1 + 1e-12
    assert esteban_ray(drawn, 10 * SCALE - 3, alpha) == pytest.approx(found)


def test_camps_that_close_ranks_are_more_polarised_where_the_spread_falls():
    """Esteban and Ray's (1994) own point: from six equal masses to two camps, inequality falls and polarisation rises."""
    even, camps = [1, 1, 1, 1, 1, 1], [0, 3, 0, 0, 3, 0]
    scale = np.arange(6)
    assert mean_distance(camps, scale) < mean_distance(even, scale)
    assert esteban_ray(camps, scale) > esteban_ray(even, scale)
    assert agreement(camps) < agreement(even)


def test_a_public_by_hand():
    found = polarisation([1, 1, 5, 5, NAN], SCALE, bootstrap=0)
    assert found["variance"]["value"] == 4
    assert found["distance"]["value"] == 0.5
    assert found["polarisation"]["value"] == 1
    assert found["agreement"]["value"] == -1
    assert found["n"] == {"people": 4, "groups": 4, "missing": 1}
    assert found["agreement"]["ci"] is None
    weighted = polarisation([1, 5, 5], SCALE, weights=[2, 1, 1], bootstrap=0)
    assert weighted["polarisation"]["value"] == 1
    assert polarisation([0, 1], [0, 1], bootstrap=10)["agreement"]["reason"]


def test_network_numbers_by_hand():
    """On the path 0 – 1 – 2 – 3 with positions 1, 2, 4, 5: neighbours are 1, 2, 1 apart, all pairs 14/6 on average."""
    path = nx.to_numpy_array(nx.path_graph(4))
    found = {k: float(v[0]) for k, v in network_numbers([[1, 2, 4, 5]], path, SCALE).items()}
    assert found["variance"] == pytest.approx(10 / 3)
    assert found["distance"] == pytest.approx(14 / 6 / 4)
    assert found["local_agreement"] == pytest.approx(1 - 4 / 3 / 4)
    assert found["sorting"] == pytest.approx((14 / 6 - 4 / 3) / 4)


def test_assortativity_is_networkxs():
    random = np.random.default_rng(3)
    for seed, kind in enumerate((nx.Graph, nx.DiGraph)):
        graph = nx.gnp_random_graph(12, 0.3, seed=seed, directed=kind is nx.DiGraph)
        positions = random.integers(1, 6, 12)
        nx.set_node_attributes(graph, dict(enumerate(positions.tolist())), "position")
        found = network_numbers([positions], nx.to_numpy_array(graph), SCALE)["assortativity"][0]
        assert found == pytest.approx(nx.numeric_assortativity_coefficient(graph, "position"))


def test_where_everybody_hears_everybody_nothing_is_sorted():
    positions = np.random.default_rng(4).integers(1, 6, (50, 6)).astype(float)
    found = network_numbers(positions, np.ones((6, 6)), SCALE)
    assert found["sorting"] == pytest.approx(0)
    varied = np.isfinite(found["assortativity"])
    assert found["assortativity"][varied] == pytest.approx(-1 / 5)


def test_sorting_is_nothing_on_average_where_the_network_knows_no_positions():
    random = np.random.default_rng(5)
    ring = nx.to_numpy_array(nx.cycle_graph(7))
    positions = random.permuted(np.tile([1.0, 1, 2, 3, 5, 5, 5], (4000, 1)), axis=1)
    found = network_numbers(positions, ring, SCALE)["sorting"]
    assert abs(found.mean()) < 3 * found.std() / np.sqrt(4000)


def test_missing_seats_hear_nobody():
    path = nx.to_numpy_array(nx.path_graph(3))
    found = network_numbers([[1, NAN, 5], [1, 1, NAN]], path, SCALE)
    assert np.isnan(found["local_agreement"][0])
    assert found["local_agreement"][1] == 1
    assert np.isnan(found["assortativity"]).all()


def discussed(n, seed, rings=True):
    """Groups of six on a ring and in full exchange, who move a part of the way to the mean of whom they hear."""
    random = np.random.default_rng(seed)
    ring, full = nx.to_numpy_array(nx.cycle_graph(6)), np.ones((6, 6)) - np.eye(6)
    before = np.tile(random.integers(1, 6, (n, 6)).astype(float), (2, 1))
    hears = np.repeat([ring, full], n, axis=0)
    heard = np.einsum("gij,gj->gi", hears, before) / hears.sum(axis=2)
    moved = before + 0.6 * (heard - before) + random.normal(0, 0.3, (2 * n, 6))
    return before, np.clip(np.round(moved), 1, 5), hears, np.repeat(["ring", "full"], n), np.tile(np.arange(n), 2)


def test_by_topology():
    before, after, hears, labels, groups = discussed(60, 6)
    found = polarisation_by_topology(before, after, hears, labels, SCALE, groups=groups, bootstrap=200)
    ring, full = found["topologies"]["ring"], found["topologies"]["full"]
    assert ring["variance"]["before"]["value"] == full["variance"]["before"]["value"]
    assert ring["variance"]["change"]["ci"][1] < 0
    assert ring["sorting"]["after"]["ci"][0] > 0
    assert full["sorting"]["change"]["value"] == pytest.approx(0)
    (pair,) = found["pairs"]
    assert (pair["a"], pair["b"]) == ("ring", "full")
    expected = ring["variance"]["change"]["value"] - full["variance"]["change"]["value"]
    assert pair["variance"]["value"] == pytest.approx(expected)
    alone = polarisation_by_topology(before, after, hears, labels, SCALE, bootstrap=200)
    assert np.ptp(pair["variance"]["ci"]) < np.ptp(alone["pairs"][0]["variance"]["ci"])
    lost = ring["assortativity"]["change"]["n"]
    assert 0 < lost < 60  # where all agree it has no value


@pytest.mark.parametrize(
    ("positions", "scale", "said"),
    [([1.5], SCALE, "no answer of the scale"), ([1], [2, 1], "rising"), ([np.inf], SCALE, "no answer")],
)
def test_positions_are_answers_of_the_scale(positions, scale, said):
    with pytest.raises(ValueError, match=said):
        categories(positions, scale)


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="one row per person"):
        polarisation([1, 2], SCALE, groups=[1])
    with pytest.raises(ValueError, match="hears has shape"):
        network_numbers([[1, 2]], np.ones((3, 3)), SCALE)
    with pytest.raises(ValueError, match="need a row"):
        polarisation_by_topology([[1, 2]], [[1, 2]], np.ones((2, 2)), ["a", "b"], SCALE)
    with pytest.raises(ValueError, match="alpha"):
        esteban_ray([1, 1], [0, 1], 2)


@pytest.mark.slow
def test_intervals_cover(monkeypatch):
    """Few studies at fixed seeds, to find what breaks; docs/mechanism_metrics.md has the larger table."""
    monkeypatch.syspath_prepend(str(Path(minipublic.__file__).parent / "benchmarks"))
    from coverage_of_mechanisms import polarisation_coverage

    for name, share in polarisation_coverage(40, 100).items():
        assert 0.87 <= share <= 1, (name, share)
