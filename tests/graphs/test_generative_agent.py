import re
from collections import Counter

import pytest
from stand_in import StandIn

from minipublic.graphs import Context, build_generative_agent
from minipublic.graphs.context import ContextError
from minipublic.models.errors import ModelTimeoutError, SetupError
from minipublic.models.protocol import Generation
from minipublic.models.registry import load_model
from minipublic.personas import Attribute, Instrument, Persona, likert
from minipublic.personas.asking import Asking

SCALE = ("no", "rather no", "rather yes", "yes")
ITEMS = tuple(likert(f"q{k}", f"Statement number {k}.", SCALE) for k in range(4))
INSTRUMENT = Instrument("i", ITEMS)
ANN = Persona("ann", {"party": "Green"}, "I was born by the sea.")
TWO = {"economist": "an economist", "psychologist": "a psychologist"}


async def ask(model, persona=ANN, experts=None, **more):
    graph = build_generative_agent(INSTRUMENT, *([experts] if experts else [])).compile()
    settings = {"style": "generative_agent", "attributes": (Attribute("party"),)} | more
    return await graph.ainvoke({}, context=Context({"respondent": persona}, {"participant": model}, **settings))


def steps(model):
    return Counter(r.context["step"] for r in model.requests)


async def test_each_item_is_answered_after_its_chain():
    model = StandIn()
    state = await ask(model)
    assert steps(model) == {"reflect": 1, "interpret": 4, "reason": 4, "item": 4}
    assert set(state["answers"]) == {"q0", "q1", "q2", "q3"}
    assert all(row["answer"] == row["option_order"][0] for row in state["answers"].values())
    assert state["reflections"] == {"political_scientist": "reflect of ann"}
    assert set(state["utterances"]) == {
        "reflect/political_scientist",
        *(f"{step}/q{k}" for step in ("interpret", "reason") for k in range(4)),
    }
    row = state["utterances"]["reason/q2"]
    assert (row["persona"], row["step"], row["text"], row["missing"]) == ("ann", "reason", "reason of ann", None)


async def test_what_each_step_reads():
    model = StandIn()
    await ask(model)
    reflect, *_ = model.requests
    assert [m.role for m in reflect.prompt.messages] == ["user"]
    for told in ("political scientist", "My party: Green.", "born by the sea", "between 6 and 19"):
        assert told in reflect.prompt.text
    assert reflect.sampling.max_tokens == 1500
    for step, roles in (
        ("interpret", ["system", "user"]),
        ("reason", ["system", "user", "assistant", "user"]),
        ("item", ["system", "user", "assistant", "user", "assistant", "user"]),
    ):
        (request,) = [r for r in model.requests if r.context["step"] == step and r.context["question"] == "q1"]
        messages = request.prompt.messages
        assert [m.role for m in messages] == roles
        assert "My party: Green." in messages[0].content
        assert "reflect of ann" in messages[1].content
        assert request.prompt.text.count("Statement number 1.") == (2 if step == "item" else 1)
        assert "Statement number 2." not in request.prompt.text
        assert request.sampling.max_tokens != 1500
    assert [m.content for m in messages if m.role == "assistant"] == ["interpret of ann", "reason of ann"]


async def test_options_are_interpreted_in_the_order_they_are_asked_in():
    seen = set()
    for k in range(12):
        model = StandIn()
        await ask(model, Persona(f"p{k}", {"party": "Green"}))
        for item in ("q0", "q3"):
            orders = {r.context["option_codes"] for r in model.requests if r.context.get("question") == item}
            assert len(orders) == 1
            seen |= orders
            asked = [r.prompt.messages[-1].content for r in model.requests if r.context.get("question") == item]
            lines = [[line for line in text.splitlines() if line.startswith("(")] for text in asked]
            assert lines[0] == lines[2]
            assert len(lines[0]) == 4
    assert len(seen) == 2


