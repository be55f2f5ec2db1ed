"""LangGraph's in-memory server (`langgraph dev`) runs the protocols of langgraph.json, asked by the official SDK's client."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from itertools import pairwise
from pathlib import Path

import pytest

import minipublic
from minipublic.graphs import studio
from minipublic.graphs.forking import fork_before

pytestmark = pytest.mark.slow
ROOT = Path(minipublic.__file__).parent
PEOPLE = [{"id": f"p{k}", "attributes": {"party": "ABCAB"[k]}} for k in range(5)]
PLAIN = {"model": "synthetic:default", "personas": PEOPLE, "seed": 5}
QUESTION = {"question": "Should we make public transport free?"}
SEATS = [f"seat_{k}" for k in range(1, 6)]
# Nothing is sent anywhere: no traces, no analytics, no look for a newer version; and a proxy that is not there would show it.
QUIET = {"LANGSMITH_TRACING": "false", "LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGGRAPH_NO_VERSION_CHECK": "true"}
NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of a server of this checkout's protocols."""
    pytest.importorskip("langgraph_api", reason="needs pip install 'minipublic[studio]'")
    folder = tmp_path_factory.mktemp("server")
    (folder / "langgraph.json").write_text((ROOT / "langgraph.json").read_text())
    (folder / "people.jsonl").write_text("\n".join(json.dumps(person) for person in PEOPLE))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload", "--port", str(port)]
    log = folder / "server.log"
    environment = {**os.environ, **QUIET, **NOWHERE, "PYTHONPATH": str(ROOT.parent)}
    with log.open("w") as written:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=written, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/ok", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
    assert "BlockingError" not in log.read_text()  # nothing keeps the server's other runs waiting
    assert "Unclosed" not in log.read_text()


def wait_for(address, server, log):
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=1) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.25)
    raise AssertionError(log.read_text())


@pytest.fixture
def client(served):
    from langgraph_sdk import get_client

    return get_client(url=served, api_key=None)


async def events(client, thread, given, **more):
    """What is streamed: pairs of the node and its update; or of `error` and what it says."""
    found = []
    async for part in client.runs.stream(thread, "consensus", input=given, stream_mode="updates", **more):
        if part.event == "updates":
            found += part.data.items()
        elif part.event == "error":
            found.append(("error", part.data["message"]))
    return found


async def test_every_protocol_is_served_with_its_schemas(client):
    served = json.loads((ROOT / "langgraph.json").read_text())["graphs"]
    found = {one["graph_id"]: one["assistant_id"] for one in await client.assistants.search(limit=100)}
    assert set(found) == set(served)
    for name, assistant in found.items():
        schemas = await client.assistants.get_schemas(assistant)
        assert schemas["context_schema"]["required"] == ["model"], name
        assert schemas["state_schema"]["properties"], name
        assert schemas["input_schema"], name
        drawn = await client.assistants.get_graph(assistant)
        assert len(drawn["nodes"]) > 2, name


async def test_each_seat_is_heard_as_it_speaks(client):
    thread = (await client.threads.create())["thread_id"]
    heard = await events(client, thread, QUESTION, context=PLAIN)
    order = [node for node, _ in heard]
    for node, key in (("write_opinion", "opinions"), ("write_critique", "critiques")):
        said = [update[key] for name, update in heard if name == node]
        assert sorted(seat for one in said for seat in one) == SEATS
        assert all(len(one) == 1 and len(text) > 20 for one in said for text in one.values())
    assert order.index("write_opinion") < order.index("draft_statement") < order.index("write_critique")
    assert order[-1] == "rate_statement"
    state = (await client.threads.get_state(thread))["values"]
    assert state["draft"]
    assert state["revised"]
    assert {seat: set(rated) for seat, rated in state["endorsements"].items()} == {
        seat: {"draft", "revised"} for seat in SEATS
    }
    by_hand = await studio.consensus.ainvoke(QUESTION, context=PLAIN)
    assert state == by_hand


async def test_a_population_is_read_from_where_the_server_runs(client):
    plain = {"model": "synthetic:default", "population": "people.jsonl", "people": ["p3", "p1"]}
    state = await client.runs.wait(None, "consensus", input=QUESTION, context=plain)
    assert state["utterances"]["opinion/seat_1"]["persona"] == "p3"
    answered = await client.runs.wait(None, "survey", input={}, context={**PLAIN, "person": "p1"})
    assert set(answered["answers"]) == {"parks", "buses"}


async def test_an_assistant_keeps_a_context_under_a_name(client):
    kept = await client.assistants.create("consensus", context={**PLAIN, "mechanism": "random_opinion"}, name="by lot")
    state = await client.runs.wait(None, kept["assistant_id"], input=QUESTION)
    assert state["draft"] in state["opinions"].values()


