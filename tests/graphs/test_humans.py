from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from stand_in import StandIn

from minipublic.graphs import Context, ContextError, build_consensus, build_survey, studio
from minipublic.graphs.context import graph_prompts
from minipublic.graphs.humans import Human, ReplyError, as_reply, choice_wanted, for_reader, read_reply, text_wanted
from minipublic.graphs.state import DeliberationState
from minipublic.graphs.steps import ask, chain, collect, discuss, mediate, position, rate, vote
from minipublic.personas import Instrument, Persona, Question, likert
from minipublic.personas.answers import Missing
from minipublic.personas.persona import Past
from minipublic.personas.questions import Option
from minipublic.personas.quoting import Quotes

QUESTION = {"question": "Should we introduce a wealth tax?"}
NAMES = ("study", 0, "p0", "q", 0, "step")
THREE = {f"s{k}": Human() for k in range(3)}


def context(humans, n=4, participant=None, **more):
    seats = more.pop("seats", None) or {f"s{k}": Persona(f"p{k}", {"party": "SECRET"}) for k in range(n)}
    models = {"participant": participant or StandIn(), "mediator": StandIn("standin:mediator")}
    return Context(seats=seats, models=models | more.pop("models", {}), style="bio", humans=humans, **more)


def reply(wanted):
    """What the person of a seat says, whenever asked."""
    if wanted["kind"] == "text":
        return {"text": f"{wanted['step']} by {wanted['seat']}"}
    return {"answer": wanted["options"][min(int(wanted["seat"][-1]), len(wanted["options"]) - 1)]["key"]}


async def play(graph, shared, start=QUESTION, pick=lambda waiting: waiting[:1], says=reply):
    """Replies to those whom `pick` chooses of all who are waiting; returns the last state and what was asked."""
    stage, config = graph.compile(checkpointer=InMemorySaver()), {"configurable": {"thread_id": "t"}}
    state, asked = await stage.ainvoke(start, config, context=shared), []
    while "__interrupt__" in state:
        chosen = pick(state["__interrupt__"])
        asked += [i.value for i in chosen]
        state = await stage.ainvoke(Command(resume={i.id: says(i.value) for i in chosen}), config, context=shared)
    return state, asked


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_people_reply_in_any_order(order):
    def pick(waiting):
        return [min(waiting, key=lambda i: order.index(int(i.value["seat"][-1])))]

    one, other = context(THREE), context(THREE)
    state, asked = await play(build_consensus(), one, pick=pick)
    assert (await play(build_consensus(), other, pick=lambda waiting: waiting))[0] == state
    assert [w["seat"] for w in asked if w["step"] == "opinion"] == [f"s{k}" for k in order]
    assert state["opinions"] == {"s3": "opinion of p3"} | {f"s{k}": f"opinion by s{k}" for k in range(3)}
    assert state["positions"] | {"s3": 0} == {"s0": 1, "s1": 2, "s2": 3, "s3": 0}
    # The fourth seat's position, opinion, critique and two ratings; the mediator's two statements: once each.
    assert len(one.models["participant"].requests) == 5
    assert len(one.models["mediator"].requests) == 2


def test_it_works_without_an_event_loop():
    stage, config = (
        build_consensus().compile(checkpointer=InMemorySaver()),
        {"configurable": {"thread_id": "t"}},
    )
    shared = context(THREE)
    state = stage.invoke(QUESTION, config, context=shared)
    while "__interrupt__" in state:
        waiting = state["__interrupt__"][-1]
        state = stage.invoke(Command(resume={waiting.id: reply(waiting.value)}), config, context=shared)
    assert state["critiques"]["s2"] == "critique by s2"
    assert len(shared.models["participant"].requests) == 5


