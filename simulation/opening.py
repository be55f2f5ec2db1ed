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
        ModelSpecError: A spec or an option is wrong, or two models would share their calls in the journal.
    """
    configs = plan.model_configs()
    opened = {key: _opened(plan, config) for key, config in configs.items()}
    seen: dict[str, str] = {}
    for key, model in opened.items():
        other = seen.setdefault(model.name, key)
        if other != key:
            # The journal knows calls by the model's name: each would be given what the other answered.
            raise ModelSpecError(
                f"{place_of(plan.study, configs[other])} and {place_of(plan.study, configs[key])} are both "
                f"{model.name}, with other options; compare options in two studies"
            )
    return opened


def open_model(config: ModelConfig) -> LanguageModel:
    """One model from its configuration."""
    reach = config.model_dump(include=_REACH, exclude_none=True)
    return load_model(config.spec, **reach, **config.options)


def _opened(plan: Plan, config: ModelConfig) -> LanguageModel:
    try:
        return open_model(config)
    except ModelSpecError as error:
        raise ModelSpecError(f"{place_of(plan.study, config)}: {error}") from error
