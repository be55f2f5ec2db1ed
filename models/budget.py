"""What a run may use: calls, tokens and cost, kept by reserving the most a call can use before it is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .choosing import DRAWN
from .errors import BudgetError, SetupError
from .protocol import ChooseRequest, Request, ScoreRequest, Usage

MESSAGE_TOKENS = 16  # what a chat template puts around a message, at most
KNOWN_AFTER = 20  # calls after which the tokens a byte makes are taken from what was seen
MARGIN = 1.25  # and how much more than the most seen is allowed for


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in the user's currency."""

    prompt: float
    completion: float


@dataclass(slots=True)
class Spent:
    """Calls, tokens read and written, and their cost."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return self.prompt_tokens + self.completion_tokens

    def add(self, other: Spent, sign: int = 1) -> None:
        """Adds what was spent elsewhere; `sign` -1 takes it off."""
        self.calls += sign * other.calls
        self.prompt_tokens += sign * other.prompt_tokens
        self.completion_tokens += sign * other.completion_tokens
        self.cost += sign * other.cost


@dataclass(frozen=True, slots=True)
class Reservation:
    """The most that some calls can use."""

    model: str
    most: Spent
    prompt_bytes: int


class Budget:
    """Bounds on what is used in all; a call that could pass one is not asked.

    Args:
        max_calls: Model calls.
        max_tokens: Tokens read and written.
        max_cost: Cost, in the currency of the prices.
        prices: By model name; needed for every model where cost is bounded.
        spent: What earlier runs used.
    """

    def __init__(
        self,
        *,
        max_calls: int | None = None,
        max_tokens: int | None = None,
        max_cost: float | None = None,
        prices: Mapping[str, Price] | None = None,
        spent: Spent | None = None,
    ) -> None:
        self.max_calls, self.max_tokens, self.max_cost = max_calls, max_tokens, max_cost
        self.prices = dict(prices or {})
        self.spent = spent or Spent()
        self._held = Spent()
        self._changed = asyncio.Condition()
        self._most_per_byte: dict[str, float] = {}  # by model: tokenisers and templates differ
        self._seen: Counter[str] = Counter()
        self._silent: set[str] = set()

    async def reserve(self, model: str, requests: Sequence[Request]) -> Reservation:
        """Holds the most these calls can use, waiting for calls under way where what they hold stands in the way.

        Raises:
            BudgetError: They could pass a bound.
            SetupError: Cost is bounded and there is no price, or tokens are bounded and the server does not say how many
                a call used.
        """
        if model in self._silent and (self.max_tokens is not None or self.max_cost is not None):
            raise SetupError(
                f"{model}: the server does not say how many tokens a call used, so max_tokens and max_cost cannot be "
                "kept; bound the run by max_calls, or set options.prompts_per_request: 1 where `models check` says that "
                "the server counts tokens then"
            )
        async with self._changed:
            while True:
                held = self._most(model, requests)
                passed = self._passed(held.most)
                if passed is None:
                    self._held.add(held.most)
                    return held
                if not self._held.calls:
                    raise BudgetError(passed)
                await self._changed.wait()

    async def settle(self, held: Reservation, usages: Sequence[Usage]) -> None:
        """Puts what calls used in the place of what they held.

        A call that failed used nothing that is known; where the server does not say what a call used, all that was held
        counts as used.
        """
        unsaid = any(u.prompt_tokens is None or u.completion_tokens is None for u in usages)
        used = Spent(len(usages), held.most.prompt_tokens, held.most.completion_tokens)
        if not unsaid:
            used.prompt_tokens = sum(u.prompt_tokens or 0 for u in usages)
            used.completion_tokens = sum(u.completion_tokens or 0 for u in usages)
        price = self.prices.get(held.model)
        if price:
            used.cost = (used.prompt_tokens * price.prompt + used.completion_tokens * price.completion) / 1e6
        async with self._changed:
            self._held.add(held.most, -1)
            self.spent.add(used)
            if held.prompt_bytes and len(usages) == held.most.calls and all(u.prompt_tokens for u in usages):
                seen = used.prompt_tokens / held.prompt_bytes
                self._most_per_byte[held.model] = max(self._most_per_byte.get(held.model, 0.0), seen)
                self._seen[held.model] += len(usages)
            if unsaid:
                self._silent.add(held.model)
            self._changed.notify_all()

    def _most(self, model: str, requests: Sequence[Request]) -> Reservation:
        prompt_bytes = sum(_prompt_bytes(request) for request in requests)
        # No tokeniser makes more tokens than bytes.
        per_byte = min(1.0, self._most_per_byte[model] * MARGIN) if self._seen[model] >= KNOWN_AFTER else 1.0
        around = sum(MESSAGE_TOKENS * (len(r.prompt.messages) + 1) * readings(r) for r in requests)
        most = Spent(len(requests), round(prompt_bytes * per_byte) + around, sum(map(most_written, requests)))
        price = self.prices.get(model)
        if price:
            most.cost = (most.prompt_tokens * price.prompt + most.completion_tokens * price.completion) / 1e6
        elif self.max_cost is not None:
            raise SetupError(f"max_cost needs a price for {model}: put it under budget.prices, per million tokens")
        return Reservation(model, most, prompt_bytes)

    def _passed(self, most: Spent) -> str | None:
        spent, held = self.spent, self._held
        for name, bound, now, more in (
            ("max_calls", self.max_calls, spent.calls + held.calls, most.calls),
            ("max_tokens", self.max_tokens, spent.tokens + held.tokens, most.tokens),
            ("max_cost", self.max_cost, spent.cost + held.cost, most.cost),
        ):
            if bound is not None and now + more > bound:
                return f"{name} is {bound:,}: {_shown(now)} used, and the next call may use {_shown(more)} more"
        return None


def _shown(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:,.6g}"


def readings(request: Request) -> int:
    """How often the server reads the prompt for this call."""
    if isinstance(request, ChooseRequest):
        return {"first_token": 1, "full_option": len(request.options)}.get(request.method, request.draws)
    return 1


def _prompt_bytes(request: Request) -> int:
    bytes_ = len(request.prompt.text.encode()) * readings(request)
    if isinstance(request, ScoreRequest):
        bytes_ += len(request.continuation.encode())
    if isinstance(request, ChooseRequest) and request.method == "full_option":
        bytes_ += sum(len(option.encode()) + 1 for option in request.options)
    return bytes_


def most_written(request: Request) -> int:
    """The most tokens the model may write for this call."""
    if isinstance(request, ChooseRequest):
        return readings(request) * (1 if request.method in ("first_token", "full_option") else DRAWN.max_tokens)
    return 1 if isinstance(request, ScoreRequest) else request.sampling.max_tokens
