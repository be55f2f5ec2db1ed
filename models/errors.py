"""What can go wrong when a model is asked something.

    ModelError
    ├── ModelSpecError            the spec, an option of it or a needed extra is wrong
    ├── UnsupportedError          the backend cannot do what was asked (never silently something else)
    ├── TransportError            no complete answer came back: asked again on resume
    │   ├── ConnectionLostError   refused, reset, or closed half-way through the body
    │   ├── ModelTimeoutError     no answer within the time limit
    │   ├── RateLimitError        429 after the last retry
    │   └── ServerError           5xx after the last retry
    ├── BadResponseError          an answer came, but is not what the protocol promises
    ├── RequestRefusedError       the server understood and declined this request
    │   ├── ContextLengthError    prompt and answer do not fit the model's context
    │   └── ContentFilterError    the provider's filter stopped the prompt
    └── SetupError                every further call would fail the same way: stops a run
        ├── AuthenticationError   the key is missing or rejected
        ├── UnknownModelError     the server does not serve this model
        ├── ServerGoneError       nothing listens at the server's address, however long we wait
        └── BudgetError           the call could pass a bound the user set: stops a run cleanly

One rule decides what a run does with each: a `SetupError` stops it, a `ContentFilterError` is a result
and replays, everything else becomes a `Missing` and is asked again when the run is resumed.
"""

from __future__ import annotations


class ModelError(Exception):
    """Anything that went wrong when a model was asked something.

    Args:
        message: What happened, where, and what would be right.
        raw: What the server said, shortened; empty when it said nothing.
    """

    reason = "model_error"

    def __init__(self, message: str, *, raw: str = "") -> None:
        super().__init__(message)
        self.raw = raw[:2000]


class ModelSpecError(ModelError, ValueError):
    """A model spec names no known backend, misses a part, or needs an extra that is not installed."""

    reason = "model_spec"


class UnsupportedError(ModelError):
    """The backend cannot do what was asked."""

    reason = "unsupported"


class TransportError(ModelError):
    """No complete answer came back; the call is asked again when the run is resumed."""

    reason = "transport"


class ConnectionLostError(TransportError):
    """The connection was refused, reset, or closed before the answer was complete."""

    reason = "connection_lost"


class ModelTimeoutError(TransportError):
    """The server did not answer within the time limit."""

    reason = "timeout"


class RateLimitError(TransportError):
    """The server kept answering 429 until the retries ran out."""

    reason = "rate_limit"


class ServerError(TransportError):
    """The server kept answering 5xx (or 408, 409) until the retries ran out."""

    reason = "server_error"


class BadResponseError(ModelError):
    """The answer is not JSON, or lacks what the protocol promises."""

    reason = "bad_response"


class RequestRefusedError(ModelError):
    """The server understood the request and declined it."""

    reason = "request_refused"


class ContextLengthError(RequestRefusedError):
    """Prompt and answer together do not fit the model's context."""

    reason = "context_length"


class ContentFilterError(RequestRefusedError):
    """The provider's content filter stopped the prompt."""

    reason = "content_filter"


class SetupError(ModelError):
    """Every further call would fail the same way; a run stops."""

    reason = "setup"


class AuthenticationError(SetupError):
    """The API key is missing, wrong, or lacks the right to this model."""

    reason = "authentication"


class UnknownModelError(SetupError):
    """The server does not serve the model that was asked for."""

    reason = "unknown_model"


class ServerGoneError(SetupError):
    """No connection could be made for as long as we wait."""

    reason = "server_gone"


class BudgetError(SetupError):
    """The call could pass a bound on calls, tokens or cost; it was not asked."""

    reason = "budget"
