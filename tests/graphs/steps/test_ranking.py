"""Everybody ranks texts: what is shown in which order, how replies are read, and how ballots are counted."""

import re

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

from minipublic.graphs.context import Context
from minipublic.graphs.humans import Human
from minipublic.graphs.plain_steps import build_steps
from minipublic.graphs.social_choice import borda
from minipublic.graphs.state import DeliberationState
from minipublic.graphs.steps import StepError, chain, collect, mediate, rank
from minipublic.graphs.steps.ranking import count_ranks
from minipublic.models.protocol import Generation
from minipublic.models.registry import load_model
from minipublic.models.synthetic.stance import stance_of
from minipublic.personas.persona import Persona

QUESTION = {"question": "Should we tax wealth?"}
SYNTHETIC = load_model("synthetic:default")
OPINION = collect("opinion", "Write your opinion.")


class Replies:
    """The synthetic model, but for rankings: those are what a test says, by person and attempt."""

    name, capabilities = "replies", SYNTHETIC.capabilities

    def __init__(self, ranking):
        self.ranking, self.asked = ranking, []

    async def generate(self, request):
        if request.context["step"] != "rank":
            return await SYNTHETIC.generate(request)
        before = sum(one.context["persona"] == request.context["persona"] for one in self.asked)
        self.asked.append(request)
        return Generation(self.ranking(request, before))

    async def choose(self, request):
        return await SYNTHETIC.choose(request)

    async def aclose(self):
        pass


def context(model=SYNTHETIC, size=4, **more):
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": "ABC"[k % 3]}) for k in range(1, size + 1)}
    return Context(seats=seats, models={"participant": model, "mediator": SYNTHETIC}, **more)


async def play(*parts, **more):
    graph = StateGraph(DeliberationState, context_schema=Context)
    chain(graph, START, *parts, END)
    return await graph.compile().ainvoke(QUESTION, context=context(**more))


async def test_everybody_ranks_what_all_wrote():
    left = await play(OPINION, rank("best", of="opinion"))
    outcome, rankings = left["outcomes"]["best"], left["rankings"]["best"]
    assert outcome["options"] == [f"opinion_seat_{k}" for k in range(1, 5)]
    assert outcome["ballots"] == outcome["seats"] == 4
    assert set(rankings) == {f"seat_{k}" for k in range(1, 5)}
    for ranks in rankings.values():
        assert len(ranks) == 4
        assert set(ranks) == set(range(max(ranks) + 1))  # dense from 0
    assert outcome["first"] == [o for o, r in zip(outcome["options"], outcome["social_ranks"], strict=True) if r == 0]
    # One's own opinion is what one thinks: nothing stands nearer.
    assert all(ranks[k] == 0 for k, ranks in enumerate(rankings.values()))


async def test_ranks_are_those_of_the_candidates_whatever_order_a_seat_read_them_in():
    left = await play(OPINION, rank("best", of=["opinion"]), size=6)
    texts = list(left["texts"]["opinion"].values())
    orders = left["outcomes"]["best"]["orders"]
    assert len({tuple(order) for order in orders.values()}) > 1
    for seat, ranks in left["rankings"]["best"].items():
        own = stance_of(left["texts"]["opinion"][seat])
        gaps = [abs(own - stance_of(text)) for text in texts]
        # A text carries its stance in steps of 0.2: who stands half a step off may rank by it.
        assert all(ranks[a] <= ranks[b] for a in range(6) for b in range(6) if gaps[a] < gaps[b] - 0.21)
        assert sorted(orders[seat]) == list(range(6))


async def test_texts_are_shown_by_letters_and_nobody_is_named():
    model = Replies(lambda request, before: "A > B = C = D")
    left = await play(OPINION, rank("best", of="opinion", recalls=("opinion",)), model=model)
    for request in model.asked:
        seat = f"seat_{request.context['persona'][1:]}"
        prompt = request.prompt.messages[-1].content
        titles = re.findall(r"\[BEGIN (.+) [0-9a-f]{16}\]", prompt)
        assert titles == ["Your own words before: opinion", "Statement A", "Statement B", "Statement C", "Statement D"]
        assert "seat_" not in prompt
        order = left["outcomes"]["best"]["orders"][seat]
        texts = list(left["texts"]["opinion"].values())
        assert request.context["candidates"] == [texts[k] for k in order]
        shown = re.findall(r"\[BEGIN Statement .*?\]\n(.*?)\n\[END", prompt, re.DOTALL)
        assert shown == request.context["candidates"]
        assert left["rankings"]["best"][seat][order[0]] == 0
        assert sorted(left["rankings"]["best"][seat]) == [0, 1, 1, 1]