async def test_rows_say_that_a_person_spoke():
    shared = context({"s0": Human(), "s1": Human("Ann")})
    state, _ = await play(build_consensus(), shared)
    spoke = {row["seat"]: row["model"] for row in state["utterances"].values()}
    assert spoke == {
        "s0": "human",
        "s1": "human:Ann",
        "s2": "standin:x",
        "s3": "standin:x",
        "mediator": "standin:mediator",
    }
    row = state["answers"]["endorsement_revised/s1"]
    assert (row["answer"], row["model"], row["captured_mass"], row["prompt_hash"]) == ("2", "human:Ann", None, "")
    assert row["probabilities"] == [0, 1, 0, 0, 0, 0, 0]


async def test_a_person_reads_the_question_and_texts_but_nothing_of_the_persona():
    _, asked = await play(build_consensus(), context({"s0": Human()}))
    assert not [w for w in asked if "SECRET" in w["prompt"] or "[BEGIN" in w["prompt"] or "[END" in w["prompt"]]
    critique = next(w["prompt"] for w in asked if w["step"] == "critique")
    assert "> opinion by s0" in critique
    assert "> draft of mediator" in critique
    assert not critique.endswith("Critique:")


async def test_a_representatives_past_is_no_business_of_the_person():
    past = (Past("Should we ban cars?", "agree", "PAST-OPINION", "PAST-CRITIQUE"),)
    seats = {"s0": Persona("p0", style="base+O3+C3", past=past, model="rep"), "s1": Persona("p1")}
    rep = StandIn("standin:rep")
    late = {"s0": Human(otherwise="representative")}
    shared = context(late, seats=seats, models={"rep": rep})
    state, asked = await play(
        build_consensus(), shared, says=lambda w: {"deadline": True} if w["kind"] == "text" else reply(w)
    )
    assert not [w for w in asked if "PAST" in w["prompt"]]
    assert all("PAST-OPINION" in r.prompt.text for r in rep.requests)
    assert state["utterances"]["opinion/s0"]["model"] == "standin:rep for human"


@pytest.mark.parametrize("otherwise", ["missing", "representative"])
async def test_the_deadline_falls_as_the_seat_says(otherwise):
    shared = context({"s0": Human("Ann", 60.0, otherwise)})
    state, asked = await play(build_consensus(), shared, says=lambda w: {"deadline": True})
    assert {(w["deadline_s"], w["otherwise"]) for w in asked} == {(60.0, otherwise)}
    row, rated = state["utterances"]["opinion/s0"], state["answers"]["position/s0"]
    if otherwise == "missing":
        assert state["opinions"]["s0"] == {"missing": "deadline", "raw": ""}
        assert (row["model"], row["missing"], rated["missing"]) == ("human:Ann", "deadline", "deadline")
        assert state["critiques"]["s0"]["missing"] == "seat_lost"
    else:
        assert state["opinions"]["s0"] == "opinion of p0"
        assert (row["model"], rated["model"]) == ("standin:x for human:Ann",) * 2
        assert state["endorsements"]["s0"]["revised"] == 7
        assert len(shared.models["participant"].requests) == 4 * 5  # each seat's five calls, once


async def test_a_reply_that_does_not_fit_is_asked_again_with_the_reason():
    tries = {"position": iter([{"answer": "9"}, {"text": "x"}, {"answer": "7"}]), "opinion": iter(["  ", "yes"])}

    def says(wanted):
        return next(tries[wanted["step"]]) if wanted["step"] in tries else reply(wanted)

    shared = context({"s0": Human()})
    state, asked = await play(build_consensus(), shared, says=says)
    problems = [w["problem"] for w in asked if w["step"] in tries]
    assert problems[0] == problems[3] == ""
    assert problems[1] == "'9' is none of the options; answer with one of 1, 2, 3, 4, 5, 6, 7"
    assert problems[2].endswith("got text")
    assert "nothing was written" in problems[4]
    assert (state["positions"]["s0"], state["opinions"]["s0"]) == (7, "yes")
    assert len(shared.models["participant"].requests) == 3 * 5


