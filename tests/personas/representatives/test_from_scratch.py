"""A small model made on the spot learns what it reads, loads elsewhere, and refuses what it cannot do."""

import pytest

from minipublic.personas.representatives.from_scratch import SmallModel, make_small_model

pytestmark = pytest.mark.local
TEXTS = ["The bus is late.", "The train is on time.", "Nobody waits for the ferry."] * 4
TINY = SmallModel(hidden=16, layers=1, heads=2, vocabulary=300, context=64, steps=60, batch=4, rate=1e-2)


@pytest.fixture(autouse=True)
def torch():
    torch = pytest.importorskip("torch", reason="needs pip install 'minipublic[local]'")
    torch.set_num_threads(1)


def test_it_learns_what_it_reads_and_can_be_made_again(tmp_path):
    losses = {}
    for name in ("one", "two"):
        make_small_model(
            tmp_path / name, TEXTS, TINY, lambda step, loss, name=name: losses.update({(name, step): loss})
        )
    assert losses["one", 60] < losses["one", 1] / 3
    assert losses["one", 60] == losses["two", 60]


async def test_the_folder_loads_as_a_model(tmp_path):
    from minipublic import load_model
    from minipublic.models.protocol import Prompt, ScoreRequest

    model = load_model(f"hf:{make_small_model(tmp_path / 'm', TEXTS, TINY)}", device="cpu")
    read, unread = [
        (await model.score(ScoreRequest(Prompt.of("The bus"), continuation=said))).log_likelihood
        for said in (" is late.", " is on time.")
    ]
    assert read > unread
    await model.aclose()


def test_texts_it_cannot_read_are_refused(tmp_path):
    with pytest.raises(ValueError, match="needs texts"):
        make_small_model(tmp_path, [], TINY)
    with pytest.raises(ValueError, match="the model's context is 64"):
        make_small_model(tmp_path, ["far too long " * 60], TINY)
