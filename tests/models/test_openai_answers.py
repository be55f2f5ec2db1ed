import pytest

from minipublic.models.errors import BadResponseError
from minipublic.models.openai_answers import top_tokens, usage_shares
from minipublic.models.protocol import Usage

LLAMA_CPP = {"text": " B", "logprobs": {"content": [{"top_logprobs": [{"token": " B", "logprob": -0.1}]}]}}
COMPLETIONS = {"text": " B", "logprobs": {"top_logprobs": [{" B": -0.1}]}}


@pytest.mark.parametrize("choice", [LLAMA_CPP, COMPLETIONS])
def test_first_tokens_in_either_form(choice):
    assert top_tokens("m", choice) == [(" B", -0.1)]


@pytest.mark.parametrize("held", [None, {}, {"content": []}, {"content": [{}]}, {"top_logprobs": None}, [1]])
def test_no_first_tokens_say_what_to_do(held):
    with pytest.raises(BadResponseError, match="sampled"):
        top_tokens("m", {"logprobs": held})


def test_usage_of_a_list_is_shared_out():
    shares = usage_shares({"usage": {"prompt_tokens": 11, "completion_tokens": 3}}, 3)
    assert shares == [Usage(4, 1), Usage(4, 1), Usage(3, 1)]


def test_usage_that_counts_one_prompt_of_a_list_tells_nothing():
    # llama.cpp: each prompt got a token, and one was counted.
    assert usage_shares({"usage": {"prompt_tokens": 9, "completion_tokens": 1}}, 2) == [Usage(), Usage()]
    assert usage_shares({"usage": {"prompt_tokens": 9, "completion_tokens": 0}}, 1) == [Usage(9, 0)]