async def test_a_person_may_decline():
    def says(wanted):
        return {"declined": "rather not"} if wanted["step"] == "critique" else reply(wanted)

    state, _ = await play(build_consensus(), context({"s0": Human()}), says=says)
    assert state["critiques"]["s0"] == {"missing": "declined", "raw": "rather not"}
    assert state["endorsements"]["s0"] == {"draft": 1, "revised": 1}


async def test_people_take_part_in_protocols_made_of_steps():
    poll = Instrument("poll", (likert("fair", "It is fair."), likert("new", "It is new.")))
    graph = StateGraph(DeliberationState, context_schema=Context)
    chain(
        graph,
        START,
        position("before"),
        collect("opinion", "Write your opinion."),
        discuss("talk", 1, sees=("opinion",)),
        mediate("draft"),
        rate("rating", of=("draft",), recalls=("opinion",)),
        ask("after", poll, sees=("draft",)),
        vote("verdict", sees=("draft",)),
        END,
    )
    shared = context(THREE)
    state, asked = await play(graph, shared, pick=lambda waiting: waiting[::-1][:1])
    assert state["texts"]["opinion"]["s1"] == "opinion by s1"
    assert state["texts"]["talk_1"]["s2"] == "talk_1 by s2"
    assert state["ratings"]["rating"]["s2"] == {"draft": 3}
    assert state["polls"]["after"]["s1"] == {"fair": 2, "new": 2}
    assert state["votes"]["verdict"]["s0"] == 1
    requests = shared.models["participant"].requests
    assert len(requests) == 1 + 1 + 1 + 1 + 2 + 1  # the fourth seat's, once each
    heard = next(w["prompt"] for w in asked if w["step"] == "talk_1" and w["seat"] == "s0")
    assert "> opinion by s1" in heard
    told = next(w["prompt"] for w in asked if w["step"] == "new")
    assert "> draft of mediator" in told  # what a model finds before the question
    assert not [w for w in asked if "SECRET" in w["prompt"] or "[BEGIN" in w["prompt"]]


async def test_items_that_came_late_are_answered_by_the_representative_and_the_others_are_not():
    poll = Instrument("poll", tuple(likert(f"i{k}", f"Item {k}.") for k in range(3)))
    graph = StateGraph(DeliberationState, context_schema=Context)
    chain(graph, START, ask("poll", poll), END)
    shared = context({"s0": Human(otherwise="representative")}, n=1)
    state, _ = await play(graph, shared, says=lambda w: {"deadline": True} if w["step"] == "i1" else {"answer": 5})
    models = {row["item"]: row["model"] for row in state["answers"].values()}
    assert models == {"i0": "human", "i1": "standin:x for human", "i2": "human"}
    assert len(shared.models["participant"].requests) == 1


def test_a_person_sits_where_a_seat_is():
    with pytest.raises(ContextError, match=r"no seat is called 's9'; there are s0, s1, s2, s3"):
        context({"s9": Human()})


async def test_where_models_alone_are_asked_a_person_is_refused():
    survey = build_survey(Instrument("poll", (likert("fair", "It is fair."),))).compile(checkpointer=InMemorySaver())
    shared = context({"respondent": Human()}, seats={"respondent": Persona("p0")})
    with pytest.raises(ContextError, match="a person holds 'respondent', and this step asks models alone"):
        await survey.ainvoke({}, {"configurable": {"thread_id": "t"}}, context=shared)


YES_NO = Question("q", "?", (Option("yes_please", "Yes"), Option("no_thanks", "No"), Option("dk", "Don't know", True)))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"answer": "1"}, "yes_please"),
        ({"answer": 2}, "no_thanks"),
        ({"answer": "b"}, "no_thanks"),
        ({"answer": "dk"}, "dk"),
        ("DON'T KNOW", "dk"),
        (3, "dk"),
    ],
)
def test_an_option_has_a_number_a_letter_a_code_and_words(given, code):
    wanted = choice_wanted(Human(), "s0", YES_NO, "?", NAMES)
    assert [o["key"] for o in wanted["options"]] == ["1", "2", "3"]
    assert read_reply(wanted, given) == code


