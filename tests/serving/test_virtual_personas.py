"""Backstories, interviews with a critic, traits, matching and the survey on a real vLLM server.

The tiny model writes noise: what its judge says cannot be read, and that must be on record and stop nothing.
"""

import json
from pathlib import Path

import pandas as pd
import pytest
from virtual_study import CONDITIONS, POOLS, SCRIPT, asked_in, read_pool, read_run, run, write

from minipublic import Persona, Population
from minipublic.graphs.backstories import build_interview, read_story
from minipublic.graphs.context import Context
from minipublic.graphs.critic import Critic
from minipublic.models.protocol import Capabilities, Generation, Sampling
from minipublic.models.registry import load_model
from minipublic.personas.backstories import Criterion, Script

pytestmark = pytest.mark.vllm


@pytest.fixture(scope="module")
def told(plain_server, tmp_path_factory):
    """The whole study, run once: a base model tells and answers, a chat endpoint criticises and reads traits."""
    folder = tmp_path_factory.mktemp("told")
    study = write(folder, base=f"openai-completions:tiny@{plain_server.url}", chat=f"openai:tiny@{plain_server.url}")
    done = run(study, "--out", folder / "run", code=0)
    return study, folder / "run", done


def test_the_whole_study_is_answered_and_reported(told):
    _, out, done = told
    assert done.stdout.startswith("complete:")
    _, records = read_run(out)
    assert records.groupby("condition").size().to_dict() == dict.fromkeys(CONDITIONS, 3 * 2)
    assert records["missing"].isna().all()
    chat = records["condition"] == "generative_agent / chat"
    assert set(records[chat]["model"]) == {"openai:tiny"}
    assert set(records[~chat]["model"]) == {"openai-completions:tiny"}
    assert set(pd.read_parquet(out / "utterances.parquet")["step"]) == {"reflect", "interpret", "reason"}
    matching = pd.read_parquet(out / "matching.parquet")
    one_to_one = matching[matching["matching"].isin(("max_weight", "random"))].groupby("matching")["story"]
    assert one_to_one.nunique().to_dict() == {"max_weight": 3, "random": 3}
    report = (out / "report.html").read_text()
    for pool in ("open", "primed", "told", "short"):
        assert f"backstories/{pool}/page.html" in report
        assert (out / "backstories" / pool / "page.html").stat().st_size > 10_000


def test_a_second_start_asks_nothing(told):
    study, out, _ = told
    again = run(study, "--out", out, code=0)
    assert " 0 calls asked and " in again.stdout


def test_stories_differ_and_end_before_the_next_question(told):
    _, out, _ = told
    for pool in ("open", "primed", "told"):
        people, rows, _ = read_pool(out, pool)
        texts = [turn.answer for person in people for turn in person.interview]
        assert len(texts) == len(set(texts)) == len(rows)
        assert all(text.strip() and "Question:" not in text for text in texts)
        assert rows["tokens"].between(1, 40).all()
        assert rows["finish_reason"].isin(("stop", "length")).all()


def test_a_base_model_goes_on_with_one_text(told):
    _, out, _ = told
    prompt = asked_in(out)
    people, rows, _ = read_pool(out, "told")
    for person in people:
        first, second = rows[rows["persona"] == person.id].sort_values("turn")["prompt_hash"]
        assert prompt(first) == f"Question: {SCRIPT[0]}\nAnswer:"
        assert prompt(second) == f"{prompt(first)} {person.interview[0].answer}\n\nQuestion: {SCRIPT[1]}\nAnswer:"
    primed, rows, _ = read_pool(out, "primed")
    preamble, question = prompt(rows["prompt_hash"].iloc[0]).split("\n\n")
    assert set(primed.personas[0].attributes.values()) <= set(preamble.replace(".", "").split())
    assert question == "Question: Tell me about yourself.\nAnswer:"
    records = read_run(out)[1].set_index("condition")
    asked = prompt(records.loc["backstory / told / greedy", "prompt_hash"].iloc[0])
    assert any(asked.startswith(f"Question: {SCRIPT[0]}\nAnswer: {p.interview[0].answer}\n\n") for p in people)
    assert asked.endswith("\nAnswer:")


