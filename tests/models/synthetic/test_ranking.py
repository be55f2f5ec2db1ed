import itertools
import math
import random
import re
import statistics

import pytest

from minipublic.models.protocol import ChooseRequest, Prompt, Request
from minipublic.models.synthetic import SyntheticModel, SyntheticPublic, ranking
from minipublic.models.synthetic.stance import phrase_of

TAX = "We should raise the tax on wealth."
RANKING = re.compile(r"[A-Z](?: [>=] [A-Z])*")


def text(stance):
    return f"We {phrase_of(stance)} that so."


AT = {"persona": "p1", "style": "qa", "proposition": TAX}
FIVE = [text(s) for s in (-1, 0.4, 0, 1, 0.2)]


def generated(**context):
    return Request(Prompt.of("Rank."), seed=context.pop("seed", 1), context=context)


async def said(model, **context):
    return (await model.generate(generated(**context))).text


def at(stance, **options):
    """A public in which p1 stands there."""
    public = SyntheticPublic(attitudes={"p1": (0, 0, 0)}, **options)
    public.attitudes["p1"] = public.moved((0.0, 0.0, 0.0), TAX, stance)
    return SyntheticModel(public=public)


@pytest.mark.parametrize(
    ("stance", "expected"),
    [
        (0.43, "B > E > C > D > A"),
        (0.3, "B = E > C > D > A"),
        (0.23, "E > B = C > D > A"),
        (-0.9, "A > C > E > B > D"),
        (0.0, "C > E > B > A = D"),
    ],
)
async def test_a_persona_ranks_by_distance_with_ties_of_equal_tenths(stance, expected):
    assert await said(at(stance), **AT, step="rank", candidates=FIVE) == expected


async def test_a_ranking_follows_its_texts_through_any_order_and_what_was_heard():
    model = at(0.43)
    for order in itertools.permutations(range(5)):
        ranked = await said(model, **AT, step="rank", candidates=[FIVE[k] for k in order])
        assert [order["ABCDE".index(letter)] for letter in ranked.split(" > ")] == [1, 4, 2, 3, 0]
    open_minded = at(0.43, openness=1)
    heard = {"heard": [[text(-0.8)]]}
    assert await said(open_minded, **AT, **heard, step="rank", candidates=FIVE) == "A > C > E > B > D"


async def test_the_mediator_predicts_from_the_critique_or_else_the_opinion():
    model = SyntheticModel()
    far = [text(s) for s in (1, -1, 0)]
    told = {"step": "ranking", "candidates": far, "proposition": TAX}
    assert await said(model, **told, opinion=text(-0.8), critique=None) == "B > C > A"
    assert await said(model, **told, opinion=text(-0.8), critique="  ") == "B > C > A"
    assert await said(model, **told, opinion=text(-0.8), critique=text(0.8)) == "A > C > B"
    # Who the persona is and what it heard is not known to the mediator's model.
    assert await said(model, **told | AT | {"heard": [[text(1)]], "step": "ranking"}, opinion=text(-0.8)) == "B > C > A"


async def test_predictions_err_a_little_by_seed():
    model, close = SyntheticModel(), [text(s) for s in (0.2, 0.4, 0.6)]
    told = {"step": "ranking", "candidates": close, "opinion": text(0.2)}
    drawn = [await said(model, **told, seed=seed) for seed in range(300)]
    assert drawn == [await said(model, **told, seed=seed) for seed in range(300)]
    assert all(RANKING.fullmatch(ranked) for ranked in drawn)
    assert 0.9 < statistics.fmean(ranked.startswith("A > B") for ranked in drawn) < 1
    assert len(set(drawn)) > 1


@pytest.mark.parametrize("step", ["rank", "ranking"])
async def test_slips_are_as_frequent_as_the_dial_says_and_rank_nothing(step):
    told = AT | {"step": step, "candidates": FIVE, "opinion": text(0.4)}
    sure, slipping = at(0.4), at(0.4, slip_rate=0.25)
    right = [await said(sure, **told, seed=seed) for seed in range(1000)]
    drawn = [await said(slipping, **told, seed=seed) for seed in range(1000)]
    slips = [x for x in drawn if not RANKING.fullmatch(x)]
    assert all(RANKING.fullmatch(x) for x in right)
    assert len(slips) / 1000 == pytest.approx(0.25, abs=4 * math.sqrt(0.25 * 0.75 / 1000))
    # Where it does not slip, it ranks as it would have.
    assert all(x == y for x, y in zip(drawn, right, strict=True) if x not in slips)
    assert not any(re.search(r"\b[A-Z]\b", slip) for slip in ranking.SLIPS)