def test_numbers_that_are_codes_are_never_positions():
    reverse = Question("q", "?", tuple(Option(str(k), f"label {k}") for k in (3, 2, 1)))
    assert read_reply(choice_wanted(Human(), "s0", reverse, "?", NAMES), {"answer": 1}) == "1"
    mixed = Question("q", "?", (Option("two hundred", "200"), Option("1", "One")))
    wanted = choice_wanted(Human(), "s0", mixed, "?", NAMES)
    assert [o["key"] for o in wanted["options"]] == ["two hundred", "1"]
    assert read_reply(wanted, {"answer": 1}) == "1"


SIMPLE = st.none() | st.booleans() | st.integers(-1, 4) | st.floats() | st.text(max_size=5) | st.just("yes_please")
FIELDS = st.sampled_from(["text", "answer", "deadline", "declined", "x"])


@settings(max_examples=100, deadline=None)
@given(SIMPLE | st.lists(SIMPLE, max_size=1) | st.dictionaries(FIELDS, SIMPLE, max_size=3), st.booleans())
def test_any_reply_is_read_or_refused_and_reads_the_same_again(given_, text):
    wanted = (
        text_wanted(Human(), "s0", "step", "?", NAMES) if text else choice_wanted(Human(), "s0", YES_NO, "?", NAMES)
    )
    try:
        said = read_reply(wanted, given_)
    except ReplyError:
        return
    assert isinstance(said, Missing) or said.strip()
    assert read_reply(wanted, as_reply(wanted, said)) == said


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), min_size=1, max_size=3), st.integers(0, 9))
def test_quotations_are_shown_without_their_marks(texts, n):
    prompts, quotes = graph_prompts(), Quotes.of("study", n)
    blocks = [quotes.block(text, f"Text {k}") for k, text in enumerate(texts)]
    prompt = "\n\n".join(["What?", quotes.rule(prompts), *blocks, "Write.", "Opinion:"])
    shown = for_reader(prompt, prompts)
    marks = {line.rsplit(" ", 1)[1] for block in blocks for line in (block.split("\n")[0],)}
    assert not [mark for mark in marks if mark in shown]
    assert shown.startswith("What?\n\nText 0:\n>")
    assert shown.endswith("Write.")
    assert quotes.rule(prompts) not in shown


async def test_people_sit_down_in_a_context_of_plain_json():
    graph = studio.consensus.copy({"checkpointer": InMemorySaver()})
    plain = {
        "model": "synthetic:default",
        "personas": [{"id": "a"}, {"id": "b"}],
        "humans": {"seat_2": {"name": "Ann", "deadline_s": 60}},
    }
    config = {"configurable": {"thread_id": "t"}}
    state = await graph.ainvoke(QUESTION, config, context=plain)
    while "__interrupt__" in state:
        (waiting,) = state["__interrupt__"][:1]
        assert (waiting.value["seat"], waiting.value["deadline_s"]) == ("seat_2", 60)
        said = "Aye." if waiting.value["kind"] == "text" else "2"
        state = await graph.ainvoke(Command(resume={waiting.id: said}), config, context=plain)
    assert state["opinions"]["seat_2"] == "Aye."
    assert state["utterances"]["opinion/seat_2"]["model"] == "human:Ann"


def test_what_is_sent_to_a_person_names_neither_study_nor_seed():
    sent = text_wanted(
        Human(), "seat_1", "opinion", "What do you think?", ("secret study", 81923, "p0", "q", 0, "opinion")
    )
    assert sent["names"] == ["p0", "q", 0, "opinion"]
    assert "secret study" not in str(sent)
    assert "81923" not in str(sent)
