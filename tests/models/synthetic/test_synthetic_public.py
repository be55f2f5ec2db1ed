import math
import random
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from minipublic.models.errors import ModelSpecError
from minipublic.models.synthetic import GradedItem, SyntheticPublic, derivation

ITEM = GradedItem((1.0, -0.5), (-1.0, 0.2, 1.1))
KNOWN = SyntheticPublic(dimensions=2, attitudes={"p": (0.5, -1.0)}, items={"q": ITEM})
ASKED = {
    "persona": "p",
    "question": "q",
    "question_text": "How much?",
    "option_codes": ("1", "2", "3", "4"),
    "option_rank": (0, 1, 2, 3),
    "missing_options": (False,) * 4,
    "ordinal": True,
}


def expected(latent, thresholds):
    curve = [1.0, *(1 / (1 + math.exp(b - latent)) for b in thresholds), 0.0]
    return [a - b for a, b in pairwise(curve)]


def reversed_context(context):
    flipped = {k: context[k][::-1] for k in ("option_codes", "option_rank", "missing_options")}
    return {**context, **flipped}


def test_probabilities_of_given_parameters_are_exact():
    # a·theta = 0.5 + 0.5 = 1
    assert KNOWN.probabilities(ASKED, 4) == pytest.approx(expected(1.0, ITEM.thresholds), abs=1e-15)


def test_options_that_are_no_answer_get_their_small_mass_wherever_they_stand():
    context = {
        **ASKED,
        "option_codes": ("9", "4", "3", "2", "1"),
        "option_rank": (4, 3, 2, 1, 0),
        "missing_options": (True, False, False, False, False),
    }
    p = KNOWN.probabilities(context, 5)
    assert p[0] == 0.02
    assert p[1:] == pytest.approx([0.98 * x for x in expected(1.0, ITEM.thresholds)[::-1]])


@pytest.mark.parametrize("step", ["item", "position", "rating"])
@pytest.mark.parametrize("ordinal", [True, False])
def test_the_order_of_presentation_changes_no_probability(step, ordinal):
    context = {
        "persona": "someone",
        "attributes": {"party": "D"},
        "step": step,
        "ordinal": ordinal,
        "question_text": "Which one?",
        "proposition": "We should do it.",
        "statement": "We firmly support the idea that we should do it.",
        "option_codes": tuple("123459"),
        "option_rank": tuple(range(6)),
        "missing_options": (False,) * 5 + (True,),
    }
    straight = SyntheticPublic().probabilities(context, 6)
    assert SyntheticPublic().probabilities(reversed_context(context), 6) == straight[::-1]
    assert len(set(straight)) > 2


def test_draws_recover_the_mean_that_the_attitudes_imply():
    public = SyntheticPublic(wording_sd=0.0)
    draw = random.Random(11)
    context = {**ASKED, "question": "other", "question_text": "Do you trust the news?"}
    answers, means, variances = [], [], []
    for k in range(5000):
        told = context | {"persona": f"p{k}", "attributes": {"party": "DRI"[k % 3]}}
        p = public.probabilities(told, 4)
        answers.append(draw.choices(range(4), p)[0])
        # The mean from the attitude and the item themselves, not from the probabilities under test.
        item = public.item("other", "Do you trust the news?", 4)
        theta = public.attitude(f"p{k}", {"party": "DRI"[k % 3]})
        by_hand = expected(float(np.dot(theta, item.discrimination)), item.thresholds)
        mean = sum(j * q for j, q in enumerate(by_hand))
        means.append(mean)
        variances.append(sum((j - mean) ** 2 * q for j, q in enumerate(by_hand)))
    standard_error = math.sqrt(sum(variances)) / 5000
    assert abs(np.mean(answers) - np.mean(means)) < 4 * standard_error
    assert standard_error < 0.02


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_people_of_the_same_traits_correlate_by_the_attribute_share(share):
    public = SyntheticPublic(attribute_share=share, wording_sd=0.0, dimensions=1)
    pairs = []
    for k in range(3000):
        traits = {"party": f"party {k}", "age": f"age {k}"}
        pairs.append([public.attitude(f"a{k}", traits)[0], public.attitude(f"b{k}", traits)[0]])
    both = np.array(pairs)
    assert np.corrcoef(both.T)[0, 1] == pytest.approx(share, abs=4 / math.sqrt(3000))
    assert both.std() == pytest.approx(1.0, abs=0.06)
    assert both.mean() == pytest.approx(0.0, abs=0.08)


