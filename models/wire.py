"""The wire: JSON over HTTP with a connection pool, retries and an adaptive number of calls in flight.

Client CPU is what limits a survey, so a call does as little as it can: one JSON encoding, one pooled request, one
read, one decoding (aiohttp and orjson; benchmarks/calls.py measures it against the alternatives).
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import math
import os
import random
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from .errors import (
    AuthenticationError,
    BadResponseError,
    ModelSpecError,
    ModelTimeoutError,
    ServerGoneError,
    TransportError,
)
from .limiter import AdaptiveLimit
from .wire_errors import status_error, transport_error

if TYPE_CHECKING:
    import aiohttp

FIRST_WAIT_S, LONGEST_WAIT_S, LONGEST_RETRY_AFTER_S = 0.5, 30.0, 300.0
OUTAGE_S, LONGEST_LOOK_S = 900.0, 5.0
GLANCE_S = 5.0  # how long a look may take
_LOG = logging.getLogger(__name__)


class Wire:
    """Posts JSON to one server.

    Args:
        base_url: Such as `http://localhost:8000/v1`.
        api_key_env: The environment variable with the key; None sends none.
        max_in_flight: The most calls at once.
        timeout_s: How long one try may take, in seconds.
        retries: How often a failed try is repeated.
        outage_s: How long to wait for a server that answered before and cannot be reached now, in seconds.

    Raises:
        AuthenticationError: The variable is not set.
        ModelSpecError: The address is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key_env: str | None,
        max_in_flight: int,
        timeout_s: float,
        retries: int,
        outage_s: float = OUTAGE_S,
    ) -> None:
        self.base_url = checked_address(base_url)
        self.limit = AdaptiveLimit(max_in_flight)
        self._timeout_s, self._retries, self._outage_s = timeout_s, retries, outage_s
        self._reached = self._told_gone = False
        self._key = key_from(api_key_env)
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def post(self, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Posts JSON and returns the JSON object that came back.

        Raises:
            ModelError: The mapped error, after the last retry where trying again could help.
        """
        where = self.base_url + path
        return _object(await self._answer("POST", where, orjson.dumps(payload)), where)

    async def post_root(self, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        """As `post`, to a path that starts at the server's root: `/v1` at the end of the address is left out."""
        where = self.base_url.removesuffix("/v1") + path
        return _object(await self._answer("POST", where, orjson.dumps(payload)), where)

    async def post_text(self, path: str, payload: dict[str, Any]) -> str:
        """As `post_root`, for what answers with a text. A failure is not repeated: it says something is not set up.

        Args:
            path: From the server's root.
            payload: Sent as JSON.

        Raises:
            ModelError: As `post`.
        """
        where = self.base_url.removesuffix("/v1") + path
        return (await self._answer("POST", where, orjson.dumps(payload), retries=0)).decode(errors="replace")

    async def glance(self, path: str, payload: dict[str, Any] | None = None) -> str:
        """The text at a path from the server's root; tried once, without waiting for a turn or a server that is gone.

        Args:
            path: From the server's root.
            payload: Posted as JSON; without one the path is read.

        Raises:
            ModelError: As `post`.
        """
        where = self.base_url.removesuffix("/v1") + path
        method, body = ("GET", None) if payload is None else ("POST", orjson.dumps(payload))
        try:
            async with asyncio.timeout(min(self._timeout_s, GLANCE_S)):
                return (await self._once(method, where, body, in_turn=False)).decode(errors="replace")
        except TimeoutError as error:
            raise ModelTimeoutError(f"{where}: no answer within {GLANCE_S:g} s") from error
        except _Retry as error:
            raise error.cause from None

    async def _answer(self, method: str, where: str, body: bytes, retries: int | None = None) -> bytes:
        attempt, gone_at = 0, math.inf
        retries = self._retries if retries is None else retries
        while True:
            try:
                return await self._once(method, where, body)
            except ServerGoneError as gone:
                gone_at = min(gone_at, time.monotonic())
                if self._reached and time.monotonic() - gone_at < self._outage_s:
                    # It answered before, so it may be starting again: that takes vLLM minutes.
                    self._tell_gone(gone)
                    await asyncio.sleep(random.uniform(0.2, 1.0) * LONGEST_LOOK_S)
                    continue
                if self._reached or attempt >= retries:
                    raise
                await asyncio.sleep(_backoff(attempt))
            except (TransportError, _Retry) as error:
                cause, asked = (error.cause, error.wait_s) if isinstance(error, _Retry) else (error, 0.0)
                if attempt >= retries:
                    raise cause from None
                # What the server asks for is the least: an eager "0" must not use up the retries at once.
                await asyncio.sleep(max(_backoff(attempt), asked))
            attempt += 1

    def _tell_gone(self, gone: ServerGoneError) -> None:
        if not self._told_gone:
            self._told_gone = True
            _LOG.warning("%s Waiting up to %.0f s for it to come back.", gone, self._outage_s)

    async def _once(self, method: str, where: str, body: bytes | None, in_turn: bool = True) -> bytes:
        import aiohttp

        number = await self.limit.acquire() if in_turn else 0
        try:
            here = self._loop is asyncio.get_running_loop()
            session = self._session if here and self._session is not None else await self._open_session()
            async with session.request(method, where, data=body, allow_redirects=False) as response:
                status, answer = response.status, await response.read()
                retry_after = response.headers.get("Retry-After") if status != 200 else None
        except (TimeoutError, aiohttp.ClientError, OSError) as lost:
            raise transport_error(lost, self.base_url, self._timeout_s) from lost
        finally:
            if in_turn:
                self.limit.release()
        self._reached, self._told_gone = True, False
        if status == 200:
            self.limit.succeeded()
            return answer
        if status == 429:
            self.limit.congested(number)
        failure = status_error(status, self._without_key(answer), where)
        raise _Retry(failure, _wait_of(retry_after)) if isinstance(failure, TransportError) else failure

    async def _open_session(self) -> aiohttp.ClientSession:
        import aiohttp

        left, left_loop = self._session, self._loop
        # A session belongs to the loop it was made in; another asyncio.run() needs another one.
        opened = self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
            timeout=aiohttp.ClientTimeout(total=self._timeout_s, sock_connect=min(10.0, self._timeout_s)),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers(),
        )
        self._loop = asyncio.get_running_loop()
        await _close(left, left_loop)
        return opened

    def _headers(self) -> dict[str, str]:
        # Answers are small: unpacking them would cost more than they save.
        plain = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        return plain | ({"Authorization": f"Bearer {self._key}"} if self._key else {})

    def _without_key(self, answer: bytes) -> bytes:
        # Some servers show the key they reject; what they say ends up in messages and in the journal.
        return answer.replace(self._key.encode(), b"(key)") if self._key else answer

    async def aclose(self) -> None:
        """Closes the connections; a later call opens new ones."""
        left, left_loop, self._session, self._loop = self._session, self._loop, None, None
        await _close(left, left_loop)


