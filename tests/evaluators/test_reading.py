"""Captured probability and the effect of the options' order, by hand."""

import math

import numpy as np
import pytest

from minipublic.evaluators.reading import ONE_ORDER, reading_quality

NAN = math.nan
MASS = [0.9, 0.7, NAN, 0.2, 0.4]
ASYMMETRY = [0.1, 0.3, NAN, NAN, 0.5]
PRIMACY = [-0.1, 0.3, NAN, NAN, 0.7]
WHO = ["ann", "ann", "bob", "bob", "cy"]


def test_means_over_the_answers_that_there_are():
    found = reading_quality(MASS, ASYMMETRY, PRIMACY, WHO)
    assert {name: (round(part["value"], 9), part["n"]) for name, part in found.items()} == {
        "captured_mass": (0.55, 4),
        "order_asymmetry": (0.3, 3),
        "primacy": (0.3, 3),
    }
    for part in found.values():
        low, high = part["ci"]
        assert low < part["value"] < high


def test_one_order_alone_has_no_effect_of_order():
    found = reading_quality(MASS, [NAN] * 5, [NAN] * 5, WHO)
    assert found["order_asymmetry"] == {"value": None, "ci": None, "reason": ONE_ORDER, "n": 0}
    assert found["captured_mass"]["n"] == 4
    assert reading_quality([], [], [], [])["captured_mass"]["value"] is None


def test_two_people_by_hand():
    # Resamples of two people have the means 0.49, 0.5 and 0.51 with probabilities 1/4, 1/2 and 1/4. The middle 95 % is 0.49
    # to 0.51, and two clusters widen it by sqrt(2) * t(0.975, 1) / z(0.975) = 1.41421 * 12.7062 / 1.95996 = 9.1682.
    found = reading_quality([0.49, 0.51], [0.49, 0.51], [0.49, 0.51], ["ann", "bob"])
    for part in found.values():
        assert part["value"] == pytest.approx(0.5)
        assert part["ci"] == pytest.approx([0.5 - 0.091682, 0.5 + 0.091682], abs=1e-5)


def test_an_interval_holds_only_what_there_can_be():
    found = reading_quality([0.0, 1.0], [0.0, 1.0], [-1.0, 1.0], ["ann", "bob"])
    assert {name: part["ci"] for name, part in found.items()} == {
        "captured_mass": [0.0, 1.0],
        "order_asymmetry": [0.0, 1.0],
        "primacy": [-1.0, 1.0],
    }


def test_answers_of_one_person_are_no_independent_evidence():
    mass = np.linspace(0.1, 0.9, 12)
    who = np.array([f"p{k}" for k in range(12)])
    once = reading_quality(mass, mass, mass, who)
    often = reading_quality(*[np.repeat(mass, 50)] * 3, np.repeat(who, 50))
    assert often["captured_mass"]["ci"] == pytest.approx(once["captured_mass"]["ci"])
    assert often["captured_mass"]["n"] == 600
    alone = reading_quality(mass, mass, mass, ["ann"] * 12)["primacy"]
    assert (alone["ci"], alone["reason"]) == (None, "one group alone has no interval")


def test_the_seed_alone_decides():
    def interval(**settings):
        return reading_quality(MASS, ASYMMETRY, PRIMACY, WHO, **settings)["captured_mass"]["ci"]

    assert interval(seed=1) == interval(seed=1)
    assert interval(bootstrap=0) is None


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="one row per answer"):
        reading_quality(MASS, ASYMMETRY[:4], PRIMACY, WHO)
