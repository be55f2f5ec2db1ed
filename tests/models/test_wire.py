"""What the wire does with retries, limits, keys, addresses and loops."""

import asyncio
import email.utils
import gc
import random
import subprocess
import sys
import warnings
from types import SimpleNamespace

import pytest
from fault_server import FaultServer

from minipublic.models import wire
from minipublic.models.errors import (
    AuthenticationError,
    BadResponseError,
    ModelSpecError,
    ServerGoneError,
    SetupError,
    TransportError,
)
from minipublic.models.limiter import AdaptiveLimit


def open_wire(server, **options):
    settings = {"api_key_env": None, "max_in_flight": 8, "timeout_s": 5.0, "retries": 2, **options}
    return wire.Wire(server if isinstance(server, str) else server.url, **settings)


async def ask(held, text="hello"):
    return await held.post("/chat/completions", {"model": "m", "messages": [{"role": "user", "content": text}]})


@pytest.fixture
def _quick(monkeypatch):
    monkeypatch.setattr(wire, "FIRST_WAIT_S", 0.001)


@pytest.mark.parametrize("status", ["408", "409", "429", "500", "502", "503", "504", "drop", "truncated"])
@pytest.mark.usefixtures("_quick")
async def test_a_lasting_failure_is_tried_as_often_as_asked(server, status):
    server.always, held = status, open_wire(server, retries=3)
    with pytest.raises(TransportError):
        await ask(held)
    assert server.requests == 4
    await held.aclose()


@pytest.mark.usefixtures("_quick")
async def test_a_stalled_try_is_repeated(server):
    server.faults, held = ["stall"], open_wire(server, timeout_s=0.2)
    assert (await ask(held))["choices"]
    assert server.requests == 2
    await held.aclose()


async def test_what_comes_back_that_is_no_object(server):
    held = open_wire(server)
    for fault, said in (("garbage", "not JSON"), ("list", "no JSON object")):
        server.faults = [fault]
        with pytest.raises(BadResponseError, match=said) as caught:
            await ask(held)
        assert caught.value.raw
    assert server.requests == 2
    await held.aclose()


async def test_a_redirect_is_not_followed(server):
    server.always, held = "moved", open_wire(server)
    with pytest.raises(SetupError, match=r"308.*leads elsewhere"):
        await ask(held)
    assert server.requests == 1
    await held.aclose()


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        (None, 0, 0),
        ("1.5", 1.5, 1.5),
        ("-3", 0, 0),
        ("nan", 0, 0),
        ("inf", 300, 300),
        ("99999", 300, 300),
        ("soon", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ],
    ids=["none", "seconds", "negative", "nan", "inf", "huge", "words", "past"],
)
def test_retry_after_is_seconds_or_a_date_and_bounded(header, least, most):
    assert least <= wire._wait_of(header) <= most


@pytest.mark.parametrize(("ahead_s", "wait_s"), [(60, 60), (86400, 300), (-60, 0)], ids=["soon", "tomorrow", "past"])
def test_retry_after_may_be_a_date(monkeypatch, ahead_s, wait_s):
    now = 1_700_000_000.0  # by a clock that stands still: in a slow test a date comes nearer
    monkeypatch.setattr(wire, "time", SimpleNamespace(time=lambda: now))
    assert wire._wait_of(email.utils.formatdate(now + ahead_s, usegmt=True)) == wait_s


def test_waits_double_up_to_a_bound_and_are_drawn_from_nothing_upwards():
    random.seed(1)
    for attempt, longest in ((0, 0.5), (1, 1.0), (3, 4.0), (10, 30.0)):
        drawn = [wire._backoff(attempt) for _ in range(300)]
        assert max(drawn) <= longest
        assert min(drawn) < 0.1 * longest
        assert max(drawn) > 0.9 * longest


@pytest.mark.parametrize("wrong", ["localhost:8000/v1", "ftp://here/v1", "http://", "", "here"])
def test_an_address_that_is_none_is_refused_at_once(wrong):
    with pytest.raises(ModelSpecError, match="http://HOST:PORT/v1"):
        open_wire(wrong)


