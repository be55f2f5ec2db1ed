"""evaluate_survey: values against scipy and numpy, intervals, groups, and odd input."""

import json
import sys
from pathlib import Path

import numpy as np
import pingouin
import pytest
from scipy.stats import wasserstein_distance

from minipublic.evaluators import Item, Responses, compare_conditions, evaluate_survey, weighted_correlation

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))


def made(n, seed, shift=0.0, m=4, name="h", **more):
    random = np.random.default_rng(seed)
    theta = random.standard_normal((n, 1))
    latent = shift + 0.7 * theta + random.standard_normal((n, m))
    answers = (latent[:, :, None] > np.array([-1.0, 0.0, 1.0])).sum(axis=2).astype(np.int16)
    answers[random.random((n, m)) < 0.03] = -1
    items = tuple(
        Item(f"q{j}", (1.0, 2.0, 3.0, 4.0), tuple("abcd"), reversed=j == 1 and more.get("flip", False))
        for j in range(m)
    )
    return Responses(
        np.array([f"{name}{k}" for k in range(n)]),
        items,
        answers,
        random.uniform(0.3, 2.0, n) if name == "h" else np.ones(n),
        {"party": random.choice(np.array(["D", "R", ""]), n)},
        more.get("scales", {}),
    )


@pytest.fixture(scope="module")
def sides():
    return made(300, 1, scales={"both": ("q0", "q2")}), made(200, 2, shift=0.4, name="s")


@pytest.fixture(scope="module")
def found(sides):
    return evaluate_survey(*sides, by=["party"], bootstrap=200, seed=3, splits=10)


def test_values_agree_with_scipy_numpy_and_pingouin(sides, found):
    import pandas as pd

    human, simulated = sides
    x, y = human.numbers(), simulated.numbers()
    distances = []
    for j in range(4):
        h, s = ~np.isnan(x[:, j]), ~np.isnan(y[:, j])
        distances.append(wasserstein_distance(x[h, j], y[s, j], human.weights[h]))
        assert found["wasserstein"]["items"][f"q{j}"] == pytest.approx(distances[-1], abs=1e-9)
    assert found["wasserstein"]["value"] == pytest.approx(np.mean(distances), abs=1e-9)
    difference = weighted_correlation(x, human.weights) - weighted_correlation(y, np.ones(len(y)))
    assert found["frobenius"]["value"] == pytest.approx(np.linalg.norm(difference), abs=1e-9)
    for name, numbers in (("human", x), ("simulated", y)):
        expected = pingouin.cronbach_alpha(pd.DataFrame(numbers), nan_policy="listwise")[0]
        assert found["cronbach_alpha"][name] == pytest.approx(expected, abs=1e-9)
    scale = pingouin.cronbach_alpha(pd.DataFrame(x[:, [0, 2]]), nan_policy="listwise")[0]
    assert found["cronbach_alpha"]["scales"]["both"]["human"] == pytest.approx(scale, abs=1e-9)


def test_keys(found):
    assert set(found) == {
        "wasserstein",
        "frobenius",
        "cronbach_alpha",
        "human_bound",
        "reference",
        "groups",
        "n",
        "effective_n",
        "left_out",
    }
    assert {"value", "ci", "items", "scale"} <= set(found["wasserstein"])
    assert {"human", "human_ci", "simulated", "simulated_ci", "scales"} <= set(found["cronbach_alpha"])
    assert {"wasserstein", "frobenius", "cronbach_alpha", "splits"} <= set(found["human_bound"])
    assert set(found["reference"]) == {"uniform", "marginal", "demographic_regression"}
    assert set(found["groups"]["party"]) == {"D", "R"}
    assert set(found["groups"]["party"]["D"]) == set(found) - {"groups", "left_out"}
    assert found["n"] == {"human": 300, "simulated": 200, "items": 4}
    json.dumps(found, allow_nan=False)


def test_the_unit_scale_divides_by_k_minus_one(sides, found):
    unit = evaluate_survey(*sides, scale="unit", bootstrap=0)
    assert unit["wasserstein"]["value"] == pytest.approx(found["wasserstein"]["value"] / 3)
    assert unit["frobenius"]["value"] == pytest.approx(found["frobenius"]["value"])
    assert unit["wasserstein"]["ci"] is None
    assert unit["wasserstein"]["reason"]


def test_the_same_seed_gives_the_same_intervals(sides, found):
    assert evaluate_survey(*sides, by=["party"], bootstrap=200, seed=3, splits=10) == found


def test_human_weights_count_and_simulated_ones_only_when_asked(sides):
    human, simulated = sides
    heavy = Responses(simulated.respondents, simulated.items, simulated.answers, np.arange(200.0), simulated.attributes)
    plain = evaluate_survey(human, simulated, bootstrap=0)["wasserstein"]["value"]
    assert evaluate_survey(human, heavy, bootstrap=0)["wasserstein"]["value"] == plain
    assert evaluate_survey(human, heavy, bootstrap=0, simulated_weighted=True)["wasserstein"]["value"] != plain


def test_matched_pairs_are_resampled_together(sides):
    human, _ = sides
    twins = Responses(human.respondents, human.items, human.answers, np.ones(len(human)), human.attributes)
    strangers = Responses(
        np.char.add("x", human.respondents), human.items, human.answers, np.ones(len(human)), human.attributes
    )
    unweighted = Responses(human.respondents, human.items, human.answers, np.ones(len(human)), human.attributes)
    paired = evaluate_survey(unweighted, twins, bootstrap=200)["wasserstein"]
    apart = evaluate_survey(unweighted, strangers, bootstrap=200)["wasserstein"]
    assert paired["value"] == apart["value"] == 0
    assert paired["bias"] == pytest.approx(0, abs=1e-12)  # the same people drawn on both sides: never a difference
    assert apart["bias"] > 0.05


