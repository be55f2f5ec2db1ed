"""Gaps between two parties; the numbers beside the tables are computed by hand."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from minipublic.evaluators.partisan import Roles, block_mean, evaluate_partisan
from minipublic.evaluators.responses import Item, Responses

OUT = None  # a blank
TRAITS = Roles(first=tuple(f"d{k}" for k in range(5)), second=tuple(f"r{k}" for k in range(5)))
ACTS = Roles(oneself=tuple(f"s{k}" for k in range(6)), outgroup=tuple(f"m{k}" for k in range(6)))
WARMTH = Roles(first=("to_d",), second=("to_r",), meta_own=("us",), meta_other=("them",))


def responses(rows, roles, points, weights=None, names=None):
    """Rows of codes from 1 in the order of the roles' items."""
    codes = roles.of("first", "second", "oneself", "outgroup", "meta_own", "meta_other")
    items = tuple(Item(code, tuple(float(k) for k in range(1, points + 1))) for code in codes)
    answers = np.array([[-1 if a is None else a - 1 for a in row] for row in rows], dtype=np.int16)
    people = np.array(names or [f"p{k}" for k in range(len(rows))], dtype=np.str_)
    return Responses(people, items, answers, np.array(weights or [1.0] * len(rows)))


# Two Democrats, two Republicans, one independent.
PARTY = np.array([0, 0, 1, 1, -1])
RATINGS = [
    [1, 2, 1, 2, 4, 5, 4, 5, 4, 2],  # own 2, other 4
    [3, 3, 3, OUT, OUT, 5, 5, OUT, OUT, OUT],  # own 3 from three of five; other: two of five are too few
    [4, 4, 4, 4, 4, 1, 1, 1, 1, 1],  # other 4, own 1
    [5, 5, 5, 5, 5, 2, 2, 2, 2, 2],  # other 5, own 2
    [1] * 10,
]


def measure(rows=RATINGS, roles=TRAITS, gap="hostility", points=5, bootstrap=0, party=PARTY, **more):
    return evaluate_partisan(responses(rows, roles, points, **more), party, roles, gap, bootstrap=bootstrap)


def test_hostility_by_hand():
    found = measure()
    # Republicans rate Democrats (4 + 5)/2, Democrats themselves (2 + 3)/2; both variances are 1/2.
    assert found["democrat"]["value"] == pytest.approx(2.0)
    assert found["democrat"]["cohens_d"] == pytest.approx(2 / np.sqrt(0.5))
    assert found["democrat"]["n"] == 4
    # Only one Democrat rates Republicans: 4; they themselves 1.5, with squares 1/2 over one degree of freedom.
    assert found["republican"]["value"] == pytest.approx(2.5)
    assert found["republican"]["cohens_d"] == pytest.approx(2.5 / np.sqrt(0.5))
    assert (found["republican"]["n"], found["republican"]["raters"], found["republican"]["members"]) == (3, 1, 2)
    assert (found["left_out"], found["n"], found["respondents"]) == (1, 4, {"democrat": 2, "republican": 2})
    assert found["democrat"]["ci"] is None
    assert found["democrat"]["reason"] == "no resamples were asked for"
    assert "within_rater" not in found
    assert found["gap"] == "hostility"


def test_with_few_resamples_the_reason_is_that_they_are_few():
    found = measure(bootstrap=5)["democrat"]
    assert found["ci"] is None
    assert found["reason"] == "fewer than 20 resamples have a value"


def test_hostility_with_weights_by_hand():
    found = measure(weights=[3.0, 1.0, 1.0, 3.0, 1.0])
    # (4 + 3·5)/4 − (3·2 + 3)/4; a weighted variance of 3/16 in either group of two, so squares of 3/8 each.
    assert found["democrat"]["value"] == pytest.approx(2.5)
    assert found["democrat"]["cohens_d"] == pytest.approx(2.5 / np.sqrt(0.375))
    # Answers at an end: (3·4 + 2) of (3·10 + 5), and (5 + 3·5) of (10 + 3·10).
    assert found["extremes"]["democrat"]["value"] == pytest.approx(14 / 35)
    assert found["extremes"]["republican"]["value"] == pytest.approx(20 / 40)


def test_extremes_by_hand():
    found = measure()["extremes"]
    # Democrats: 4 of 10 and 2 of the 5 that the second answered; Republicans: 5 of 10 each.
    assert found["democrat"]["value"] == pytest.approx(6 / 15)
    assert found["republican"]["value"] == pytest.approx(10 / 20)
    assert (found["democrat"]["n"], found["democrat"]["answers"]) == (2, 15)