@pytest.mark.parametrize("address", ["http://me:secret-1@here/v1", "http://here/v1?key=secret-1"])
def test_an_address_with_a_key_in_it_is_refused_and_not_shown(address):
    with pytest.raises(ModelSpecError, match="api_key_env") as caught:
        open_wire(address)
    assert "secret" not in str(caught.value)


async def test_a_key_that_the_server_shows_is_not_passed_on(server, monkeypatch):
    monkeypatch.setenv("THE_KEY", "secret-1")
    server.always, held = "shows_key", open_wire(server, api_key_env="THE_KEY")
    with pytest.raises(AuthenticationError, match=r"Bearer \(key\)") as caught:
        await ask(held)
    assert "secret" not in str(caught.value) + caught.value.raw
    await held.aclose()


async def test_no_key_is_sent_unless_one_is_named(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret-1")
    server.always, held = "shows_key", open_wire(server)
    with pytest.raises(AuthenticationError, match="None"):
        await ask(held)
    await held.aclose()


async def test_calls_that_were_given_up_free_their_places(server):
    server.always, held = "stall", open_wire(server, max_in_flight=1)
    stalled = [asyncio.create_task(ask(held)) for _ in range(3)]
    await asyncio.sleep(0.05)
    for task in stalled:
        task.cancel()
    await asyncio.gather(*stalled, return_exceptions=True)
    server.always = None
    assert (await asyncio.wait_for(ask(held), 3))["choices"]
    assert held.limit.in_flight == 0
    await held.aclose()


async def test_one_burst_of_refusals_halves_the_limit_once():
    limit = AdaptiveLimit(16)
    burst = [await limit.acquire() for _ in range(16)]
    for number in burst:
        limit.release()
        limit.congested(number)
    assert limit.limit == 8
    later = await limit.acquire()
    limit.congested(later)
    assert limit.limit == 4
    for _ in range(1000):
        limit.succeeded()
    assert limit.limit == 16


async def test_a_closed_wire_opens_again(server):
    held = open_wire(server)
    await ask(held)
    await held.aclose()
    assert (await ask(held))["choices"]
    await held.aclose()


def test_the_models_load_without_aiohttp():
    code = "import sys, minipublic.models, minipublic.models.openai; print('aiohttp' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


def test_another_loop_gets_connections_of_its_own_and_leaves_none_behind():
    async def once(held):
        server = FaultServer()
        await server.start()
        held.base_url = server.url
        answer = await ask(held)
        await server.stop()
        return answer

    held = open_wire("http://localhost:1/v1")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ResourceWarning)
        assert asyncio.run(once(held))["choices"]
        assert asyncio.run(once(held))["choices"]
        asyncio.run(held.aclose())
        del held
        gc.collect()
    assert [str(w.message) for w in warned if "nclosed c" in str(w.message)] == []


async def test_a_server_that_answered_before_is_waited_for(monkeypatch, caplog):
    monkeypatch.setattr(wire, "LONGEST_LOOK_S", 0.05)
    first = FaultServer()
    await first.start()
    held = open_wire(first, retries=0)
    await ask(held)
    await first.stop()
    waiting = [asyncio.create_task(ask(held, f"question {k}")) for k in range(3)]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in waiting)
    again = FaultServer()
    await again.start(port=int(first.url.split(":")[2].split("/")[0]))
    assert [(await task)["choices"][0]["finish_reason"] for task in waiting] == ["stop"] * 3
    assert sum("Waiting up to 900 s" in r.message for r in caplog.records) == 1
    await held.aclose()
    await again.stop()


async def test_a_server_that_stays_away_stops_the_run(server, monkeypatch):
    monkeypatch.setattr(wire, "LONGEST_LOOK_S", 0.02)
    held = open_wire(server, outage_s=0.1)
    await ask(held)
    await server.stop()
    with pytest.raises(ServerGoneError, match="is the server running"):
        await ask(held)
    await held.aclose()
