"""Imported by vLLM's own processes: ends them when the process that started them is gone.

Without it a killed run would leave its engine behind, with the device's memory.
"""

from __future__ import annotations

import os
import threading
import time

STARTED_BY = "MINIPUBLIC_VLLM_STARTED_BY"  # the environment variable with the process's number
EVERY_S = 1.0


class Orphan:
    """The worker's extension, for whose sake vLLM imports this module (`worker_extension_cls`)."""


def _watch(number: int) -> None:
    import psutil  # vLLM brings it

    try:
        starter = psutil.Process(number)
        while starter.is_running() and starter.status() != psutil.STATUS_ZOMBIE:
            time.sleep(EVERY_S)
    except psutil.NoSuchProcess:
        pass
    os._exit(1)  # the processes above and below it follow


if (_number := os.environ.get(STARTED_BY)) and int(_number) != os.getpid():
    threading.Thread(target=_watch, args=(int(_number),), daemon=True, name="minipublic-orphan").start()
