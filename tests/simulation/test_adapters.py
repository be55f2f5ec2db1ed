"""Adapters and folders of weights in a study: found from its file, counted by content, spoken through."""

import os
import sys

import pytest
from talk import MODELS, PEOPLE, SERVED, TALK, plan, run

from minipublic.models.errors import ModelSpecError
from minipublic.simulation.errors import InputError
from minipublic.simulation.opening import open_models


def adapter(folder, content="weights"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_model.safetensors").write_text(content)
    (folder / "README.md").write_text(f"made at {folder}")
    return folder


def with_adapters(**folders):
    return TALK | {
        "models": {n: SERVED | ({"adapter": str(f)} if f else {}) for n, f in folders.items()},
        "mediator": "base",
    }


def test_an_adapter_counts_by_its_content(consensus, folder):
    adapter(folder / "a"), adapter(folder / "b", "others")
    first = plan(consensus(**with_adapters(base=None, rep="a") | {"population": PEOPLE | {"models": {"p1": "rep"}}}))
    assert first.study.models["rep"].adapter == str((folder / "a").resolve())
    assert len(first.model_configs()) == 2
    base = first.identity()
    hashed = [name for name in base["files"] if name.startswith("weights")]
    assert len(hashed) == 1
    assert len(base["files"][hashed[0]]) == 64

    def identity(where):
        people = {"population": PEOPLE | {"models": {"p1": "rep"}}}
        return plan(consensus(**with_adapters(base=None, rep=where) | people)).identity()

    (folder / "a").rename(folder / "moved")
    (folder / "moved" / "README.md").write_text("read me again")
    assert identity("moved") == base
    assert identity("b") != base
    file = folder / "moved" / "adapter_model.safetensors"
    stamp = file.stat().st_mtime_ns
    file.write_text("WEIGHTS")  # as long as before, and within the same tick of the clock
    os.utime(file, ns=(stamp, stamp))
    assert identity("moved") != base


LORA = """
from minipublic.models.synthetic import SyntheticModel

def lora(name, base_url=None, adapter=None):
    return SyntheticModel(f"{name}-{open(adapter + '/adapter_model.safetensors').read() if adapter else 'bare'}")
"""


def test_a_persona_speaks_through_its_own_adapter(consensus, folder, monkeypatch, tmp_path_factory):
    plugin = tmp_path_factory.mktemp("plugin")
    (plugin / "lora_kind.py").write_text(LORA)
    (plugin / "lora_kind-1.0.dist-info").mkdir()
    (plugin / "lora_kind-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lora-kind\nVersion: 1.0\n"
    )
    (plugin / "lora_kind-1.0.dist-info" / "entry_points.txt").write_text("[minipublic.models]\nlora = lora_kind:lora\n")
    monkeypatch.syspath_prepend(str(plugin))
    adapter(folder / "a", "left"), adapter(folder / "b", "right")
    served = {"spec": "lora:m@http://localhost:1/v1"}
    models = {"base": served, "a": served | {"adapter": "a"}, "b": served | {"adapter": "b"}}
    people = PEOPLE | {"models": {"p1": "a", "p2": "b"}}
    made = plan(consensus(**TALK | {"models": models, "mediator": "base", "population": people}))
    answers, said, _ = run(made, folder / "out")
    sys.modules.pop("lora_kind", None)
    own = {"p1": "left", "p2": "right"}
    for row in [*answers.to_dict("records"), *said.to_dict("records")]:
        assert row["model"] == f"synthetic:m-{own.get(row['persona'], 'bare')}"


def test_same_weights_with_different_adapters_are_two_models(consensus, folder):
    adapter(folder / "a"), adapter(folder / "b", "others"), adapter(folder / "c")
    people = {"population": PEOPLE | {"models": {"p1": "a", "p2": "b", "p3": "c"}}}
    keys = plan(consensus(**with_adapters(base=None, a="a", b="b", c="c") | people)).model_configs()
    assert len(keys) == 3  # `c` is a copy of `a`
    swapped = {"population": PEOPLE | {"models": {"p1": "b", "p2": "a", "p3": "c"}}}
    one, other = (
        plan(consensus(**with_adapters(base=None, a="a", b="b", c="c") | p)).identity() for p in (people, swapped)
    )
    assert one["files"] == other["files"]
    assert one != other


def test_folders_are_found_from_the_study_file(consensus, folder, monkeypatch, tmp_path_factory):
    adapter(folder / "weights")
    elsewhere = adapter(tmp_path_factory.mktemp("data") / "far")
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))
    specs = {"base": "hf:weights", "rep": "vllm_engine:./weights", "chat": "hf:Someone/on-a-hub"}
    made = plan(consensus(**TALK | {"models": specs}))
    at = (folder / "weights").resolve()
    assert [m.spec for m in made.study.models.values()] == [f"hf:{at}", f"vllm_engine:{at}", "hf:Someone/on-a-hub"]
    assert made.study.model.spec == f"hf:{at}"
    assert made.identity()["model"].startswith("hf:sha256-")
    assert made.identity()["mediator"] == "hf:Someone/on-a-hub"
    identity = made.identity()
    (folder / "weights").rename(folder / "renamed")
    moved = plan(consensus(**TALK | {"models": specs | {"base": "hf:renamed", "rep": "hf:renamed"}}))
    assert moved.identity() == identity
    with pytest.raises(InputError, match="weights is no folder"):
        made.identity()
    models = {"base": SERVED | {"adapter": "{data}/far"}, "chat": "hf:{data}/far"}
    made = plan(consensus(**TALK | {"models": models}), f"data={elsewhere.parent}")
    assert made.study.model.adapter == str(elsewhere.resolve())
    assert made.study.mediator.spec == f"hf:{elsewhere.resolve()}"


def test_missing_folders_and_adapters_that_are_not_taken(consensus, folder):
    adapter(folder / "a")
    (folder / "file").write_text("x")
    for given, said in (
        (SERVED | {"adapter": "nowhere"}, r"talk\.yaml: .*nowhere does not exist \(models\.rep\.adapter"),
        (SERVED | {"adapter": "file"}, r"talk\.yaml: models\.rep\.adapter: .*file is no folder"),
        ("hf:./nowhere", r"nowhere does not exist \(models\.rep\.spec"),
        (SERVED | {"adapter": "{data}/x"}, "MINIPUBLIC_DATA"),
    ):
        with pytest.raises(InputError, match=said):
            plan(consensus(**TALK | {"models": MODELS | {"rep": given}}))
    made = plan(consensus(**TALK | {"models": MODELS | {"chat": {"spec": "synthetic:x", "adapter": "a"}}}))
    with pytest.raises(ModelSpecError, match=r"models\.chat: synthetic:x has no option 'adapter' \(it has"):
        open_models(made)
