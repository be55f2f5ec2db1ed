"""Contexts as plain JSON: what they say, what is made of them, and what an error names."""

import asyncio
import gc
import json
import logging
from pathlib import Path

import pytest
from langgraph.graph import END, START, StateGraph
from pydantic import ValidationError

import minipublic
from minipublic.graphs import Context, ContextError, studio
from minipublic.graphs import kept_models as module
from minipublic.graphs.node import Node
from minipublic.graphs.opening import opened
from minipublic.graphs.plain_context import GroupContext, PersonContext
from minipublic.graphs.protocols import PROTOCOLS
from minipublic.personas import Persona, Population

PEOPLE = [{"id": f"p{k}", "attributes": {"party": "ABC"[k % 3]}} for k in range(6)]
PLAIN = {"model": "synthetic:default", "personas": PEOPLE}
QUESTION = {"question": "Should we make public transport free?"}
SERVED = json.loads((Path(minipublic.__file__).parent / "langgraph.json").read_text())["graphs"]


def graph_of(name):
    module, _, attribute = SERVED[name].partition(":")
    assert module == "minipublic.graphs.studio"
    return getattr(studio, attribute)


def test_every_protocol_is_served():
    assert {"consensus", "survey", "interview", "generative_agent", *PROTOCOLS} == set(SERVED)


@pytest.mark.parametrize("name", SERVED)
def test_every_served_protocol_says_what_its_context_is(name):
    graph = graph_of(name)
    schema = graph.get_context_jsonschema()
    assert graph.name == name
    assert schema["required"] == ["model"]
    if graph.context_schema is GroupContext:
        assert set(graph.get_input_jsonschema()["properties"]) == {"question", "proposition"}
    assert {"population", "personas", "seed", "style"} <= set(schema["properties"])
    json.dumps(schema)
    for field, said in schema["properties"].items():
        kind = schema["$defs"][said["$ref"].split("/")[-1]] if "$ref" in said else said
        assert said.get("description") or kind.get("description"), field


@pytest.mark.parametrize("name", SERVED)
async def test_every_served_protocol_runs_with_plain_json(name):
    """Subgraphs and routes too find their context."""
    graph = graph_of(name)
    one = issubclass(graph.context_schema, PersonContext)
    given, plain = ({}, {**PLAIN, "personas": PEOPLE[:1]}) if one else (QUESTION, PLAIN)
    state = await graph.ainvoke(given, context={**plain, "style": "bio"}, config={"recursion_limit": 200})
    said = [*state["answers"]] if isinstance(state["answers"], list) else [*state["answers"].values()]
    assert len(said) >= 2
    assert not any(row.get("missing") for row in said)


async def test_an_episode_runs_with_plain_json_as_with_a_context():
    by_hand = Context(
        seats={f"seat_{k}": Persona(**p) for k, p in enumerate(PEOPLE, start=1)},
        models=dict.fromkeys(("participant", "mediator"), minipublic.load_model("synthetic:default")),
        seed=3,
        attributes=Population(tuple(Persona(**p) for p in PEOPLE)).attributes,
    )
    plain = {**PLAIN, "seed": 3}
    with_context = await studio.consensus.ainvoke(QUESTION, context=by_hand)
    assert await studio.consensus.ainvoke(QUESTION, context=plain) == with_context
    assert await asyncio.to_thread(studio.consensus.invoke, QUESTION, context=plain) == with_context


async def test_one_person_is_asked():
    plain = {**PLAIN, "person": "p2"}
    answers = (await studio.survey.ainvoke({}, context=plain))["answers"]
    assert set(answers) == {"parks", "buses"}
    made = await opened(PersonContext(**plain))
    assert made.seats == {"respondent": Persona("p2", {"party": "C"})}
    with pytest.raises(ContextError, match=r"`person`: which of the 6 people"):
        await studio.survey.ainvoke({}, context=PLAIN)


STUDY = """
study: buses
seed: 11
kind: consensus
population: {file: people.csv}
consensus: {questions: ["Should buses be free?"], groups: 3, group_size: 4}
"""


async def test_the_groups_are_those_of_a_study(tmp_path):
    from minipublic.simulation.loading import load_study
    from minipublic.simulation.planning import make_plan

    people = Population(tuple(Persona(f"p{k}", {"party": "ABC"[k % 3]}) for k in range(13)))
    people.save(tmp_path / "people.csv")
    (tmp_path / "study.yaml").write_text(STUDY)
    units = make_plan(load_study(tmp_path / "study.yaml"), tmp_path / "study.yaml").units()
    own = {"model": "synthetic:default", "population": str(tmp_path / "people.csv"), "seats": 4}
    for k, unit in enumerate(units):
        made = await opened(GroupContext(**own, study="buses", seed=11, group=k))
        assert (made.seats, made.unit) == (unit.seats, unit.group)
    assert k == 2


