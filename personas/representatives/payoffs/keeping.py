"""What is kept of a payoff model's training on the way: the best model, and what it takes to go on after a kill."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from .cases import PayoffError
from .history import PayoffPoint, best_point

STATE, BEST = "state.pt", "best"


class Keeping:
    """The working folder of a training.

    Args:
        folder: Made where it is not there.
        model: What is trained.
        tokenizer: Saved with the best model.
        optimizer: Of the model.
        identity: What makes two trainings the same, as plain data.
    """

    def __init__(self, folder: Path, model: Any, tokenizer: Any, optimizer: Any, identity: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._model, self._tokenizer = folder, model, tokenizer
        self._optimizer, self._identity = optimizer, identity

    def best_folder(self, points: Sequence[PayoffPoint]) -> Path:
        """Where the best model so far is."""
        return self._folder / f"{BEST}-{best_point(points).step}"

    def measured(self, points: Sequence[PayoffPoint]) -> None:
        """Keeps the model if the last point is the best, then what it takes to go on; each whole or not at all."""
        best = self.best_folder(points)
        if best_point(points) is points[-1]:
            shutil.rmtree(best, ignore_errors=True)
            self._model.save_pretrained(best)
            self._tokenizer.save_pretrained(best)
        trained = {name: p.detach() for name, p in self._model.named_parameters() if p.requires_grad}
        held = {"identity": self._identity, "points": [asdict(p) for p in points], "parameters": trained}
        partial = self._folder / f"{STATE}.partial"
        torch.save(held | {"optimizer": self._optimizer.state_dict()}, partial)
        os.replace(partial, self._folder / STATE)
        for stale in self._folder.glob(f"{BEST}-*"):
            if stale != best:
                shutil.rmtree(stale)

    def resume(self) -> list[PayoffPoint]:
        """Puts model and optimizer where an earlier call was stopped; its points, or none.

        Raises:
            PayoffError: Another training was stopped here.
        """
        path = self._folder / STATE
        if not path.is_file():
            return []
        held = torch.load(path, map_location="cpu", weights_only=True)
        if held["identity"] != self._identity:
            raise PayoffError(f"{self._folder} holds a half-done training with other settings or data; move it away")
        parameters = dict(self._model.named_parameters())
        with torch.no_grad():
            for name, value in held["parameters"].items():
                parameters[name].copy_(value)
        self._optimizer.load_state_dict(held["optimizer"])
        return [PayoffPoint(**p) for p in held["points"]]
