"""From what goes wrong on the wire, or a status other than 200, to our errors."""

from __future__ import annotations

import re

import orjson

from .errors import (
    AuthenticationError,
    ConnectionLostError,
    ContentFilterError,
    ContextLengthError,
    ModelError,
    ModelSpecError,
    ModelTimeoutError,
    RateLimitError,
    RequestRefusedError,
    ServerError,
    ServerGoneError,
    SetupError,
    UnknownModelError,
)

_CONTEXT = re.compile(
    r"context.{0,12}length|context (size|window)|maximum (input|model) length|too many tokens|prompt is too long", re.I
)
_FILTER = re.compile(r"content.?(filter|management policy|policy violation)", re.I)
_MODEL = re.compile(r"\bmodel\b.{0,80}(not found|not exist|not served)|(unknown|invalid) model\b", re.I)


def transport_error(error: BaseException, where: str, timeout_s: float) -> ModelError:
    """Our error for one of aiohttp's (or the socket's)."""
    import aiohttp

    said = f"{where}: {str(error) or type(error).__name__}"
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return ModelSpecError(f"{said}; write http://HOST:PORT/v1")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ServerFingerprintMismatch):
        return SetupError(f"{said}; the server's certificate is not trusted: add it to this machine's")
    if isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientConnectorError):
        return ServerGoneError(f"{said}; is the server running, and is the address right?")
    if isinstance(error, TimeoutError):
        return ModelTimeoutError(f"{where}: no answer within {timeout_s:g} s; raise timeout_s, or lower max_in_flight")
    return ConnectionLostError(f"{said}; the connection broke off")


def status_error(status: int, body: bytes, where: str) -> ModelError:
    """Our error for a status other than 200."""
    code, message = _error_body(body)
    said, raw = f"{where} answered {status}: {message[:500]}", body.decode(errors="replace")
    if status in (401, 403):
        return AuthenticationError(f"{said}; set the key's environment variable and name it in api_key_env", raw=raw)
    if status == 429:
        if code == "insufficient_quota":
            return SetupError(f"{said}; top up the account", raw=raw)
        return RateLimitError(f"{said}; lower max_in_flight", raw=raw)
    if status == 408:
        return ModelTimeoutError(said, raw=raw)
    if status == 409 or status >= 500:
        return ServerError(said, raw=raw)
    if status < 400:
        return SetupError(f"{said}; the address leads elsewhere: use the one it leads to", raw=raw)
    return _refusal(status, code, message, said, raw)


def _refusal(status: int, code: str, message: str, said: str, raw: str) -> ModelError:
    """Our error for a 4xx that trying again would not change."""
    if code == "context_length_exceeded" or _CONTEXT.search(message):
        return ContextLengthError(f"{said}; shorten the prompt or max_tokens", raw=raw)
    if code == "content_filter" or _FILTER.search(message):
        return ContentFilterError(said, raw=raw)
    if code in ("model_not_found", "DeploymentNotFound") or _MODEL.search(message):
        return UnknownModelError(f"{said}; name a model this server serves", raw=raw)
    if status == 404:
        return SetupError(f"{said}; there is no such endpoint: does the address end in /v1?", raw=raw)
    return RequestRefusedError(said, raw=raw)


def _error_body(body: bytes) -> tuple[str, str]:
    try:
        held = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", body.decode(errors="replace").strip() or "(no text)"
    inner = held.get("error", held) if isinstance(held, dict) else held
    if not isinstance(inner, dict):
        return "", str(inner)
    return str(inner.get("code") or inner.get("type") or ""), str(inner.get("message") or inner.get("detail") or inner)
