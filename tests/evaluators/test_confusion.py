"""Inferred traits against known ones: numbers by hand, weights, calibration, who is left out."""

import json
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipublic.evaluators import confusion
from minipublic.evaluators.shares import wilson

LABELS = {"party": ("D", "R")}


def people(*rows):
    """Probability of D, and the truth."""
    return [{"party": {"D": p, "R": 1 - p}} for p, _ in rows], [{"party": truth} for _, truth in rows]


def measured(*rows, **more):
    inferred, truth = people(*rows)
    return confusion(inferred, truth, LABELS, **{"bootstrap": 200, **more})["party"]


FOUR = ((1.0, "D"), (0.75, "R"), (0.25, "R"), (0.5, "D"))


def test_numbers_by_hand():
    found = measured(*FOUR)
    # Most likely: right, wrong, right, a tie that counts half.
    assert found["accuracy"]["value"] == pytest.approx(2.5 / 4)
    low, high = wilson(np.array([2.5 / 4]), 4.0)
    assert found["accuracy"]["ci"] == pytest.approx([low[0], high[0]])
    assert found["expected_accuracy"]["value"] == pytest.approx((1 + 0.25 + 0.75 + 0.5) / 4)
    logs = [0.0, math.log(4), math.log(4 / 3), math.log(2)]
    assert found["log_score"]["value"] == pytest.approx(sum(logs) / 4)
    # With two labels half the squared distance is the usual Brier score.
    assert found["brier"]["value"] == pytest.approx((0 + 0.75**2 + 0.25**2 + 0.5**2) / 4)
    assert found["table"]["most_likely"] == [[1.5, 0.5], [1.0, 1.0]]
    assert found["table"]["expected"] == [[1.5, 0.5], [1.0, 1.0]]
    assert found["recall"]["D"]["value"] == 0.75
    assert found["recall"]["R"]["value"] == 0.5
    assert (found["majority"], found["n"], found["effective_n"], found["impossible"]) == (0.5, 4, 4.0, 0)


def test_weights_count_and_shrink_what_the_sample_is_worth():
    found = measured(*FOUR, weights=[1, 1, 1, 5])
    assert found["accuracy"]["value"] == pytest.approx((1 + 0 + 1 + 2.5) / 8)
    assert found["table"]["expected"] == [[1 + 2.5, 2.5], [1.0, 1.0]]
    assert found["majority"] == 6 / 8
    assert found["effective_n"] == pytest.approx(64 / 28)
    low, high = wilson(np.array([4.5 / 8]), 64 / 28)
    assert found["accuracy"]["ci"] == pytest.approx([low[0], high[0]])
    doubled = measured(*FOUR, FOUR[0], bootstrap=0)
    assert measured(*FOUR, weights=[2, 1, 1, 1], bootstrap=0)["brier"]["value"] == doubled["brier"]["value"]


def test_a_true_label_of_probability_nought_is_counted_and_does_not_end_in_infinity():
    found = measured((0.0, "D"), (1.0, "D"))
    assert found["impossible"] == 1
    assert found["log_score"]["value"] == pytest.approx(-math.log(1e-6) / 2)


def test_sources_tell_apart_whose_fault_it_is():
    sources = [{"party": s} for s in ("stated", "drawn", "drawn")] + [{"party": "uniform"}, {}]
    inferred, truth = people(*FOUR)
    found = confusion([*inferred, {}], [*truth, {"party": "D"}], LABELS, sources=sources, bootstrap=0)["party"]
    told = found["sources"]
    assert {name: told[name]["n"] for name in told} == {"stated": 1, "drawn": 2, "uniform": 1, "missing": 1}
    assert (told["stated"]["value"], told["drawn"]["value"], told["uniform"]["value"]) == (1.0, 0.5, 0.5)
    assert found["left_out"] == {"truth": 0, "label": 0, "distribution": 1, "weight": 0}


def test_who_is_left_out_is_counted():
    inferred, truth = people(*FOUR, (0.5, ""), (0.5, "Green"), (0.5, "D"))
    found = confusion(
        [*inferred, {}, {}], [*truth, {"party": "R"}, {}], LABELS, weights=[1] * 6 + [0, 1, 1], bootstrap=0
    )["party"]
    assert found["n"] == 4
    assert found["left_out"] == {"truth": 2, "label": 1, "distribution": 1, "weight": 1}


def test_nobody_to_measure_is_said_so():
    found = confusion([{}], [{"party": "D"}], LABELS)["party"]
    assert "nobody has a true label" in found["skipped"]
    assert found["n"] == 0


