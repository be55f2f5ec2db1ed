"""Every exception of aiohttp and every status, and which of our errors it is."""

import ssl
from types import SimpleNamespace

import orjson
import pytest
from aiohttp import client_exceptions as vendor

from minipublic.models import wire_errors
from minipublic.models.errors import (
    AuthenticationError,
    ConnectionLostError,
    ContentFilterError,
    ContextLengthError,
    ModelSpecError,
    ModelTimeoutError,
    RateLimitError,
    RequestRefusedError,
    ServerError,
    ServerGoneError,
    SetupError,
    UnknownModelError,
)

KEY = SimpleNamespace(host="here", port=1, ssl=None, is_ssl=False)
ASKED = SimpleNamespace(real_url="http://here")
REFUSED = OSError(111, "refused")

# Every exception of aiohttp's client, with arguments it could carry, and ours.
CLIENT_ERRORS = {
    vendor.ClientError: ((), ConnectionLostError),
    vendor.ClientConnectionError: (("lost",), ConnectionLostError),
    vendor.ClientConnectionResetError: (("reset",), ConnectionLostError),
    vendor.ClientOSError: ((104, "reset"), ConnectionLostError),
    vendor.ClientConnectorError: ((KEY, REFUSED), ServerGoneError),
    vendor.ClientConnectorDNSError: ((KEY, REFUSED), ServerGoneError),
    vendor.ClientProxyConnectionError: ((KEY, REFUSED), ServerGoneError),
    vendor.UnixClientConnectorError: (("/socket", KEY, REFUSED), ServerGoneError),
    vendor.ClientSSLError: ((KEY, REFUSED), ServerGoneError),
    vendor.ClientConnectorSSLError: ((KEY, ssl.SSLError(1, "handshake")), ServerGoneError),
    vendor.ClientConnectorCertificateError: ((KEY, ssl.CertificateError("unknown issuer")), SetupError),
    vendor.ServerFingerprintMismatch: ((b"1", b"2", "here", 1), SetupError),
    vendor.ServerConnectionError: ((), ConnectionLostError),
    vendor.ServerDisconnectedError: ((), ConnectionLostError),
    vendor.ServerTimeoutError: ((), ModelTimeoutError),
    vendor.ConnectionTimeoutError: (("to here",), ServerGoneError),
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
    mapped = wire_errors.transport_error(error(*arguments), "http://here", 7.0)
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
    mapped = wire_errors.status_error(status, sent, "http://here/v1/x")
    assert type(mapped) is expected
    assert str(mapped).startswith(f"http://here/v1/x answered {status}: ")
    assert mapped.raw == sent.decode()
