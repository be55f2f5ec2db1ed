import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fault_server import FaultServer


@pytest.fixture
async def server():
    server = FaultServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def data():
    """The folder of real human data, where there is one."""
    import os

    import minipublic

    beside = Path(minipublic.__file__).parent.parent / "shared" / "data"
    folder = Path(os.environ.get("MINIPUBLIC_DATA", beside))
    if not (folder / "nonvoters_2020").is_dir():
        pytest.skip("the human data are not here: set MINIPUBLIC_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory, request):
    """The folder of a tiny model with known answers: `base`, and the adapters `a` and `b` (a minute to make); MINIPUBLIC_TINY_MODEL may name one that tests/tiny_model.py made before."""
    for library in ("torch", "transformers", "peft"):
        pytest.importorskip(library, reason="needs pip install 'minipublic[local]'")
    import os

    import tiny_model
    import torch
    from filelock import FileLock

    torch.set_num_threads(1)
    if made := os.environ.get("MINIPUBLIC_TINY_MODEL"):
        return Path(made)
    common = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # the workers of one session share it
        common = common.parent
    folder = common / "tiny_model"
    with FileLock(common / "tiny_model.lock"):
        if not (folder / "b" / "adapter_model.safetensors").is_file():
            tiny_model.make(folder)
    return folder


@pytest.fixture(scope="session")
def plain(tiny):
    """One prompt at a time, no cache, no batch: (token ids, adapter or None) to log-probabilities (T, vocabulary)."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    models = {}

    def log_probabilities(ids, adapter=None):
        if adapter not in models:
            model = AutoModelForCausalLM.from_pretrained(tiny / "base")
            models[adapter] = PeftModel.from_pretrained(model, tiny / adapter).eval() if adapter else model.eval()
        with torch.no_grad():
            return models[adapter](torch.tensor([ids]), use_cache=False).logits[0].double().log_softmax(-1)

    return log_probabilities


@pytest.fixture(scope="session")
def little_base(tmp_path_factory):
    """The folder of an untrained model, made in a moment."""
    for library in ("torch", "transformers", "trl", "peft"):
        pytest.importorskip(library, reason="needs pip install 'minipublic[local]'")
    import little

    return little.make_base(tmp_path_factory.mktemp("little") / "base")
