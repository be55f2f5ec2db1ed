"""Study files of representatives: mistakes are named with line, field and remedy, before anything is trained."""

import little
import pytest

from minipublic.personas.representatives import save_episodes
from minipublic.simulation.errors import InputError
from minipublic.simulation.representatives.study import as_yaml, load_representatives
from minipublic.simulation.representatives.training.plan import make_training_plan

STUDY = """study: small
kind: representatives
episodes: {path: said.jsonl}
split: {validation: 0.25}
bases:
  small: hf:base
representatives:
  - {name: plain, base: small}
  - {name: OC, base: small, variant: base+O3+C3}
training: {batch: 16, device_batch: 8}
"""


@pytest.fixture
def folder(tmp_path):
    """Episodes, and a folder that a base could lie in."""
    save_episodes(little.episodes(), tmp_path / "said.jsonl")
    (tmp_path / "base").mkdir()
    return tmp_path


def planned(folder, text=STUDY, *overrides):
    path = folder / "s.yaml"
    path.write_text(text)
    return make_training_plan(load_representatives(path, overrides), path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kind: representatives", "kind: survey"), r"s\.yaml:2: kind: survey is for another command: minipublic run"),
        (("name: OC, base: small", "name: OC, base: smal"), r"s\.yaml:9: representatives\.1\.base: no base.*`small`"),
        (("variant: base", "varient: base"), r"s\.yaml:9: representatives\.1\.varient: unknown key.*`variant`"),
        (("base+O3+C3", "base+O9"), r"s\.yaml:9: representatives\.1\.variant: .*0 to 3 earlier questions, not 9"),
        (("name: OC", "name: plain"), r"s\.yaml:9: representatives\.1\.name: two representatives are called 'plain'"),
        (("name: OC", "name: a/b"), r"s\.yaml:9: representatives\.1\.name: a name has letters"),
        (("name: OC", "name: mediator"), r"representatives\.1\.name: .*none of participant, mediator"),
        (("batch: 16", "batch: 12"), r"s\.yaml:10: training: a batch of 12 is no multiple of device_batch 8"),
        (("batch: 16", "bach: 16"), r"s\.yaml:10: training\.bach: unknown key.*`batch`"),
        (("base+O3+C3}", "base, training: {rate: -1}}"), r"s\.yaml:9: representatives\.1\.training: rate is above 0"),
        (("base+O3+C3}", "base, per_person: true}"), r"s\.yaml:9: .*per_person: .*method: lora"),
        (("hf:base", "vllm:base@http://x/v1"), r"s\.yaml:6: bases\.small: .* cannot be trained; write hf:FOLDER"),
        (("hf:base", "{spec: 'hf:base', adapter: x}"), r"s\.yaml:6: bases\.small: a base has no adapter"),
        (("hf:base", "hf:./nowhere"), r"nowhere does not exist \(bases\.small\.spec"),
        (("said.jsonl", "sad.jsonl"), r"sad\.jsonl does not exist"),
        (("{path: said.jsonl}", "{path: said.jsonl, format: jsnl}"), r"episodes: .*did you mean 'jsonl'"),
        (("{path: said.jsonl}", "{path: s.yaml}"), r"s\.yaml: episodes: .*not an episode"),
        (("{validation: 0.25}", "{people: 0.3}"), r"s\.yaml:4: split: `by: components` has no use for `people`"),
        (("{validation: 0.25}", "{validation: 1.5}"), r"s\.yaml:4: split\.validation: "),
        (("{validation: 0.25}", "{by: blocks, stratify: party}"), r"split: nobody has the attribute 'party'"),
        (("bases:", "steps: [rating]\nbases:"), r"s\.yaml:5: steps\.0: "),
        (("bases:", "prompts: nowhere\nbases:"), "nowhere does not exist"),
        (("training:", "evaluation: {compare: [oc]}\ntraining:"), r"evaluation\.compare\.0: .*called 'oc'.*`OC`"),
        (("training:", "evaluation: {payoff: trained}\ntraining:"), r"evaluation\.payoff: `trained` needs .*`payoff`"),
        (
            ("training:", "evaluation: {payoff: truth}\ntraining:"),
            r"evaluation\.payoff: `truth` needs .*evaluation.truth`",
        ),
        (("training:", "payoff: {base: big}\ntraining:"), r"s\.yaml:10: payoff\.base: no base is called 'big'"),
    ],
)
def test_mistakes_are_named(folder, change, said):
    assert change[0] in STUDY
    with pytest.raises(InputError, match=said):
        planned(folder, STUDY.replace(*change))


