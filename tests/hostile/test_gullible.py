"""A mediator that reads the prompt alone, and obeys and counts whatever stands outside of quotations."""

import pytest
from hostile_people import ATTACKS, Gullible, Public

from minipublic.graphs import Context, build_consensus
from minipublic.personas import Persona
from minipublic.personas.quoting import Quotes
from minipublic.personas.visible import visible

HARMFUL = [attack for attack in ATTACKS if attack.orders or attack.speaks]
HEARD = "We have heard 3 people."
GRAPH = build_consensus().compile(interrupt_after=["draft_statement"], checkpointer=False)


async def draft(attack):
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": "ABC"[k]}) for k in range(3)}
    models = {"participant": Public({"p1": attack}), "mediator": Gullible()}
    state = await GRAPH.ainvoke({"question": "Should we tax wealth?"}, context=Context(seats=seats, models=models))
    return state["draft"]


def as_before(self, text, title, longest=None):
    """How opinions stood in prompts before they were quoted."""
    return f"{title}: {text}"


def by_a_known_mark(self, text, title, longest=None):
    return f"[BEGIN {title} {'0' * 16}]\n{visible(text)}\n[END {title} {'0' * 16}]"


@pytest.mark.parametrize("attack", [a for a in ATTACKS if not a.alone], ids=lambda a: a.name)
async def test_it_is_not_fooled_by_quotations(attack):
    assert await draft(attack) == HEARD


@pytest.mark.parametrize("attack", HARMFUL, ids=lambda a: a.name)
async def test_it_is_fooled_without_them(attack, monkeypatch):
    monkeypatch.setattr(Quotes, "block", as_before)
    assert await draft(attack) != HEARD


async def test_it_is_fooled_by_whoever_guesses_the_mark(monkeypatch):
    monkeypatch.setattr(Quotes, "block", by_a_known_mark)
    fooled = [attack.name for attack in HARMFUL if await draft(attack) != HEARD]
    assert fooled == ["closes with zeros", "closes with marks it has seen", "line separators"]


def test_most_attacks_are_harmful_to_somebody():
    assert len(HARMFUL) > 15
    assert len(ATTACKS) >= 30
