"""Who is on record says what is on record, and nothing else; whoever is substituted speaks in the steps they were trained for."""

import pytest

from minipublic.graphs.consensus import build_consensus
from minipublic.graphs.context import Context
from minipublic.models.errors import UnsupportedError
from minipublic.models.protocol import Capabilities, ChooseRequest, Generation, Prompt, Request, Sampling, ScoreRequest
from minipublic.personas.persona import Persona
from minipublic.personas.questions import AGREEMENT
from minipublic.personas.representatives import Episode, SeatWords
from minipublic.personas.representatives.recorded import (
    NotOnRecordError,
    RecordedMediator,
    RecordedPeople,
    Substitute,
)

SEATS = (
    SeatWords("a", "agree", "A likes it.", "A wants more.", {"draft": 5.0, "revised": 6.0}),
    SeatWords("b", "Disagree", "B does not.", "B wants less.", {"draft": 2.0}),
)
EPISODE = Episode("e1", "s1", "Should we?", "We should.", "Perhaps we should.", "We should, a little.", SEATS)


class Speaker:
    """Says one thing, and keeps what it was asked."""

    name, capabilities = "speaker:x", Capabilities()

    def __init__(self, text):
        self.text, self.asked = text, []

    async def generate(self, request):
        self.asked.append(request)
        return Generation(self.text)


def about(step, persona="a", **more):
    return {"step": step, "persona": persona, "question_text": EPISODE.question} | more


def said(step, persona="a", **more):
    return Request(Prompt.of("x"), context=about(step, persona, **more))


def chosen(step, persona="a", options=AGREEMENT, **more):
    return ChooseRequest(Prompt.of("x"), context=about(step, persona, **more), options=options)


async def test_people_say_what_they_said():
    people = RecordedPeople(EPISODE)
    assert (await people.generate(said("opinion"))).text == "A likes it."
    assert (await people.generate(said("critique", "b", statement=" Perhaps we should. "))).text == "B wants less."
    assert (await people.choose(chosen("position"))).probabilities.index(1.0) == 5
    assert (await people.choose(chosen("position", "b", AGREEMENT[::-1]))).probabilities.index(1.0) == 5


async def test_ratings_are_of_the_recorded_statements_whatever_the_order_of_the_options():
    people = RecordedPeople(EPISODE)
    forward = chosen("rating", statement=EPISODE.revised, option_rank=tuple(range(7)))
    backward = chosen("rating", options=AGREEMENT[::-1], statement=EPISODE.draft, option_rank=tuple(range(6, -1, -1)))
    assert (await people.choose(forward)).probabilities.index(1.0) == 5
    assert (await people.choose(backward)).probabilities.index(1.0) == 2


@pytest.mark.parametrize(
    "request_",
    [
        said("opinion", "c"),
        said("critique", statement="Another draft."),
        said("critique"),
        said("opinion", question_text="Another question?"),
        said("draft"),
        chosen("rating", statement="Another statement."),
        chosen("rating", "b", statement=EPISODE.revised),
        chosen("position", options=("yes", "no")),
        chosen("item"),
    ],
)
async def test_what_is_not_on_record_is_no_answer(request_):
    people = RecordedPeople(EPISODE)
    ask = people.choose if isinstance(request_, ChooseRequest) else people.generate
    with pytest.raises(NotOnRecordError):
        await ask(request_)


async def test_a_record_has_no_likelihood():
    with pytest.raises(UnsupportedError):
        await RecordedPeople(EPISODE).score(ScoreRequest(Prompt.of("x"), continuation="y"))


async def test_the_mediator_gives_the_recorded_draft_and_revises_by_a_model():
    model = Speaker("Revised.")
    mediator = RecordedMediator(EPISODE, model, Sampling(max_tokens=7))
    assert (await mediator.generate(said("draft"))).text == EPISODE.draft
    assert not model.asked
    assert (await mediator.generate(said("revision"))).text == "Revised."
    assert model.asked[0].sampling.max_tokens == 7
    with pytest.raises(NotOnRecordError):
        await RecordedMediator(Episode("e", "s", "Q?"), model).generate(said("draft"))


async def play(substituted, representative, mediator):
    people = RecordedPeople(EPISODE)
    models = {
        "recorded": people,
        "mediator": RecordedMediator(EPISODE, mediator),
        "own": Substitute(people, representative),
    }
    seats = {
        f"seat_{s.persona}": Persona(
            s.persona,
            model="own" if s.persona in substituted else "recorded",
            style="base" if s.persona in substituted else "none",
        )
        for s in EPISODE.seats
    }
    start = {"question": EPISODE.question, "proposition": EPISODE.proposition}
    return await build_consensus().compile().ainvoke(start, context=Context(seats, models))


async def test_an_episode_played_again_is_the_recorded_one():
    mediator = Speaker(EPISODE.revised)
    state = await play((), Speaker("never asked"), mediator)
    assert state["opinions"] == {"seat_a": "A likes it.", "seat_b": "B does not."}
    assert state["critiques"] == {"seat_a": "A wants more.", "seat_b": "B wants less."}
    assert state["positions"] == {"seat_a": 6, "seat_b": 2}
    assert state["draft"] == EPISODE.draft
    assert state["endorsements"]["seat_a"] == {"draft": 5, "revised": 6}
    assert state["endorsements"]["seat_b"]["draft"] == 2
    assert state["endorsements"]["seat_b"]["revised"]["missing"] == "not_on_record"
    assert [r.context["step"] for r in mediator.asked] == ["revision"]


async def test_one_substituted_changes_that_critique_and_nothing_else():
    representative, mediator = Speaker("On behalf of B."), Speaker("Another statement.")
    state = await play(("b",), representative, mediator)
    assert state["critiques"] == {"seat_a": "A wants more.", "seat_b": "On behalf of B."}
    assert state["opinions"] == {"seat_a": "A likes it.", "seat_b": "B does not."}
    assert state["positions"] == {"seat_a": 6, "seat_b": 2}
    assert [r.context["step"] for r in representative.asked] == ["critique"]
    assert mediator.asked[0].context["critiques"] == state["critiques"]
    assert "Participant's critique of the draft:" in representative.asked[0].prompt.text
