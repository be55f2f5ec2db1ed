import random

import pytest

from minipublic.models.protocol import Prompt, Request
from minipublic.models.synthetic import SyntheticModel, grammar, moderating, read_stance
from minipublic.models.synthetic import wordings as w

TAX = "We should raise the tax on wealth."


def opinions(*stances):
    return [grammar.opinion(s, TAX, random.Random(k), grammar.Voice.of(str(k), TAX)) for k, s in enumerate(stances)]


def asked(texts, seed=1):
    return moderating.question({"texts": texts}, TAX, random.Random(seed))


def sayings(reasons):
    return {reason.replace("I have seen around me", "some of us have seen") for reason in reasons}


@pytest.mark.parametrize(
    ("stances", "sides"),
    [((0.8, -0.8), {"for", "against"}), ((0.8, 0.6), {"against"}), ((-0.8, -0.6, 0.0), {"for"}), ((), set())],
)
def test_a_moderator_asks_for_the_side_that_was_heard_less(stances, sides):
    for seed in range(30):
        question = asked(opinions(*stances), seed)
        named = {
            side
            for side, all_of in (("for", w.FOR), ("against", w.AGAINST))
            if any(r in question for r in sayings(all_of))
        }
        assert named == sides
        assert question.endswith("?")
        assert read_stance(question) is None


def test_it_takes_up_the_reason_that_was_given_most():
    texts = [
        *opinions(0.6),
        f"I oppose the idea that so, because {w.AGAINST[3]}. {w.AGAINST[3]}",
        f"No: {w.AGAINST[3]}.",
    ]
    assert all(w.AGAINST[3] in asked(texts, seed) for seed in range(10))


async def test_the_model_moderates_by_seed():
    model = SyntheticModel()
    told = {"step": "moderate", "texts": opinions(0.8, -0.8), "proposition": TAX}
    said = [(await model.generate(Request(Prompt.of("?"), seed=k, context=told))).text for k in range(20)]
    assert said == [(await model.generate(Request(Prompt.of("?"), seed=k, context=told))).text for k in range(20)]
    assert len(set(said)) > 3
