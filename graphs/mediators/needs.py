"""What a mediator needs of the models, checked before the first call."""

from __future__ import annotations

from collections.abc import Mapping

from ...models.protocol import LanguageModel
from ...personas.asking import Asking
from ..context import Context, ContextError
from .desk import MEDIATOR, predictor_role

WRITES, RANKS, RATES = "writes", "ranks", "rates"  # statements; foretold rankings; foretold payoffs


def check_needs(mediator: object, models: Mapping[str, LanguageModel], asking: Asking) -> None:
    """Whether the models can do what a mediator needs, which it says in its attribute `needs`.

    Args:
        mediator: One without `needs` is not checked.
        models: By role.
        asking: How closed questions are asked.

    Raises:
        ContextError: A model is not there, or cannot do it.
    """
    for need in getattr(mediator, "needs", ()):
        role = MEDIATOR if need == WRITES else predictor_role(models)
        if role not in models:
            raise ContextError(
                f"the mediator needs a model for {role!r}; there is none (there are {', '.join(models)})"
            )
        _check_model(need, role, models[role], asking)


def check_context(mediator: object, context: Context) -> None:
    """As `check_needs`, for a protocol's context."""
    check_needs(mediator, context.models, context.asking)


def _check_model(need: str, role: str, model: LanguageModel, asking: Asking) -> None:
    can = model.capabilities
    if need == RATES and asking.method not in can.choose:
        offered = ", ".join(can.choose) or "none"
        raise ContextError(
            f"{model.name}, the {role}, is to foretell payoffs, but cannot choose by {asking.method!r} (it offers: "
            f"{offered}); ask by a method it offers, or name another `predictor`"
        )
    if need != RATES and not can.generate:
        what = "write statements" if need == WRITES else "foretell rankings"
        remedy = "name another `mediator`" if need == WRITES else "name another `predictor`, or set `predict: payoffs`"
        raise ContextError(f"{model.name}, the {role}, is to {what}, but writes no texts; {remedy}")
