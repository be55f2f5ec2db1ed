"""Delphi panels: numbers by hand, limits, stopping rules, coverage."""

import json
from pathlib import Path

import numpy as np
import pytest

import minipublic
from minipublic.evaluators import convergence, stopping_rules
from minipublic.evaluators.panels import panel_moves, panel_spreads

NAN = np.nan
SCALE = np.arange(1.0, 6)
PANELS = np.array(
    [
        [[1, 2, 4, 5, 3], [3, 3, 3, 3, NAN]],
        [[2, 2, 4, 4, 3], [3, 3, 4, 3, 5]],
        [[3, 3, 4, 3, 3], [3, 3, 4, 3, 5]],
    ]
)


def panels(n=40, seed=1, rounds=4, seats=9, pull=0.5):
    """Panels whose members go a part of the way to their panel's median in each round."""
    random = np.random.default_rng(seed)
    now = 3 + random.normal(0, 0.5, (n, 1)) + random.normal(0, 1.4, (n, seats))
    out = []
    for _ in range(rounds):
        out.append(np.clip(np.round(now), 1, 5))
        now = now + pull * (np.median(out[-1], axis=1, keepdims=True) - now) + random.normal(0, 0.2, now.shape)
    return np.array(out)


def test_spreads_by_hand():
    found = panel_spreads(PANELS, SCALE)
    assert found["median"].tolist() == [[3, 3], [3, 3], [3, 3]]
    assert found["iqr"].tolist() == [[2, 0], [2, 1], [0, 1]]
    assert found["variance"][0] == pytest.approx([2.5, 0])
    assert found["agreement"][0] == pytest.approx([0, 1])


def test_moves_by_hand():
    """First panel: 1 → 2, 5 → 4 and then three move by one; second: one of the four who answered twice moves, by one."""
    found = panel_moves(PANELS, SCALE)
    assert found["changed"] == pytest.approx(np.array([[2 / 5, 1 / 4], [3 / 5, 0]]))
    assert found["shift"] == pytest.approx(np.array([[2 / 5, 1 / 4], [3 / 5, 0]]))
    assert found["drift"].tolist() == [[0, 0], [0, 0]]
    swapped = panel_moves(np.array([[[1.0, 5]], [[5, 1]]]), SCALE)
    assert swapped["changed"][0, 0] == 1  # everybody moves, the distribution does not
    assert swapped["shift"][0, 0] == 0


def test_rounds_are_means_over_panels():
    found = convergence(PANELS, SCALE, bootstrap=200)
    first, second, third = found["rounds"]
    assert (first["round"], first["panels"]) == (1, 2)
    assert first["iqr"]["value"] == 1
    assert "changed" not in first
    assert second["changed"]["value"] == pytest.approx((2 / 5 + 1 / 4) / 2)
    assert third["variance"]["n"] == 2
    assert found["change"]["iqr"]["value"] == pytest.approx((-2 + 1) / 2)
    json.dumps(found)


def test_one_panel_alone_has_values_and_says_why_no_interval():
    found = convergence(PANELS[:, :1], SCALE, bootstrap=100)
    assert found["rounds"][0]["iqr"]["value"] == 2
    assert found["rounds"][0]["iqr"]["reason"] == "one group alone has no interval"
    assert convergence(PANELS[:1], SCALE, bootstrap=10)["change"]["iqr"]["value"] == 0


def test_nobody_there_is_no_number():
    gone = PANELS.copy()
    gone[2, 1] = NAN
    found = convergence(gone, SCALE, bootstrap=50)
    assert found["rounds"][2]["panels"] == 1
    assert found["rounds"][2]["median"]["n"] == 1
    assert found["rounds"][2]["changed"]["n"] == 1
    assert found["change"]["iqr"]["n"] == 1
    assert stopping_rules(gone, SCALE, bootstrap=50)["iqr"]["rounds"]["n"] == 1


def test_converging_panels_are_seen_to_converge_and_stable_ones_to_be_stable():
    found = convergence(panels(), SCALE, bootstrap=200)
    assert found["change"]["iqr"]["ci"][1] < 0
    assert found["change"]["agreement"]["ci"][0] > 0
    changed = [r["changed"]["value"] for r in found["rounds"][1:]]
    assert changed == sorted(changed, reverse=True)
    same = np.repeat(panels(rounds=1), 3, axis=0)
    still = convergence(same, SCALE, bootstrap=100)
    assert still["rounds"][2]["changed"]["value"] == 0
    assert still["rounds"][2]["changed"]["ci"] is None
    assert "certainty" in still["change"]["variance"]["reason"]


def test_stopping_by_hand():
    """IQR at most 1: the first panel after round 3, the second after 1. Shift at most .15: never, and after round 3."""
    found = stopping_rules(PANELS, SCALE, bootstrap=100)
    assert found["iqr"]["rounds"]["value"] == 2
    assert found["iqr"]["met"]["value"] == 1
    assert found["iqr"]["early"]["value"] == 0.5
    assert found["iqr"]["iqr"]["value"] == 0
    assert found["shift"]["rounds"]["value"] == 3
    assert found["shift"]["met"]["value"] == 0.5
    assert found["shift"]["early"]["value"] == 0
    assert (found["shift"]["number"], found["shift"]["limit"]) == ("shift", 0.15)
    json.dumps(found)


def test_rules_that_nothing_meets_change_nothing():
    ratings = panels()
    found = stopping_rules(ratings, SCALE, {"never": ("iqr", -1.0), "at once": ("iqr", 9.0), "A": ("agreement", 0.9)})
    assert found["never"]["rounds"]["value"] == 4
    assert found["never"]["off"]["value"] == 0
    assert found["never"]["met"]["ci"][1] > 0
    assert found["at once"]["rounds"]["value"] == 1
    expected = np.abs(np.median(ratings[0], axis=1) - np.median(ratings[-1], axis=1)).mean()
    assert found["at once"]["off"]["value"] == pytest.approx(expected)
    assert 1 < found["A"]["rounds"]["value"] <= 4


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: convergence(PANELS[0], SCALE), r"shape \(rounds, panels, seats\)"),
        (lambda: convergence(PANELS + 0.5, SCALE), "no answer of the scale"),
        (lambda: stopping_rules(PANELS, SCALE, {"x": ("drift", 1)}), "'drift'"),
        (lambda: convergence(PANELS, SCALE, groups=["a"]), "a group for each row"),
    ],
)
def test_wrong_input_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


@pytest.mark.slow
def test_intervals_cover(monkeypatch):
    """Few studies at fixed seeds, to find what breaks; docs/mechanism_metrics.md has the larger table."""
    monkeypatch.syspath_prepend(str(Path(minipublic.__file__).parent / "benchmarks"))
    from coverage_of_mechanisms import convergence_coverage

    for name, share in convergence_coverage(25, 100).items():
        assert share >= 0.87, (name, share)