async def test_a_reply_that_cannot_be_read_is_asked_for_again_then_missing():
    model = Replies(lambda request, before: "A > B > C > D" if before >= int(request.context["persona"][1]) else "well")
    left = await play(OPINION, rank("best", of="opinion"), model=model)
    rankings = left["rankings"]["best"]
    assert isinstance(rankings["seat_1"], list)
    assert isinstance(rankings["seat_2"], list)
    assert rankings["seat_3"] == rankings["seat_4"] == {"missing": "unparseable", "raw": "well"}
    assert left["outcomes"]["best"]["ballots"] == 2
    said = {key: row["missing"] for key, row in left["utterances"].items() if key.startswith("best/seat_2")}
    assert said == {"best/seat_2": "unparseable", "best/seat_2 again 1": "unparseable", "best/seat_2 again 2": None}
    by_person = [request for request in model.asked if request.context["persona"] == "p4"]
    assert len(by_person) == 3
    assert len({request.seed for request in by_person}) == 3  # each is another draw
    assert len({request.prompt.messages[-1].content for request in by_person}) == 3  # nobody has seen its marks


async def test_an_unread_ballot_of_everybody_counts_for_nobody():
    left = await play(OPINION, rank("best", of="opinion"), model=Replies(lambda request, before: "?"))
    outcome = left["outcomes"]["best"]
    assert (outcome["ballots"], outcome["social_ranks"], outcome["first"]) == (0, None, [])


async def test_a_missing_text_is_ranked_by_nobody_and_a_single_one_without_a_call():
    def silent(request, before):
        raise AssertionError("nobody is asked about a single text")

    left = await play(OPINION, mediate("draft"), rank("best", of="draft"), model=Replies(silent))
    assert all(ranks == [0] for ranks in left["rankings"]["best"].values())
    assert left["outcomes"]["best"]["first"] == ["draft"]

    class Silent(Replies):
        async def generate(self, request):
            if request.context["step"] == "opinion" and request.context["persona"] != "p1":
                return Generation("")
            return await super().generate(request)

    left = await play(OPINION, rank("best", of="opinion", recalls=("opinion",)), model=Silent(silent))
    assert left["outcomes"]["best"]["options"] == ["opinion_seat_1"]
    assert left["rankings"]["best"]["seat_1"] == [0]
    assert left["rankings"]["best"]["seat_2"]["missing"] == "seat_lost"


async def test_the_same_seats_read_the_same_order_whatever_the_rule():
    orders = [
        (await play(OPINION, rank("best", of="opinion", rule=rule)))["outcomes"]["best"]
        for rule in ("borda", {"name": "minimax", "variant": "margin"})
    ]
    assert orders[0]["orders"] == orders[1]["orders"]
    assert [one["rule"] for one in orders] == ["borda", {"name": "minimax", "variant": "margin"}]


def test_ballots_are_counted_by_the_rule():
    rankings = {"a": [0, 1, 2], "b": [0, 2, 1], "c": [2, 0, 1], "d": {"missing": "unparseable", "raw": ""}}
    # Borda points of 3 candidates, 2 for the best: 2+2+0, 1+0+2, 0+1+1.
    assert count_ranks(rankings, ["x", "y", "z"], borda) == {
        "options": ["x", "y", "z"],
        "ballots": 3,
        "seats": 4,
        "social_ranks": [0, 1, 2],
        "first": ["x"],
    }
    assert count_ranks({"a": [0, 1], "b": [1, 0]}, ["x", "y"], borda)["first"] == ["x", "y"]


async def test_a_person_ranks_and_is_asked_again():
    graph = StateGraph(DeliberationState, context_schema=Context)
    chain(graph, START, OPINION, rank("best", of="opinion"), END)
    human = context(humans={"seat_1": Human("Ann")})
    running, at = graph.compile(InMemorySaver()), {"configurable": {"thread_id": "1"}}
    await running.ainvoke(QUESTION, at, context=human)
    left = await running.ainvoke(Command(resume="Tax it."), at, context=human)
    (asked,) = left["__interrupt__"]
    assert "> Tax it." in asked.value["prompt"]
    left = await running.ainvoke(Command(resume="B, I think"), at, context=human)
    left = await running.ainvoke(Command(resume="B > A = C > D"), at, context=human)
    order = left["outcomes"]["best"]["orders"]["seat_1"]
    assert [left["rankings"]["best"]["seat_1"][k] for k in order] == [1, 0, 1, 2]
    assert left["utterances"]["best/seat_1"]["missing"] == "unparseable"


async def test_a_study_file_ranks_too():
    steps = [
        {"collect": "opinion", "instruction": "Write."},
        {"rank": "best", "of": "opinion", "rule": {"name": "borda"}},
    ]
    left = await build_steps(steps).compile().ainvoke(QUESTION, context=context())
    assert left["outcomes"]["best"]["rule"] == {"name": "borda"}
    with pytest.raises(StepError, match="did you mean 'borda'"):
        build_steps([steps[0], {"rank": "best", "of": "opinion", "rule": "bordas"}])


async def test_more_texts_than_letters_are_refused():
    with pytest.raises(StepError, match="at most 26 texts"):
        await play(OPINION, rank("best", of="opinion"), size=27)
    with pytest.raises(StepError, match="no step before"):
        await play(rank("best", of="opinions"))