async def _close(session: aiohttp.ClientSession | None, loop: asyncio.AbstractEventLoop | None) -> None:
    # A loop that still runs elsewhere keeps its connections: closing them from here is not safe.
    if session is not None and loop is not None and (loop is asyncio.get_running_loop() or loop.is_closed()):
        await session.close()


class _Retry(Exception):
    """An error worth another try, and how long the server asks to wait."""

    def __init__(self, cause: TransportError, wait_s: float) -> None:
        super().__init__(str(cause))
        self.cause, self.wait_s = cause, wait_s


def _object(body: bytes, where: str) -> dict[str, Any]:
    try:
        held = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadResponseError(
            f"{where}: the answer is not JSON ({error})", raw=body.decode(errors="replace")
        ) from error
    if not isinstance(held, dict):
        raise BadResponseError(f"{where}: the answer is no JSON object", raw=body.decode(errors="replace"))
    return held


def _backoff(attempt: int) -> float:
    # Full jitter, so that calls that failed together do not come back together.
    return random.uniform(0, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**attempt))


def _wait_of(retry_after: str | None) -> float:
    """Seconds to wait at least, from a number or an HTTP date; 0 where the server does not say."""
    if retry_after is None:
        return 0.0
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
        except ValueError:
            return 0.0
    return 0.0 if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


def key_from(variable: str | None) -> str | None:
    """The key an environment variable holds; None where no variable is named.

    Raises:
        AuthenticationError: It is not set.
    """
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        raise AuthenticationError(f"the environment variable {variable} is not set; put the API key there")
    return key


def checked_address(base_url: str) -> str:
    """A server's address that can be shown to anybody, without a slash at its end.

    Raises:
        ModelSpecError: It is none, or holds credentials.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelSpecError(f"{base_url!r} is no server's address; write http://HOST:PORT/v1")
    if parts.username is not None or parts.query:
        # Not shown: addresses appear in messages and reports, and this one may hold a key.
        raise ModelSpecError(
            f"the address of {parts.hostname} holds credentials or a query; name the key's variable in api_key_env"
        )
    return base_url.rstrip("/")
