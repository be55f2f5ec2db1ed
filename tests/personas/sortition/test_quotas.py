import numpy as np
import pytest

from minipublic.personas.persona import Persona
from minipublic.personas.sortition import SortitionError, draw_panel
from minipublic.personas.sortition.quotas import read_quotas, see_pool

from .small_pools import pool

FOUR = pool("yyoo", "mfm?")


def test_people_alike_in_what_the_quotas_name_are_one_kind():
    kinds = see_pool(FOUR, {"age": {"y": (1, 2), "o": (0, 1)}}, 2)
    assert kinds.ids == ("p0", "p1", "p2", "p3")
    assert kinds.kind.tolist() == [0, 0, 1, 1]
    assert kinds.count.tolist() == [2, 2]
    assert kinds.quotas == (("age", "y"), ("age", "o"))
    assert kinds.has.tolist() == [[1, 0], [0, 1]]
    assert (kinds.low.tolist(), kinds.high.tolist()) == ([1, 0], [2, 1])
    both = see_pool(FOUR, {"age": {"y": (1, 2)}, "gender": {"m": (1, 1)}}, 2)
    assert both.kind.tolist() == [0, 1, 2, 3]
    assert both.has.tolist() == [[1, 1, 0, 0], [1, 0, 1, 0]]


def test_without_quotas_all_are_alike():
    kinds = see_pool(FOUR, {}, 2)
    assert kinds.kind.tolist() == [0, 0, 0, 0]
    assert kinds.has.shape == (0, 1)


@pytest.mark.parametrize(
    ("shares", "size", "expected"),
    [
        ({"y": 0.3, "o": 0.7}, 10, {"y": (3, 3), "o": (7, 7)}),
        ({"y": 0.34, "o": 0.66}, 10, {"y": (3, 4), "o": (6, 7)}),
        ({"y": 0.335, "o": 0.67}, 10, {"y": (3, 4), "o": (6, 7)}),
        ({"y": 1, "o": 0}, 7, {"y": (7, 7), "o": (0, 0)}),
        ({"y": 0.1, "o": 0.2, "z": 0.7}, 10, {"y": (1, 1), "o": (2, 2), "z": (7, 7)}),
    ],
)
def test_shares_are_numbers_rounded_down_or_up(shares, size, expected):
    assert read_quotas({"age": shares}, size, {"age": ["y", "o"]})["age"] == expected


def test_shares_leave_no_place_for_other_labels_or_for_the_unknown():
    kinds = see_pool(FOUR, {"gender": {"m": 1.0}}, 2)
    ends = dict(zip(kinds.quotas, zip(kinds.low, kinds.high, strict=True), strict=True))
    assert ends == {("gender", "m"): (2, 2), ("gender", "f"): (0, 0), ("gender", "(not known)"): (0, 0)}
    assert draw_panel(FOUR, {"gender": {"m": 1.0}}, 2).members == ("p0", "p2")


def test_bounds_may_be_open():
    read = read_quotas({"age": {"y": [2, None], "o": [None, 1]}}, 5, {"age": []})
    assert read == {"age": {"y": (2, 5), "o": (0, 1)}}


@pytest.mark.parametrize(
    ("quotas", "message"),
    [
        ([1], "quotas must be a mapping of attributes"),
        ({"age": [1, 2]}, "quotas: age: write a mapping from label"),
        ({"age": {}}, "quotas: age: write a mapping"),
        ({"age": {"y": [2, 1]}}, r"quotas: age: y: write \[least, most\]"),
        ({"age": {"y": [-1, 1]}}, r"age: y: write \[least, most\]"),
        ({"age": {"y": [1, 2, 3]}}, r"age: y: write \[least, most\]"),
        ({"age": {"y": [0.5, 1]}}, r"age: y: write \[least, most\]"),
        ({"age": {"y": "half", "o": 0.5}}, r"age: y: write \[least, most\]"),
        ({"age": {"y": 0.5, "o": [1, 2]}}, r"age: y: write \[least, most\]"),
        ({"age": {"y": 1, "o": 1}}, r"the shares 1, 1 are not numbers .* sum to 1; numbers of people are written"),
        ({"age": {"y": 1.5, "o": -0.5}}, "not numbers from 0 up"),
        ({"income": {"high": (0, 1)}}, "nobody in the pool has the attribute 'income'; there are age, gender"),
    ],
)
def test_quotas_that_are_none_name_the_place(quotas, message):
    with pytest.raises(SortitionError, match=message):
        draw_panel(FOUR, quotas, 2)


@pytest.mark.parametrize("size", [0, 5, 2.0, True, None])
def test_a_size_the_pool_cannot_give_is_an_error(size):
    with pytest.raises(SortitionError, match="out of 4 people has 1 to 4 of them"):
        draw_panel(FOUR, {}, size)


def test_ids_are_unique():
    with pytest.raises(SortitionError, match="share the id 'a'"):
        draw_panel([Persona("a"), Persona("b"), Persona("a")], {}, 1)


def test_quotas_that_conflict_are_named_with_the_smallest_change():
    people = pool("yyyyoo", "mmmmff")
    # The one old person of the panel is its only woman: two of the three wanted cannot be had.
    with pytest.raises(SortitionError, match=r"no panel of 4 .* by 2 in all: gender: f: at least 1 instead of 3"):
        draw_panel(people, {"age": {"y": (3, 3), "o": (1, 1)}, "gender": {"f": (3, 4)}}, 4)
    with pytest.raises(SortitionError, match=r"by 1 in all: age: o: at least 2 instead of 3 \(the pool has 2\)"):
        draw_panel(people, {"age": {"o": (3, 4)}}, 4)
    with pytest.raises(SortitionError, match=r"by 2 in all: age: y: at most 3 instead of 1 \(the pool has 4\)"):
        draw_panel(people, {"age": {"y": (0, 1)}}, 5)


def test_the_change_that_is_named_is_one_that_helps():
    people = pool("yyyyoo", "mmmmff", "ababab")
    quotas = {"age": {"y": (1, 1), "o": (2, 2)}, "gender": {"f": (0, 1)}, "place": {"b": (0, 1)}}
    with pytest.raises(SortitionError, match="by 1 in all: gender: f: at most 2 instead of 1"):
        draw_panel(people, quotas, 3)
    assert len(draw_panel(people, quotas | {"gender": {"f": (0, 2)}}, 3).members) == 3


def test_arrays_have_the_shapes_that_are_told():
    kinds = see_pool(FOUR, {"age": {"y": 0.5, "o": 0.5}, "gender": {"m": (0, 2)}}, 2)
    kinds_, quotas = len(kinds.count), len(kinds.quotas)
    assert kinds.kind.shape == (4,)
    assert kinds.has.shape == (quotas, kinds_)
    assert kinds.low.shape == kinds.high.shape == (quotas,)
    assert np.bincount(kinds.kind).tolist() == kinds.count.tolist()
