import random
import statistics

import pytest

from minipublic.models.protocol import Prompt, Request
from minipublic.models.synthetic import SyntheticModel, SyntheticPublic, grammar, mediation

TAX = "We should raise the tax on wealth."
FAR = {"a": "I support without reservation the idea.", "b": "I reject outright the idea."}


def centre(context, place=mediation.drafted):
    return statistics.fmean(place(context, random.Random(k)) for k in range(4000))


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"opinions": FAR}, 0.0),
        ({"opinions": FAR, "weights": {"a": 3.0, "b": 1.0}}, 0.5),
        ({"opinions": FAR, "weights": {"a": 1, "b": 0}}, 1.0),
        ({"opinions": FAR, "weights": {"a": float("nan"), "b": "heavy", "c": 9.0}}, 0.0),
        ({"opinions": FAR | {"c": {"missing": "seat_lost"}, "d": ""}}, 0.0),
        ({"opinions": {}}, 0.0),
        ({"opinions": None, "weights": [1, 2]}, 0.0),
    ],
)
def test_a_draft_stands_at_the_weighted_centre_of_those_present(context, expected):
    # 4 standard errors of the mean of the drafting error.
    assert centre(context) == pytest.approx(expected, abs=4 * mediation.DRAFT_ERROR / 4000**0.5)


def test_a_revision_moves_from_the_statement_towards_the_group():
    context = {
        "opinions": {"a": FAR["a"], "b": FAR["a"]},
        "critiques": {},
        "statement": "We see both sides of the idea.",
    }
    assert centre(context, mediation.revised) == pytest.approx(mediation.REVISION_STEP, abs=0.01)


def test_critics_pull_harder_than_the_content():
    even = {"opinions": FAR, "statement": "We support the idea that so."}
    content, critic = "This is fine. I support without reservation the idea.", "No. I reject outright the idea."
    silent = centre({**even, "critiques": {}}, mediation.revised)
    pulled = centre({**even, "critiques": {"a": content, "b": critic}}, mediation.revised)
    assert silent == pytest.approx(0.6 + 0.8 * (0.0 - 0.6), abs=0.01)
    # b is 1.6 away and counts 1 + 0.5 · 1.6 = 1.8; a is 0.4 away and counts 1.2: a centre of −0.2.
    assert pulled == pytest.approx(0.6 + 0.8 * (-0.2 - 0.6), abs=0.01)


def test_without_a_group_a_revision_stays_where_the_statement_was():
    assert centre({"statement": "We support the idea that so."}, mediation.revised) == pytest.approx(0.6, abs=0.01)


async def test_revisions_are_rated_higher_on_average_but_not_always():
    model = SyntheticModel()
    gains = [await endorsement_gain(model, f"group {g}") for g in range(200)]
    mean, error = statistics.fmean(gains), statistics.stdev(gains) / 200**0.5
    assert mean > 4 * error
    assert 0.03 < sum(g < 0 for g in gains) / 200 < 0.5


async def endorsement_gain(model, group):
    """Mean rise of expected agreement from draft to revision over a group of six."""
    people = [{"persona": f"{group} {k}", "attributes": {"party": "DRI"[k % 3]}, "proposition": TAX} for k in range(6)]

    async def say(step, context):
        seed = sum(map(ord, group))
        request = Request(Prompt.of(f"{group}: {step}"), seed=seed, context={**context, "step": step})
        return (await model.generate(request)).text

    opinions = {p["persona"]: await say("opinion", p) for p in people}
    draft = await say("draft", {"proposition": TAX, "opinions": opinions})
    critiques = {p["persona"]: await say("critique", p | {"statement": draft}) for p in people}
    told = {"proposition": TAX, "opinions": opinions, "critiques": critiques, "statement": draft}
    revised = await say("revision", told)
    rated = [[agreement(model.public, p, s) for s in (draft, revised)] for p in people]
    return statistics.fmean(after - before for before, after in rated)


def agreement(public: SyntheticPublic, person, statement):
    p = public.probabilities(person | {"step": "rating", "statement": statement}, 7)
    return sum(k * x for k, x in enumerate(p, start=1))


def test_opinions_of_other_models_are_mediated_too():
    context = {"opinions": {"a": "Absolutely not. <b>No!</b>", "b": "{}" * 5000, "c": "🙂"}}
    assert -2 < mediation.drafted(context, random.Random(1)) < 2
    assert grammar.statement(0.0, TAX, random.Random(1), mediation.texts(context, "opinions", "critiques"))
