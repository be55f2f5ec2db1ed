"""An adapter per person: trained on their own earlier texts alone, for as long as other people's held-out texts advise."""

import csv
from dataclasses import replace

import pytest
from little import episodes

from minipublic.models.protocol import ScoreRequest
from minipublic.personas.representatives import Variant, split_components
from minipublic.personas.representatives.training.adapters import folder_name, train_adapters
from minipublic.personas.representatives.training.personal import personal_texts
from minipublic.personas.representatives.training.settings import TrainingError, TrainingSettings

SETTINGS = TrainingSettings(method="lora", rate=3e-2, rank=4, batch=4, max_steps=6, eval_every=2)
TOLD = Variant.parse("base+O3+C3")


def both():
    split = split_components(episodes(), 0.25)
    return list(personal_texts(split.validation, TOLD)), list(personal_texts(split.train, TOLD))


def test_what_is_held_out_stands_in_no_prompt_that_is_trained_on():
    people, _ = both()
    assert len(people) == 6
    for person in people:
        (held,) = person.held_out
        assert [d.persona for d in person.train] == [person.persona] * 2
        assert held.episode not in {d.episode for d in person.train}
        number = held.prompt.text.split("\n")[0]  # the question's number is in no other text
        assert number.removeprefix("Question: ") not in "".join(d.prompt.text for d in person.train)
        assert held.used == {"D": 0, "O": 2, "C": 2, "P": 0}
        assert [d.used["C"] for d in person.train] == [1, 1]


def test_who_spoke_once_has_no_adapter():
    one = episodes(1)
    assert list(personal_texts(one.of(one.episodes[:1]), TOLD)) == []


def test_folders_of_people_are_names_that_files_can_have():
    ids = ["p1", "a/b", "..", "Ä ö", "a%2Fb", "x:y"]
    assert len({folder_name(i) for i in ids}) == len(ids)
    assert all("/" not in folder_name(i) and folder_name(i).strip(".") for i in ids)


@pytest.mark.local
async def test_adapters_are_trained_apart_and_measured_on_what_they_did_not_see(little_base, tmp_path):
    from minipublic.models.local.hf import HFModel

    people, pool = both()
    seen = []
    made = train_adapters(
        little_base, people[:3], pool, SETTINGS, tmp_path / "rep", pool_size=2, progress=lambda *now: seen.append(now)
    )
    assert [now[:2] for now in seen] == [(k, 5) for k in range(1, 6)]
    record = made.record
    assert len(record["pool"]["people"]) == 2
    table = {row["step"]: row["loss"] for row in record["pool"]["measured"]}
    assert list(table) == [0, 2, 4, 6]
    assert record["steps"] == min((2, 4, 6), key=table.get)
    with (made.folder / "adapters.csv").open() as file:
        rows = {row["persona"]: row for row in csv.DictReader(file)}
    assert list(rows) == [p.persona for p in people[:3]] == list(made.people)
    # The third adapter is what it would be if no other had been trained before it.
    person = people[2]
    alone = train_adapters(
        little_base, [person], pool, replace(SETTINGS, max_steps=record["steps"], eval_every=record["steps"]),
        tmp_path / "alone", pool_size=1,
    )  # fmt: skip
    (held,) = person.held_out
    request = ScoreRequest(held.prompt, continuation=held.continuation(False))
    scores = [
        (await HFModel(str(little_base), adapter=str(a), device="cpu").score(request)).log_likelihood
        for a in (made.people[person.persona], alone.people[person.persona])
    ]
    assert scores[0] == scores[1]
    plain = (await HFModel(str(little_base), device="cpu").score(request)).log_likelihood
    gain = float(rows[person.persona]["loss_start"]) - float(rows[person.persona]["loss_last"])
    assert scores[0] - plain == pytest.approx(gain, abs=1)  # which has the end besides
    assert gain > 1


@pytest.mark.local
def test_a_stopped_training_keeps_who_is_done(little_base, tmp_path):
    people, pool = both()
    settings = replace(SETTINGS, max_steps=2)

    def stop(done, total, what):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_adapters(little_base, people[:2], pool, settings, tmp_path / "rep", pool_size=2, progress=stop)
    before = (tmp_path / "rep" / "adapters" / people[0].persona / "adapter_model.safetensors").stat().st_mtime_ns
    made = train_adapters(little_base, people[:2], pool, settings, tmp_path / "rep", pool_size=2)
    assert (made.people[people[0].persona] / "adapter_model.safetensors").stat().st_mtime_ns == before
    assert len(made.people) == 2
    assert {p.name for p in made.folder.iterdir()} == {"adapters", "adapters.csv", "training.json"}
    with pytest.raises(TrainingError, match="holds another training"):
        train_adapters(little_base, people[:1], pool, settings, made.folder, pool_size=2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"settings": TrainingSettings()}, "set method to lora"),
        ({"people": []}, "nobody has texts in two episodes"),
        ({"pool": []}, "nobody in the pool"),
        ({"pool": None}, "is in the pool too"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, change, said):
    people, pool = both()
    given = {"people": people, "pool": pool, "settings": SETTINGS} | change
    given["pool"] = people if given["pool"] is None else given["pool"]
    with pytest.raises(TrainingError, match=said):
        train_adapters("nowhere", **given, folder=tmp_path / "rep")
