"""Base models, each loaded once in a process and shared by all models on it, and the adapters put on them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import torch

from ..errors import ModelError, ModelSpecError
from .batching import Batcher
from .reading import Letters

DTYPES = ("float32", "bfloat16", "float16")
_loaded: WeakValueDictionary[tuple[str, str, str, str], Weights] = WeakValueDictionary()
_lock = threading.Lock()


def chosen_device(device: str | None) -> str:
    """The device asked for; else the GPU where there is one."""
    return device or ("cuda" if torch.cuda.is_available() else "cpu")


def chosen_dtype(dtype: str | None, device: str) -> str:
    """The precision asked for; else bfloat16 on a GPU and float32 elsewhere."""
    return dtype or ("bfloat16" if device.startswith("cuda") else "float32")


def shared_weights(name: str, hash: str, dtype: str | None, device: str | None) -> Weights:
    """The weights of a base model, the same ones for every caller that asks for the same.

    Args:
        name: A folder, or a hub id.
        hash: Of what is in it: a folder that was written anew is loaded anew.
        dtype: `float32`, `bfloat16` or `float16`; bfloat16 on a GPU and float32 elsewhere by default.
        device: Such as `cpu` or `cuda:0`; the GPU where there is one by default.

    Raises:
        ModelSpecError: There is no such dtype or device.
    """
    device = chosen_device(device)
    dtype = chosen_dtype(dtype, device)
    if dtype not in DTYPES:
        raise ModelSpecError(f"unknown dtype {dtype!r}; there are {', '.join(DTYPES)}")
    try:
        device = str(torch.empty(0, device=device).device)  # "cuda" and "cuda:0" are the same weights
    except Exception as error:  # torch raises what its build knows
        raise ModelSpecError(f"there is no device {device!r} here ({error}); use cpu, cuda or cuda:N") from error
    folder = Path(name).expanduser()
    path = str(folder.resolve()) if folder.is_dir() else name
    with _lock:
        key = (path, hash, dtype, device)
        held = _loaded.get(key)
        if held is None:
            held = _loaded[key] = Weights(path, hash, dtype, device)
        return held


class Weights:
    """One base model and its adapters; loaded when first used. Only its batcher's thread may use it.

    Args:
        path: A folder, or a hub id.
        hash: Of what is in it; for a hub id, the start of its commit.
        dtype: The name of a torch dtype.
        device: Of torch.
    """

    def __init__(self, path: str, hash: str, dtype: str, device: str) -> None:
        self.path, self._dtype, self._device = path, dtype, device
        self.batcher = Batcher()
        self._peft: Any = None
        self._adapters: dict[tuple[str, str], str] = {}

    @cached_property
    def tokenizer(self) -> Any:
        """Of the base model."""
        return tokenizer_of(self.path)

    def tokenizer_with(self, adapter: tuple[str, str] | None) -> Any:
        """The adapter's own where training wrote one beside it: its chat template may be another."""
        folder = tokenizer_folder(self.path, adapter[0] if adapter else None)
        return self.tokenizer if folder == self.path else tokenizer_of(folder)

    @cached_property
    def model(self) -> Any:
        """The base model; adapters are put into it."""
        from transformers import AutoModelForCausalLM

        with _as_spec_error(self.path, "give the folder of a causal language model that transformers knows"):
            model, report = AutoModelForCausalLM.from_pretrained(
                self.path, dtype=getattr(torch, self._dtype), output_loading_info=True
            )
        # transformers makes up what is not there, and a made-up layer answers too.
        if report["missing_keys"]:
            lacking = ", ".join(sorted(report["missing_keys"])[:3])
            raise ModelSpecError(f"{self.path} lacks weights its config.json names ({lacking}); write it anew")
        _check_cache(self.path, model.config)
        return model.to(self._device).eval().requires_grad_(False)

    @cached_property
    def letters(self) -> Letters:
        """Which tokens stand for an option letter."""
        return Letters(self.tokenizer)

    @cached_property
    def ends(self) -> frozenset[int]:
        """The tokens that end a text."""
        named = getattr(self.model.generation_config, "eos_token_id", None)
        held = named if isinstance(named, list) else [named]
        return frozenset(token for token in (*held, self.tokenizer.eos_token_id) if token is not None)

    @property
    def context(self) -> int:
        """The most tokens the model reads and writes together; a very large number where it does not say."""
        return int(getattr(self.model.config.get_text_config(), "max_position_embeddings", None) or 2**62)

    @contextlib.contextmanager
    def using(self, adapter: tuple[str, str] | None) -> Iterator[Any]:
        """The model with this adapter, a folder and its hash, or with none.

        Raises:
            ModelSpecError: The adapter does not fit the base.
        """
        model = self.model
        if adapter is not None:
            self._load(adapter)
            self._peft.set_adapter(self._adapters[adapter], inference_mode=True)
        bare = self._peft is not None and adapter is None
        with torch.inference_mode(), self._peft.disable_adapter() if bare else contextlib.nullcontext():
            yield model

    def _load(self, adapter: tuple[str, str]) -> None:
        if adapter in self._adapters:
            return
        from peft import PeftConfig, PeftModel

        folder, name = adapter[0], f"adapter{len(self._adapters)}"
        with _as_spec_error(folder, f"it was trained on another base than {self.path}: name that one"):
            config = PeftConfig.from_pretrained(folder)
            if config.is_prompt_learning:
                raise ModelSpecError(f"{folder} adds virtual tokens, which is not supported; train a LoRA adapter")
            config.inference_mode = True
            try:
                if self._peft is None:
                    self._peft = PeftModel(self.model, config, adapter_name=name)
                report = self._peft.load_adapter(folder, name, torch_device=self._device)
                if report.missing_keys or report.unexpected_keys:
                    odd = [*report.missing_keys, *report.unexpected_keys]
                    raise ValueError(f"{len(odd)} weights find no place or are not there, such as {odd[0]}")
            except Exception:
                if self._peft is not None and name in self._peft.peft_config:
                    self._peft.delete_adapter(name)
                raise
        self._adapters[adapter] = name


def tokenizer_folder(path: str, adapter: str | None) -> str:
    """Where the tokeniser lies: in the adapter's folder where training wrote one there, else with the base."""
    return adapter if adapter and (Path(adapter) / "tokenizer_config.json").is_file() else path


def tokenizer_of(path: str) -> Any:
    """The tokeniser in a folder or under a hub id.

    Raises:
        ModelSpecError: There is none.
    """
    from transformers import AutoTokenizer

    with _as_spec_error(path, "give the folder of a causal language model with its tokeniser"):
        return AutoTokenizer.from_pretrained(path)


@contextlib.contextmanager
def _as_spec_error(folder: str, remedy: str) -> Iterator[None]:
    try:
        yield
    except (ModelError, torch.cuda.OutOfMemoryError):
        raise
    except Exception as error:  # the libraries raise what they like
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelSpecError(f"{folder} does not load ({said[0][:300]}); {remedy}") from error


def _check_cache(path: str, config: Any) -> None:
    """Refuses models whose memory of a text is not a key and a value for every token."""
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    kinds = getattr(config.get_text_config(), "layer_types", None) or ()
    other = [layer for layer in DynamicCache(config=config).layers if not isinstance(layer, DynamicLayer)]
    if other or "chunked_attention" in kinds:
        raise ModelSpecError(f"{path} keeps more than keys and values of a text; serve it with vLLM, and use openai")
