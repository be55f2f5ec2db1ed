"""The ratio estimate: exact where use follows size, honest about its error elsewhere."""

import numpy as np
import pytest

from minipublic.simulation.ratio import Line, predict


def test_longer_prompts_are_corrected_for():
    size = np.array([100.0, 200.0, 300.0])
    coming = predict([Line(used=size / 4, size=size, rest=np.array([1000.0, 2000.0]))], left=2)
    assert (coming.value, coming.low, coming.high) == pytest.approx((750, 750, 750))


def test_weights_add_up_lines():
    size = np.array([1.0, 1.0])
    lines = [Line(np.array([3.0, 3.0]), size, size, weight=10), Line(np.array([5.0, 5.0]), size, size, weight=0.5)]
    assert predict(lines, left=4).value == pytest.approx(4 * 32.5)


def test_errors_of_lines_are_added_before_they_are_squared():
    size = np.ones(4)
    up, down = np.array([1.0, 3.0, 1.0, 3.0]), np.array([3.0, 1.0, 3.0, 1.0])
    both = predict([Line(up, size, size), Line(down, size, size)], left=10)
    assert both.low == pytest.approx(both.high)  # what one line has too much, the other has too little


def test_one_person_gives_no_interval():
    one = np.array([7.0])
    coming = predict([Line(one, one, np.array([14.0]))], left=3)
    assert coming.value == pytest.approx(42)
    assert coming.low is None
    assert coming.high is None


def test_nobody_left_uses_nothing():
    assert predict([Line(np.ones(2), np.ones(2), np.array([]))], left=0).value == 0


def test_what_was_not_rehearsed_is_taken_at_its_mean():
    coming = predict([Line(np.array([2.0, 4.0]), np.zeros(2), np.zeros(5))], left=5)
    assert coming.value == pytest.approx(15)
    assert coming.low < 15 < coming.high


@pytest.mark.parametrize(("pilot", "sampled"), [(5, 200), (20, 200), (20, 40)])
def test_the_interval_holds_the_truth_as_often_as_it_says(pilot, sampled):
    """Use follows size with noise; 1,000 made-up studies of `pilot` + 200 people (standard error 0.7 points)."""
    rng, held = np.random.default_rng(7), 0
    for _ in range(1000):
        size = rng.uniform(500, 1500, pilot + 200)
        used = size * rng.normal(0.25, 0.04, size.size)
        rest = rng.choice(size[pilot:], sampled, replace=False)
        coming = predict([Line(used[:pilot], size[:pilot], rest)], left=200)
        held += coming.low <= used[pilot:].sum() <= coming.high
    assert 0.92 <= held / 1000 <= 0.98
