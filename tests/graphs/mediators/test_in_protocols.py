"""Mediators as nodes of the consensus protocol."""

import json

import pytest
from foreteller import Foreteller
from stand_in import StandIn

from minipublic.graphs import Context, build_consensus
from minipublic.graphs.mediators import find_mediator, mediator_names
from minipublic.models.journal import Journal
from minipublic.models.journaled import JournaledModel
from minipublic.personas import Persona

START = {"question": "How far should we go?", "proposition": "We should go to 60."}


def people():
    said = {"opinion": {"p0": 10, "p1": 20, "p2": 45}, "critique": {"p0": 15, "p1": 25, "p2": 40}}
    return StandIn(text=lambda r: f"I stand at {said[r.context['step']][r.context['persona']]}.")


def context(mediator, model=None, **more):
    seats = {f"s{k}": Persona(f"p{k}") for k in range(3)}
    models = {"participant": people(), "mediator": model or Foreteller()}
    return Context(seats=seats, models=models, mediator=mediator, unit="g0", **more)


async def run(context):
    return await build_consensus().compile().ainvoke(START, context=context)


@pytest.mark.parametrize("name", mediator_names())
async def test_each_mediates_both_rounds(name):
    state = await run(context(find_mediator(name)))
    assert json.loads(json.dumps(state, allow_nan=False)) == state
    for step in ("draft", "revised"):
        made = state["mediations"][step]
        assert made["mediator"] == name
        assert name == "summary" or state[step] == made["candidates"][made["winner"]]
        assert state["utterances"][f"{step}/mediator"]["text"] == state[step]


async def test_the_second_round_starts_from_the_winner_of_the_first():
    model = Foreteller()
    state = await run(context(find_mediator("habermas"), model))
    asked = model.asked("ranking")
    assert [r.context["previous"] for r in asked] == [None] * 3 + [state["draft"]] * 3
    assert [r.context["critique"] for r in asked[3:]] == [state["critiques"][f"s{k}"] for k in range(3)]
    assert all(state["draft"] in r.prompt.text for r in model.asked("revision"))
    kept = {key for key in state["utterances"] if key.startswith("revised")}
    assert kept == {"revised/mediator"} | {
        f"revised {what}/mediator"
        for what in (*(f"candidate {k}" for k in range(4)), *(f"ranking s{k}" for k in range(3)))
    }


async def test_an_unreadable_predictor_leaves_a_reason_and_the_episode_goes_on():
    state = await run(context(find_mediator("habermas", attempts=1), Foreteller(lambda r: "hm")))
    assert state["draft"] == {"missing": "no_rankings", "raw": "s0: unparseable; s1: unparseable; s2: unparseable"}
    assert state["utterances"]["draft/mediator"]["missing"] == "no_rankings"
    assert state["utterances"]["draft ranking s1/mediator"]["raw"] == "hm"
    assert state["revised"]["missing"] == "no_statement"


async def test_mechanisms_share_what_they_both_ask(tmp_path):
    journal, texts, first = Journal(tmp_path / "journal.sqlite"), [], []
    for name, options in (("habermas", {}), ("welfare", {}), ("welfare", {"alpha": "inf"}), ("best_opinion", {})):
        model = Foreteller()
        state = await run(context(find_mediator(name, **options), JournaledModel(model, journal)))
        asked = [r for r in model.asked("prediction") if r.context["previous"] is None]
        first.append((len(model.asked("draft")), len(asked)))
        texts.append(state["mediations"]["draft"]["candidates"])
    # Four statements; three members' payoffs of them, which a third mechanism finds in the journal; and of three opinions.
    assert first == [(4, 0), (0, 12), (0, 0), (0, 9)]
    assert texts[0] == texts[1] == texts[2]
    journal.close()


async def test_a_text_of_a_users_own_keeps_what_was_written_for_it():
    async def shout(case, desk):
        return (await desk.statement(case)).upper()

    state = await run(context(shout))
    row = state["utterances"]["draft candidate 0/mediator"]
    assert row["text"].upper() == state["draft"] == state["utterances"]["draft/mediator"]["text"]
    assert row["prompt_hash"]
    assert state["utterances"]["draft/mediator"]["model"] == ""
    assert state["mediations"]["draft"]["mediator"] == "shout"
