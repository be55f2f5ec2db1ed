"""The table of errors, and what the wire does with retries, limits, keys and addresses."""

import asyncio
import email.utils
import random
import ssl
import subprocess
import sys
import time
from types import SimpleNamespace

import orjson
import pytest
from aiohttp import client_exceptions as vendor
from minipublic.models import wire
from minipublic.models.errors import (
    AuthenticationError,
    BadResponseError,
    ConnectionLostError,
    ContentFilterError,
    ContextLengthError,
    ModelSpecError,
    ModelTimeoutError,
    RateLimitError,
    RequestRefusedError,
    ServerError,
    SetupError,
    TransportError,
    UnknownModelError,
)
from minipublic.models.limiter import AdaptiveLimit

KEY = SimpleNamespace(host="here", port=1, ssl=None, is_ssl=False)
ASKED = SimpleNamespace(real_url="http://here")
REFUSED = OSError(111, "refused")

# Every exception of aiohttp's client, with arguments it could carry, and ours.
CLIENT_ERRORS = {
    vendor.ClientError: ((), ConnectionLostError),
    vendor.ClientConnectionError: (("lost",), ConnectionLostError),
    vendor.ClientConnectionResetError: (("reset",), ConnectionLostError),
    vendor.ClientOSError: ((104, "reset"), ConnectionLostError),
    vendor.ClientConnectorError: ((KEY, REFUSED), ConnectionLostError),
    vendor.ClientConnectorDNSError: ((KEY, REFUSED), ConnectionLostError),
    vendor.ClientProxyConnectionError: ((KEY, REFUSED), ConnectionLostError),
    vendor.UnixClientConnectorError: (("/socket", KEY, REFUSED), ConnectionLostError),
    vendor.ClientSSLError: ((KEY, REFUSED), ConnectionLostError),
    vendor.ClientConnectorSSLError: ((KEY, ssl.SSLError(1, "handshake")), ConnectionLostError),
    vendor.ClientConnectorCertificateError: ((KEY, ssl.CertificateError("unknown issuer")), SetupError),
    vendor.ServerFingerprintMismatch: ((b"1", b"2", "here", 1), SetupError),
    vendor.ServerConnectionError: ((), ConnectionLostError),
    vendor.ServerDisconnectedError: ((), ConnectionLostError),
    vendor.ServerTimeoutError: ((), ModelTimeoutError),
    vendor.ConnectionTimeoutError: (("to here",), ModelTimeoutError),
    vendor.SocketTimeoutError: ((), ModelTimeoutError),
    vendor.ClientPayloadError: (("not all of the body",), ConnectionLostError),
    vendor.UploadAbortedError: ((), ConnectionLostError),
    vendor.ClientResponseError: ((ASKED, ()), ConnectionLostError),
    vendor.ContentTypeError: ((ASKED, ()), ConnectionLostError),
    vendor.WSServerHandshakeError: ((ASKED, ()), ConnectionLostError),
    vendor.ClientHttpProxyError: ((ASKED, ()), ConnectionLostError),
    vendor.TooManyRedirects: ((ASKED, ()), ConnectionLostError),
    vendor.RedirectClientError: ((), ConnectionLostError),
    vendor.InvalidURL: (("x",), ModelSpecError),
    vendor.InvalidUrlClientError: (("x",), ModelSpecError),
    vendor.InvalidUrlRedirectClientError: (("x",), ModelSpecError),
    vendor.NonHttpUrlClientError: (("x",), ModelSpecError),
    vendor.NonHttpUrlRedirectClientError: (("x",), ModelSpecError),
    TimeoutError: ((), ModelTimeoutError),
    ConnectionResetError: ((), ConnectionLostError),
    BrokenPipeError: ((), ConnectionLostError),
    OSError: ((28, "no space"), ConnectionLostError),
}


def test_the_table_lists_every_client_error_of_aiohttp():
    theirs = {e for e in vars(vendor).values() if isinstance(e, type) and issubclass(e, vendor.ClientError)}
    assert theirs <= set(CLIENT_ERRORS), "an exception of aiohttp is not mapped"


@pytest.mark.parametrize("error", CLIENT_ERRORS, ids=lambda e: e.__name__)
def test_every_client_error_is_one_of_ours(error):
    arguments, expected = CLIENT_ERRORS[error]
    mapped = wire.transport_error(error(*arguments), "http://here", 7.0)
    assert type(mapped) is expected
    assert str(mapped).startswith("http://here: ")


# Status, body as servers word it, and ours.
STATUSES = [
    (401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}, AuthenticationError),
    (401, {"detail": "Unauthorized"}, AuthenticationError),
    (403, {"error": {"message": "Country not supported"}}, AuthenticationError),
    (404, {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}, UnknownModelError),
    (404, {"message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404}, UnknownModelError),
    (404, {"error": 'model "x" not found, try pulling it first'}, UnknownModelError),
    (404, {"error": {"code": "DeploymentNotFound", "message": "No such deployment"}}, UnknownModelError),
    (400, {"message": "Invalid model: x"}, UnknownModelError),
    (404, {"detail": "Not Found"}, SetupError),
    (400, {"error": {"message": "too long", "code": "context_length_exceeded"}}, ContextLengthError),
    (400, {"message": "This model's maximum context length is 2048 tokens. However, you"}, ContextLengthError),
    (400, {"message": "The prompt (length 9) is longer than the maximum model length of 8"}, ContextLengthError),
    (400, {"error": {"message": "the request exceeds the available context size"}}, ContextLengthError),
    (400, {"error": {"code": "content_filter", "message": "filtered"}}, ContentFilterError),
    (400, {"error": {"message": "triggering our content management policy"}}, ContentFilterError),
    (400, {"error": {"message": "Unknown parameter: 'top_logprobs'; this model takes none"}}, RequestRefusedError),
    (422, {"detail": [{"loc": ["body", "n"], "msg": "must be positive"}]}, RequestRefusedError),
    (413, "too large", RequestRefusedError),
    (405, "Method not allowed", RequestRefusedError),
    (408, {"error": {"message": "Request timeout"}}, ModelTimeoutError),
    (409, {"error": {"message": "Conflict"}}, ServerError),
    (429, {"error": {"message": "Slow down", "code": "rate_limit_exceeded"}}, RateLimitError),
    (429, {"error": {"message": "No credit", "code": "insufficient_quota"}}, SetupError),
    (500, "", ServerError),
    (502, "<html>", ServerError),
    (503, {"error": None}, ServerError),
    (504, [1, 2], ServerError),
    (529, {"error": {"type": "overloaded_error"}}, ServerError),
    (301, "moved", SetupError),
]


@pytest.mark.parametrize(("status", "body", "expected"), STATUSES)
def test_every_status_is_one_of_ours(status, body, expected):
    sent = body.encode() if isinstance(body, str) else orjson.dumps(body)
    mapped = wire.status_error(status, sent, "http://here/v1/x")
    assert type(mapped) is expected
    assert str(mapped).startswith(f"http://here/v1/x answered {status}: ")
    assert mapped.raw == sent.decode()


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
        (email.utils.formatdate(time.time() + 60, usegmt=True), 50, 61),
        (email.utils.formatdate(time.time() + 86400, usegmt=True), 300, 300),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_bounded(header, least, most):
    assert least <= wire._wait_of(header) <= most


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
