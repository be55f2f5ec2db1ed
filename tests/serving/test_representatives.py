"""A trained representative, served by a real vLLM, takes its seat in a deliberation."""

import asyncio
import contextlib

import pytest

from minipublic import Context, JournaledModel, Persona, Population, build_consensus, load_model
from minipublic.models.journal import Journal
from minipublic.models.protocol import Sampling, ScoreRequest
from minipublic.personas.persona import Past
from minipublic.personas.representatives import (
    Episode,
    EpisodeSet,
    SeatWords,
    TrainingSettings,
    Variant,
    demonstrations,
    generate_study,
    split_components,
    train_representative,
)

pytestmark = pytest.mark.vllm
VARIANT = "base+O1+C1"
LORA = TrainingSettings(method="lora", rate=2e-3, rank=8, batch=8, device_batch=8, max_steps=6, eval_every=3)


@pytest.fixture(scope="module")
def held_out():
    return split_components(generate_study(18), 0.34)


@pytest.fixture(scope="module")
def trained(tiny, held_out, tmp_path_factory):
    both = [demonstrations(side, Variant.parse(VARIANT)) for side in (held_out.train, held_out.validation)]
    trained = train_representative(tiny / "base", *both, LORA, tmp_path_factory.mktemp("representative"))
    assert trained.perplexity[1] < trained.perplexity[0] / 2
    return trained, both[1]


@pytest.fixture
async def models(lora_server, trained, tmp_path):
    """The representative behind vLLM, through a journal, and the people's own policy for everybody else."""
    served = load_model(f"vllm:tiny@{lora_server.url}", adapter=str(trained[0].adapter))
    people = load_model("miniature:default")
    with contextlib.closing(Journal(tmp_path / "calls.sqlite")) as journal:
        yield {"participant": people, "mediator": people, "rep": JournaledModel(served, journal)}
        await served.aclose()


async def test_vllm_reads_the_adapter_as_training_did(lora_server, trained):
    """The log-likelihood of held-out critiques is the trainer's, and not the base's."""
    record, held_out = trained[0], trained[1][:4]
    here = load_model(f"hf:{record.weights}", adapter=str(record.adapter), device="cpu")
    there = load_model(f"vllm:tiny@{lora_server.url}", adapter=str(record.adapter))
    base = load_model(f"vllm:tiny@{lora_server.url}")
    asked = [ScoreRequest(d.prompt, continuation=d.continuation(chat=False)) for d in held_out]
    found = {}
    for name, model in (("here", here), ("there", there), ("base", base)):
        found[name] = [(await model.score(request)).log_likelihood for request in asked]
        await model.aclose()
    assert found["there"] == pytest.approx(found["here"], rel=1e-3)
    assert all(ours > vanilla + 5 for ours, vanilla in zip(found["there"], found["base"], strict=True))


async def test_it_takes_its_seat_among_people(models, held_out):
    episode = held_out.validation.episodes[0]
    person = held_out.validation.persona(episode.seats[0].persona, but=episode)
    seated = Persona(person.id, person.attributes, model="rep", style=VARIANT, past=person.past)
    others = {f"seat_{k}": Persona(s.persona) for k, s in enumerate(episode.seats[1:], start=2)}
    context = Context({"seat_1": seated, **others}, models, sampling=Sampling(max_tokens=40, stop=("\n",)))
    state = await asyncio.wait_for(
        build_consensus().compile().ainvoke({"question": episode.question}, context=context), 300
    )
    said = state["utterances"]["critique/seat_1"]
    assert said["model"].startswith("vllm:tiny+checkpoint#")
    assert said["text"]
    assert {state["utterances"][f"critique/{seat}"]["model"] for seat in others} == {"miniature:default"}
    assert _trained_prompt(seated, episode, state).hash == said["prompt_hash"]
    assert isinstance(state["revised"], str)


def _trained_prompt(person, episode, state):
    """The prompt training would have shown for what was just said."""
    past = [
        Episode(f"past{k}", "s", p.question, draft="d", seats=(_words(person, p),)) for k, p in enumerate(person.past)
    ]
    now = SeatWords(person.id, opinion=state["opinions"]["seat_1"], critique=state["critiques"]["seat_1"])
    current = Episode("now", "s", episode.question, draft=state["draft"], seats=(now,))
    held = EpisodeSet(Population((Persona(person.id, person.attributes),)), (*past, current))
    return demonstrations(held, Variant.parse(VARIANT))[-1].prompt


def _words(person, past: Past):
    return SeatWords(person.id, past.position, past.opinion, past.critique)