def test_nobody_known_stands_at_zero():
    public = SyntheticPublic(attitudes={"p": (1.0, 2.0, 3.0)})
    assert public.attitude("someone") == (0.0, 0.0, 0.0)
    assert public.attitude("someone", {"party": "D"}, style="none") == (0.0, 0.0, 0.0)
    # What the prompt does not tell is not known, however much the public knows.
    assert public.attitude("p", style="none") == (0.0, 0.0, 0.0)
    assert public.attitude("p", style="qa") == (1.0, 2.0, 3.0)
    assert public.attitude("someone", backstory="I grew up by the sea.") != (0.0, 0.0, 0.0)


def test_wording_shifts_attitudes_by_its_standard_deviation():
    public, still = SyntheticPublic(wording_sd=0.15), SyntheticPublic(wording_sd=0.0)
    traits = {"party": "D"}
    shifts = []
    for k in range(1500):
        qa, bio = (np.array(public.attitude(f"p{k}", traits, style=s)) for s in ("qa", "bio"))
        shifts.extend(qa - bio)
        assert public.attitude(f"p{k}", traits, style="qa") == tuple(qa)
        assert still.attitude(f"p{k}", traits, style="qa") == still.attitude(f"p{k}", traits, style="bio")
    assert np.std(shifts) == pytest.approx(0.15 * math.sqrt(2), rel=0.06)


# Computed once by this package on CPython 3.11 (x86-64); they must never change, or old runs could not be repeated.
GOLDEN_ATTITUDE = (-0.5686957419677566, -1.4795937884341086, -1.759873632968291)
GOLDEN_DISCRIMINATION = (-0.46439838122938715, -0.18189132859735527, -0.5861889131296337)
GOLDEN_THRESHOLDS = (-1.0722981361156858, -0.0010760600080972765, 1.367793521156098)
GOLDEN_NOMINAL = (0.35492600810564, 0.4505353765417717, 0.19453861535258832)
GOLDEN_STANCE = 0.6124921509284849


def test_derived_parameters_have_their_golden_values():
    public = SyntheticPublic()
    told = ("p1", {"party": "D", "age": "30"}, "I grew up in a small town.", "bio")
    assert public.attitude(*told) == pytest.approx(GOLDEN_ATTITUDE, abs=1e-12)
    item = public.item("q", "Is it so?", 4)
    assert item.discrimination == pytest.approx(GOLDEN_DISCRIMINATION, abs=1e-12)
    assert item.thresholds == pytest.approx(GOLDEN_THRESHOLDS, abs=1e-12)
    nominal = public.nominal((0.5, -1.0, 0.2), "Tea, coffee or neither?", 3)
    assert nominal == pytest.approx(GOLDEN_NOMINAL, abs=1e-12)
    assert public.stance((0.5, -1.0, 0.2), "We should tax wealth.") == pytest.approx(GOLDEN_STANCE, abs=1e-12)