async def test_people_sit_in_the_order_named():
    made = await opened(GroupContext(**PLAIN, people=["p4", "p1"]))
    assert [(seat, p.id) for seat, p in made.seats.items()] == [("seat_1", "p4"), ("seat_2", "p1")]


async def test_settings_arrive(tmp_path):
    (tmp_path / "opinion.txt").write_text((studio_prompts() / "opinion.txt").read_text() + "Be brief.")
    plain = {**PLAIN, "style": "bio", "replicate": 2, "prompts": str(tmp_path), "unit": "evening"}
    plain |= {"asking": {"method": "sampled", "draws": 3, "reorder_options": False, "average_orders": True}}
    plain |= {"sampling": {"temperature": 0.5, "max_tokens": 90}}
    plain |= {"attributes": {"party": {"sentence": "I vote {value}."}}}
    made = await opened(GroupContext(**plain))
    assert (made.style, made.replicate, made.unit) == ("bio", 2, "evening")
    assert made.asking == minipublic.personas.asking.Asking("sampled", 3, False, True)
    assert (made.sampling.temperature, made.sampling.top_p, made.sampling.max_tokens) == (0.5, 1.0, 90)
    assert "I vote A." in made.preamble("seat_1")[0].content
    assert made.prompts.hashes()["opinion"] != Context({}, {}).prompts.hashes()["opinion"]


def studio_prompts():
    return Path(minipublic.__file__).parent / "graphs" / "prompts"


async def test_roles_and_people_have_the_models_that_are_named():
    people = [{**PEOPLE[0], "model": "own"}, PEOPLE[1]]
    models = {"own": {"spec": "synthetic:own"}, "big": {"spec": "synthetic:big"}}
    models |= {"unused": {"spec": "openai:x", "api_key_env": "NO_SUCH_KEY"}}
    roles = {"mediator": "big", "judge": "synthetic:judge"}
    made = await opened(GroupContext(model="synthetic:crowd", personas=people, models=models, **roles))
    names = {role: model.name for role, model in made.models.items()}
    own = {"own": "synthetic:own", "judge": "synthetic:judge"}
    assert names == {"participant": "synthetic:crowd", "mediator": "synthetic:big", **own}
    assert made.model_of("seat_1").name == "synthetic:own"
    plain = await opened(GroupContext(**PLAIN))
    assert plain.model("mediator") is plain.model("participant")