def test_no_texts_to_learn_are_an_error(folder):
    text = (folder / "said.jsonl").read_text().replace('"critique": "Say', '"critique": "", "_": "Say')
    (folder / "said.jsonl").write_text(text)
    with pytest.raises(InputError, match=r"plain: no critique with what its prompt needs is on the training side"):
        planned(folder)
    planned(folder, STUDY, "steps=[opinion]")


def test_a_representatives_own_settings_come_before_the_studys(folder):
    own = "{name: OC, base: small, training: {method: lora, rate: 0.5, device_batch: 4}}"
    plan = planned(folder, STUDY.replace("{name: OC, base: small, variant: base+O3+C3}", own))
    plain, other = (plan.settings(one) for one in plan.study.representatives)
    assert (plain.method, plain.learning_rate, plain.batch, plain.device_batch) == ("full", 1e-5, 16, 8)
    assert (other.method, other.learning_rate, other.batch, other.device_batch) == ("lora", 0.5, 16, 4)
    assert plain.seed == other.seed


def test_a_written_study_reads_back_as_the_same(folder, monkeypatch, tmp_path_factory):
    plan = planned(folder, STUDY, "training.targets=[q_proj]", "evaluation.bootstrap=7")
    path = tmp_path_factory.mktemp("elsewhere") / "study.yaml"
    path.write_text(as_yaml(plan.study))
    again = make_training_plan(load_representatives(path), path)
    assert again.study == plan.study
    assert again.identity() == plan.identity()
    assert again.base(again.study.representative("OC")) == (str((folder / "base").resolve()), False)


def test_models_of_the_evaluation_are_found_by_name_and_folders_by_the_study_file(folder):
    named = "models={big: {spec: 'openai:m@http://h/v1'}, near: 'hf:base'}"
    evaluation = "evaluation={judge: big, mediators: {a: near, b: 'synthetic:x'}, payoff: big}"
    found = planned(folder, STUDY, named, evaluation).study.evaluation
    at = f"hf:{(folder / 'base').resolve()}"
    assert (found.judge.spec, found.payoff.spec) == ("openai:m@http://h/v1", "openai:m@http://h/v1")
    assert {name: model.spec for name, model in found.mediators.items()} == {"a": at, "b": "synthetic:x"}
    with pytest.raises(InputError, match=r"evaluation\.judge: no model is called 'bg'.*`big`"):
        planned(folder, STUDY, named, "evaluation.judge=bg")


def test_identity_is_the_data_and_how_it_is_parted(folder):
    base = planned(folder).identity()
    assert planned(folder, STUDY, "title=x", "training.batch=32", "evaluation.bootstrap=1").identity() == base
    for change in ("seed=1", "split.validation=0.5", "steps=[opinion]"):
        assert planned(folder, STUDY, change).identity() != base


def test_the_sides_share_nobody_and_prompts_tell_what_the_variant_says(folder):
    plan = planned(folder)
    train, validation = plan.demonstrations(plan.study.representative("OC"))
    assert not {d.persona for d in train} & {d.persona for d in validation}
    assert {d.used["C"] for d in train} == {2}
    blocks = planned(folder, STUDY, "split={by: blocks, people: 0.3, questions: 0.4, stratify: age}")
    assert blocks.split.dropped > 0
