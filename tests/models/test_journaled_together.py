"""Several choices through the journal: what is known is not asked, what was asked is written, whoever waits."""

import asyncio
import gc
import json
import sqlite3

import pytest

from minipublic.models import journaled
from minipublic.models.errors import ContentFilterError, ModelTimeoutError
from minipublic.models.journal import Journal, JournalError
from minipublic.models.journaled import JournaledModel
from minipublic.models.protocol import Capabilities, Choice, ChooseRequest, Prompt, Usage


class Listed:
    """Takes lists, answers when `let` is set, and fails where it is told to."""

    name, capabilities = "listed:x", Capabilities(choose=("first_token", "sampled"))

    def __init__(self, **errors):
        self.asked, self.errors = [], errors
        self.begun = asyncio.Queue()
        self.let, self.closed = asyncio.Event(), False
        self.let.set()

    async def choose(self, request):
        (result,) = await self.choose_all([request])
        if isinstance(result, Exception):
            raise result
        return result

    async def choose_all(self, requests):
        self.asked.append([r.prompt.text for r in requests])
        self.begun.put_nowait(len(requests))
        await self.let.wait()
        return [
            self.errors.get(r.prompt.text) or Choice((0.25, 0.75), 0.5, r.prompt.text, Usage(7, 1)) for r in requests
        ]

    async def aclose(self):
        self.closed = True


def asks(texts, **more):
    return [ChooseRequest(Prompt.of(text), seed=1, options=("Yes", "No"), **more) for text in texts]


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "calls.sqlite")
    yield journal
    journal.close()


def written(journal):
    rows = sqlite3.connect(journal.path).execute("select result from calls").fetchall()
    return sorted(json.loads(row[0]).get("raw") for row in rows)


async def test_only_what_the_journal_lacks_is_asked_and_the_order_stays(journal):
    model = Listed()
    held = JournaledModel(model, journal)
    await held.choose_all(asks("bd"))
    choices = await held.choose_all(asks("abcd"))
    assert [c.raw for c in choices] == list("abcd")
    assert model.asked == [["b", "d"], ["a", "c"]]
    assert (held.counts.asked, held.counts.replayed, held.counts.prompt_tokens) == (4, 2, 28)
    again = JournaledModel(Listed(), journal)
    assert await again.choose_all(asks("abcd")) == choices
    assert again.model.asked == []


async def test_the_same_question_twice_in_one_list_is_asked_once(journal):
    held = JournaledModel(Listed(), journal)
    assert [c.raw for c in await held.choose_all(asks("aba"))] == list("aba")
    assert held.model.asked == [["a", "b"]]
    assert held.counts.asked == 2


async def test_draws_count_only_where_answers_are_drawn(journal):
    held = JournaledModel(Listed(), journal)
    for draws in (5, 6):
        await held.choose_all(asks("a", draws=draws))
        await held.choose_all(asks("a", draws=draws, method="sampled"))
    assert held.counts.asked == 3


async def test_two_callers_share_the_call_under_way(journal):
    model = Listed()
    model.let.clear()
    held = JournaledModel(model, journal)
    callers = [asyncio.create_task(held.choose_all(asks(texts))) for texts in ("ab", "bc", "cab")]
    assert [await asyncio.wait_for(model.begun.get(), 5) for _ in range(2)] == [2, 1]
    model.let.set()
    assert [[c.raw for c in choices] for choices in await asyncio.gather(*callers)] == [
        list("ab"),
        list("bc"),
        list("cab"),
    ]
    assert model.asked == [["a", "b"], ["c"]]
    assert written(journal) == list("abc")
    assert (held.counts.asked, held.counts.replayed) == (3, 4)


async def test_one_failure_among_many_is_not_written_and_loses_no_other(journal):
    errors = {"b": ModelTimeoutError("too slow"), "c": ContentFilterError("stopped", raw="policy")}
    held = JournaledModel(Listed(**errors), journal)
    a, b, c, d = await held.choose_all(asks("abcd"))
    assert (a.raw, d.raw) == ("a", "d")
    assert isinstance(b, ModelTimeoutError)
    assert isinstance(c, ContentFilterError)
    assert written(journal) == ["a", "d", "policy"]
    held.model.errors.clear()
    a, b, c, d = await held.choose_all(asks("abcd"))
    assert b.raw == "b"
    assert (type(c), c.raw) == (ContentFilterError, "policy")  # a result too: it replays
    assert held.model.asked == [list("abcd"), ["b"]]