WRONG = [
    ({"model": "synthetic"}, "`model`: no model is called 'synthetic'"),
    ({"model": "syntetic:x"}, "`model`: unknown kind of model 'syntetic'; did you mean 'synthetic'"),
    ({"mediator": "openai:x@nowhere"}, "`mediator`"),
    ({"mediator": "big", "models": {"small": {"spec": "synthetic:x"}}}, "`mediator`: no model is called 'big'.*small"),
    ({"models": {"mediator": {"spec": "synthetic:x"}}}, "models.*'mediator' is no name"),
    ({"models": {"m": {"spec": "x"}}}, r"models\.m\.spec"),
    (
        {"model": "m", "models": {"m": {"spec": "openai:x", "api_key_env": "OPENAI_API_KEY"}}},
        "`model`.*OPENAI_API_KEY is not",
    ),
    ({"model": "m", "models": {"m": {"spec": "synthetic:x", "options": {"dial": 1}}}}, "`model`.*no option 'dial'"),
    ({"people": ["p1", "nobody"]}, "`people`: nobody has the id 'nobody'"),
    ({"people": ["p1", "p1"]}, "`people` names somebody twice"),
    ({"people": ["p1"], "seats": 2}, "`seats`.*`people`"),
    ({"seats": 4, "group": 1}, "`seats`: group 1 with 4 seats needs 8 people, and there are 6"),
    ({"seats": 0}, "seats"),
    ({"group": 1}, "`group` needs `seats`"),
    ({"personas": []}, "`population`"),
    ({"population": "people.csv"}, "`population`"),
    ({"personas": [], "population": "people.csv"}, "who of the `population`"),
    ({"personas": [], "population": "nowhere.csv", "seats": 2}, "`population`: nowhere.csv: no such file"),
    ({"personas": [PEOPLE[0], PEOPLE[0]]}, "`personas`: two personas share the id"),
    ({"personas": [{**PEOPLE[0], "model": "own"}]}, "`models` has no 'own', through which 'p0' speaks"),
    ({"personas": [{"name": "Ann"}]}, r"personas\.0\.id"),
    ({"style": "portrait"}, "style.*unknown conditioning style 'portrait'"),
    ({"attributes": {"region": {}}}, "`attributes`: nobody has the trait 'region'; there are party"),
    ({"attributes": {"party": {"sentence": "I vote."}}}, "attributes.party.sentence.*no slot"),
    ({"asking": {"method": "guess"}}, "asking.method"),
    ({"sampling": {"temperature": -1}}, "sampling.temperature"),
    ({"prompts": "nowhere"}, "`prompts`: nowhere"),
    ({"mechanism": "coin"}, "`mechanism`: no mediator 'coin'.*median_opinion"),
    ({"mechanism": "here.py:mine"}, "`mechanism`: no mediator 'here.py:mine'"),
    (
        {"mechanism": {"name": "habermas", "candidate": 3}},
        "`mechanism`: .*no option 'candidate'; did you mean|'candidate'",
    ),
    ({"humans": {"seat_9": {}}}, "`humans`: .*no seat is called 'seat_9'"),
    ({"humans": {"seat_1": {"otherwise": "silence"}}}, "humans.seat_1.otherwise"),
    ({"stlye": "bio"}, "stlye"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[" ".join(w) for w, _ in WRONG])
async def test_an_error_names_the_field(wrong, said):
    with pytest.raises((ContextError, ValidationError), match=f"(?s){said}"):
        await studio.consensus.ainvoke(QUESTION, context={**PLAIN, **wrong})


async def test_a_run_opens_its_context_once(monkeypatch):
    loads = []
    load = Population.load.__func__

    def counted(cls, path, *rest):
        loads.append(path)
        return load(cls, path, *rest)

    monkeypatch.setattr(Population, "load", classmethod(counted))
    plain = GroupContext(model="synthetic:default", population="no.csv", seats=2)
    for _ in range(2):
        with pytest.raises(ContextError):
            await opened(plain)
    assert loads == ["no.csv"]


async def test_models_are_kept_from_run_to_run():
    first, second = [await opened(GroupContext(**PLAIN, seed=k)) for k in (1, 2)]
    assert first.seed != second.seed
    assert first.model("participant") is second.model("participant")


async def test_connections_are_closed_with_their_loop(server, caplog):
    plain = {"model": f"openai:x@{server.url}", "personas": PEOPLE[:1]}

    def program():
        return asyncio.run(studio.survey.ainvoke({}, context=plain))

    answers = [(await asyncio.to_thread(program))["answers"] for _ in range(2)]
    assert server.requests == 4
    assert answers[0] == answers[1]
    assert not any(loop.is_closed() for loop in module._of_loops)
    module._of_loops.clear()
    gc.collect()  # connections that were left open would say so in the log
    assert "Unclosed" not in caplog.text


async def test_another_mechanism_is_named_with_its_options():
    plain = {**PLAIN, "personas": PEOPLE[:3]}
    plain |= {"mechanism": {"name": "habermas", "candidates": 3}}
    made = await opened(GroupContext(**plain))
    assert made.mediator.name.startswith("habermas")
    first = await studio.consensus.ainvoke(QUESTION, context=plain)
    assert len(first["mediations"]["draft"]["candidates"]) == 3
    assert (await opened(GroupContext(**{**plain, "mechanism": "median_opinion"}))).mediator is not made.mediator


async def test_a_ready_context_costs_nothing():
    context = Context({}, {})
    assert await opened(context) is context


async def test_plain_nodes_find_the_context_opened():
    """A node of one's own is a `Node`; what is no node opens the context itself."""

    async def who(state, runtime):
        return {"question": ", ".join(p.id for p in runtime.context.seats.values())}

    async def route(state, runtime):
        return END if "p1" in {p.id for p in (await opened(runtime.context)).seats.values()} else "who"

    graph = StateGraph(minipublic.graphs.ConsensusState, context_schema=GroupContext)
    graph.add_node("who", Node(who))
    graph.add_edge(START, "who")
    graph.add_conditional_edges("who", route, ["who", END])
    assert (await graph.compile().ainvoke({}, context={**PLAIN, "people": ["p1", "p0"]}))["question"] == "p1, p0"


@pytest.fixture(autouse=True)
def _no_errors_from_asyncio(caplog):
    yield
    assert not [r for r in caplog.records if r.name == "asyncio" and r.levelno >= logging.ERROR]
