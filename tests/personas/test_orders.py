"""A question asked in both orders: the mean, what the orders differ by, and what becomes of missing answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipublic.models.errors import AuthenticationError, ModelTimeoutError
from minipublic.models.protocol import Capabilities, Choice, Message, Usage
from minipublic.personas.asking import Asking, ask, ask_all, pose
from minipublic.personas.orders import average_orders, reversed_options
from minipublic.personas.payoffs import persona_prompts
from minipublic.personas.questions import Option, Question

SCALE = tuple(Option(code, text) for code, text in (("1", "Low"), ("2", "Middle"), ("3", "High")))
DONT_KNOW = Option("9", "Don't know", missing=True)
ITEM = Question("q", "How much?", (*SCALE, DONT_KNOW))
TRUTH = {"Low": 0.5, "Middle": 0.2, "High": 0.2, "Don't know": 0.1}


def test_what_counts_as_no_answer_stays_at_the_end():
    assert [o.code for o in reversed_options(ITEM.options)] == ["3", "2", "1", "9"]
    between = (SCALE[0], DONT_KNOW, SCALE[1], Option("8", "Refused", missing=True))
    assert [o.code for o in reversed_options(between)] == ["2", "1", "9", "8"]


def test_hand_computed():
    forward = Choice((0.6, 0.1, 0.2, 0.1), 0.8, raw="x", usage=Usage(5, 1))  # 1, 2, 3, 9
    backward = Choice((0.5, 0.1, 0.4, 0.0), 0.4, raw="y")  # 3, 2, 1, 9
    both = average_orders(forward, backward, ITEM.options)
    assert both.choice.probabilities == pytest.approx((0.5, 0.1, 0.35, 0.05))
    assert both.choice.captured_mass == pytest.approx(0.6)
    assert both.choice.raw == "x\ny"
    assert both.asymmetry == pytest.approx((0.2 + 0.0 + 0.3 + 0.1) / 2)
    assert both.primacy == pytest.approx(((0.6 - 0.4) + (0.5 - 0.2)) / 2)


@pytest.mark.parametrize(
    ("forward", "backward", "asymmetry", "primacy"),
    [
        ((1.0, 0.0), (0.0, 1.0), 0.0, 0.0),  # the same option whatever its place
        ((1.0, 0.0), (1.0, 0.0), 1.0, 1.0),  # always what stands first
        ((0.0, 1.0), (0.0, 1.0), 1.0, -1.0),  # always what stands last
        ((0.7, 0.3), (0.5, 0.5), 0.2, 0.2),
    ],
)
def test_two_options(forward, backward, asymmetry, primacy):
    both = average_orders(Choice(forward, None), Choice(backward, None), SCALE[:2])
    assert (both.asymmetry, both.primacy) == (pytest.approx(asymmetry), pytest.approx(primacy))
    assert both.choice.captured_mass is None


def test_one_option_besides_those_that_count_as_none_has_no_ends():
    both = average_orders(Choice((0.9, 0.1), 1.0), Choice((0.6, 0.4), 1.0), (SCALE[0], DONT_KNOW))
    assert (both.asymmetry, both.primacy) == (pytest.approx(0.3), 0.0)


shares = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(lambda w: tuple(x / sum(w) for x in w))


@given(forward=shares, backward=shares)
def test_it_does_not_matter_which_order_is_called_forward(forward, backward):
    one = average_orders(Choice(forward, 1.0), Choice(backward, 1.0), ITEM.options)
    other = average_orders(Choice(backward, 1.0), Choice(forward, 1.0), reversed_options(ITEM.options))
    a, b, c, d = one.choice.probabilities
    assert other.choice.probabilities == pytest.approx((c, b, a, d))
    assert (other.asymmetry, other.primacy) == (pytest.approx(one.asymmetry), pytest.approx(one.primacy))
    assert sum(one.choice.probabilities) == pytest.approx(1)
    assert 0 <= one.asymmetry <= 1
    assert -1 <= one.primacy <= one.asymmetry + 1e-9


class Biased:
    """Answers by `TRUTH`, and moves a share from the last place of the scale to the first."""

    name, capabilities = "biased:x", Capabilities(choose=("first_token",))

    def __init__(self, bonus=0.0, error=None, mute=False):
        self.bonus, self.error, self.mute, self.requests = bonus, error, mute, []

    async def choose(self, request):
        self.requests.append(request)
        high_first = request.options[0] == "High"
        if high_first and self.error:
            raise self.error
        if high_first and self.mute:
            return Choice((0.0,) * 4, 0.0, raw="Well")
        p = [TRUTH[text] for text in request.options]
        return Choice((p[0] + self.bonus, p[1], p[2] - self.bonus, p[3]), 0.75)


def posed(**asking):
    names, before = ("study", 0, "ann", "q", 0, "answer"), [Message("system", "You are Ann.")]
    return pose(ITEM, before=before, names=names, prompts=persona_prompts(), asking=Asking(**asking))


async def test_a_bias_towards_places_is_averaged_away_and_measured():
    plain = await ask(Biased(), posed(reorder=False))
    biased = await ask(Biased(bonus=0.15), posed(reorder=False, both_orders=True))
    assert biased.probabilities == pytest.approx((0.5, 0.2, 0.2, 0.1))
    assert (biased.order_asymmetry, biased.primacy) == (pytest.approx(0.3), pytest.approx(0.3))
    assert biased.captured_mass == pytest.approx(0.75)
    assert biased.code == plain.code  # drawn by the same seed
    assert (plain.order_asymmetry, plain.primacy, plain.prompt_hash_reversed) == (None, None, "")


async def test_both_orders_are_two_questions():
    model = Biased()
    answer = await ask(model, posed(both_orders=True))
    ahead, behind = model.requests
    assert ahead.options[:3] == behind.options[:3][::-1]
    assert ahead.options[3] == behind.options[3] == "Don't know"
    assert "(A) " + behind.options[0] in behind.prompt.text
    assert ahead.seed != behind.seed
    assert (answer.prompt_hash, answer.prompt_hash_reversed) == (ahead.prompt.hash, behind.prompt.hash)
    texts = {o.code: o.text for o in ITEM.options}
    assert tuple(texts[code] for code in answer.option_order) == ahead.options
    assert behind.context["option_rank"] == tuple(ahead.context["option_rank"][k] for k in (2, 1, 0, 3))


async def test_one_order_alone_is_no_answer():
    failed = await ask(Biased(error=ModelTimeoutError("too slow")), posed(reorder=False, both_orders=True))
    assert (failed.code, failed.answer.reason, failed.probabilities) == (None, "timeout", ())
    mute = await ask(Biased(mute=True), posed(reorder=False, both_orders=True))
    assert (mute.code, mute.answer.reason, mute.answer.raw, mute.captured_mass) == (None, "no_option", "Well", 0.0)
    assert [failed.order_asymmetry, failed.primacy, mute.order_asymmetry, mute.primacy] == [None] * 4
    with pytest.raises(AuthenticationError):
        await ask(Biased(error=AuthenticationError("no key")), posed(reorder=False, both_orders=True))


async def test_several_questions_keep_their_own_pairs():
    single, double = posed(reorder=False), posed(reorder=False, both_orders=True)
    answers = await ask_all(Biased(bonus=0.1), [double, single, double])
    assert [a.primacy for a in answers] == [pytest.approx(0.2), None, pytest.approx(0.2)]
    assert answers[1].probabilities == pytest.approx((0.6, 0.2, 0.1, 0.1))