def test_what_a_judge_says_that_cannot_be_read_is_on_record(told):
    _, out, _ = told
    _, rows, _ = read_pool(out, "told")
    assert set(rows["critic"]) == {"openai:tiny"}
    assert set(rows["status"]) <= {"accepted", "not_judged", "kept"}
    unread = rows["status"] == "not_judged"
    assert unread.any()  # the tiny model writes no verdict
    assert (rows["critic_missing"].notna() == unread).all()
    for pool in ("open", "primed", "told", "short"):
        people, _, found = read_pool(out, pool)
        assert found.keys() == {p.id for p in people}
        for traits in found.values():
            row = traits["party"]
            assert row["source"] in ("stated", "drawn", "uniform")
            assert sum(row["distribution"].values()) == pytest.approx(1)
            if row["judge_missing"]:
                assert (row["judge_missing"], row["attempts"], row["label"]) == ("unparseable", 3, None)


def test_a_story_cut_short_is_the_start_of_the_other(told):
    _, out, _ = told
    whole, _, traits = read_pool(out, "told")
    short, _, anew = read_pool(out, "short")
    assert [p.interview for p in short] == [p.interview[:1] for p in whole]
    assert {k: t["party"]["prompt_hash"] for k, t in anew.items()} != {
        k: t["party"]["prompt_hash"] for k, t in traits.items()
    }


def test_the_same_through_the_kind_vllm(plain_server, tmp_path):
    at = f"vllm:tiny@{plain_server.url}"
    own = {"traits": [], "conditions": [{"style": "backstory", "backstories": "primed", "matching": "own"}]}
    own["backstories"] = {"primed": {**POOLS["primed"], "critic": True, "criteria": "criteria.txt", "attempts": 1}}
    study = write(tmp_path, base=at, chat={"spec": at, "options": {"endpoint": "chat"}}, **own)
    run(study, "--out", tmp_path / "run")
    people, rows, _ = read_pool(tmp_path / "run", "primed")
    assert set(rows["model"]) == {"vllm:tiny"}
    assert set(rows["critic"]) == {"vllm-chat:tiny"}
    assert not any("Question:" in turn.answer for p in people for turn in p.interview)
    assert len({p.story for p in people}) == 3