def test_half_of_the_items_are_enough():
    nan = np.nan
    numbers = np.array([[1, 2, nan, nan], [1, nan, nan, nan], [nan] * 4, [1, 2, 3, 6]], dtype=float)
    assert block_mean(numbers).tolist() == pytest.approx([1.5, nan, nan, 3.0], nan_ok=True)
    five = np.array([[1, 2, nan, nan, nan], [1, 2, 3, nan, nan]], dtype=float)
    assert block_mean(five).tolist() == pytest.approx([nan, 2.0], nan_ok=True)


ACTS_ROWS = [[1] * 6 + [4] * 6, [2] * 6 + [3] * 6, [1] * 6 + [2] * 6, [3] * 6 + [4] * 6, [1] * 12]


def test_subversion_by_hand_and_within_raters():
    found = measure(ACTS_ROWS, ACTS, "subversion", points=4)
    # Scaled: Democrats 0 and 1/3 themselves, 1 and 2/3 of the others; Republicans 0, 2/3 and 1/3, 1.
    assert found["democrat"]["value"] == pytest.approx(2 / 3 - 1 / 6)
    assert found["republican"]["value"] == pytest.approx(5 / 6 - 1 / 3)
    # Variances 2/9 and 1/18, over two groups of two.
    assert found["democrat"]["cohens_d"] == pytest.approx(0.5 / np.sqrt((2 / 9 + 1 / 18) / 2))
    within = found["within_rater"]
    assert within["democrat"]["value"] == pytest.approx(1 / 3)
    assert within["republican"]["value"] == pytest.approx(2 / 3)
    assert within["democrat"]["n"] == 2


def test_within_raters_sum_to_the_same_as_the_gaps():
    random = np.random.default_rng(3)
    rows = random.integers(1, 5, (60, 12)).tolist()
    found = measure(
        rows, ACTS, "subversion", points=4, party=random.integers(0, 2, 60), weights=list(random.random(60))
    )
    gaps = found["democrat"]["value"] + found["republican"]["value"]
    assert sum(m["value"] for m in found["within_rater"].values()) == pytest.approx(gaps)


def test_meta_perception_by_hand():
    # Warmth to D, to R, theirs to us, theirs to them.
    rows = [[5, 1, 2, 5], [4, 2, 3, 4], [2, 4, 1, 5], [1, 3, 1, 5], [3, 3, 3, 3]]
    found = measure(rows, WARMTH, "meta_perception")
    # Republicans believe 4 and 4, Democrats have 4 and 2; Democrats believe 3 and 1, Republicans have 2 and 2.
    assert found["democrat"]["value"] == pytest.approx(1.0)
    assert found["republican"]["value"] == pytest.approx(0.0)
    assert found["democrat"]["cohens_d"] == pytest.approx(1 / np.sqrt((0 + 2) / 2))
    # A prejudice needs both warmths.
    rows[2] = [2, 4, OUT, 5]
    assert measure(rows, WARMTH, "meta_perception")["democrat"]["raters"] == 1


def test_reversed_items_are_turned():
    codes = responses(RATINGS, TRAITS, 5)
    turned = tuple(Item(i.code, i.values, reversed=True) for i in codes.items)
    flipped = Responses(codes.respondents, turned, np.where(codes.answers < 0, -1, 4 - codes.answers), codes.weights)
    found = evaluate_partisan(flipped, PARTY, TRAITS, "hostility", bootstrap=0)
    assert found["democrat"]["value"] == pytest.approx(2.0)


def draw(seed, n, spread, points=5):
    """Ratings around 2 of one's own party and 4 of the other, and who rates."""
    random = np.random.default_rng(seed)
    party = np.arange(n) % 2
    own = np.repeat([[0, 1]], n, axis=0)[:, :, None] == party[:, None, None]
    person = random.normal(0, 0.7 * spread, (n, 2, 1))
    raw = np.where(own, 2.0, 4.0) + person + random.normal(0, spread, (n, 2, 5))
    return np.clip(np.round(raw), 1, points).astype(int).reshape(n, 10).tolist(), party


