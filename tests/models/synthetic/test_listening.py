import math
import random
import statistics
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipublic.models.protocol import ChooseRequest, Prompt, Request
from minipublic.models.synthetic import SyntheticModel, SyntheticPublic, grammar, read_stance
from minipublic.models.synthetic.listening import fed_back, listened
from minipublic.models.synthetic.public import FARTHEST_MOVE
from minipublic.models.synthetic.stance import GRADES, phrase_of

TAX = "We should raise the tax on wealth."
FOR, MILD, AGAINST = (f"We {phrase_of(s)} that so." for s in (1.0, 0.4, -0.6))
PERSON = {"persona": "p1", "attributes": {"party": "D"}, "style": "qa", "proposition": TAX}
ITEM = {"step": "item", "question": "Q1", "question_text": "Do you trust the news?"}
STANCES = st.floats(-1, 1)


def stance(public, **told):
    return public.stance(public.attitude_of(PERSON | told), TAX)


@pytest.mark.parametrize("style", ["qa", "none"])
@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ([[MILD]], 0.4),
        ([[MILD, AGAINST]], -0.1),
        ([[FOR, MILD], [AGAINST, AGAINST, MILD]], (-0.6 - 0.6 + 0.4) / 3),
        ([[AGAINST], []], -0.6),
        ([[FOR]], FARTHEST_MOVE),
    ],
)
def test_the_open_take_on_the_mean_of_what_they_heard(style, heard, expected):
    assert stance(SyntheticPublic(openness=1), heard=heard, style=style) == pytest.approx(expected, abs=1e-12)


def test_the_closed_are_not_moved_at_all():
    public = SyntheticPublic(openness=0)
    assert public.attitude_of(PERSON | {"heard": [[FOR, MILD], [AGAINST]]}) == public.attitude_of(PERSON)


def test_each_round_goes_its_share_of_the_way():
    public = SyntheticPublic()
    before = stance(public)
    after = before + 0.3 * (0.4 - before)
    assert stance(public, heard=[[MILD]]) == pytest.approx(after, abs=1e-12)
    assert stance(public, heard=[[MILD], [AGAINST, MILD]]) == pytest.approx(after + 0.3 * (-0.1 - after), abs=1e-12)


def test_only_those_near_enough_are_listened_to():
    public = SyntheticPublic(openness=0.5, confidence=0.5, attitudes={"p1": (0, 0, 0)})
    assert stance(public, heard=[[AGAINST]]) == 0
    assert stance(public, heard=[[AGAINST, MILD]]) == pytest.approx(0.2, abs=1e-12)
    # Having moved to 0.2, and then 0.3, somebody at 0.8 is just within hearing.
    at_eight = f"We {phrase_of(0.8)} that so."
    assert stance(public, heard=[[MILD], [at_eight]]) == pytest.approx(0.2, abs=1e-12)
    assert stance(public, heard=[[MILD], [MILD], [at_eight]]) == pytest.approx(0.55, abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3), STANCES, st.sampled_from(["t", TAX, "Should we?"]))
def test_a_move_reaches_the_stance_and_leaves_the_rest_alone(attitude, to, proposition):
    public = SyntheticPublic()
    own, moved = public.stance(attitude, proposition), public.moved(tuple(attitude), proposition, to)
    reach = min(max(to, min(own, -FARTHEST_MOVE)), max(own, FARTHEST_MOVE))
    assert public.stance(moved, proposition) == pytest.approx(reach, abs=1e-9)
    shift = [after - before for before, after in zip(attitude, moved, strict=True)]
    assert all(map(math.isfinite, shift))
    # The shift is along the direction: as long as what it adds to the projection.
    towards = public.moved((0.0, 0.0, 0.0), proposition, 0.5)
    along = sum(a * b for a, b in zip(shift, towards, strict=True)) / math.hypot(*towards)
    assert abs(along) == pytest.approx(math.hypot(*shift), abs=1e-6)


@settings(max_examples=200, deadline=None)
@given(STANCES, st.lists(st.lists(STANCES, max_size=4).map(tuple), max_size=4), st.floats(0, 1), st.floats(0.01, 2))
def test_nobody_leaves_the_range_of_what_was_held_and_heard(own, rounds, openness, confidence):
    said = [own, *(s for heard in rounds for s in heard)]
    assert min(said) - 1e-12 <= listened(own, tuple(rounds), openness, confidence) <= max(said) + 1e-12


