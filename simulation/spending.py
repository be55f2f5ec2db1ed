"""The bounds a user sets on a run, counted over all runs into the same folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..models.budget import Budget, Price, Spent
from ..models.journal import Journal
from ..models.journaled import JournaledModel
from ..models.protocol import LanguageModel
from ..models.weights import by_content
from .errors import InputError
from .named_models import ModelConfig
from .sections import BudgetConfig, PriceConfig
from .speakers import role_key


class BoundedStudy(Protocol):
    """What a study says of its bounds, and by which names of models."""

    @property
    def budget(self) -> BudgetConfig:
        """The bounds and the prices."""

    @property
    def models(self) -> Mapping[str, ModelConfig]:
        """The models that have a name."""


class Bounded(Protocol):
    """A plan that may only use so much."""

    @property
    def study(self) -> BoundedStudy:
        """Its study."""

    def model_configs(self) -> Mapping[str, ModelConfig]:
        """Every model that is asked, by `role_key`."""


def make_budget(plan: Bounded, models: Mapping[str, LanguageModel], journal: Journal) -> Budget | None:
    """The study's budget, less what the journal says was used; None where nothing is bounded.

    Args:
        plan: The study.
        models: By `role_key`.
        journal: Of the run.

    Raises:
        InputError: Cost is bounded, and a model has no price; or tokens are, and earlier calls have no counts.
    """
    config = plan.study.budget
    if config.max_calls is None and config.max_tokens is None and config.max_cost is None:
        return None
    prices = {models[key].name: price for key, price in known_prices(plan).items() if key in models}
    lacking = [key for key, model in models.items() if model.name not in prices]
    if config.max_cost is not None and lacking:
        raise InputError(
            f"budget.max_cost needs a price for {', '.join(lacking)}: "
            "budget: {prices: {NAME: {prompt: 0.5, completion: 1.5}}}, per million tokens"
        )
    by_tokens = [name for name in ("max_tokens", "max_cost") if getattr(config, name) is not None]
    uncounted = [name for name in journal.uncounted() if by_tokens]
    if uncounted:
        raise InputError(
            f"budget.{by_tokens[0]} cannot be kept: the folder holds calls to {', '.join(uncounted)} whose tokens the "
            "server did not say; bound the run by max_calls"
        )
    return Budget(
        max_calls=config.max_calls,
        max_tokens=config.max_tokens,
        max_cost=config.max_cost,
        prices=prices,
        spent=_spent(journal, prices),
    )


def known_prices(plan: Bounded) -> dict[str, Price]:
    """What a million tokens cost, by `role_key`, for the models that have a price."""
    given = plan.study.budget.prices
    names = {role_key(config): name for name, config in plan.study.models.items()}
    prices = {}
    for key, config in plan.model_configs().items():
        found: PriceConfig | None = given.get(names.get(key, "")) or given.get(key) or given.get(config.kind_and_name)
        if found:
            prices[key] = Price(found.prompt, found.completion)
    return prices


def _spent(journal: Journal, prices: Mapping[str, Price]) -> Spent:
    spent = Spent()
    by_weights = {by_content(name): price for name, price in prices.items()}  # folders may have been renamed since
    for model, calls, read, written in journal.by_model():
        price = by_weights.get(by_content(model), Price(0.0, 0.0))
        spent.add(Spent(calls, read, written, (read * price.prompt + written * price.completion) / 1e6))
    return spent


def calls_made(journal: Journal, models: Mapping[str, JournaledModel]) -> dict[str, int]:
    """What is on record in all, and how many calls this start asked and replayed."""
    return journal.totals() | {
        "asked_now": sum(m.counts.asked for m in models.values()),
        "replayed_now": sum(m.counts.replayed for m in models.values()),
    }
