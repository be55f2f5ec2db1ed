"""Opinion change: numbers worked by hand, textbook limits, coverage."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import minipublic
from minipublic.evaluators import opinion_change
from minipublic.evaluators.group_change import variance_between

NAN = np.nan
BEFORE = np.array([[1.0], [2], [3], [5], [4], [4]])
AFTER = np.array([[2.0], [2], [5], [1], [4], [NAN]])
GROUPS = np.array(["a", "a", "a", "b", "b", "b"])


def changed(groups=30, size=8, seed=1, drift=0.4, between=0.5, weights=False):
    """Answers on two items whose change has a part of the group's and a part of the person's own."""
    random = np.random.default_rng(seed)
    g = np.repeat(np.arange(groups), size)
    before = random.normal(3, 1, (groups, 2))[g] * 0.5 + random.normal(1.5, 1, (groups * size, 2))
    moved = drift + between * random.standard_normal((groups, 2))[g] + random.normal(0, 1, (groups * size, 2))
    w = random.lognormal(0, 0.5, groups * size) if weights else None
    return before, before + moved, g, w


def test_numbers_by_hand():
    """Changes 1, 0, 2 in a and −4, 0 in b; one of b is missing afterwards."""
    found = opinion_change(BEFORE, AFTER, GROUPS, items=["tax"], middles=3, bootstrap=100)
    tax = found["items"]["tax"]
    values = {k: x["value"] for k, x in tax.items() if "value" in x}
    assert values["before"] == pytest.approx(3)
    assert values["after"] == pytest.approx(14 / 5)
    assert values["change"] == pytest.approx(-1 / 5)
    assert values["gross"] == pytest.approx(7 / 5)
    assert values["cancelled"] == pytest.approx(1 - 1 / 7)
    assert values["changed"] == pytest.approx(3 / 5)
    assert values["crossed"] == pytest.approx(1 / 5)  # 5 → 1; 3 → 5 began in the middle
    # Groups move from 2 to 3 and from 4.5 to 2.5: from 1 and 1.5 off the middle to 0 and 0.5.
    assert values["extremity"] == pytest.approx(-1)
    assert tax["within"]["before"]["value"] == pytest.approx((1 + 0.5) / 2)
    assert tax["within"]["after"]["value"] == pytest.approx((3 + 4.5) / 2)
    # Mean changes 1 and −2 with squared errors 1/3 and 8/2: variance 4.5, less their mean.
    assert values["between_groups"] == pytest.approx(4.5 - (1 / 3 + 4) / 2)
    assert tax["change"]["n"] == 5
    assert found["n"] == {"people": 5, "groups": 2, "effective_n": 5, "missing": 1}
    json.dumps(found)


def test_each_group_has_its_own_change():
    rows = opinion_change(BEFORE, AFTER, GROUPS, bootstrap=0)["groups"]
    assert [(r["group"], r["n"]) for r in rows] == [("a", 3), ("b", 2)]
    a = rows[0]["items"]["0"]
    expected = stats.ttest_1samp([1, 0, 2], 0).confidence_interval()
    assert a["change"]["value"] == 1
    assert a["change"]["ci"] == pytest.approx([expected.low, expected.high])
    assert (a["before"], a["after"]) == (2, 3)


def test_groups_that_cannot_have_an_interval_say_why():
    rows = opinion_change(
        [[1.0], [1], [2], [NAN]], [[2.0], [2], [4], [3]], ["same", "same", "one", "none"], bootstrap=50
    )["groups"]
    reasons = [r["items"]["0"]["change"].get("reason") for r in rows]
    assert "alike" in reasons[0]
    assert "one member" in reasons[1]
    assert "nobody" in reasons[2]


def test_one_group_alone_has_values_and_no_intervals():
    found = opinion_change(BEFORE[:3], AFTER[:3], GROUPS[:3], bootstrap=100)["items"]["0"]
    assert found["change"]["value"] == 1
    assert found["change"]["reason"] == "one group alone has no interval"
    assert found["variance"]["before"]["value"] == pytest.approx(1)
    assert found["between_groups"]["value"] is None
    assert found["crossed"]["reason"] == "no middle of the scale was given"


def test_where_nobody_moves_nothing_is_claimed():
    found = opinion_change(BEFORE[:5], BEFORE[:5], GROUPS[:5], middles=3, bootstrap=100)["items"]["0"]
    assert found["change"]["value"] == 0
    assert found["change"]["ci"] is None
    assert found["change"]["p"] is None
    assert found["cancelled"]["reason"] == "nobody changed"
    assert found["changed"]["ci"][1] > 0.3
    assert found["variance"]["change"]["value"] == 0


def test_people_who_are_their_own_group_give_the_textbooks_numbers():
    before, after, *_ = changed()
    found = opinion_change(before, after, np.arange(len(before)), bootstrap=2000)["items"]["0"]
    test = stats.ttest_rel(after[:, 0], before[:, 0])
    assert found["change"]["p"] == pytest.approx(test.pvalue)
    interval = test.confidence_interval()
    assert found["change"]["ci"] == pytest.approx([interval.low, interval.high], abs=0.02)
    assert found["variance"]["before"]["value"] == pytest.approx(before[:, 0].var(ddof=1))
    assert found["variance"]["after"]["value"] == pytest.approx(after[:, 0].var(ddof=1))


def test_groups_make_intervals_wider():
    before, after, g, _ = changed()
    clustered = opinion_change(before, after, g, bootstrap=300)["items"]["0"]["change"]["ci"]
    alone = opinion_change(before, after, np.arange(len(g)), bootstrap=300)["items"]["0"]["change"]["ci"]
    assert np.ptp(clustered) > 1.3 * np.ptp(alone)


def test_weights_count_people_and_their_unit_does_not_matter():
    before, after, g, w = changed(weights=True)
    found = opinion_change(before, after, g, weights=w, bootstrap=200)
    change = (after - before)[:, 0]
    assert found["items"]["0"]["change"]["value"] == pytest.approx(np.average(change, weights=w))
    assert found["n"]["effective_n"] < len(w)
    tenfold = opinion_change(before, after, g, weights=10 * w, bootstrap=200)
    for name in ("change", "gross", "changed", "between_groups"):
        assert tenfold["items"]["0"][name]["value"] == pytest.approx(found["items"]["0"][name]["value"])
        assert tenfold["items"]["0"][name]["ci"] == pytest.approx(found["items"]["0"][name]["ci"])
    whole = np.repeat(np.arange(len(g)), 2)
    twice = opinion_change(before[whole], after[whole], g[whole], bootstrap=200)["items"]["0"]["change"]
    doubled = opinion_change(before, after, g, weights=np.full(len(g), 2.0), bootstrap=200)["items"]["0"]["change"]
    assert twice["ci"] == pytest.approx(doubled["ci"])


def test_change_between_groups_is_found_and_its_absence_too():
    before, after, g, _ = changed(groups=200, between=0.5)
    there = opinion_change(before, after, g, bootstrap=300)["items"]["0"]["between_groups"]
    assert there["ci"][0] < 0.25 < there["ci"][1]
    assert there["ci"][0] > 0
    before, after, g, _ = changed(groups=200, between=0.0)
    none = opinion_change(before, after, g, bootstrap=300)["items"]["0"]["between_groups"]
    assert none["ci"][0] < 0 < none["ci"][1]


def test_variance_between_groups_is_the_chi_square_where_members_do_not_scatter():
    """With no noise the limits are (k − 1) s² over the quantiles of χ²."""
    means = np.random.default_rng(3).normal(0, 2, 10)
    found = variance_between(means, np.full(10, 1e-12), np.full(10, 5))
    expected = 9 * means.var(ddof=1) / stats.chi2.ppf([0.975, 0.025], 9)
    assert found["ci"] == pytest.approx(expected)


def test_verdicts_over_items_are_held_together():
    before, after, g, _ = changed(drift=0.25)
    found = opinion_change(before, after, g, bootstrap=0)["items"]
    p = sorted(f["change"]["p"] for f in found.values())
    told = sum(f["change"]["significant_after_holm"] for f in found.values())
    assert told == (0 if p[0] > 0.025 else 1 if p[1] > 0.05 else 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"after": AFTER[:5]}, "one shape"),
        ({"groups": GROUPS[:5]}, "a row for each person"),
        ({"weights": [-1] * 6}, "from 0 up"),
        ({"items": ["a", "b"]}, "2 names for 1 items"),
    ],
)
def test_wrong_input_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        opinion_change(**{"before": BEFORE, "after": AFTER, "groups": GROUPS} | change)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [12, 60])
def test_intervals_cover(groups, monkeypatch):
    """Few studies at fixed seeds, to find what breaks; docs/mechanism_metrics.md has the larger table."""
    monkeypatch.syspath_prepend(str(Path(minipublic.__file__).parent / "benchmarks"))
    from coverage_of_mechanisms import change_coverage

    for name, share in change_coverage(groups, 100).items():
        assert 0.87 <= share <= 1, (name, share)