async def discussion(public, rounds, people=30):
    """The stances after some rounds in which everybody hears everybody else."""
    model, draw, heard = SyntheticModel(public=public), random.Random(4), [[] for _ in range(people)]
    public.attitudes.update({f"p{k}": tuple(draw.gauss(0, 1) for _ in range(3)) for k in range(people)})
    about = [{"persona": f"p{k}", "style": "qa", "proposition": TAX, "heard": heard[k]} for k in range(people)]
    for turn in range(rounds):
        said = [
            (await model.generate(Request(Prompt.of(f"{k} {turn}"), seed=1, context=told | {"step": "discuss"}))).text
            for k, told in enumerate(about)
        ]
        for k in range(people):
            heard[k].append(said[:k] + said[k + 1 :])
    return [public.stance(public.attitude_of(told), TAX) for told in about]


async def test_everybody_heard_makes_for_agreement_and_bounded_confidence_for_camps():
    before = await discussion(SyntheticPublic(), 0)
    together = await discussion(SyntheticPublic(), 8)
    camps = sorted(await discussion(SyntheticPublic(confidence=0.4), 8))
    assert statistics.pstdev(together) < 0.1 * statistics.pstdev(before)
    gaps = [above - below for below, above in pairwise(camps)]
    cut = gaps.index(max(gaps)) + 1
    assert max(gaps) > 0.4
    assert min(cut, len(camps) - cut) >= 5
    # Camps: wider than ever between them, narrower than before within.
    assert statistics.pstdev(camps) > 0.8 * statistics.pstdev(before)
    assert max(statistics.pstdev(camps[:cut]), statistics.pstdev(camps[cut:])) < 0.5 * statistics.pstdev(before)


async def test_all_that_a_persona_says_and_answers_is_moved():
    model = SyntheticModel(openness=1, attitudes={"p1": (0, 0, 0)})
    heard = PERSON | {"heard": [[FOR]]}
    for step in ("opinion", "discuss", "collect", "critique"):
        asked = heard | {"step": step, "statement": AGAINST}
        assert read_stance((await model.generate(Request(Prompt.of("?"), seed=1, context=asked))).text) == 1.0
    items = {"position": 0.95, "rating": 0.6}
    for step, most in items.items():
        told = {"step": step, "statement": FOR}
        silent, moved = (model.public.probabilities(c | told, 7) for c in (PERSON, heard))
        assert sum(moved[4:]) > most > sum(silent[4:])
    about_it = ITEM | {"question_text": TAX}
    silent, moved = (model.public.probabilities(c | about_it, 4) for c in (PERSON, heard))
    assert silent != moved
    nominal = ITEM | {"ordinal": False}
    assert model.public.probabilities(heard | nominal, 4) != model.public.probabilities(PERSON | nominal, 4)


def test_a_rating_moves_along_what_the_statement_is_about_where_no_proposition_is_told():
    public = SyntheticPublic(openness=1)
    statement = grammar.statement(0.4, TAX, random.Random(1))
    told = {"persona": "p1", "attributes": {"party": "D"}, "step": "rating", "statement": statement}
    assert public.probabilities(told | {"heard": [[MILD]]}, 7) == pytest.approx(public.rating_at(0.4, statement, 7))
    # An item of a questionnaire about something else has nothing that was heard to do with it.
    assert public.probabilities(ITEM | {"persona": "p1", "heard": [[FOR]]}, 4) == public.probabilities(
        ITEM | {"persona": "p1"}, 4
    )


@pytest.mark.parametrize(
    "heard",
    [None, 7, "text", {"a": [FOR]}, [], [[]], [FOR], [None, 3], [[None, 3, {"missing": "x"}, [FOR], " "]], math.nan],
)
async def test_what_is_no_text_was_not_heard(heard):
    public = SyntheticPublic(openness=1)
    told = PERSON | {"heard": heard}
    assert public.attitude_of(told) == public.attitude_of(PERSON)
    asked = Request(Prompt.of("?"), seed=1, context=PERSON | {"step": "opinion"})
    same = Request(Prompt.of("?"), seed=1, context=told | {"step": "opinion"})
    assert await SyntheticModel(public=public).generate(asked) == await SyntheticModel(public=public).generate(same)


ANSWER = (0.4, 0.3, 0.2, 0.1)


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        ([[0, 0, 1, 0]], (0.2, 0.15, 0.6, 0.05)),
        ([[0.1, 0.2, 0.3, 0.4]], (0.2, 0.15, 0.6, 0.05)),
        ([[10, 10, 0, 20]], (0.2, 0.4, 0.1, 0.3)),  # half on the lower and half on the upper median
        ([[1, 0, 0, 0], [0, 0, 0, 1]], (0.35, 0.075, 0.05, 0.525)),
        ([[1 / 3, 1 / 6, 1 / 3, 1 / 6]], (0.2, 0.4, 0.35, 0.05)),
    ],
)
def test_told_the_others_answers_people_move_to_their_median(rounds, expected):
    assert fed_back(ANSWER, {"fed_back": rounds}, range(4), 0.5) == pytest.approx(expected)


