"""An episode forked at the draft goes on under another mediator, from the same opinions."""

from collections import Counter
from dataclasses import replace

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from stand_in import StandIn

from minipublic.graphs import Context, build_consensus, studio
from minipublic.graphs.forking import ForkError, afork_before, fork_before
from minipublic.personas import Persona

THREAD = {"configurable": {"thread_id": "a"}}
QUESTION = {"question": "Should we introduce a wealth tax?"}


class Kept:
    """An episode that was kept, and who was asked in it."""

    def __init__(self):
        self.participant, self.mediator, self.other = StandIn(), StandIn("standin:m"), StandIn("standin:other")
        self.other.text = lambda request: "another statement"
        seats = {f"s{k}": Persona(f"p{k}", {"party": "ABC"[k]}) for k in range(3)}
        self.context = Context(seats, {"participant": self.participant, "mediator": self.mediator})
        self.graph = build_consensus().compile(checkpointer=InMemorySaver())

    def asked(self):
        """What people were asked since this was called last."""
        steps = Counter(r.context["step"] for r in self.participant.requests)
        self.participant.requests.clear()
        return steps


@pytest.fixture
async def kept():
    kept = Kept()
    kept.first = await kept.graph.ainvoke(QUESTION, THREAD, context=kept.context)
    assert kept.asked() == {"position": 3, "opinion": 3, "critique": 3, "rating": 6}
    return kept


def same_until_the_draft(first, second):
    for key in ("question", "proposition", "seats", "positions", "opinions"):
        assert second[key] == first[key]
    assert first["draft"] == "draft of mediator"
    assert second["draft"] != first["draft"]


async def test_another_model_mediates_and_no_opinion_is_asked_again(kept):
    other = replace(kept.context, models={**kept.context.models, "mediator": kept.other})
    fork = await afork_before(kept.graph, THREAD, "draft_statement")
    second = await kept.graph.ainvoke(None, fork, context=other)
    same_until_the_draft(kept.first, second)
    assert second["draft"] == second["revised"] == "another statement"
    assert kept.asked() == {"critique": 3, "rating": 6}
    assert len(kept.other.requests) == 2


async def test_another_mechanism_mediates_and_no_opinion_is_asked_again(kept):
    def loudest(case, desk):
        return "Ours: " + max(case.opinions.values())

    fork = fork_before(kept.graph, THREAD, "draft_statement")
    second = await kept.graph.ainvoke(None, fork, context=replace(kept.context, mediator=loudest))
    same_until_the_draft(kept.first, second)
    assert second["draft"] == "Ours: opinion of p2"
    assert kept.asked() == {"critique": 3, "rating": 6}


async def test_an_episode_is_forked_as_often_as_one_likes(kept):
    fork = fork_before(kept.graph, THREAD, "draft_statement")
    mediators = [lambda case, desk, k=k: f"statement {k}" for k in range(3)]
    found = [await kept.graph.ainvoke(None, fork, context=replace(kept.context, mediator=m)) for m in mediators]
    assert [state["draft"] for state in found] == ["statement 0", "statement 1", "statement 2"]
    assert all(state["opinions"] == kept.first["opinions"] for state in found)
    assert kept.asked() == {"critique": 9, "rating": 18}


def test_a_program_without_an_event_loop_forks_too():
    kept = Kept()
    first = kept.graph.invoke(QUESTION, THREAD, context=kept.context)
    kept.asked()
    other = replace(kept.context, mediator=lambda case, desk: "another statement")
    second = kept.graph.invoke(None, fork_before(kept.graph, THREAD, "draft_statement"), context=other)
    same_until_the_draft(first, second)
    assert kept.asked() == {"critique": 3, "rating": 6}


async def test_before_what_everybody_does_at_once(kept):
    await kept.graph.ainvoke(None, fork_before(kept.graph, THREAD, "write_critique"), context=kept.context)
    assert kept.asked() == {"critique": 3, "rating": 6}
    assert len(kept.mediator.requests) == 3  # draft, revision, and the revision once more


async def test_of_a_node_that_ran_several_times_the_last_is_meant(kept):
    fork = fork_before(kept.graph, THREAD, "draft_statement")
    await kept.graph.ainvoke(None, fork, context=replace(kept.context, mediator=lambda case, desk: "second"))
    last = fork_before(kept.graph, THREAD, "write_critique")
    assert kept.graph.get_state(last).values["draft"] == "second"


async def test_errors_say_what_there_is(kept):
    with pytest.raises(ForkError, match=r"never came to 'draft'.*write_opinion, draft_statement, write_critique"):
        fork_before(kept.graph, THREAD, "draft")
    with pytest.raises(ForkError, match="no such thread"):
        await afork_before(kept.graph, {"configurable": {"thread_id": "b"}}, "draft_statement")


async def test_plain_json_forks_as_well():
    graph = studio.consensus.copy(update={"checkpointer": InMemorySaver()})
    plain = {
        "model": "synthetic:default",
        "personas": [{"id": f"p{k}", "attributes": {"party": "ABC"[k]}} for k in range(3)],
    }
    first = await graph.ainvoke(QUESTION, THREAD, context=plain)
    fork = fork_before(graph, THREAD, "draft_statement")
    second = await graph.ainvoke(None, fork, context={**plain, "mediator": "miniature:default"})
    assert second["opinions"] == first["opinions"]
    assert second["draft"] != first["draft"]
    rows = {state["utterances"]["draft/mediator"]["model"] for state in (first, second)}
    assert rows == {"synthetic:default", "miniature:default"}