async def test_a_server_of_models_is_asked_and_each_seat_comes_when_it_is_done(client, server):
    server.delay_s = 0.2
    plain = {**PLAIN, "model": "m", "models": {"m": {"spec": f"openai:x@{server.url}", "max_in_flight": 1}}}
    arrived = []
    async for part in client.runs.stream(None, "consensus", input=QUESTION, context=plain, stream_mode="updates"):
        if part.event == "updates" and "write_opinion" in part.data:
            arrived.append(time.monotonic())
    assert len(arrived) == 5
    assert all(b - a > 0.1 for a, b in pairwise(arrived))  # and not all with the last of them


async def test_a_person_holds_a_seat(client):
    thread, plain = (await client.threads.create())["thread_id"], {**PLAIN, "humans": {"seat_2": {"name": "Ann"}}}
    state, asked, more = {}, [], {"input": QUESTION}
    while more:
        state = await client.runs.wait(thread, "consensus", context=plain, **more)
        waiting = {one["id"]: one["value"] for one in state.get("__interrupt__", ())}
        asked += [wanted["step"] for wanted in waiting.values()]
        replies = {key: {"text": "I say so."} if w["kind"] == "text" else {"answer": "1"} for key, w in waiting.items()}
        more = {"command": {"resume": replies}} if waiting else {}
    assert asked[:3] == ["position", "opinion", "critique"]
    assert sorted(asked[3:]) == ["endorsement_draft", "endorsement_revised"]
    assert state["opinions"]["seat_2"] == "I say so."
    assert state["utterances"]["opinion/seat_2"]["model"] == "human:Ann"
    assert set(state["opinions"]) == set(SEATS)


@pytest.mark.parametrize(("page", "may"), [("https://smith.langchain.com", True), ("https://elsewhere.example", False)])
def test_only_studio_may_ask_from_a_browser(served, page, may):
    asked = {"Origin": page, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    request = urllib.request.Request(f"{served}/runs/stream", method="OPTIONS", headers=asked)
    try:
        with urllib.request.urlopen(request) as answer:
            allowed = answer.headers.get("Access-Control-Allow-Origin")
    except urllib.error.HTTPError as refused:
        allowed = refused.headers.get("Access-Control-Allow-Origin")
    assert (allowed == page) is may


WRONG = {
    "`model`: unknown kind of model 'syntetic'": {**PLAIN, "model": "syntetic:default"},
    "`model`: no model is called 'gpt'": {**PLAIN, "model": "gpt"},
    "`population`: nobody.csv: no such file": {"model": "synthetic:default", "population": "nobody.csv", "seats": 5},
    "model\n  Field required": {"personas": PEOPLE},
}


@pytest.mark.parametrize("said", WRONG)
async def test_a_wrong_context_names_the_field(client, said):
    ((event, message),) = await events(client, None, QUESTION, context=WRONG[said])
    assert event == "error"
    assert said in message


@pytest.mark.parametrize("other", [{"mediator": "miniature:default"}, {"mechanism": "median_opinion"}])
async def test_an_episode_is_forked_at_the_draft(client, other):
    thread = (await client.threads.create())["thread_id"]
    first = await client.runs.wait(thread, "consensus", input=QUESTION, context=PLAIN)
    history = await client.threads.get_history(thread, limit=100)
    before = next(state for state in history if "draft_statement" in state["next"])
    heard = await events(client, thread, None, context={**PLAIN, **other}, checkpoint=before["checkpoint"])
    assert {node for node, _ in heard} == {"draft_statement", "write_critique", "revise_statement", "rate_statement"}
    second = (await client.threads.get_state(thread))["values"]
    assert second["opinions"] == first["opinions"]
    assert second["draft"] != first["draft"]


def test_a_thread_on_the_server_is_forked_as_one_in_the_process(served):
    from langgraph.pregel.remote import RemoteGraph
    from langgraph_sdk import get_sync_client

    thread = get_sync_client(url=served, api_key=None).threads.create()["thread_id"]
    graph, config = RemoteGraph("consensus", url=served), {"configurable": {"thread_id": thread}}
    first = graph.invoke(QUESTION, config, context=PLAIN)
    fork = fork_before(graph, config, "draft_statement")
    other = {**PLAIN, "mediator": "miniature:default"}
    second = graph.invoke(None, config, context=other, checkpoint=fork["configurable"])
    assert second["opinions"] == first["opinions"]
    assert second["draft"] != first["draft"]


def test_what_the_docs_show_is_what_runs(served):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "studio.md").read_text(), re.DOTALL)
    code = "\n".join(blocks).replace("http://127.0.0.1:2024", served)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert sum(line.startswith("write_opinion seat_") for line in lines) == 5
    assert sum(line.startswith("write_critique seat_") for line in lines) == 5
    assert lines[-1] == "I would pay for it."
