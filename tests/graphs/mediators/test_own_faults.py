"""What a user's own mediator can get wrong, and how it is told."""

import json

import numpy as np
import pytest
from foreteller import CASE, desk

from minipublic.graphs import Context, Ruling
from minipublic.graphs.context import ContextError
from minipublic.graphs.mediators import MediatorError
from minipublic.graphs.mediators.protocol import rule
from minipublic.models.errors import AuthenticationError
from minipublic.personas import Missing


def failing(case, desk):
    raise KeyError("boom")


async def failing_later(case, desk):
    raise KeyError("boom")


@pytest.mark.parametrize("mediator", [failing, failing_later])
async def test_a_failure_is_told_with_name_step_and_place(mediator):
    told = rf"'{mediator.__name__}' failed at 'draft': KeyError: 'boom' \(test_own_faults.py, line \d+\)"
    with pytest.raises(MediatorError, match=told) as caught:
        await rule(mediator, CASE, desk())
    assert isinstance(caught.value.__cause__, KeyError)


async def test_a_models_error_stays_what_it_is():
    async def asks(case, desk):
        raise AuthenticationError("the key is missing")

    with pytest.raises(AuthenticationError):
        await rule(asks, CASE, desk())


@pytest.mark.parametrize("given", [None, 7, b"text", ["text"]])
async def test_what_is_no_statement_is_refused(given):
    with pytest.raises(MediatorError, match="must return a text, `Missing` or a `Ruling`"):
        await rule(lambda case, desk: given, CASE, desk())


@pytest.mark.parametrize("record", [{"a": {1, 2}}, {"a": float("nan")}, {"a": object()}])
async def test_a_ruling_records_plain_data(record):
    with pytest.raises(MediatorError, match="plain data, not a="):
        await rule(lambda case, desk: Ruling("We agree.", record), CASE, desk())


async def test_a_float_of_numpys_is_a_float():
    ruling = await rule(lambda case, desk: Ruling("We agree.", {"a": np.float64(1), "b": (1, 2)}), CASE, desk())
    assert ruling.record == {"a": 1.0, "b": [1, 2]}
    assert type(ruling.record["a"]) is float


async def test_half_a_character_is_written_out():
    ruling = await rule(lambda case, desk: "We agree \ud800.", CASE, desk())
    json.dumps(ruling.statement, ensure_ascii=False).encode()


async def test_blank_texts_are_missing():
    assert (await rule(lambda case, desk: " ", CASE, desk())).statement == Missing("empty", " ")


def test_a_name_is_no_mediator_to_a_context():
    with pytest.raises(ContextError, match="find_mediator"):
        Context(seats={}, models={}, mediator="habermas")