def of_words(number, words):
    """A life of so many words, another from the first word on; a word is about four tokens of the tiny model."""
    return Persona(f"p{number}", {"party": "Left"}, backstory=f"{number}. " + "river town work money " * (words // 4))


def test_a_persona_is_computed_once_for_all_its_items(plain_server, tmp_path):
    people = [of_words(k, 200) for k in range(6)]
    Population(tuple(people)).save(tmp_path / "people.jsonl")
    conditions = ["backstory", "backstory_with_traits", "bio"]
    own = {"population": {"file": "people.jsonl"}, "backstories": {}, "traits": [], "conditions": conditions}
    study = write(tmp_path, base=f"vllm:tiny@{plain_server.url}", chat=f"openai:tiny@{plain_server.url}", **own)
    items = {f"q{k}": {"text": f"Is it good, part {k}?", "options": {"1": "No", "2": "Yes"}} for k in range(8)}
    (tmp_path / "codebook.yaml").write_text(json.dumps({"items": items}))
    run(study, "--out", tmp_path / "run")
    said, records = read_run(tmp_path / "run")
    (counts,) = said["servers"].values()
    lengths = [len(asked_in(tmp_path / "run")(name)) for name in records["prompt_hash"]]
    assert len(lengths) == 6 * 3 * 8
    computed = 1 - counts["prefix_cache_hit_rate"]
    # Of eight items with one story, one computes it; two conditions of a person begin with the same story.
    assert computed < 0.4


def test_what_outgrows_the_context_is_on_record(plain_server, tmp_path):
    people = (of_words(0, 900), of_words(1, 40))
    Population(people).save(tmp_path / "people.jsonl")
    conditions = [{"style": "backstory", "backstories": "mine", "matching": "own"}, "bio"]
    own = {"population": {"file": "people.jsonl"}, "backstories": {"mine": {"file": "people.jsonl"}}}
    own |= {"traits": {"party": {"labels": ["Left", "Right"]}}, "conditions": conditions}
    study = write(tmp_path, base=f"vllm:tiny@{plain_server.url}", chat=f"openai:tiny@{plain_server.url}", **own)
    run(study, "--out", tmp_path / "run", code=3)
    said, records = read_run(tmp_path / "run")
    lost = records[records["missing"].notna()]
    assert said["missing"] == {"context_length": 2}
    assert set(lost["persona"]) == {"p0"}
    assert set(lost["condition"]) == {"backstory / mine / own"}
    assert lost["raw"].str.contains("2048").all()
    _, _, found = read_pool(tmp_path / "run", "mine")
    assert [found[p]["party"]["missing"] for p in ("p0", "p1")] == ["context_length", None]
    assert found["p0"]["party"]["judge_missing"] == "context_length"


def test_an_interview_that_outgrows_the_context_stops_the_run_and_says_why(plain_server, tmp_path):
    pools = {"told": {**POOLS["told"], "script": "long.txt", "critic": False}}
    del pools["told"]["criteria"]
    own = {"backstories": pools, "conditions": [{"style": "backstory", "backstories": "told", "matching": "greedy"}]}
    study = write(tmp_path, base=f"vllm:tiny@{plain_server.url}", chat=f"openai:tiny@{plain_server.url}", **own)
    (tmp_path / "long.txt").write_text("Who are you?\nAnd now, " + "at length, " * 500 + "where do you live?\n")
    done = run(study, "--out", tmp_path / "run", code=1)
    assert "backstories.told: not one story came of it (context_length 4)" in done.stdout
    assert "serve the model with a longer context, or lower sampling.max_tokens" in done.stdout


def test_the_example_needs_only_other_models(plain_server, data, tmp_path):
    study = Path(__file__).parents[2] / "examples" / "atp_style" / "study.yaml"
    few = {"n": 4, "sampling": {"max_tokens": 12}}
    pools = {"natural": few | {"method": "natural"}, "interview": few | {"method": "interview"}}
    pools |= {"unchecked": few | {"method": "interview", "critic": False}}
    pools["primed"] = {"method": "demographics_primed", "sampling": {"max_tokens": 12}}
    changes = {"data": str(data), "models.base": f"openai-completions:tiny@{plain_server.url}", "trait_draws": 2}
    changes |= {"models.chat": f"openai:tiny@{plain_server.url}", "population.sample": 4, "evaluation.bootstrap": 20}
    changes |= {"survey.items": ["Q2_1", "Q8_1"], "sampling.max_tokens": 20, "trait_draws": 2}
    changes |= {f"backstories.{name}": pool for name, pool in pools.items()}
    given = [
        f"--set={key}={json.dumps(value) if isinstance(value, (dict, list)) else value}"
        for key, value in changes.items()
    ]
    assert "4 people" in run(study, *given, "--out", tmp_path / "run", "--dry-run").stdout
    assert not (tmp_path / "run").exists()
    run(study, *given, "--out", tmp_path / "run")
    said, records = read_run(tmp_path / "run")
    assert set(said["models"]) == {"openai-completions:tiny", "openai:tiny"}
    assert len(records) == 4 * 2 * len(said["conditions"])
    assert len(said["conditions"]) == 28


class Never:
    """A critic that finds every answer flawed."""

    name, capabilities = "never:x", Capabilities(chat=True, schema=True)

    async def generate(self, request):
        assert json.loads(request.schema)["required"] == ["flawed"]
        return Generation(json.dumps({"flawed": {"evidence": "all of it", "answer": "yes"}}))


@pytest.mark.parametrize("kind", ["vllm", "openai-completions", "openai"])
async def test_every_attempt_at_an_answer_is_another_draw(plain_server, kind):
    model = load_model(f"{kind}:tiny@{plain_server.url}")
    critic = Critic((Criterion("flawed", "Is it flawed?"),), attempts=4, after="keep")
    graph = build_interview(Script("one", SCRIPT[:1]), critic).compile()
    for persona in ("ann", "bob"):
        seats, models = {"respondent": Persona(persona)}, {"participant": model, "judge": Never()}
        context = Context(seats, models, sampling=Sampling(1.0, 1.0, 30))
        state = await graph.ainvoke({}, context=context)
        (row,) = state["answers"]
        assert (row["status"], row["attempts"]) == ("kept", 4)
        texts = [found["text"] for found in row["rejections"]]
        assert len(set(texts)) == 4
        assert read_story(state)[0].answer == texts[-1]
    await model.aclose()