def test_wasserstein_is_scipys_over_k_minus_1():
    (rows, party), (human_rows, human_party) = draw(1, 80, 1.5), draw(2, 120, 0.8)
    weights = list(np.random.default_rng(0).random(120))
    simulated, humans = responses(rows, TRAITS, 5), responses(human_rows, TRAITS, 5, weights=weights)
    found = evaluate_partisan(simulated, party, TRAITS, "hostility", humans=(humans, human_party), bootstrap=0)
    for k, name in enumerate(("democrat", "republican")):
        mine, theirs = np.array(rows)[party == k] / 4, np.array(human_rows)[human_party == k] / 4
        w = np.array(weights)[human_party == k]
        each = [wasserstein_distance(mine[:, j], theirs[:, j], v_weights=w) for j in range(10)]
        assert found["wasserstein"][name]["value"] == pytest.approx(np.mean(each))
        assert found["wasserstein"][name]["scale"] == "unit"
        assert (found["wasserstein"][name]["n"], found["wasserstein"][name]["humans"]) == (40, 60)


def test_variance_ratio_adds_up_both_scores():
    (rows, party), (human_rows, human_party) = draw(1, 40, 0.5), draw(2, 60, 1.0)
    humans = responses(human_rows, TRAITS, 5), human_party
    found = evaluate_partisan(responses(rows, TRAITS, 5), party, TRAITS, "hostility", humans=humans, bootstrap=0)

    def summed(table, group):
        block = np.array(table)[group]
        return block[:, :5].mean(axis=1).var(ddof=1) + block[:, 5:].mean(axis=1).var(ddof=1)

    ratio = summed(rows, party == 1) / summed(human_rows, human_party == 1)
    assert found["variance_ratio"]["republican"]["value"] == pytest.approx(ratio)


def test_a_model_pulled_to_the_middle_is_betrayed_though_its_gaps_look_right():
    (human_rows, human_party), n = draw(5, 600, 0.9), 600
    # Everybody of a party answers nearly alike, and nobody at an end.
    random = np.random.default_rng(6)
    people = np.array(human_rows)
    party = np.arange(n) % 2
    means = np.stack([people[human_party == k].mean(axis=0) for k in (0, 1)])
    rows = np.floor(means[party] + random.random((n, 10))).clip(2, 4).astype(int).tolist()
    humans = responses(human_rows, TRAITS, 5)
    found = evaluate_partisan(
        responses(rows, TRAITS, 5, names=[f"s{k}" for k in range(n)]),
        party,
        TRAITS,
        "hostility",
        humans=(humans, human_party),
        bootstrap=200,
    )
    for name in ("democrat", "republican"):
        real = found["humans"][name]
        assert found[name]["value"] == pytest.approx(real["value"], abs=0.12)
        assert found[name]["cohens_d"] > 1.7 * real["cohens_d"]
        assert found[name]["cohens_d_ci"][0] > real["cohens_d_ci"][1]
        assert found["variance_ratio"][name]["ci"][1] < 0.5
        assert found["extremes"][name]["value"] == 0
        assert found["extremes"][name]["ci"][1] < found["humans"]["extremes"][name]["ci"][0]


def test_intervals_hold_the_value_and_the_seed_settles_them():
    rows, party = draw(7, 200, 1.0)
    one, two = (measure(rows, party=party, bootstrap=100) for _ in range(2))
    assert one == two
    for name in ("democrat", "republican"):
        for value, ci in (("value", "ci"), ("cohens_d", "cohens_d_ci")):
            low, high = one[name][ci]
            assert low < one[name][value] < high
        assert 0 < one["extremes"][name]["ci"][0] < one["extremes"][name]["ci"][1] < 1


def test_replicates_of_a_respondent_are_resampled_together():
    rows, party = draw(8, 60, 1.0)
    alone = measure(rows, party=party, bootstrap=300)["democrat"]
    thrice = measure(rows * 3, party=np.tile(party, 3), bootstrap=300, names=[f"p{k}" for k in range(60)] * 3)[
        "democrat"
    ]
    assert thrice["value"] == pytest.approx(alone["value"])
    assert thrice["n"] == alone["n"]
    assert np.ptp(thrice["ci"]) == pytest.approx(np.ptp(alone["ci"]), rel=0.15)


def test_what_is_undefined_says_why():
    alike = [[2] * 5 + [4] * 5] * 2 + [[4] * 5 + [2] * 5] * 2
    found = measure(alike, party=PARTY[:4], bootstrap=30)
    assert found["democrat"]["value"] == pytest.approx(2.0)
    assert found["democrat"]["cohens_d"] is None
    assert "do not vary" in found["democrat"]["cohens_d_reason"]
    assert found["extremes"]["democrat"]["ci"][1] > 0.5  # Wilson's for two respondents
    blank = measure([[OUT] * 10, *RATINGS[2:4]], party=np.array([0, 1, 1]), bootstrap=30)
    assert (blank["democrat"]["value"], blank["democrat"]["reason"]) == (None, "there is no value")
    assert blank["extremes"]["democrat"]["reason"] == "nobody answered"
