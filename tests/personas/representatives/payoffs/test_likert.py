"""Payoffs by asking a language model."""

import math

import pytest

from minipublic.models.errors import BadResponseError, SetupError
from minipublic.models.protocol import Capabilities, Choice
from minipublic.personas.persona import Past, Persona
from minipublic.personas.questions import AGREEMENT
from minipublic.personas.representatives import LikertPayoffs, PayoffCase, Variant

PERSON = Persona("a", {"party": "left"}, past=(Past("Two?", opinion="A two."), Past("One?", opinion="leaks")))


class Agreeing:
    """Agrees strongly with statements that say yes and disagrees with others; fails on some."""

    name = "agreeing"
    capabilities = Capabilities(choose=("first_token",))

    def __init__(self, error=None):
        self.error, self.prompts = error, []

    async def choose(self, request):
        self.prompts.append(request.prompt.text)
        if self.error and "fail" in request.prompt.text:
            raise self.error
        best = AGREEMENT[6] if "]\nYes" in request.prompt.text else AGREEMENT[1]
        return Choice(tuple(0.5 * (o == best) + 0.5 * (o == AGREEMENT[3]) for o in request.options), 1.0)


async def test_the_mean_of_the_scale_in_order():
    source = LikertPayoffs(Agreeing(), at_once=2)
    cases = [PayoffCase(PERSON, "One?", "A one.", text) for text in ("Yes!", "No!", "Yes, maybe.")]
    assert await source.payoffs(cases) == [5.5, 3.0, 5.5]
    assert (source.scale.lowest, source.scale.highest) == (1, 7)
    assert await source.payoffs([]) == []


async def test_the_model_is_told_the_variant_the_question_and_the_persons_answer():
    model = Agreeing()
    await LikertPayoffs(model, variant=Variant.parse("base+D+O3")).payoffs(
        [PayoffCase(PERSON, "One?", "A one.", "Yes")]
    )
    for part in ("party: left", "A two.", "One?", "A one.", "[BEGIN Statement ", "]\nYes\n[END Statement "):
        assert part in model.prompts[0]
    assert "leaks" not in model.prompts[0]


async def test_no_answer_is_nan_and_a_broken_setup_an_error():
    cases = [PayoffCase(PERSON, "One?", None, text) for text in ("Yes", "fail")]
    found = await LikertPayoffs(Agreeing(BadResponseError("none"))).payoffs(cases)
    assert found[0] == 5.5
    assert math.isnan(found[1])
    with pytest.raises(SetupError):
        await LikertPayoffs(Agreeing(SetupError("no key"))).payoffs(cases)
