"""The model a representative is made from, in memory."""

from __future__ import annotations

import contextlib
import platform
import resource
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers

from ....models.local.naming import base_name
from ....models.local.weights import Weights, chosen_device, chosen_dtype
from ....models.weights import content_hash
from .history import History
from .lessons import Lesson
from .loop import Progress, Task, train
from .settings import TrainingError, TrainingSettings

_GIB = 2**30


class Base:
    """A causal language model that is trained, or that adapters are trained on.

    Args:
        weights: Of the model; not shared, since training changes them.
        dtype: Of products.
        chat: Write prompts by the chat template.
    """

    def __init__(self, weights: Weights, dtype: str, chat: bool) -> None:
        self.path, self.dtype, self.chat = weights.path, dtype, chat
        self._weights = weights
        self.tokenizer, self.ends = weights.tokenizer, weights.ends
        self.model = weights.model.requires_grad_(True)
        self.parameters = int(self.model.num_parameters())

    @staticmethod
    def name_of(name: Path | str) -> str:
        """SHA-256 of a folder's weights; of a hub id, the start of its commit.

        Raises:
            ModelSpecError: There is no such model.
        """
        _, short = base_name(str(name))
        folder = Path(name).expanduser()
        return content_hash(folder) if folder.is_dir() else short

    @classmethod
    def load(cls, name: Path | str, settings: TrainingSettings, chat: bool) -> Base:
        """Reads the weights.

        Raises:
            TrainingError: There is no such device here.
            ModelSpecError: They do not load.
        """
        device = chosen_device(settings.device)
        if device == "cuda" and not torch.cuda.is_available():
            raise TrainingError("there is no GPU here that torch can use; leave device out, or set it to cpu")
        dtype = chosen_dtype(settings.dtype, device)
        folder = Path(name).expanduser()
        path = str(folder.resolve()) if folder.is_dir() else str(name)
        # Small steps would be lost in the rounding of bfloat16.
        held_in = "float32" if settings.method == "full" else dtype
        with quiet():
            return cls(Weights(path, base_name(str(name))[1], held_in, device), dtype, chat)

    def longest(self, settings: TrainingSettings) -> int:
        """The most tokens a demonstration may have."""
        return min(self._weights.context, settings.max_length or self._weights.context)

    def train(
        self,
        lessons: Sequence[Lesson],
        validation: Sequence[Lesson],
        settings: TrainingSettings,
        work: Path,
        progress: Progress | None,
        brief: bool = False,
    ) -> History:
        """Trains, or goes on where an earlier call was stopped; see `loop.train`.

        An adapter is taken out of the model again, so that another one can be trained on it.
        """
        if self._on_gpu:
            torch.cuda.reset_peak_memory_stats()
        model, tokenizer, dtype = self.model, self.tokenizer, self.dtype
        with quiet():
            task = Task(model, tokenizer, lessons, validation, settings, dtype, work, self._save, progress, brief)
            return train(task)

    def _save(self, model: Any, folder: Path) -> None:
        """Writes an adapter, or the weights in the dtype that the base is stored in, with the tokeniser."""
        if hasattr(model, "peft_config"):
            model.save_pretrained(folder)
            return
        stored = getattr(transformers.AutoConfig.from_pretrained(self.path), "dtype", None) or torch.float32
        changed: dict[tuple[int, ...], Any] = {}  # tied weights stay tied
        state = {
            name: changed.setdefault((held.data_ptr(), *held.shape), held.to(stored))
            for name, held in model.state_dict().items()
        }
        model.save_pretrained(folder, state_dict=state)
        if stored != torch.float32:
            config = transformers.AutoConfig.from_pretrained(folder)
            config.dtype = stored
            config.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)

    @property
    def _on_gpu(self) -> bool:
        return bool(self.model.device.type == "cuda")

    def device_name(self) -> str:
        """The device as its maker calls it."""
        if self._on_gpu:
            return str(torch.cuda.get_device_name(self.model.device))
        return f"{platform.processor() or platform.machine()} CPU, {torch.get_num_threads()} threads"

    def peak_memory(self) -> dict[str, Any]:
        """The most memory in use, in GiB: of the GPU by torch, or of the whole process."""
        if self._on_gpu:
            return {"gib": round(torch.cuda.max_memory_allocated() / _GIB, 3), "of": "the GPU, by torch"}
        kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {"gib": round(kib * 1024 / _GIB, 3), "of": "the process"}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keeps the libraries' own bars and notes off the screen."""
    logging = transformers.logging
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
