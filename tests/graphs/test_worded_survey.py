"""An instrument with parties: everybody is asked in the own words, or not at all."""

import pytest
from stand_in import StandIn

from minipublic.graphs import Context, build_consensus, build_survey
from minipublic.personas import Instrument, Option, Persona, Question
from minipublic.personas.parties import Parties, Party

PARTIES = Parties(
    "party", (Party("Democrat", "Democrats", "Democratic"), Party("Republican", "Republicans", "Republican"))
)
SCALE = (Option("1", "Never"), Option("2", "Definitely"))
INSTRUMENT = Instrument(
    "i",
    (
        Question("most", "Would most {other_plural} do it?", SCALE, perspective="outgroup", target="{other}"),
        Question("plain", "Are Democrats honest?", SCALE, target="Democrat"),
    ),
    parties=PARTIES,
)


async def ask(presentation, attributes, instrument=INSTRUMENT):
    model = StandIn(text=lambda r: "1. (A)\n2. (A)")
    context = Context({"respondent": Persona("p", attributes)}, {"participant": model})
    state = await build_survey(instrument, presentation).compile().ainvoke({}, context=context)
    return state["answers"], model.requests


@pytest.mark.parametrize("presentation", ["independent", "series", "battery"])
async def test_each_side_is_asked_in_its_words(presentation):
    for own, other in (("Democrat", "Republican"), ("Republican", "Democrat")):
        answers, requests = await ask(presentation, {"party": own})
        text = "\n".join(r.prompt.text for r in requests)
        assert f"Would most {other}s do it?" in text
        assert "{" not in text
        assert all(row["missing"] is None for row in answers.values())
        told = [t for r in requests for t in (r.context.get("items") or [r.context])]
        by_code = {t["question"]: (t["perspective"], t["target"]) for t in told}
        assert by_code["most"] == ("outgroup", other)
        assert by_code["plain"] == ("ingroup" if own == "Democrat" else "outgroup", "Democrat")


@pytest.mark.parametrize("presentation", ["independent", "series", "battery"])
async def test_an_independent_is_asked_only_what_needs_no_party(presentation):
    answers, requests = await ask(presentation, {"party": "Independent"})
    assert answers["most"]["missing"] == "not_asked"
    assert answers["most"]["answer"] is None
    assert answers["plain"]["answer"]
    assert "Would most" not in "".join(r.prompt.text for r in requests)
    nothing, none = await ask(presentation, {}, Instrument("j", INSTRUMENT.questions[:1], parties=PARTIES))
    assert nothing["most"]["missing"] == "not_asked"
    assert none == []


async def test_a_closing_questionnaire_is_worded_for_each_seat_too():
    model = StandIn()
    seats = {k: Persona(k, {"party": p}) for k, p in (("a", "Democrat"), ("b", "Republican"), ("c", "Independent"))}
    graph = build_consensus(closing=INSTRUMENT).compile()
    context = Context(seats, {"participant": model, "mediator": model})
    state = await graph.ainvoke({"question": "Should we?", "proposition": "We should."}, context=context)
    assert state["answers"]["most/c"]["missing"] == "not_asked"
    asked = [r.context["question_text"] for r in model.requests if r.context.get("question") == "most"]
    assert sorted(asked) == ["Would most Democrats do it?", "Would most Republicans do it?"]
