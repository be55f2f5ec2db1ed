from collections import Counter

import pytest
from stand_in import StandIn

from minipublic.graphs import Context, build_survey
from minipublic.graphs.context import ContextError
from minipublic.models.errors import ModelTimeoutError
from minipublic.models.protocol import Choice
from minipublic.personas import Instrument, Option, Persona, Question, likert
from minipublic.personas.asking import present

SCALE = ("no", "rather no", "rather yes", "yes")
ITEMS = tuple(likert(f"q{k}", f"Statement number {k}.", SCALE) for k in range(6))
INSTRUMENT = Instrument("i", ITEMS)


def context(model, persona=None, **more):
    return Context(
        seats={"respondent": persona or Persona("ann", {"party": "D"})}, models={"participant": model}, **more
    )


async def ask(model, presentation="independent", instrument=INSTRUMENT, **more):
    graph = build_survey(instrument, presentation).compile()
    return (await graph.ainvoke({}, context=context(model, **more)))["answers"]


async def test_every_item_is_answered_in_codebook_order_of_probabilities():
    answers = await ask(StandIn())
    assert set(answers) == {f"q{k}" for k in range(6)}
    for row in answers.values():
        # The stand-in puts all on the first option presented.
        assert row["answer"] == row["option_order"][0]
        assert row["probabilities"][int(row["answer"]) - 1] == 1.0
        assert row["captured_mass"] == 0.9


async def test_items_and_options_are_reordered_per_persona_and_reproducibly():
    orders, scales = Counter(), Counter()
    for k in range(60):
        model = StandIn()
        await ask(model, persona=Persona(f"p{k}", {"party": "D"}))
        orders[tuple(r.context["question"] for r in model.requests)] += 1
        scales.update(r.context["option_codes"] for r in model.requests)
    assert len(orders) > 50
    assert set(scales) == {("1", "2", "3", "4"), ("4", "3", "2", "1")}  # a scale is reversed, never shuffled
    assert abs(scales["1", "2", "3", "4"] - 180) < 4 * (360 * 0.25) ** 0.5
    one, two = StandIn(), StandIn()
    await ask(one)
    await ask(two)
    assert [r.prompt.hash for r in one.requests] == [r.prompt.hash for r in two.requests]


def test_nominal_options_are_shuffled_and_no_answers_stay_last():
    question = Question(
        "q", "?", (*(Option(c, c) for c in "abcd"), Option("x", "Don't know", missing=True)), ordinal=False
    )
    orders = {tuple(o.code for o in present(question, (k,))) for k in range(200)}
    assert len({o[:4] for o in orders}) == 24
    assert {o[4] for o in orders} == {"x"}
    assert tuple(o.code for o in present(question, (1,), reorder=False)) == ("a", "b", "c", "d", "x")


async def test_independent_items_do_not_know_of_each_other_and_series_do():
    model = StandIn()
    await ask(model)
    assert all(r.prompt.text.count("Statement number") == 1 for r in model.requests)
    model = StandIn()
    await ask(model, "series")
    assert [r.prompt.text.count("Statement number") for r in model.requests] == [1, 2, 3, 4, 5, 6]
    last = model.requests[-1].prompt
    assert [m.role for m in last.messages[-3:]] == ["user", "assistant", "user"]
    assert last.messages[-2].content == "(A)"
    assert "Answer: (A)\n\n" in last.text  # a base model reads it as it would have written it


async def test_a_battery_is_one_prompt_and_asks_again_for_what_it_cannot_read():
    said = iter(["1. (A)\n2. B\n3) c\n4. (C)", "1. A", "no", "1. D"])
    model = StandIn(text=lambda r: next(said))
    answers = await ask(model, "battery")
    assert len(model.requests) == 3
    assert model.requests[0].prompt.text.count("Statement number") == 6
    assert model.requests[1].prompt.text.count("Statement number") == 3
    missing = [row for row in answers.values() if row["missing"]]
    assert [row["missing"] for row in missing] == ["unparseable"] * 2
    assert missing[0]["raw"] == "no"
    assert all(row["probabilities"] is None for row in answers.values())
    assert len({r.seed for r in model.requests}) == 3


async def test_dont_know_is_an_answer_that_counts_as_none():
    question = Question("q", "?", (Option("1", "yes"), Option("2", "no"), Option("9", "Don't know", missing=True)))

    class DontKnow(StandIn):
        async def choose(self, request):
            return Choice(tuple(float(o == "Don't know") for o in request.options), 1.0)

    row = (await ask(DontKnow(), instrument=Instrument("i", (question,))))["q"]
    assert (row["answer"], row["missing"], row["raw"]) == (None, "declined", "9")
    assert row["probabilities"] == [0, 0, 1]


async def test_nothing_captured_is_missing():
    class Silent(StandIn):
        async def choose(self, request):
            return Choice((0.0,) * len(request.options), 0.0, raw="The")

    row = (await ask(Silent()))["q0"]
    assert (row["answer"], row["missing"], row["raw"], row["captured_mass"]) == (None, "no_option", "The", 0.0)


async def test_a_failed_call_leaves_the_others():
    model = StandIn(fail=lambda r: ModelTimeoutError("late") if r.context["question"] == "q2" else None)
    answers = await ask(model)
    assert answers["q2"]["missing"] == "timeout"
    assert sum(row["missing"] is None for row in answers.values()) == 5


async def test_replicates_are_other_draws():
    seeds = set()
    for replicate in range(5):
        model = StandIn()
        await ask(model, replicate=replicate)
        seeds |= {r.seed for r in model.requests}
        assert {r.replicate for r in model.requests} == {replicate}
    assert len(seeds) == 30


async def test_a_persona_can_bind_a_model_of_its_own():
    with pytest.raises(ContextError, match="no model for 'tuned'"):
        await ask(StandIn(), persona=Persona("ann", {"party": "D"}, model="tuned"))
    tuned = StandIn("standin:tuned")
    seats = {"respondent": Persona("ann", {"party": "D"}, model="tuned")}
    graph = build_survey(INSTRUMENT).compile()
    state = await graph.ainvoke({}, context=Context(seats, {"participant": StandIn(), "tuned": tuned}))
    assert {row["model"] for row in state["answers"].values()} == {"standin:tuned"}


def test_wrong_builds_are_errors():
    with pytest.raises(ValueError, match="independent, series, battery"):
        build_survey(INSTRUMENT, "matrix")
    with pytest.raises(ValueError, match="no questions"):
        build_survey(Instrument("empty", ()))
