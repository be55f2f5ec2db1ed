"""What a vLLM engine in this process is started with."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, get_args

from ..errors import ModelSpecError
from .engine_orphan import Orphan

MOST_TOKEN_IDS = 128  # as many as vLLM lets one request ask for
MOST_AT_ONCE = 8  # adapters held on the device together; each takes memory there, further ones are swapped in


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter.

    Args:
        folder: Where it lies.
        name: Names its content; vLLM keeps cache blocks by it.
        rank: The largest of its matrices.
    """

    folder: str
    name: str
    rank: int

    @classmethod
    def of(cls, folder: str, name: str) -> Adapter:
        """The adapter in a folder that holds one.

        Raises:
            ModelSpecError: It is no LoRA adapter.
        """
        path = Path(folder).expanduser().resolve()
        try:
            held = json.loads((path / "adapter_config.json").read_text(encoding="utf-8"))
            kind = held["peft_type"]
            rank = max(int(held["r"]), *map(int, (held.get("rank_pattern") or {"": 1}).values()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelSpecError(
                f"{path}/adapter_config.json names no LoRA adapter ({error!r}); write it anew"
            ) from error
        if kind != "LORA":
            raise ModelSpecError(f"{path} is a {kind} adapter, and vLLM knows LoRA; train one, or use hf")
        return cls(str(path), name, rank)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Models with the same settings share an engine; None leaves a setting to vLLM.

    Args:
        path: A folder, or a hub id.
        hash: Of what is in it.
        dtype: `bfloat16` on a GPU and `float32` on a CPU by default, as for `hf`.
        max_model_len: The most tokens of a prompt and its answer.
        gpu_memory_utilization: The share of the device's memory that weights and cache may take; half of a CPU's by
            default.
        max_num_seqs: The most requests in one batch.
        enforce_eager: Do not capture the model; starts sooner and runs slower.
        prefix_caching: Read shared starts of prompts once.
        num_gpu_blocks_override: How many blocks the cache has.
        tensor_parallel_size: Over how many devices the weights are spread.
    """

    path: str
    hash: str
    dtype: str | None = None
    max_model_len: int | None = None
    gpu_memory_utilization: float | None = None
    max_num_seqs: int | None = None
    enforce_eager: bool = False
    prefix_caching: bool = True
    num_gpu_blocks_override: int | None = None
    tensor_parallel_size: int = 1

    @property
    def address(self) -> str:
        """Tells engines apart: the weights, and what is set otherwise than by default."""
        chosen = [(f, getattr(self, f.name)) for f in fields(self)[2:]]
        said = ", ".join(f"{f.name}={value}" for f, value in chosen if value != f.default)
        return f"vllm_engine:{self.path}" + (f" ({said})" if said else "")

    def arguments(self, rank: int, adapters: int) -> dict[str, Any]:
        """For vLLM's `AsyncEngineArgs`.

        Args:
            rank: The largest of any adapter; 0 without adapters.
            adapters: How many there are.
        """
        held = {name: value for name, value in asdict(self).items() if value is not None}
        del held["hash"]
        given = {
            "model": held.pop("path"),
            "enable_prefix_caching": held.pop("prefix_caching"),
            "dtype": "float32" if on_cpu() else "bfloat16",
            "max_logprobs": MOST_TOKEN_IDS,
            "worker_extension_cls": f"{Orphan.__module__}.{Orphan.__qualname__}",
            "seed": secrets.randbelow(2**31),  # else requests without a seed would be answered alike in every run
        }
        if on_cpu():
            # A seeded request that is prefilled in parts kills the engine: a CPU's generator has no offset.
            given["enable_chunked_prefill"] = False
            given["gpu_memory_utilization"] = 0.5  # vLLM's own 0.92 is seldom free: other programs live there, too
        if rank:
            given |= {"enable_lora": True, "max_lora_rank": _allowed(rank), "max_loras": places(adapters)}
        return given | held


def places(adapters: int) -> int:
    """How many adapters an engine holds on its device at once.

    Args:
        adapters: How many it is to answer for.
    """
    # On a CPU, vLLM 0.32 answers a request without an adapter by the adapter in the last place, where one with an
    # adapter shares its batch (vLLM's pull request 48421). One more place than adapters keeps that one empty.
    return adapters + 1 if on_cpu() else min(adapters, MOST_AT_ONCE)


def on_cpu() -> bool:
    """Whether vLLM computes on a CPU here."""
    from vllm.platforms import current_platform

    return bool(current_platform.is_cpu())


def _allowed(rank: int) -> int:
    """The smallest rank that vLLM allows and that holds this one."""
    from vllm.config.lora import MaxLoRARanks

    ranks: list[int] = sorted(get_args(MaxLoRARanks))
    return next((allowed for allowed in ranks if allowed >= rank), ranks[-1])
