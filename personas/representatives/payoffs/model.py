"""A trained payoff model: how far it expects people to agree with statements.

A folder holds the weights with their head (or an adapter with it), the tokeniser, and `payoff.json`: the scale, what the
model is told of a person, hashes of data and prompt texts, marks of the people and statements it has seen, and the losses.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....models.local.weights import chosen_device, chosen_dtype
from ....models.templates import PromptBook
from ....models.weights import weights_hash
from ...payoffs import persona_prompts
from ...persona import Attribute
from ..variant import Variant
from .cases import PayoffCase, PayoffError, Scale, render_payoff
from .head import longest_text, open_head, read_texts, text_ids
from .seen import Seen

Floats = NDArray[np.float64]
RECORD = "payoff.json"


class PayoffModel:
    """Expected agreement, by a transformer with one number at its end.

    Attributes:
        name: Names the weights by their content.
        unit: The payoffs' unit.
        scale: What they are measured on.
        record: What `payoff.json` says.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        record: Mapping[str, Any],
        *,
        name: str,
        prompts: PromptBook | None = None,
        batch_size: int = 64,
        dtype: str = "float32",
    ) -> None:
        """Use `load`.

        Raises:
            PayoffError: The prompt texts are not those it was trained with.
        """
        self._model, self._tokenizer, self._lock = model.eval(), tokenizer, threading.Lock()
        self._prompts = prompts or persona_prompts()
        self._batch_size, self._dtype = batch_size, dtype
        self.name, self.record, self.scale = name, record, Scale(**record["scale"])
        self._variant = Variant.parse(record["variant"])
        self._attributes = tuple(Attribute(name) for name in record["attributes"])
        changed = [k for k, v in record["prompts"].items() if payoff_hashes(self._prompts).get(k) != v]
        if changed:
            raise PayoffError(
                f"{name} was trained with another prompt text {changed[0]!r} than the present one; give the prompts it was "
                "trained with, or train it anew"
            )

    @classmethod
    def load(
        cls,
        folder: Path | str,
        *,
        device: str | None = None,
        dtype: str | None = None,
        batch_size: int = 64,
        prompts: PromptBook | None = None,
    ) -> PayoffModel:
        """Opens a folder that `train_payoff_model` wrote.

        Args:
            folder: The folder.
            device: Of torch; the GPU where there is one by default.
            dtype: Of products; bfloat16 on a GPU and float32 elsewhere by default.
            batch_size: The most cases at once.
            prompts: The prompt texts it was trained with, where they are not the package's.

        Raises:
            PayoffError: The folder holds no whole payoff model, its base has changed, or the prompts have.
        """
        folder = Path(folder)
        record = load_record(folder)
        device = chosen_device(device)
        if record["method"] == "lora":
            base = record["base"]["folder"]
            if Path(base).is_dir() and weights_hash(base) != record["base"]["hash"]:
                raise PayoffError(f"{folder} was trained on other weights than {base} now holds; give those back")
            model, tokenizer = open_head(base, device, folder)
        else:
            model, tokenizer = open_head(folder, device)
        name = f"payoff#{weights_hash(folder)}"
        products = chosen_dtype(dtype, device)
        return cls(model, tokenizer, record, name=name, prompts=prompts, batch_size=batch_size, dtype=products)

    @property
    def unit(self) -> str:
        """The payoffs' unit."""
        return self.scale.unit

    @property
    def seen(self) -> Seen:
        """What it was trained and validated on."""
        return Seen.from_record(self.record["seen"])

    def predict(self, cases: Sequence[PayoffCase]) -> Floats:
        """Expected agreement on the declared scale; higher is more, NaN where the text is longer than the model reads.

        Returns:
            Shape (n,). For votes a chance in [0, 1], for ratings a point between the scale's ends.
        """
        texts = [render_payoff(case, self._variant, self._prompts, self._attributes).text for case in cases]
        rows = text_ids(self._tokenizer, texts)
        most = longest_text(self._model, self.record["max_length"])
        fits = [k for k, row in enumerate(rows) if len(row) <= most]
        found = np.full(len(cases), np.nan)
        if fits:
            with self._lock:  # several event loops may ask
                pad = self._tokenizer.pad_token_id
                odds = read_texts(self._model, pad, [rows[k] for k in fits], self._batch_size, self._dtype)
            found[fits] = self.scale.value(1 / (1 + np.exp(-np.clip(odds + self.record["offset"], -500, 500))))
        return found

    async def payoffs(self, cases: Sequence[PayoffCase]) -> list[float]:
        """As `predict`, beside other work."""
        return (await asyncio.to_thread(self.predict, cases)).tolist()  # type: ignore[no-any-return]


def payoff_hashes(prompts: PromptBook) -> dict[str, str]:
    """The hashes of the prompt texts that a payoff model reads."""
    used = ("payoff_question", "payoff_opinion", "payoff_statement", "payoff_cue")
    told = ("represent_profile", "represent_trait", "represent_past")
    return {k: v for k, v in prompts.hashes().items() if k in used or k.startswith(told)}


def load_record(folder: Path) -> dict[str, Any]:
    """What `payoff.json` says.

    Raises:
        PayoffError: There is none, or it is damaged.
    """
    path = folder / RECORD
    try:
        return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    except FileNotFoundError as error:
        raise PayoffError(f"{folder} holds no trained payoff model: there is no {RECORD}; train one") from error
    except ValueError as error:
        raise PayoffError(f"{path} is no JSON ({error}); train the model anew") from error
