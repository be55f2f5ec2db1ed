"""LoRA adapters that are loaded into a vLLM server while it serves.

vLLM keeps cache blocks by an adapter's name, so that a new adapter under an old name can be answered from the old one's
blocks: an adapter is named by its content here.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from ..errors import (
    AuthenticationError,
    ModelError,
    RequestRefusedError,
    ServerError,
    ServerGoneError,
    SetupError,
)
from ..weights import weights_hash
from ..wire import Wire
from .once import Once


class ServedAdapter:
    """One adapter on one server.

    Args:
        folder: Where the adapter lies; the server must see it under the same path.
        wire: The server.

    Raises:
        ModelSpecError: There are no weights in the folder.
    """

    def __init__(self, folder: str, wire: Wire) -> None:
        self.folder = Path(folder).expanduser().resolve()
        self.name = f"{self.folder.name}#{weights_hash(self.folder)}"
        self.served_name = "minipublic-" + self.name.replace("#", "-")
        self.load = Once(self._load)
        self._wire = wire

    async def load_again(self) -> None:
        """Loads it into a server that does not have it any more."""
        self.load.forget()
        await self.load()

    async def unload(self) -> None:
        """Takes it out of the server, where it was put in."""
        if self.load.done:
            self.load.forget()
            # Where the server is gone, or somebody else took it out, nothing is left to do or to wait for.
            with contextlib.suppress(ModelError):
                await self._wire.glance("/v1/unload_lora_adapter", {"lora_name": self.served_name})

    async def _load(self) -> None:
        asked = {"lora_name": self.served_name, "lora_path": str(self.folder)}
        try:
            await self._wire.post_text("/v1/load_lora_adapter", asked)
        except RequestRefusedError as refused:
            if "already been loaded" not in str(refused):
                raise self._refused(refused) from refused
        except (AuthenticationError, ServerGoneError):
            raise
        except (SetupError, ServerError) as error:
            raise self._refused(error) from error

    def _refused(self, error: ModelError) -> SetupError:
        return SetupError(
            f"the server did not load the adapter {self.folder} ({error}); start vLLM with --enable-lora and "
            "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, on a machine where it can read that folder",
            raw=error.raw,
        )
