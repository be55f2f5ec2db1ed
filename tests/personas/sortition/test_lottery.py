from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minipublic.personas.persona import Persona
from minipublic.personas.population import Population
from minipublic.personas.sortition import SortitionError, draw_panel, fair_lottery

from .small_pools import every_panel, largest_smallest, pool


@st.composite
def drawings(draw, people=(4, 9)):
    """A pool, a size, and quotas around what some panel of it has, so that most can be met."""
    n = draw(st.integers(*people))
    columns = [draw(st.text("abc", min_size=n, max_size=n)) for _ in range(draw(st.integers(1, 3)))]
    size, someone = draw(st.integers(1, n)), pool(*columns)
    panel = draw(st.permutations(someone))[:size]
    quotas = {}
    for name in ("age", "gender", "place")[: len(columns)]:
        has = Counter(p.attributes[name] for p in panel)
        room = {label: (draw(st.integers(0, 2)), draw(st.integers(0, 2))) for label in "abc"}
        quotas[name] = {x: (max(0, has[x] - down), has[x] + up) for x, (down, up) in room.items()}
    return someone, quotas, size


@settings(max_examples=15, deadline=None)
@given(drawings(), st.integers(0, 3))
def test_every_panel_meets_the_quotas_and_has_its_size(drawing, seed):
    people, quotas, size = drawing
    lottery = fair_lottery(people, quotas, size)
    panel = lottery.draw(seed)
    assert len(panel.members) == len(set(panel.members)) == size
    assert list(panel.members) == [p.id for p in people if p.id in panel.members]
    by_id = {p.id: p for p in people}
    for name, labels in quotas.items():
        has = Counter(by_id[member].attributes[name] for member in panel.members)
        assert all(low <= has[label] <= high for label, (low, high) in labels.items())
    sums = lottery.panels @ lottery.kinds.has.T
    assert np.all(sums >= lottery.kinds.low)
    assert np.all(sums <= lottery.kinds.high)
    assert np.all(lottery.panels.sum(axis=1) == size)
    assert np.all(lottery.panels <= lottery.kinds.count)


@settings(max_examples=15, deadline=None)
@given(drawings())
def test_the_smallest_probability_is_the_largest_that_any_lottery_has(drawing):
    lottery = fair_lottery(*drawing)
    best = largest_smallest(lottery.kinds)
    assert lottery.smallest == pytest.approx(best, abs=1e-4 * lottery.bound + 1e-6)
    assert lottery.bound >= best - 1e-6
    assert lottery.shares.sum() == pytest.approx(1)
    assert lottery.probabilities.sum() == pytest.approx(drawing[2])


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 40), st.data())
def test_without_quotas_all_are_as_likely(n, data):
    size = data.draw(st.integers(1, n))
    lottery = fair_lottery([Persona(str(k)) for k in range(n)], {}, size)
    assert lottery.probabilities == pytest.approx(np.full(n, size / n))
    assert lottery.gini == pytest.approx(0, abs=1e-12)
    assert lottery.bound == pytest.approx(size / n)


def test_quotas_of_one_attribute_give_each_label_its_own_probability():
    people = pool("y" * 12 + "o" * 4)
    lottery = fair_lottery(people, {"age": {"y": 0.5, "o": 0.5}}, 4)
    assert lottery.probabilities == pytest.approx([2 / 12] * 12 + [2 / 4] * 4)
    assert lottery.smallest == pytest.approx(1 / 6)
    # Half the mean absolute difference over the mean: 2 · 12 · 4 pairs differ by 1/3, of 256 pairs; the mean is 1/4.
    assert lottery.gini == pytest.approx(2 * 12 * 4 / 256 * (1 / 3) / (2 * 1 / 4))


def test_an_odd_place_goes_to_the_label_with_more_people_to_choose_from():
    lottery = fair_lottery(pool("y" * 12 + "o" * 4), {"age": {"y": 0.5, "o": 0.5}}, 5)
    assert lottery.probabilities == pytest.approx([3 / 12] * 12 + [2 / 4] * 4)


def test_chances_that_only_divisible_panels_could_give_are_bounded_by_those_that_are_whole():
    # One of each pair of labels is wanted three times over, and any two people share one: no panel has two.
    people = pool("yoyo", "mmff", "abba")
    quotas = {
        name: dict.fromkeys(labels, (1, 1)) for name, labels in (("age", "yo"), ("gender", "mf"), ("place", "ab"))
    }
    with pytest.raises(SortitionError, match="no panel of 2"):
        draw_panel(people, quotas, 2)
    # Beside one panel that does meet them, these four could be drawn if people came in halves.
    more = [
        *people,
        *(
            Persona(f"q{k}", dict(zip(("age", "gender", "place"), x, strict=True)))
            for k, x in enumerate(("yma", "ofb"))
        ),
    ]
    lottery = fair_lottery(more, quotas, 2)
    assert len(every_panel(lottery.kinds)) >= 1
    assert lottery.smallest == pytest.approx(largest_smallest(lottery.kinds), abs=1e-9)
    assert lottery.bound == pytest.approx(lottery.smallest, abs=1e-6)


def test_people_are_drawn_as_often_as_they_are_likely_to_be():
    lottery = fair_lottery(pool("yyyyyooo", "mmfffmff"), {"age": {"y": (2, 2)}, "gender": {"m": (1, 2)}}, 4)
    counts = Counter(member for seed in range(4000) for member in lottery.draw(seed).members)
    for person, p in lottery.draw(0).probability.items():
        assert abs(counts[person] / 4000 - p) < 4.5 * (p * (1 - p) / 4000) ** 0.5


def test_a_seed_draws_the_same_panel_and_others_draw_others():
    people = pool("yyyyyoooyyoo", "mmfffmffmfmf")
    drawn = [draw_panel(people, {"age": {"y": 0.5, "o": 0.5}}, 6, seed=seed) for seed in (1, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert len({panel.members for panel in drawn}) > 1
    # A population is a pool, and the order of the quotas draws nothing else.
    assert draw_panel(Population(tuple(people)), {"age": {"o": 0.5, "y": 0.5}}, 6, seed=1).members == drawn[0].members


def test_a_panel_says_how_fair_its_draw_was():
    panel = draw_panel(pool("yyyo"), {"age": {"o": (1, 1)}}, 2)
    assert panel.probability == pytest.approx({"p0": 1 / 3, "p1": 1 / 3, "p2": 1 / 3, "p3": 1})
    told = panel.record()
    assert set(told) == {"members", "smallest", "bound", "gini"}
    assert told["members"]["p3"] == pytest.approx(1)
    assert told["smallest"] == pytest.approx(1 / 3)


def test_the_whole_pool_is_a_panel():
    assert draw_panel(pool("yyo"), {"age": {"o": (0, 1)}}, 3).members == ("p0", "p1", "p2")


@settings(max_examples=5, deadline=None)
@given(drawings(people=(10, 25)))
def test_larger_pools_come_as_near_as_they_say(drawing):
    lottery = fair_lottery(*drawing)
    assume(lottery.bound > 0)
    assert lottery.smallest >= (1 - 1e-4) * lottery.bound - 1e-6