async def test_more_candidates_than_letters_are_ranked_as_far_as_the_letters_go():
    ranked = await said(at(0), **AT, step="rank", candidates=[text(0)] * 40)
    assert ranked == " = ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert await said(at(0), **AT, step="rank", candidates=[text(0)]) == "A"


def test_votes_are_a_softmax_of_distances_as_presented():
    model = at(0.4)
    weights = [math.exp(-4 * abs(0.4 - s)) for s in (-1, 0.4, 0, 1, 0.2)]
    expected = [w / sum(weights) for w in weights]
    told = AT | {"step": "vote", "candidates": FIVE}
    assert model.public.probabilities(told, 5) == pytest.approx(expected)
    # In codebook order A to E, with an abstention, presented backwards.
    presented = {"option_rank": (5, 4, 3, 2, 1, 0), "missing_options": (True, *(False,) * 5)}
    backwards = model.public.probabilities(told | presented, 6)
    assert backwards == pytest.approx((0.02, *(0.98 * p for p in reversed(expected))))


async def test_a_vote_honours_what_was_heard_and_is_not_pulled_to_the_middle():
    told = AT | {"step": "vote", "candidates": [text(1), text(0), text(-1)]}
    model = at(0.0, openness=1, middle_pull=0.5)
    moved = model.public.probabilities(told | {"heard": [[text(0.8)]]}, 3)
    weights = [math.exp(-4 * gap) for gap in (0.2, 0.8, 1.8)]
    assert moved == pytest.approx([w / sum(weights) for w in weights])
    asked = ChooseRequest(Prompt.of("?"), context=told, options=tuple("xyz"))
    assert (await model.choose(asked)).probabilities == pytest.approx(model.public.probabilities(told, 3))


def test_a_vote_on_no_proposition_is_on_what_the_texts_are_about():
    told = {"persona": "p1", "attributes": {"party": "D"}, "step": "vote"}
    texts = [f"We {phrase_of(s)} that we should raise the tax on wealth." for s in (1, -1)]
    public = SyntheticPublic()
    assert public.probabilities(told | {"candidates": texts}, 2) == pytest.approx(
        public.probabilities(told | {"candidates": texts, "proposition": TAX}, 2)
    )


@pytest.mark.parametrize("stance", [-1, -0.4, 0, 0.6])
def test_a_predicted_rating_is_the_rating_of_somebody_who_stands_there(stance):
    model = at(min(max(stance, -0.999), 0.999), middle_pull=0.2)
    told = {"step": "prediction", "statement": text(0.2), "proposition": TAX, "opinion": text(stance)}
    rated = model.public.probabilities(AT | {"step": "rating", "statement": text(0.2)}, 7)
    assert model.public.probabilities(told, 7) == pytest.approx(rated, abs=2e-3)
    assert model.public.probabilities(told | {"critique": text(-stance)}, 7) == pytest.approx(
        model.public.probabilities(told | {"opinion": text(-stance)}, 7)
    )


HOSTILE = [None, 7, "text", {"a": "b"}, [], [None, 3, {"missing": "x"}], [["nested"]], ["", "🙂" * 5000], ["a"] * 99]


@pytest.mark.parametrize("step", ["rank", "ranking", "vote", "prediction", "discuss", "collect", "moderate"])
@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_values_break_nothing(step, hostile):
    keys = ("candidates", "opinion", "critique", "statement", "texts", "heard", "fed_back", "proposition", "position")
    for context in ({"step": step, **dict.fromkeys(keys, hostile)}, {"step": step, **AT, "candidates": hostile}):
        text = (await SyntheticModel().generate(generated(**context))).text
        assert 0 < len(text) < 2000
        for options in (1, 2, 3):
            asked = ChooseRequest(Prompt.of("?"), context=context, options=tuple("abc"[:options]))
            assert sum((await SyntheticModel().choose(asked)).probabilities) == pytest.approx(1)


def test_what_is_no_text_comes_last():
    assert ranking.rank(0.0, [None, text(-1), text(0)], random.Random(1)) == "C > B > A"
    assert ranking.rank(0.0, [], random.Random(1)) in ranking.SLIPS
