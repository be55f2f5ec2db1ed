"""From a spec such as `openai:NAME@http://localhost:8000/v1` to a model.

Others add kinds through the entry-point group `minipublic.models`: the entry point's name is the kind, and it
loads to a callable `factory(name, base_url=None, **options)` that returns a `LanguageModel`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from .errors import ModelSpecError
from .protocol import LanguageModel

ENTRY_POINTS = "minipublic.models"
Factory = Callable[..., LanguageModel]

# kind -> module and callable, imported only when asked for: a backend may bring a heavy library along.
_BUILT_IN = {
    "synthetic": ("minipublic.models.synthetic", "from_spec"),
    "miniature": ("minipublic.models.miniature", "from_spec"),
    "openai": ("minipublic.models.openai", "chat_from_spec"),
    "openai-completions": ("minipublic.models.openai", "completions_from_spec"),
    "vllm": ("minipublic.models.vllm", "from_spec"),
    "langchain": ("minipublic.models.langchain", "from_langchain_spec"),
    "hf": ("minipublic.models.local.hf", "hf_from_spec"),
    "vllm_engine": ("minipublic.models.local.vllm_engine", "vllm_engine_from_spec"),
}


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What names a model: `KIND:NAME[@BASE_URL]`."""

    kind: str
    name: str
    base_url: str | None = None

    @classmethod
    def parse(cls, text: str) -> ModelSpec:
        """Splits at the first `:` and the last `@http`, so that names may hold both signs.

        Raises:
            ModelSpecError: There is no kind or no name.
        """
        kind, colon, rest = text.strip().partition(":")
        at = rest.rfind("@http")
        name, base_url = (rest[:at], rest[at + 1 :]) if at >= 0 else (rest, None)
        if not (kind and colon and name):
            raise ModelSpecError(f"{text!r} is not a model spec; write KIND:NAME or KIND:NAME@http://HOST:PORT/v1")
        return cls(kind, name, base_url)


def kinds() -> tuple[str, ...]:
    """Every kind of model that a spec can name, the plugins' included."""
    return tuple(sorted({*_BUILT_IN, *(e.name for e in entry_points(group=ENTRY_POINTS))}))


def load_model(spec: str | ModelSpec, **options: Any) -> LanguageModel:
    """Makes the model a spec names; nothing is sent anywhere yet.

    Args:
        spec: `KIND:NAME[@BASE_URL]`.
        options: What this kind takes besides, such as `api_key_env` or `max_in_flight`.

    Raises:
        ModelSpecError: The kind is unknown, an option is not one it takes, or an extra is missing.
    """
    parsed = ModelSpec.parse(spec) if isinstance(spec, str) else spec
    factory = _factory(parsed.kind)
    _check_options(parsed.kind, factory, options)
    return factory(parsed.name, base_url=parsed.base_url, **options)


def _factory(kind: str) -> Factory:
    if kind in _BUILT_IN:
        module, attribute = _BUILT_IN[kind]
        return getattr(import_module(module), attribute)  # type: ignore[no-any-return]
    found = [e for e in entry_points(group=ENTRY_POINTS) if e.name == kind]
    if not found:
        close = get_close_matches(kind, kinds(), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ModelSpecError(f"unknown kind of model {kind!r}{hint} (known: {', '.join(kinds())})")
    try:
        return found[0].load()  # type: ignore[no-any-return]
    except Exception as error:
        raise ModelSpecError(f"the plugin for {kind!r} ({found[0].value}) does not load: {error}") from error


def _check_options(kind: str, factory: Factory, options: dict[str, Any]) -> None:
    parameters = inspect.signature(factory).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    known = [name for name in parameters if name not in ("name", "base_url")]
    for option in options:
        if option not in known:
            raise ModelSpecError(f"a model of kind {kind!r} has no option {option!r} (it has: {', '.join(known)})")
