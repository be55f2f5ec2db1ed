"""The trait survey on stories whose tellers are known: who they are is found again."""

import asyncio

import numpy as np
import pytest

from minipublic.evaluators import confusion
from minipublic.graphs import Context, build_trait_survey
from minipublic.models.protocol import Prompt, Request
from minipublic.models.synthetic import SyntheticModel
from minipublic.models.synthetic.lives import draw_traits
from minipublic.personas import Attribute, Persona
from minipublic.personas.persona import Turn
from minipublic.personas.traits import with_traits

SHARES = {
    "party": {"Democrat": 0.45, "Republican": 0.35, "Independent": 0.2},
    "age_band": {"18-29": 0.3, "30-64": 0.5, "65+": 0.2},
    "race": {"White": 0.7, "Black": 0.3},
}
TRAITS = [Attribute(name, tuple(labels)) for name, labels in SHARES.items()]
LABELS = {trait.name: trait.values for trait in TRAITS}
PUBLIC = SyntheticModel("default", shares=SHARES, flaw_rate=0.0, story_facts=2)
ASKED = ("Tell me the story of your life.", "Which turns did it take?", "What do you do for a living?")


async def told_by(name: str, turns: int) -> Persona:
    """A persona with an interview of so many turns, of which nothing else is known."""
    told = []
    for k, question in enumerate(ASKED[:turns], start=1):
        context = {"step": "story", "persona": name, "attributes": {}, "turn": k, "turns": turns, "attempt": 1}
        context |= {"story_question": question, "told": list(told)}
        said = await PUBLIC.generate(Request(Prompt.of(question), seed=k, context=context))
        told.append({"question": question, "answer": said.text})
    return Persona(name, interview=tuple(Turn(**turn) for turn in told))


def found(turns: int, people: int = 60) -> dict:
    return asyncio.run(survey(turns, people))


async def survey(turns: int, people: int) -> dict:
    graph = build_trait_survey(TRAITS).compile()
    inferred, truth, sources = [], [], []
    for k in range(people):
        persona = await told_by(f"p{k}", turns)
        context = Context(seats={"respondent": persona}, models={"participant": PUBLIC})
        rows = (await graph.ainvoke({}, context=context))["traits"]
        assert all(row["quoted"] for row in rows.values() if row["source"] == "stated")
        inferred.append(with_traits(persona, rows).traits)
        truth.append(draw_traits(PUBLIC.public.name, f"p{k}", PUBLIC.public.shares, {}))
        sources.append({name: row["source"] for name, row in rows.items()})
    return confusion(inferred, truth, LABELS, sources=sources, bootstrap=100)


@pytest.fixture(scope="module")
def short():
    return found(1)


@pytest.fixture(scope="module")
def longer():
    return found(2)


def test_the_diagonal_dominates(longer):
    for trait in longer.values():
        assert trait["n"] == 60
        table = np.array(trait["table"]["most_likely"])
        assert (table.argmax(axis=0) == np.arange(len(table))).all()
        assert (table.argmax(axis=1) == np.arange(len(table))).all()
        assert table.trace() > 0.75 * table.sum()
        assert trait["accuracy"]["ci"][0] > trait["majority"]


def test_what_is_stated_is_right_and_what_is_drawn_is_better_than_chance(short):
    for name, trait in short.items():
        assert trait["sources"]["stated"]["value"] == 1.0
        assert trait["sources"]["stated"]["n"] > 5
        assert trait["sources"]["drawn"]["n"] > 5
        assert trait["sources"]["missing"]["n"] == 0
        assert trait["expected_accuracy"]["value"] > sum(p * p for p in SHARES[name].values())


def test_longer_stories_tell_more(short, longer):
    for name in SHARES:
        assert longer[name]["sources"]["stated"]["n"] > short[name]["sources"]["stated"]["n"] + 10
        assert longer[name]["log_score"]["ci"][1] < short[name]["log_score"]["value"]