def test_one_person_has_no_interval_by_resampling_and_the_reason_stands_there():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measured((0.8, "D"))
    assert found["brier"]["ci"] is None
    assert "resamples do not vary" in found["brier"]["reason"]
    assert found["recall"]["R"] == {"value": None, "ci": None, "n": 0, "reason": "nobody is here"}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_everybody_right_is_no_certainty():
    found = measured(*[(1.0, "D"), (0.0, "R")] * 20)
    low, high = wilson(np.array([1.0]), 40.0)
    assert found["expected_accuracy"]["ci"] == pytest.approx([low[0], high[0]])
    assert found["accuracy"]["ci"][0] < 0.95
    for name in ("log_score", "brier", "ece"):
        assert (found[name]["value"], found[name]["ci"]) == (0.0, None)


def drawn(n, sharpen=1.0, seed=0):
    """People whose truth follows probabilities, which are told as their power."""
    random = np.random.default_rng(seed)
    labels = ("a", "b", "c")
    p = random.dirichlet([0.7] * 3, size=n)
    truth = [labels[random.choice(3, p=row)] for row in p]
    told = p**sharpen / (p**sharpen).sum(axis=1, keepdims=True)
    inferred = [{"t": dict(zip(labels, row, strict=True))} for row in told.tolist()]
    return confusion(inferred, [{"t": t} for t in truth], {"t": labels}, bootstrap=200)["t"]


def test_calibrated_distributions_look_calibrated_and_too_sharp_ones_do_not():
    good, sharp = drawn(3000), drawn(3000, sharpen=3.0)
    assert good["ece"]["value"] < 0.02
    assert good["ece"]["ci"][0] < 0.01
    assert sharp["ece"]["ci"][0] > 0.05
    inside = [b for b in good["calibration"] if b["ci"] and b["ci"][0] <= b["predicted"] <= b["ci"][1]]
    assert len(inside) >= 8
    assert sum(b["n"] for b in good["calibration"]) == 9000
    assert good["accuracy"]["value"] == pytest.approx(sharp["accuracy"]["value"])
    assert good["log_score"]["ci"][1] < sharp["log_score"]["ci"][0]
    # In truth's hands the expected accuracy is what probabilities of their own size reach.
    table = np.array(good["table"]["expected"])
    assert (table.argmax(axis=1) == [0, 1, 2]).all()


def test_intervals_cover():
    """Of 60 samples of 80 people, the interval of the Brier score holds the value of 20,000 in nearly all."""
    truth = drawn(20_000)["brier"]["value"]
    held = [(ci := drawn(80, seed=k + 1)["brier"]["ci"])[0] <= truth <= ci[1] for k in range(60)]
    assert sum(held) >= 52


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(["D", "R"]), st.floats(0.01, 10)),
        min_size=1,
        max_size=30,
    )
)
def test_tables_add_up_to_the_weights_and_scores_stay_in_their_ranges(rows):
    weights = [w for _, _, w in rows]
    found = measured(*[(p, t) for p, t, _ in rows], weights=weights, bootstrap=0)
    for name in ("most_likely", "expected"):
        table = np.array(found["table"][name])
        assert table.sum() == pytest.approx(sum(weights))
        of_d = sum(w for _, t, w in rows if t == "D")
        assert table[0].sum() == pytest.approx(of_d)
    trace = np.trace(np.array(found["table"]["expected"])) / sum(weights)
    assert trace == pytest.approx(found["expected_accuracy"]["value"])
    for name in ("accuracy", "expected_accuracy", "brier", "ece"):
        assert -1e-9 <= found[name]["value"] <= 1 + 1e-9


def test_wrong_input_is_refused():
    inferred, truth = people(*FOUR)
    with pytest.raises(ValueError, match="one row per person"):
        confusion(inferred, truth[1:], LABELS)
    with pytest.raises(ValueError, match="one row per person"):
        confusion(inferred, truth, LABELS, sources=[{}])
    with pytest.raises(ValueError, match="from 0 up"):
        confusion(inferred, truth, LABELS, weights=[1, 1, 1, -1])
    with pytest.raises(ValueError, match=r"person 0: .* names \['Green'\]"):
        confusion([{"party": {"Green": 1.0}}], truth[:1], LABELS)
    with pytest.raises(ValueError, match=r"person 0: .* sum to 0\.9"):
        confusion([{"party": {"D": 0.9}}], truth[:1], LABELS)
