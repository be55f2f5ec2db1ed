"""compare_effects: Cohen's d by hand, invariances, errors, significance, agreement, coverage."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.evaluators import Contrast, Item, Responses, compare_effects
from minipublic.evaluators.agreement import Pairs, summarise
from minipublic.evaluators.differences import Differences
from minipublic.evaluators.significance import Significance

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

PARTY = Contrast("party", "D", "R")


def table(answers, labels, weights=None, names=None, values=(1.0, 2.0, 3.0, 4.0, 5.0), **more):
    answers = np.asarray(answers, dtype=np.int16).reshape(len(labels), -1)
    items = tuple(Item(f"q{j}", values) for j in range(answers.shape[1]))
    names = np.array([f"{k}" for k in range(len(labels))]) if names is None else np.asarray(names)
    weights = np.ones(len(labels)) if weights is None else np.asarray(weights, dtype=float)
    return Responses(names, items, answers, weights, {"party": np.asarray(labels), **more})


def made(n=400, m=6, seed=0, effects=None, prefix="", **more):
    random = np.random.default_rng(seed)
    labels = random.choice(np.array(["D", "R", ""]), n, p=[0.45, 0.45, 0.1])
    shift = np.linspace(-1, 1, m) if effects is None else np.asarray(effects)
    latent = np.outer((labels == "D") * 0.5 - (labels == "R") * 0.5, shift) + random.standard_normal((n, m))
    answers = (latent[:, :, None] > np.array([-1.5, -0.5, 0.5, 1.5])).sum(axis=2)
    answers[random.random((n, m)) < 0.05] = -1
    names = np.array([f"{prefix}{k}" for k in range(n)])
    weights = random.uniform(0.3, 2, n) if not prefix else None
    return table(answers, labels, weights, names, age=random.choice(np.array(["young", "old"]), n), **more)


def d(responses, contrast=PARTY):
    return Differences(responses, [contrast]).estimates().values[0]


def test_cohens_d_by_hand():
    # D answers 4, 5, 5, 4 (mean 4.5, squares 1), R answers 2, 3, 3, 4 (mean 3, squares 2): s² = 3/6, d = 1.5/√.5
    plain = table([3, 4, 4, 3, 1, 2, 2, 3], list("DDDDRRRR"))
    assert d(plain) == pytest.approx(1.5 / 0.5**0.5)
    # D: 1, 3 weighing 1, 3 (mean 2.5, squares 3); R: 1, 2, 2 weighing 2, 1, 1 (mean 1.5, squares 1):
    # s² = (3 + 1)/8 · 5/3, d = 1/√(5/6)
    weighted = table([0, 2, 0, 1, 1], list("DDRRR"), [1, 3, 2, 1, 1])
    assert d(weighted) == pytest.approx((6 / 5) ** 0.5)
    # Missing answers and other labels do not count.
    more = table([3, 4, 4, 3, 1, 2, 2, 3, -1, 0], [*"DDDDRRRRD", ""])
    assert d(more) == pytest.approx(1.5 / 0.5**0.5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100), st.floats(0.01, 100))
def test_what_leaves_d_alone_and_what_turns_it(seed, stretch, shift, heavier):
    human = made(80, 3, seed)
    turned = d(human, Contrast("party", "R", "D"))
    assert d(human) == pytest.approx(-turned)
    items = tuple(Item(i.code, tuple(stretch * v + shift for v in i.values)) for i in human.items)
    coded = Responses(human.respondents, items, human.answers, heavier * human.weights, human.attributes)
    assert d(coded) == pytest.approx(d(human))
    errors = [Differences(r, [PARTY]).estimates().errors for r in (human, coded)]
    assert errors[0] == pytest.approx(errors[1])


def test_errors_are_those_of_the_bootstrap_and_of_the_textbook():
    human = made(600, 4, 3)
    differences = Differences(human, [PARTY])
    random = np.random.default_rng(0)
    counts = random.multinomial(600, np.full(600, 1 / 600), size=2000).astype(float)
    assert differences.estimates().errors[0] == pytest.approx(differences.values(counts)[:, 0].std(axis=0), rel=0.08)
    # Normal answers, equal weights: 1/a + 1/b + d²/2(a + b) (Hedges and Olkin 1985).
    numbers = np.concatenate([random.standard_normal(2000) + 1, random.standard_normal(3000)])
    values = np.sort(numbers)
    normal = table(np.searchsorted(values, numbers), ["D"] * 2000 + ["R"] * 3000, values=tuple(values))
    found = Differences(normal, [PARTY]).estimates()
    expected = 1 / 2000 + 1 / 3000 + found.values[0, 0] ** 2 / 10_000
    assert found.errors[0, 0] ** 2 == pytest.approx(expected, rel=0.03)


def test_replicates_are_one_respondent_in_errors():
    once = made(200, 3, 1, prefix="s")
    thrice = once.rows(np.tile(np.arange(200), 3))
    found = [Differences(r, [PARTY]).estimates() for r in (once, thrice)]
    assert found[1].errors == pytest.approx(found[0].errors, rel=0.02)
    assert (found[1].people == found[0].people).all()


def test_keys_and_plain_data():
    human, simulated = made(seed=1), made(seed=2, prefix="s")
    found = compare_effects(human, simulated, [PARTY, Contrast("age", "young", "old")], bootstrap=100)
    json.dumps(found, allow_nan=False)
    assert len(found["contrasts"]) == 12
    row = found["contrasts"][0]
    assert {"attribute", "a", "b", "item", "human", "simulated", "same_sign", "same_significance"} == set(row)
    assert {"value", "ci", "significant", "n"} <= set(row["human"])
    assert row["human"]["n"] == row["human"]["n_a"] + row["human"]["n_b"]
    for key in ("sign_agreement", "significance_agreement", "correlation", "slope"):
        assert found[key]["n"] == 12
        assert found[key]["ci"][0] <= found[key]["value"] <= found[key]["ci"][1]
    assert sum(found["verdicts"].values()) == 12
    assert [c["attribute"] for c in found["by_contrast"]] == ["party", "age"]
    assert found["by_contrast"][0]["correlation"]["n"] == 6
    signs = [r["same_sign"] for r in found["contrasts"]]
    assert found["sign_agreement"]["value"] == pytest.approx(np.mean(signs))
    verdicts = [r["same_significance"] for r in found["contrasts"]]
    assert found["significance_agreement"]["value"] == pytest.approx(np.mean(verdicts))
    x, y = ([r[side]["value"] for r in found["contrasts"]] for side in ("human", "simulated"))
    assert found["correlation"]["value"] == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert found["slope"]["value"] == pytest.approx(np.dot(x, y) / np.dot(x, x))
    assert compare_effects(human, simulated, [PARTY, Contrast("age", "young", "old")], bootstrap=100) == found


def test_significance_is_that_the_interval_excludes_zero():
    found = compare_effects(made(seed=1, m=20), made(seed=2, m=20, prefix="s"), [PARTY], bootstrap=0)
    cells = [row[side] for row in found["contrasts"] for side in ("human", "simulated")]
    assert {c["significant"] for c in cells} == {True, False}
    for c in cells:
        assert c["significant"] == (c["ci"][0] > 0 or c["ci"][1] < 0) == (c["p"] <= 0.05)
    strict = compare_effects(made(seed=1, m=20), made(seed=2, m=20, prefix="s"), [PARTY], bootstrap=0, level=1e-4)
    assert sum(r["human"]["significant"] for r in strict["contrasts"]) < sum(
        r["human"]["significant"] for r in found["contrasts"]
    )
    assert found["sign_agreement"]["ci"] is None
    assert found["sign_agreement"]["reason"]


def test_the_false_discovery_rate_by_hand():
    # Benjamini and Hochberg 1995, section 3.2: the fifteen p-values of their example; four pass at .05.
    p = np.array(
        [
            0.0001,
            0.0004,
            0.0019,
            0.0095,
            0.0201,
            0.0278,
            0.0298,
            0.0344,
            0.0459,
            0.3240,
            0.4262,
            0.5719,
            0.6528,
            0.7590,
            1,
        ]
    )
    random = np.random.default_rng(0)
    order = random.permutation(15)
    found = Significance(0.05, benjamini_hochberg=True).verdicts(np.stack([p[order], np.ones(15), np.full(15, np.nan)]))
    assert found.sum(axis=1).tolist() == [4, 0, 0]
    assert sorted(p[order][found[0]]) == p[:4].tolist()
    assert Significance(0.05).verdicts(p).sum() == 9


def test_identical_people_agree_in_all():
    human = made(seed=4)
    twin = Responses(human.respondents, human.items, human.answers, human.weights, human.attributes)
    found = compare_effects(human, twin, [PARTY], bootstrap=100, simulated_weighted=True)
    assert found["sign_agreement"]["value"] == found["significance_agreement"]["value"] == 1
    assert 0.5 < found["sign_agreement"]["ci"][0] < 1  # six items that agree are no certainty
    assert found["correlation"]["value"] == pytest.approx(1)
    assert found["correlation"]["ci"] == pytest.approx([1, 1])
    assert found["slope"]["ci"] == pytest.approx([1, 1])  # drawn together, they never differ


def test_weights_count_and_simulated_ones_only_when_asked():
    human, simulated = made(seed=1), made(seed=2, prefix="s")
    heavy = Responses(
        simulated.respondents, simulated.items, simulated.answers, np.arange(400.0) + 1, simulated.attributes
    )

    def value(h, s, **how):
        return compare_effects(h, s, [PARTY], bootstrap=0, **how)["contrasts"][0]["simulated"]["value"]

    assert value(human, heavy) == value(human, simulated)
    assert value(human, heavy, simulated_weighted=True) != value(human, simulated)


def test_attenuated_and_exaggerated_effects_show_in_the_slope():
    shift = np.linspace(-1, 1, 8)
    human = made(3000, 8, 1, effects=shift)
    for factor in (0.4, 1.0, 1.6):
        found = compare_effects(human, made(3000, 8, 2, effects=factor * shift, prefix="s"), [PARTY], bootstrap=200)
        low, high = found["slope"]["without_noise"]["ci"]
        assert low < factor < high  # the latent factor is nearly d's
        assert high - low < 0.4
        assert found["correlation"]["without_noise"]["value"] > 0.95


def test_noise_is_taken_out_by_hand():
    # True effects 1 and −1, ... with errors that resamples repeat: mean squares 2 plain, 1 without the noise they show.
    values = np.array([[np.sqrt(2), -np.sqrt(2), np.sqrt(2)], [1.0, -1.0, 1.0]])
    drawn = np.stack([np.tile(values[0] * np.sqrt(1.5), (30, 1)), np.tile(values[1], (30, 1))])
    pairs = Pairs(values, np.ones((2, 3), dtype=bool), drawn, np.ones(drawn.shape, dtype=bool), (0, 1, 2))
    slope = summarise(pairs, np.ones(3, dtype=bool))["slope"]
    assert slope["value"] == pytest.approx(np.sqrt(2) / 2)
    # x²: 2 in the sample, 3 in resamples, so 1 of it is noise; xy: √2, √3 in resamples, so √3 − √2 of it is.
    assert slope["without_noise"]["value"] == pytest.approx((2 * np.sqrt(2) - np.sqrt(3)) / 1)


def test_turning_a_contrast_round_turns_effects_and_leaves_agreement():
    human, simulated = made(seed=1), made(seed=2, prefix="s")
    there, back = (compare_effects(human, simulated, [c], bootstrap=100) for c in (PARTY, Contrast("party", "R", "D")))
    for row, turned in zip(there["contrasts"], back["contrasts"], strict=True):
        for side in ("human", "simulated"):
            assert turned[side]["value"] == pytest.approx(-row[side]["value"])
            assert turned[side]["ci"] == pytest.approx([-row[side]["ci"][1], -row[side]["ci"][0]])
    for key in ("sign_agreement", "significance_agreement", "correlation", "slope"):
        assert back[key]["value"] == pytest.approx(there[key]["value"])
        assert back[key]["ci"] == pytest.approx(there[key]["ci"])


def test_small_groups_and_odd_items_are_left_out_with_their_reason():
    human, simulated = made(seed=1), made(seed=2, prefix="s")
    few = simulated.attributes["party"].copy()
    few[np.flatnonzero(few == "R")[9:]] = ""
    left = Responses(simulated.respondents, simulated.items, simulated.answers, simulated.weights, {"party": few})
    found = compare_effects(human, left, [PARTY], bootstrap=50)
    assert found["contrasts"] == []
    assert found["left_out"] == [
        {"attribute": "party", "a": "D", "b": "R", "reason": "9 simulated respondents are R (at least 10 are needed)"}
    ]
    assert found["sign_agreement"]["value"] is None
    assert found["sign_agreement"]["reason"]
    json.dumps(found, allow_nan=False)

    answers = human.answers.copy()
    answers[human.attributes["party"] == "D", 0] = -1
    items = (*human.items[:-1], Item("q5", human.items[0].values, ordinal=False))
    gaps = Responses(human.respondents, items, answers, human.weights, human.attributes)
    found = compare_effects(gaps, simulated.select(["q0", "q1", "q2", "q5"]), [PARTY], bootstrap=50)
    reasons = {entry["item"]: entry["reason"] for entry in found["left_out"]}
    assert set(reasons) == {"q0", "q3", "q4", "q5"}
    assert "human" in reasons["q0"]
    assert "nominal" in reasons["q5"]
    assert [row["item"] for row in found["contrasts"]] == ["q1", "q2"]


def test_a_flat_simulation_has_no_effect_and_says_so():
    human, simulated = made(seed=1), made(seed=2, prefix="s")
    answers = simulated.answers.copy()
    answers[:, 0] = 2
    flat = Responses(simulated.respondents, simulated.items, answers, simulated.weights, simulated.attributes)
    found = compare_effects(human, flat, [PARTY], bootstrap=50)
    row = found["contrasts"][0]
    assert row["simulated"]["value"] is None
    assert "do not vary" in row["simulated"]["reason"]
    assert row["same_sign"] is row["same_significance"] is None
    assert found["sign_agreement"]["n"] == 5
    json.dumps(found, allow_nan=False)


def test_wrong_contrasts_are_errors():
    human, simulated = made(seed=1), made(seed=2, prefix="s")
    with pytest.raises(ValueError, match="two different labels"):
        Contrast("party", "D", "D")
    with pytest.raises(ValueError, match="no attribute 'income'"):
        compare_effects(human, simulated, [Contrast("income", "low", "high")])
    with pytest.raises(ValueError, match="no human's party is 'Rep'; there are D, R"):
        compare_effects(human, simulated, [Contrast("party", "D", "Rep")])
    with pytest.raises(ValueError, match="no contrast"):
        compare_effects(human, simulated, [])
    with pytest.raises(ValueError, match="level"):
        compare_effects(human, simulated, [PARTY], level=5)
    strangers = tuple(Item(f"z{j}", i.values) for j, i in enumerate(simulated.items))
    other = Responses(simulated.respondents, strangers, simulated.answers, simulated.weights, simulated.attributes)
    with pytest.raises(ValueError, match="share no ordinal item"):
        compare_effects(human, other, [PARTY])


@pytest.mark.slow
def test_intervals_cover():
    """Studies at fixed seeds; docs/intervals.md has the larger table."""
    from coverage_of_effects import agreement_coverage, effect_coverage

    for how in ((10, 10, 0.0), (30, 100, 0.5), (300, 300, 1.2)):
        assert 0.925 <= effect_coverage(*how) <= 0.98, how
    found = agreement_coverage(300, "attenuated", studies=100)
    for name, share in found.items():
        assert 0.9 <= share <= 1.0, (name, found)
