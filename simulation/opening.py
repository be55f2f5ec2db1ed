"""Opens the models a study names."""

from __future__ import annotations

from ..models.errors import ModelSpecError
from ..models.protocol import LanguageModel
from ..models.registry import load_model
from .plan import Plan
from .speakers import place_of
from .study import ModelConfig

_REACH = {"api_key_env", "max_in_flight", "timeout_s", "retries", "adapter"}


def open_models(plan: Plan) -> dict[str, LanguageModel]:
    """The models a study names, by their key in the plan.

    Raises:
        ModelSpecError: A spec or an option is wrong.
    """
    return {key: _opened(plan, config) for key, config in plan.model_configs().items()}


def open_model(config: ModelConfig) -> LanguageModel:
    """One model from its configuration."""
    reach = config.model_dump(include=_REACH, exclude_none=True)
    return load_model(config.spec, **reach, **config.options)


def _opened(plan: Plan, config: ModelConfig) -> LanguageModel:
    try:
        return open_model(config)
    except ModelSpecError as error:
        raise ModelSpecError(f"{place_of(plan.study, config)}: {error}") from error