def test_among_unordered_answers_people_move_to_the_most_frequent():
    told = {"fed_back": [[0.4, 0.2, 0.4, 0]], "ordinal": False}
    assert fed_back(ANSWER, told, range(4), 0.5) == pytest.approx((0.45, 0.15, 0.35, 0.05))


@pytest.mark.parametrize("step", ["item", "position"])
def test_answers_fed_back_reach_the_options_as_presented(step):
    public = SyntheticPublic(openness=1, missing_mass=0.02)
    presented = {"option_rank": (2, 0, 3, 1), "missing_options": (False, False, True, False)}
    told = PERSON | ITEM | presented | {"step": step}
    for shares in ([0, 0.2, 0.8], [0, 0.2, 0.8, 0], [0, 0.2, 0.8, 99]):
        assert public.probabilities(told | {"fed_back": [shares]}, 4) == pytest.approx((0.98, 0, 0.02, 0))
    unfed = public.probabilities(told, 4)
    assert public.probabilities(told | {"step": "rating", "fed_back": [[0, 0, 1]]}, 4) == public.probabilities(
        told | {"step": "rating"}, 4
    )
    closed = SyntheticPublic(openness=0)
    assert closed.probabilities(told | {"fed_back": [[0, 0, 1]]}, 4) == unfed


@pytest.mark.parametrize(
    "told", [None, 3, "x", {}, [[]], [None], [3], [[1]], [[0, 0, 0, 0]], [["a"] * 4], [[-1, 0, 0, 1]], [[math.nan] * 4]]
)
def test_shares_that_are_none_change_nothing(told):
    assert fed_back(ANSWER, {"fed_back": told}, range(4), 1.0) == ANSWER
    assert fed_back(ANSWER, {"fed_back": told, "option_rank": "abcd"}, range(4), 1.0) == ANSWER


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1e12), min_size=4, max_size=4), st.floats(0, 1), st.booleans())
def test_answers_fed_back_remain_probabilities(shares, openness, ordinal):
    moved = fed_back(ANSWER, {"fed_back": [shares, shares], "ordinal": ordinal}, range(4), openness)
    assert sum(moved) == pytest.approx(1)
    assert all(p >= 0 for p in moved)


@pytest.mark.parametrize("wrong", [{"openness": 1.1}, {"openness": "x"}, {"confidence": 0}, {"confidence": 2.5}])
def test_a_dial_out_of_range_is_an_error(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SyntheticPublic(**wrong)


def test_the_new_dials_name_a_public_only_where_they_are_turned():
    # Golden: what the public was called before there were these dials.
    assert SyntheticPublic(middle_pull=0.5).mark == MARK
    assert SyntheticPublic(middle_pull=0.5, openness=0.3, confidence=2, slip_rate=0).mark == MARK
    changed = {SyntheticPublic(**d).mark for d in ({"openness": 0.4}, {"confidence": 1}, {"slip_rate": 0.1})}
    assert len({*changed, MARK, SyntheticPublic().mark}) == 5


MARK = "e0d90e9c"


async def test_a_battery_is_answered_after_what_was_heard_and_without_what_was_fed_back():
    model = SyntheticModel(openness=1)
    told = PERSON | {"step": "battery", "items": [ITEM | {"option_codes": tuple("1234")}]}

    async def said(**more):
        return [(await model.generate(Request(Prompt.of("?"), seed=k, context=told | more))).text for k in range(40)]

    assert await said(fed_back=[[1, 0, 0, 0]]) == await said()
    assert await said(heard=[[FOR]]) != await said(heard=[[AGAINST]])


async def test_every_grade_is_heard_as_it_was_said():
    public = SyntheticPublic(openness=1)
    for k, phrases in enumerate(GRADES[1:-1], start=1):
        for phrase in phrases:
            assert stance(public, heard=[[f"We {phrase} that so."]]) == pytest.approx(-1 + 0.2 * k, abs=1e-12)


async def test_choosing_goes_through_what_was_heard():
    model = SyntheticModel(openness=1)
    asked = ChooseRequest(
        Prompt.of("?"), context=PERSON | {"step": "position", "heard": [[AGAINST]]}, options=tuple("1234567")
    )
    assert (await model.choose(asked)).probabilities == pytest.approx(
        model.public.probabilities(PERSON | {"step": "position", "heard": [[AGAINST]]}, 7)
    )