def test_another_process_derives_the_same():
    code = (
        "from minipublic.models.synthetic import SyntheticPublic, SyntheticModel\n"
        "p = SyntheticPublic(attitudes={'b': (1,), 'a': (2,)}, dimensions=1)\n"
        "print(SyntheticPublic().attitude('p1', {'party': 'D', 'age': '30'}, 'x', 'qa'), SyntheticModel('n', p).name)"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert str(SyntheticPublic().attitude("p1", {"age": "30", "party": "D"}, "x", "qa")) in said.pop()


def test_derived_thresholds_ascend_and_spread_whatever_the_question():
    public = SyntheticPublic()
    for options in (2, 3, 5, 7, 11, 26):
        for k in range(50):
            item = public.item("", f"question {k}", options)
            assert len(item.thresholds) == options - 1
            assert 0.6 < math.hypot(*item.discrimination) < 1.8
            if options in (5, 7):
                assert 2.0 < item.thresholds[-1] - item.thresholds[0] < 5.5


def test_a_stance_does_not_hang_on_capitals_and_full_stops():
    public, theta = SyntheticPublic(), (0.4, 1.0, -0.2)
    same = {public.stance(theta, text) for text in ("We should do it.", "we should  do it", "**We should do it**")}
    assert len(same) == 1
    assert public.stance(theta, "We should not do it.") not in same


def test_agreement_rises_with_the_stance_and_falls_with_the_distance():
    public = SyntheticPublic(dimensions=1)
    sign = math.copysign(1.0, public.stance((1.0,), "We should do it."))
    positions = [public.position((sign * x,), "We should do it.", 7) for x in (-2, -0.5, 0.5, 2)]
    means = [sum(k * p for k, p in enumerate(dist)) for dist in positions]
    assert means == sorted(means)
    assert means[0] < 1.5 < 4.5 < means[-1]
    theta = (sign * 2.0,)
    rated = [
        sum(k * p for k, p in enumerate(public.rating(theta, "We should do it.", f"We {phrase} the idea that …", 7)))
        for phrase in ("reject outright", "see both sides of", "firmly support")
    ]
    assert rated == sorted(rated)
    assert rated[0] < 1.5 < 4 < rated[-1]


def test_a_rating_by_hand():
    public = SyntheticPublic()
    # Unknown persona: stance 0; the statement stands at 0.6: latent 2.2 − 3.2 · 0.6 = 0.28.
    p = public.rating((0.0,) * 3, "We should do it.", "We support the idea that we should do it.", 3)
    assert p == pytest.approx(expected(2.2 - 3.2 * 0.6, (-2.9 / 3, 2.9 / 3)))


def test_a_rating_without_a_proposition_is_about_what_the_statement_is_about():
    public, statement = SyntheticPublic(), "As a group, we support the idea that we should do it. Others hesitate."
    context = {"persona": "p", "attributes": {"a": "b"}, "step": "rating", "statement": statement}
    told = context | {"proposition": "We should do it."}
    assert public.probabilities(context, 5) == public.probabilities(told, 5)


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"option_rank": (0, 1)},
        {"option_rank": "abc", "missing_options": None},
        {"option_rank": (None, 1, 2), "missing_options": (True,)},
        {"attributes": ["no mapping"], "persona": None, "backstory": None},
        {"attributes": {1: 2, "x": None}},
        {"step": "rating", "statement": {"missing": "seat_lost"}},
        {"step": "position", "proposition": ""},
        {"missing_options": (True, True, True)},
        {"ordinal": False},
    ],
)
def test_any_context_is_answered(context):
    p = SyntheticPublic(missing_mass=0.9).probabilities(context, 3, "What now?")
    assert len(p) == 3
    assert sum(p) == pytest.approx(1)
    assert min(p) > 0


def test_given_thresholds_must_fit_the_options():
    with pytest.raises(ModelSpecError, match=r"'q' has 3 thresholds; a question of 5 .* needs 4"):
        KNOWN.probabilities({"persona": "p", "question": "q"}, 5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": 2.0}, "dimensions"),
        ({"attribute_share": 1.5}, "attribute_share must be a number from 0 to 1"),
        ({"wording_sd": -0.1}, "wording_sd"),
        ({"wording_sd": float("nan")}, "wording_sd"),
        ({"missing_mass": "much"}, "missing_mass"),
        ({"attitudes": {"p": (1.0,)}}, "'p' has 1 numbers for a public of 3"),
        ({"attitudes": {"p": (1.0, 2.0, float("inf"))}}, "attitudes of 'p'"),
        ({"items": {"q": GradedItem((1.0,), (0.0,))}}, "'q' has 1 numbers"),
    ],
)
def test_impossible_publics_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        SyntheticPublic(**options)


def test_caches_are_bounded():
    for cached in (SyntheticPublic()._taken, derivation.trait_sum, derivation.direction, derivation.item):
        assert cached.cache_info().maxsize is not None
    text = "x" * 1_000_000
    assert len(derivation.short(text)) == 32
