"""vLLM engines in this process, each shared by the models on the same weights.

vLLM computes in a process of its own and is spoken to from one event loop. Each engine has a thread with such a loop,
so that any number of event loops, one after the other or at once, can ask it, and none of them waits while it starts.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from ..errors import SetupError
from ..vllm.metrics import ServerMetrics
from .engine_counts import Counts
from .engine_lease import Lease, said
from .engine_orphan import STARTED_BY
from .engine_settings import Adapter, EngineSettings, on_cpu

OLDEST = (0, 32)  # some before answer by another adapter while one is loaded (vLLM's issue 47724)
CLOSING_S = 30.0
ENVIRONMENT = {  # what the user has set stands
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",  # a forked process would inherit the locks of this one's threads
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
}
UNGUARDED = (
    'vLLM computes in a process of its own, which imports the script: put what the script does under `if __name__ == "'
    '__main__":`'
)
Result = TypeVar("Result")
_engines: dict[EngineSettings, Engine] = {}
_lock = threading.Lock()


def shared_engine(settings: EngineSettings) -> Engine:
    """The engine with these settings, the same one for every caller."""
    with _lock:
        return _engines.setdefault(settings, Engine(settings))


class Engine:
    """One engine. It is started by the first call, for all adapters that models have declared until then.

    A later adapter that does not fit (LoRA is off, or the rank or the number of places is too small) has the engine
    started anew, after the calls under way. When the last model that asked it has left, it is shut down; a later call
    starts it again.

    Args:
        settings: What it is started with.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self.address = settings.address
        self._settings = settings
        self._adapters: dict[str, Adapter] = {}  # declared, by name
        self._ids: dict[str, int] = {}  # of adapters; never used twice, since vLLM keeps what it loaded by them
        self._loop: asyncio.AbstractEventLoop | None = None
        # From here on only the thread's loop reads and writes.
        self._users: set[object] = set()
        self._gate = asyncio.Lock()
        self._idle = asyncio.Event()
        self._under_way = 0
        self._llm: Any = None
        self._rank = 0
        self._placed: set[str] = set()  # adapters, by name: whose loading was begun,
        self._loaded: set[str] = set()  # and has ended well
        self._failed: SetupError | None = None
        self._counts = Counts()

    def declare(self, adapter: Adapter) -> None:
        """Makes room for an adapter in the engine, when it is started."""
        self._adapters[adapter.name] = adapter

    async def run(self, user: object, adapter: Adapter | None, work: Callable[[Lease], Awaitable[Result]]) -> Result:
        """Runs work with the engine in the engine's thread; may be called from any event loop.

        Args:
            user: Who asks; until it leaves, the engine stays.
            adapter: The adapter to answer with.
            work: What to do; everything it asks at the same time shares batches.

        Raises:
            SetupError: The engine does not start, has died, or cannot load the adapter.
        """
        return await asyncio.wrap_future(self._submit(self._run(user, adapter, work)))

    async def leave(self, user: object) -> None:
        """Ends an asker's hold; the last one's ends the engine, after the calls under way."""
        if self._loop is not None:
            await asyncio.wrap_future(self._submit(self._leave(user)))

    def forget(self, user: object) -> None:
        """As `leave`, from where nobody can wait."""
        if self._loop is not None and self._loop.is_running():
            self._submit(self._leave(user))

    def close(self) -> None:
        """Shuts the engine down whoever still uses it; waits until its process has ended."""
        if self._loop is not None:
            with contextlib.suppress(Exception):  # at the end of the process nobody can act on it
                self._submit(self._shut()).result(2 * CLOSING_S)

    async def metrics(self) -> ServerMetrics:
        """What has been counted since the first start."""
        cache = self._llm.vllm_config.cache_config if self._llm is not None else None
        blocks = cache.num_gpu_blocks if cache is not None else None
        return self._counts.metrics(blocks * cache.block_size if cache is not None and blocks else None)

    def _submit(self, work: Coroutine[Any, Any, Result]) -> Any:
        with _lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._serve, args=(self._loop,), daemon=True, name="minipublic-vllm").start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    @staticmethod
    def _serve(loop: asyncio.AbstractEventLoop) -> None:
        # The engine's process inherits this: Ctrl-C is for the run, which first finishes the calls under way.
        if hasattr(signal, "pthread_sigmask"):
            resource_tracker.ensure_running()  # later, it would undo the next line
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        loop.run_forever()

    async def _run(self, user: object, adapter: Adapter | None, work: Callable[[Lease], Awaitable[Result]]) -> Result:
        async with self._gate:
            self._users.add(user)
            lease = Lease(await self._ready(adapter), self._request(adapter), self._settings.path)
            if adapter is not None and adapter.name not in self._loaded:
                self._placed.add(adapter.name)  # before: where the caller gives up, it is loaded all the same
                await lease.load()
                self._loaded.add(adapter.name)
            self._under_way += 1
            self._idle.clear()
        try:
            return await work(lease)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def _leave(self, user: object) -> None:
        async with self._gate:
            self._users.discard(user)
            if not self._users:
                await self._finished()
                await self._shut()

    async def _ready(self, adapter: Adapter | None) -> Any:
        """The running engine, with room for the adapter."""
        if self._failed is not None:
            raise self._failed
        if self._llm is not None and adapter is not None and not self._llm.errored and not self._fits(adapter):
            await self._finished()
            await self._shut()
        if self._llm is None:
            self._start()
        return self._llm

    def _fits(self, adapter: Adapter) -> bool:
        if adapter.rank > self._rank:
            return False
        # On a CPU the adapters may not fill all places; see `places`.
        crowded = on_cpu() and len(self._placed | {adapter.name}) >= self._llm.vllm_config.lora_config.max_loras
        return not crowded

    async def _finished(self) -> None:
        if self._under_way:
            await self._idle.wait()

    def _start(self) -> None:
        if getattr(multiprocessing.current_process(), "_inheriting", False):
            raise SetupError(UNGUARDED)
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        os.environ[STARTED_BY] = str(os.getpid())
        self._rank = max((a.rank for a in self._adapters.values()), default=0)
        try:
            from vllm.engine.arg_utils import AsyncEngineArgs
            from vllm.v1.engine.async_llm import AsyncLLM
            from vllm.version import __version__, __version_tuple__

            if __version_tuple__[:2] < OLDEST and "dev" not in __version__:
                raise RuntimeError(f"vLLM {__version__} is too old: pip install 'vllm>={OLDEST[0]}.{OLDEST[1]}'")
            arguments = self._settings.arguments(self._rank, len(self._adapters))
            self._llm = AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments), stat_loggers=[self._counts.factory])
        except Exception as error:  # vLLM raises what it likes
            self._failed = SetupError(
                f"vLLM does not start with {self._settings.path} ({said(error)}); its log above says more. Where the "
                "memory is too small, lower max_model_len or gpu_memory_utilization"
            )
            raise self._failed from error

    async def _shut(self) -> None:
        self._failed = None
        self._placed.clear()
        self._loaded.clear()
        llm, self._llm = self._llm, None
        if llm is None:
            return
        if llm.output_handler is not None:  # it would take the end for an accident
            llm.output_handler.cancel()
            await asyncio.wait([llm.output_handler])
        await asyncio.to_thread(llm.shutdown, CLOSING_S)
        multiprocessing.active_children()  # else what had to be killed stays a zombie

    def _request(self, adapter: Adapter | None) -> Any:
        if adapter is None:
            return None
        from vllm.lora.request import LoRARequest

        number = self._ids.setdefault(adapter.name, len(self._ids) + 1)
        return LoRARequest(adapter.name, number, adapter.folder)


@atexit.register
def _close_all() -> None:
    for engine in _engines.values():
        engine.close()
