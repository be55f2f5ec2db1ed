import re
from collections import Counter
from itertools import permutations
from pathlib import Path

import pytest

import minipublic
from minipublic.models.errors import UnsupportedError
from minipublic.models.protocol import Prompt, Request
from minipublic.models.registry import load_model
from minipublic.personas import STYLES, Attribute, Persona, as_chat_model, condition, expected_agreement
from minipublic.personas.asking import persona_context
from minipublic.personas.conditioning import ConditioningError
from minipublic.personas.payoffs import persona_prompts
from minipublic.personas.persona import Turn

ANN = Persona("ann", {"party": "Green", "age": "34"}, "I was born by the sea.")
WORDED = (
    Attribute("party", question="Which party?", sentence="I vote {value}.", portrayal="You vote {value}."),
    Attribute("age"),
    Attribute("income"),
)


def said(style, persona=ANN):
    return condition(persona, style, WORDED, persona_prompts())


def test_styles():
    assert list(STYLES) == [
        "none",
        "qa",
        "free_qa",
        "bio",
        "portray",
        "backstory",
        "backstory_with_traits",
        "backstory_with_free_qa",
        "backstory_with_bio",
        "generative_agent",
    ]
    assert said("none") == ""
    assert said("qa") == "Question: Which party?\nAnswer: Green\n\nQuestion: What is your age?\nAnswer: 34"
    assert said("free_qa") == (
        "Question: Which party?\nAnswer: I vote Green.\n\nQuestion: What is your age?\nAnswer: My age: 34."
    )
    assert said("bio") == "I vote Green. My age: 34."
    assert said("portray").endswith("You vote Green. Your age: 34.")
    assert said("backstory") == "Question: Tell me about yourself.\nAnswer: I was born by the sea."
    assert said("generative_agent") == f"{said('bio')}\n\n{said('backstory')}"


@pytest.mark.parametrize(
    ("style", "form"),
    [("backstory_with_traits", "qa"), ("backstory_with_free_qa", "free_qa"), ("backstory_with_bio", "bio")],
)
def test_appended_traits_stand_in_an_order_of_the_personas_own(style, form):
    traits = {"party": "Green", "age": "34", "income": "low"}
    seen = Counter()
    for k in range(300):
        persona = Persona(f"p{k}", traits, "I was born by the sea.")
        text = said(style, persona)
        assert text == said(style, persona)
        head, _, tail = text.partition("I was born by the sea.\n\n")
        assert head == "Question: Tell me about yourself.\nAnswer: "
        apart = "\n\n" if form != "bio" else " "
        alone = [condition(persona, form, (a,), persona_prompts()) for a in WORDED]
        orders = {apart.join(alone[j] for j in order): order for order in permutations(range(3))}
        seen[orders[tail]] += 1  # nothing but these sentences, in one of the six orders
    assert len(seen) == 6
    assert max(seen.values()) < 50 + 4 * (300 / 6 * 5 / 6) ** 0.5


def test_the_order_of_plain_traits_is_the_schemas():
    texts = {said("qa", Persona(f"p{k}", {"age": "34", "party": "Green"})) for k in range(20)}
    assert texts == {said("qa")}


def test_a_generative_agent_is_told_what_there_is():
    assert said("generative_agent", Persona("x", {"party": "Green"})) == "I vote Green."
    life = Persona("x", interview=(Turn("Where?", "By the sea."),))
    assert said("generative_agent", life) == "Question: Where?\nAnswer: By the sea."
    with pytest.raises(ConditioningError, match="neither traits nor a backstory"):
        said("generative_agent", Persona("x"))


@pytest.mark.parametrize("style", STYLES)
def test_a_request_says_of_a_persona_only_what_its_style_tells(style):
    told, text = persona_context(ANN, style), said(style)
    assert ("Green" in text) == ("attributes" in told)
    assert ("sea" in text) == ("backstory" in told)


def test_what_a_style_needs():
    with pytest.raises(ConditioningError, match="no backstory"):
        said("backstory", Persona("x", {"party": "Green"}))
    with pytest.raises(ConditioningError, match="unknown conditioning style 'biography'"):
        said("biography")
    assert said("bio", Persona("nobody")) == ""


def test_braces_in_a_backstory_stay():
    assert "{value} {x}" in said("backstory", Persona("x", backstory="I like {value} {x}."))


async def test_payoffs_are_expected_agreement():
    model = load_model("synthetic:default")
    payoff = await expected_agreement(model, ANN, "We should plant trees.", attributes=WORDED)
    probabilities = payoff.answer.probabilities
    assert len(probabilities) == 7
    assert payoff.value == pytest.approx(sum((k + 1) * p for k, p in enumerate(probabilities)))
    assert payoff.sd > 0
    short = await expected_agreement(model, ANN, "We should plant trees.", labels=("no", "maybe", "yes"))
    assert 1 <= short.value <= 3


async def test_what_cannot_choose_says_so():
    class Mute:
        name = "mute:x"

        async def choose(self, request):
            raise UnsupportedError("cannot")

    with pytest.raises(UnsupportedError):
        await expected_agreement(Mute(), ANN, "x")


async def test_a_persona_is_a_langchain_chat_model():
    class Echo:
        name = "echo:x"

        async def generate(self, request: Request):
            from minipublic.models.protocol import Generation

            self.request = request
            return Generation("hello")

        async def aclose(self):
            pass

    model = Echo()
    chat = as_chat_model(ANN, model, style="bio", attributes=WORDED)
    answer = await chat.ainvoke([("system", "Be brief."), ("human", "Who are you?")], stop=["\n"])
    assert answer.text == "hello"
    assert model.request.prompt.messages[0].content == said("bio")
    assert model.request.prompt.messages[-1].content == "Who are you?"
    assert model.request.sampling.stop == ("\n",)
    assert chat.invoke("Who are you?").text == "hello"
    assert isinstance(model.request.prompt, Prompt)


def test_the_documentation_shows_what_is_said():
    text = (Path(minipublic.__file__).parent / "docs" / "conditioning.md").read_text()
    shown = dict(re.findall(r"^## `(\w+)`\n\n```\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE))
    assert set(shown) == set(STYLES) - {"none"}
    schema = (
        Attribute(
            "party",
            question="Which party do you feel closest to?",
            sentence="I lean towards the {value} party.",
            portrayal="You lean towards the {value} party.",
        ),
        Attribute("age"),
        Attribute(
            "education",
            question="How far did you get in school?",
            sentence="My schooling: {value}.",
            portrayal="Your schooling: {value}.",
        ),
    )
    (made,) = re.findall(r"^```python\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)
    persona = eval(made, {"Persona": Persona})
    for style, said_there in shown.items():
        assert said_there == condition(persona, style, schema, persona_prompts()), style
