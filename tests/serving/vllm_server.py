"""A real vLLM server in another process, started, killed and started again by tests and benchmarks."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

START_S = 400
# On a CPU, vLLM 0.32 dies of a request with a seed whose prompt is read in chunks.
SETTINGS = ("--dtype", "float32", "--enforce-eager", "--max-model-len", "2048", "--no-enable-chunked-prefill")
# One place more than a test fills: on a CPU, the adapter in the last place answers for the base (docs/serving.md).
LORA = ("--enable-lora", "--max-loras", "3", "--max-lora-rank", "8")

SHORT = ("--override-generation-config", '{"max_new_tokens": 48}')


class VLLMServer:
    """Serves one model as `tiny`.

    Args:
        model: The model's folder.
        log: Where the server's output goes.
        settings: More arguments of `vllm serve`.
    """

    def __init__(self, model: Path, log: Path, settings: tuple[str, ...] = ()) -> None:
        self._model, self._log, self._settings = model, log, settings
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        command = [str(Path(sys.executable).parent / "vllm"), "serve", str(self._model), "--served-model-name", "tiny"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), *SETTINGS, *self._settings]
        settings = {
            "VLLM_CPU_KVCACHE_SPACE": "1",
            "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True",
            "VLLM_NO_USAGE_STATS": "1",
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=os.environ | settings, start_new_session=True
            )
        end = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"vLLM did not start:\n{self._log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.5)

    def _answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """Ends the server and its workers at once, as a crash would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
