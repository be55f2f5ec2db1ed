import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from minipublic.models.errors import ContentFilterError, ModelTimeoutError
from minipublic.models.journal import Journal, JournalError
from minipublic.models.journaled import JournaledModel
from minipublic.models.protocol import (
    Capabilities,
    Choice,
    ChooseRequest,
    Generation,
    Message,
    Prompt,
    Request,
    Sampling,
    Score,
    ScoreRequest,
    Usage,
)


class Counting:
    """Answers with the number of the call."""

    name = "counting:one"
    capabilities = Capabilities(score=True, choose=("first_token",))

    def __init__(self, name: str = "counting:one"):
        self.name = name
        self.calls = 0
        self.error: Exception | None = None

    async def generate(self, request):
        self.calls += 1
        number = self.calls
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        return Generation(f"answer {number}", usage=Usage(10, 2))

    async def choose(self, request):
        self.calls += 1
        return Choice((0.1, 0.9), 0.75, usage=Usage(5, 1))

    async def score(self, request):
        self.calls += 1
        return Score(-1.5, 3)

    async def aclose(self):
        pass


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "calls.sqlite")
    yield journal
    journal.close()


PROMPT = Prompt((Message("system", "a long preamble"), Message("user", "one question")))


async def test_a_call_is_asked_once_and_replays_after_reopening(tmp_path):
    path = tmp_path / "calls.sqlite"
    first, journal = Counting(), Journal(path)
    said = await JournaledModel(first, journal).generate(Request(PROMPT, seed=1))
    chosen = await JournaledModel(first, journal).choose(ChooseRequest(PROMPT, seed=1, options=("a", "b")))
    scored = await JournaledModel(first, journal).score(ScoreRequest(PROMPT, continuation="x"))
    journal.close()

    second, journal = Counting(), Journal(path)
    model = JournaledModel(second, journal)
    assert await model.generate(Request(PROMPT, seed=1)) == said
    assert await model.choose(ChooseRequest(PROMPT, seed=1, options=("a", "b"))) == chosen
    assert await model.score(ScoreRequest(PROMPT, continuation="x")) == scored
    assert second.calls == 0
    assert model.counts.replayed == 3
    assert journal.totals() == {"calls": 3, "prompt_tokens": 15, "completion_tokens": 3}
    journal.close()


@pytest.mark.parametrize(
    "other",
    [
        Request(PROMPT, seed=2),
        Request(PROMPT, seed=1, replicate=1),
        Request(PROMPT, Sampling(temperature=0.5), seed=1),
        Request(PROMPT, Sampling(stop=("\n",)), seed=1),
        Request(Prompt.of("another"), seed=1),
        Request(Prompt((Message("user", "a long preamble"), Message("user", "one question"))), seed=1),
    ],
)
async def test_whatever_determines_a_call_is_in_its_key(journal, other):
    counting = Counting()
    model = JournaledModel(counting, journal)
    await model.generate(Request(PROMPT, seed=1))
    await model.generate(other)
    assert counting.calls == 2


async def test_another_model_is_another_call(journal):
    one, two = Counting("counting:one"), Counting("counting:two")
    await JournaledModel(one, journal).generate(Request(PROMPT))
    await JournaledModel(two, journal).generate(Request(PROMPT))
    assert (one.calls, two.calls) == (1, 1)


async def test_context_is_no_part_of_the_key(journal):
    counting = Counting()
    model = JournaledModel(counting, journal)
    await model.generate(Request(PROMPT, context={"persona": "a"}))
    await model.generate(Request(PROMPT, context={"persona": "b"}))
    assert counting.calls == 1


async def test_the_same_call_at_the_same_time_is_asked_once(journal):
    counting = Counting()
    model = JournaledModel(counting, journal)
    answers = await asyncio.gather(*(model.generate(Request(PROMPT)) for _ in range(5)))
    assert counting.calls == 1
    assert {a.text for a in answers} == {"answer 1"}


async def test_replicates_never_share_an_answer(journal):
    model = JournaledModel(Counting(), journal)
    answers = await asyncio.gather(*(model.generate(Request(PROMPT, seed=1, replicate=r)) for r in range(20)))
    assert len({a.text for a in answers}) == 20


async def test_a_transport_failure_is_asked_again_and_a_filtered_prompt_replays(journal):
    counting = Counting()
    model = JournaledModel(counting, journal)
    counting.error = ModelTimeoutError("no answer")
    with pytest.raises(ModelTimeoutError):
        await model.generate(Request(PROMPT))
    counting.error = ContentFilterError("stopped", raw="policy")
    for _ in range(2):
        with pytest.raises(ContentFilterError) as caught:
            await model.generate(Request(PROMPT))
        assert caught.value.raw == "policy"
    assert counting.calls == 2


async def test_a_prompt_is_stored_once_and_can_be_read(journal):
    model = JournaledModel(Counting(), journal)
    for k in range(5):
        await model.generate(Request(Prompt((Message("system", "a long preamble"), Message("user", f"q{k}")))))
    stored = sqlite3.connect(journal.path).execute("select count(*) from parts").fetchone()[0]
    assert stored == 6
    prompt = Prompt((Message("system", "a long preamble"), Message("user", "q3")))
    assert journal.prompt_text(prompt.hash) == "a long preamble\n\nq3" == prompt.text


FILL = """
import asyncio, resource, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_journal import Counting
from minipublic.models.journal import Journal, JournalError
from minipublic.models.journaled import JournaledModel
from minipublic.models.protocol import Prompt, Request

async def fill():
    journal, done = Journal(Path({path!r})), 0
    model = JournaledModel(Counting(), journal)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))  # no file may grow beyond: a full disk
    try:
        for k in range(1000):
            await model.generate(Request(Prompt.of("x" * 3000 + str(k))))
            done += 1
    except JournalError as error:
        print(done, error)
    journal.close()

asyncio.run(fill())
"""


def test_a_full_disk_stops_with_a_clear_error_and_loses_nothing(tmp_path):
    path = tmp_path / "calls.sqlite"
    code = FILL.format(here=str(Path(__file__).parent), path=str(path))
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    done, message = shown.split(maxsplit=1)
    assert 0 < int(done) < 1000
    assert "run the same command again" in message

    async def resume() -> int:
        counting, journal = Counting(), Journal(path)
        model = JournaledModel(counting, journal)
        for k in range(int(done) + 5):
            await model.generate(Request(Prompt.of("x" * 3000 + str(k))))
        journal.close()
        return counting.calls

    assert asyncio.run(resume()) == 5


def test_a_file_that_is_no_journal_is_refused(tmp_path):
    path = tmp_path / "calls.sqlite"
    path.write_text("not a database, but long enough to look like a file of some kind" * 20)
    with pytest.raises(JournalError, match=r"calls\.sqlite"):
        Journal(path)