async def test_a_caller_who_gives_up_loses_nothing_that_was_asked(journal):
    model = Listed()
    model.let.clear()
    held = JournaledModel(model, journal)
    caller = asyncio.create_task(held.choose_all(asks("abc")))
    assert await asyncio.wait_for(model.begun.get(), 5)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    other = asyncio.create_task(held.choose_all(asks("bcd")))  # came later, and waits for the call that goes on
    assert await asyncio.wait_for(model.begun.get(), 5) == 1
    model.let.set()
    assert [c.raw for c in await other] == list("bcd")
    assert written(journal) == list("abcd")
    again = JournaledModel(Listed(), journal)
    await again.choose_all(asks("abcd"))
    assert model.asked == [list("abc"), ["d"]]
    assert again.model.asked == []


async def test_closing_waits_for_what_was_asked(journal):
    model = Listed()
    model.let.clear()
    held = JournaledModel(model, journal)
    caller = asyncio.create_task(held.choose_all(asks("ab")))
    assert await asyncio.wait_for(model.begun.get(), 5)
    caller.cancel()
    closing = asyncio.create_task(held.aclose())
    await asyncio.sleep(0.02)
    assert not closing.done()
    assert not model.closed
    model.let.set()
    await asyncio.wait_for(closing, 5)
    assert model.closed
    assert written(journal) == ["a", "b"]


async def test_closing_does_not_wait_for_ever_and_frees_whoever_waits(journal, monkeypatch):
    monkeypatch.setattr(journaled, "DRAIN_S", 0.02)
    model = Listed()
    model.let.clear()
    held = JournaledModel(model, journal)
    caller = asyncio.create_task(held.choose_all(asks("ab")))
    assert await asyncio.wait_for(model.begun.get(), 5)
    await asyncio.wait_for(held.aclose(), 5)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(caller, 5)
    assert model.closed
    model.let.set()
    assert [c.raw for c in await held.choose_all(asks("ab"))] == ["a", "b"]  # nothing is left pending


async def test_what_cannot_be_written_is_not_used(journal, monkeypatch):
    async def full(entries):
        raise JournalError("disk full")

    held = JournaledModel(Listed(), journal)
    monkeypatch.setattr(journal, "put", full)
    callers = [asyncio.create_task(held.choose_all(asks(texts))) for texts in ("ab", "b")]
    for caller in callers:
        with pytest.raises(JournalError):
            await caller
    monkeypatch.undo()
    assert [c.raw for c in await held.choose_all(asks("ab"))] == ["a", "b"]


async def test_a_failure_that_nobody_waits_for_any_more_is_no_warning(journal, monkeypatch, caplog):
    async def full(entries):
        raise JournalError("disk full")

    monkeypatch.setattr(journal, "put", full)
    model = Listed()
    model.let.clear()
    held = JournaledModel(model, journal)
    caller = asyncio.create_task(held.choose_all(asks("a")))
    await asyncio.wait_for(model.begun.get(), 5)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    model.let.set()
    await held.aclose()
    del caller
    gc.collect()
    assert caplog.records == []


class OneByOne:
    """Takes no lists; "slow" waits for `let`, "odd" breaks as no model error does."""

    name, capabilities = "single:x", Capabilities()

    def __init__(self):
        self.let = asyncio.Event()

    async def choose(self, request):
        text = request.prompt.text
        if text == "slow":
            await self.let.wait()
        if text == "odd":
            raise TypeError("no model error")
        return Choice((0.25, 0.75), 0.5, text)

    async def aclose(self):
        self.let.set()


async def test_single_calls_are_written_when_they_are_answered_and_not_when_all_are(journal):
    model = OneByOne()
    held = JournaledModel(model, journal)
    waiting = asyncio.create_task(held.choose_all(asks(["one", "slow", "two"])))
    async with asyncio.timeout(5):
        while written(journal) != ["one", "two"]:  # noqa: ASYNC110 - a run that is killed now keeps them
            await asyncio.sleep(0.01)
    model.let.set()
    assert [c.raw for c in await waiting] == ["one", "slow", "two"]


async def test_a_single_call_that_breaks_does_not_lose_the_others(journal):
    with pytest.raises(TypeError):
        await JournaledModel(OneByOne(), journal).choose_all(asks(["odd", "one", "two"]))
    assert written(journal) == ["one", "two"]


async def test_weights_whose_folder_was_renamed_are_not_asked_again(journal):
    first, again, other = Listed(), Listed(), Listed()
    first.name, again.name, other.name = "hf:rep_a#9cd14ee3624a", "hf:final#9cd14ee3624a", "hf:rep_a#000000000000"
    for model in (first, again, other):
        assert (await JournaledModel(model, journal).choose(asks(["One?"])[0])).raw == "One?"
    assert [len(model.asked) for model in (first, again, other)] == [1, 0, 1]
