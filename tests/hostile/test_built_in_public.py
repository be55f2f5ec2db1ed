"""The built-in public as users have it: a group with a hostile person comes out as with an honest one of the same stance."""

import pytest
from hostile_people import ATTACKS

from minipublic.graphs import Context, build_consensus, find_mediator
from minipublic.models.protocol import Generation
from minipublic.models.synthetic import SyntheticModel
from minipublic.models.synthetic.stance import read_stance, stance_of
from minipublic.personas import Persona

HONEST = "I agree with the idea that we should tax wealth. It would be fair."
SAME = [a for a in ATTACKS if not a.alone and stance_of(a.written_over(HONEST)) == stance_of(HONEST)]


class Public(SyntheticModel):
    """The built-in public but for what one person writes."""

    def __init__(self, text):
        super().__init__("default")
        self.text = text

    async def generate(self, request):
        hostile = request.context.get("persona") == "p1" and request.context.get("step") in ("opinion", "critique")
        return Generation(self.text) if hostile else await super().generate(request)


async def outcome(text, mediator):
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": "ABC"[k]}) for k in range(3)}
    model = Public(text)
    context = Context(seats=seats, models={"participant": model, "mediator": model}, mediator=find_mediator(mediator))
    left = await build_consensus().compile().ainvoke({"question": "Should we tax wealth?"}, context=context)
    ratings = {key: row["probabilities"] for key, row in left["answers"].items()}
    return read_stance(left["draft"]), read_stance(left["revised"]), left["endorsements"], ratings


def test_most_attacks_are_of_the_honest_stance():
    assert len(SAME) >= 25


@pytest.mark.parametrize("mediator", ["summary", "habermas", "welfare"])
async def test_the_outcome_is_that_of_an_honest_text(mediator):
    honest = await outcome(HONEST, mediator)
    assert None not in honest[:2]
    for attack in SAME:
        assert await outcome(attack.written_over(HONEST), mediator) == honest, attack.name