async def test_several_experts_reflect_and_all_are_read():
    model = StandIn(text=lambda r: f"seen by {r.context.get('expert', 'nobody')}")
    state = await ask(model, experts=TWO)
    assert state["reflections"] == {name: f"seen by {name}" for name in TWO}
    assert steps(model)["reflect"] == 2
    (request,) = [r for r in model.requests if r.context["step"] == "interpret" and r.context["question"] == "q0"]
    assert re.search(r"an economist:\n\n\[BEGIN Observations \w{16}\]\nseen by economist\n", request.prompt.text)
    assert re.search(r"a psychologist:\n\n\[BEGIN Observations \w{16}\]\nseen by psychologist\n", request.prompt.text)


async def test_without_a_reflection_nothing_is_asked_and_every_item_says_why():
    late = ModelTimeoutError("late")
    model = StandIn(fail=lambda r: late if r.context.get("expert") == "psychologist" else None)
    state = await ask(model, experts=TWO)
    assert steps(model) == {"reflect": 2}
    assert {row["missing"] for row in state["answers"].values()} == {"timeout"}
    assert {row["raw"] for row in state["answers"].values()} == {"reflect (psychologist): late"}
    assert len(state["answers"]) == 4
    assert state["utterances"]["reflect/psychologist"]["missing"] == "timeout"


@pytest.mark.parametrize("step", ["interpret", "reason"])
async def test_a_failed_text_loses_its_item_alone(step):
    def text(request):
        gone = request.context["step"] == step and request.context["question"] == "q2"
        return "  " if gone else "words"

    model = StandIn(text=text)
    state = await ask(model)
    gone = state["answers"]["q2"]
    assert (gone["answer"], gone["missing"]) == (None, "empty")
    assert gone["raw"].startswith(f"{step} (q2)")
    assert sum(row["missing"] is None for row in state["answers"].values()) == 3
    assert steps(model)["item"] == 3


async def test_a_refusal_is_no_reasoning():
    class Refusing(StandIn):
        async def generate(self, request):
            self.note(request)
            return Generation("I cannot", "refusal" if request.context["step"] == "reason" else "stop")

    state = await ask(Refusing())
    assert {row["missing"] for row in state["answers"].values()} == {"refusal"}


async def test_what_meets_every_call_ends_the_run():
    with pytest.raises(SetupError):
        await ask(StandIn(fail=lambda r: SetupError("no such model")))


async def test_an_expert_needs_to_be_told_something():
    with pytest.raises(ContextError, match="'none' tells an expert nothing"):
        await ask(StandIn(), style="none")


async def test_replicates_and_steps_are_other_draws():
    seeds = []
    for replicate in range(3):
        model = StandIn()
        await ask(model, replicate=replicate)
        seeds += [r.seed for r in model.requests]
        assert {r.replicate for r in model.requests} == {replicate}
    assert len(set(seeds)) == len(seeds) == 39


async def test_both_orders_share_the_chain():
    model = StandIn()
    await ask(model, asking=Asking(both_orders=True))
    assert steps(model) == {"reflect": 1, "interpret": 4, "reason": 4, "item": 8}


async def test_the_synthetic_model_answers_as_the_persona_that_was_told():
    state = await ask(load_model("synthetic:default"))
    assert all(row["answer"] in {"1", "2", "3", "4"} for row in state["answers"].values())
    assert all(len(row["text"]) > 20 for row in state["utterances"].values())
    assert state == await ask(load_model("synthetic:default"))


def test_the_graph_reads_as_its_steps():
    drawn = build_generative_agent(INSTRUMENT).compile().get_graph()
    assert list(drawn.nodes) == ["__start__", "reflect", "ask_questionnaire", "__end__"]


def test_it_runs_without_an_event_loop():
    graph = build_generative_agent(INSTRUMENT).compile()
    context = Context({"respondent": ANN}, {"participant": StandIn()}, style="generative_agent")
    assert len(graph.invoke({}, context=context)["answers"]) == 4


def test_wrong_builds_are_errors():
    with pytest.raises(ValueError, match="at least one expert"):
        build_generative_agent(INSTRUMENT, {})
    with pytest.raises(ValueError, match="no questions"):
        build_generative_agent(Instrument("empty", ()))