def test_identical_answers_are_as_close_as_can_be_and_halves_are_not(found):
    assert found["human_bound"]["wasserstein"] > 0
    assert (
        found["reference"]["marginal"]["wasserstein"]["value"] < found["reference"]["uniform"]["wasserstein"]["value"]
    )
    assert found["reference"]["marginal"]["cronbach_alpha"]["simulated"] == pytest.approx(0, abs=1e-9)


def test_regression_on_demographics_recovers_what_they_explain():
    random = np.random.default_rng(5)
    n = 2000
    party = random.choice(np.array(["D", "R"]), n)
    p = np.where(party == "D", 0.8, 0.3)
    answers = (random.random((n, 3)) < p[:, None]).astype(np.int16)
    items = tuple(Item(f"q{j}", (1.0, 2.0)) for j in range(3))
    human = Responses(np.arange(n).astype(str), items, answers, np.ones(n), {"party": party})
    found = evaluate_survey(human, human, bootstrap=0)["reference"]
    # All correlation between the items comes from party, so the regression finds it and the marginals do not.
    assert found["demographic_regression"]["frobenius"]["value"] < 0.1
    assert found["marginal"]["frobenius"]["value"] > 0.4


def test_nominal_and_unshared_items_are_left_out_and_listed(sides):
    human, simulated = sides
    nominal = Item("q0", (1.0, 2.0, 3.0, 4.0), ordinal=False)
    mixed = Responses(human.respondents, (nominal, *human.items[1:]), human.answers, human.weights, human.attributes)
    found = evaluate_survey(mixed, simulated.select(["q0", "q1", "q2"]), bootstrap=0)
    assert set(found["left_out"]) == {"q0", "q3"}
    assert set(found["wasserstein"]["items"]) == {"q1", "q2"}


def test_word_codes_have_no_code_distances(sides):
    human, simulated = sides
    words = tuple(Item(i.code, (0.0, 1.0, 2.0, 3.0), numeric_codes=False) for i in human.items)
    worded = Responses(human.respondents, words, human.answers, human.weights, human.attributes)
    with pytest.raises(ValueError, match="scale unit"):
        evaluate_survey(worded, simulated)
    assert evaluate_survey(worded, simulated, scale="unit", bootstrap=0)["wasserstein"]["value"] > 0


def test_a_constant_item_leaves_the_norm_undefined_with_its_reason(sides):
    human, simulated = sides
    flat = simulated.answers.copy()
    flat[:, 2] = 1
    constant = Responses(simulated.respondents, simulated.items, flat, simulated.weights, simulated.attributes)
    found = evaluate_survey(human, constant, bootstrap=50)["frobenius"]
    assert found["value"] is None
    assert "simulated" in found["reason"]
    assert "q2" in found["reason"]


def test_an_item_nobody_answered_says_so(sides):
    human, simulated = sides
    empty = simulated.answers.copy()
    empty[:, 1] = -1
    found = evaluate_survey(
        human,
        Responses(simulated.respondents, simulated.items, empty, simulated.weights, simulated.attributes),
        bootstrap=50,
    )
    assert found["wasserstein"]["value"] is None
    assert "q1" in found["wasserstein"]["reason"]
    json.dumps(found, allow_nan=False)


def test_small_groups_are_skipped_with_their_reason(sides):
    human, simulated = sides
    party = simulated.attributes["party"].copy()
    party[party == "R"] = "D"
    found = evaluate_survey(
        human,
        Responses(simulated.respondents, simulated.items, simulated.answers, simulated.weights, {"party": party}),
        by=["party"],
        bootstrap=0,
    )
    assert "skipped" in found["groups"]["party"]["R"]


def test_no_shared_item_and_unknown_attributes_are_errors(sides):
    human, simulated = sides
    other = Responses(
        simulated.respondents,
        tuple(Item(f"z{j}", (1.0, 2.0, 3.0, 4.0)) for j in range(4)),
        simulated.answers,
        simulated.weights,
    )
    with pytest.raises(ValueError, match="share no ordinal item"):
        evaluate_survey(human, other)
    with pytest.raises(ValueError, match="no attribute 'age'"):
        evaluate_survey(human, simulated, by=["age"])


def test_comparing_a_condition_with_itself_finds_nothing(sides):
    human, simulated = sides
    for name in ("wasserstein", "frobenius"):
        found = compare_conditions(human, simulated, simulated, metric_name=name, bootstrap=100)
        assert found["value"] == 0
        assert found["ci"] == [0, 0]


def test_the_better_condition_is_found(sides):
    human, far = sides
    near = made(200, 7, name="s")
    found = compare_conditions(human, near, far, bootstrap=200)
    assert found["value"] < 0
    assert found["ci"][1] < 0


@pytest.mark.slow
def test_intervals_cover():
    """400 studies at fixed seeds. What happens near zero is in docs/intervals.md."""
    from coverage_of_intervals import clustered_coverage, coverage, difference_coverage

    far = coverage(1000, 0.6, 0.1)
    for name in ("wasserstein", "frobenius", "alpha"):
        assert 0.92 <= far[name] <= 0.98, (name, far)
    for name, share in difference_coverage(300).items():
        assert 0.92 <= share <= 0.98, name
    assert 0.92 <= clustered_coverage(100) <= 0.98
    assert 0.92 <= clustered_coverage(200) <= 0.98
