"""Demonstrations as tokens: the very tokens that models are scored on and asked with, and the one that ends a text."""

from copy import deepcopy

import pytest
from little import sides

from minipublic.models.errors import ModelSpecError
from minipublic.models.local.tokens import closing_token, continuation_ids, prompt_ids
from minipublic.personas.representatives.training.lessons import IGNORED, data_hash, make_lessons
from minipublic.personas.representatives.training.settings import TrainingError

pytestmark = pytest.mark.local
END, CHAT_END = 1, 2


@pytest.fixture(scope="module")
def tokenizer(little_base):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(little_base)


def test_labels_are_the_texts_tokens_and_the_end_by_hand(tokenizer):
    held, _ = sides()
    made = make_lessons(held, tokenizer, {END, CHAT_END}, chat=False, longest=256)
    for demonstration, lesson in zip(held, made.lessons, strict=True):
        before = tokenizer(demonstration.prompt.text)["input_ids"]
        said = tokenizer(f" {demonstration.text}")["input_ids"]
        assert list(lesson.ids) == [*before, *said, END]
        assert lesson.labels == [IGNORED] * len(before) + [*said, END]
        assert tokenizer.decode(lesson.ids[lesson.first :]) == f" {demonstration.text}</s>"
    assert made.targets == sum(len(lesson.labels) - lesson.labels.count(IGNORED) for lesson in made.lessons)


@pytest.mark.parametrize("chat", [False, True])
def test_they_are_what_scores_and_generation_read(tokenizer, chat):
    held, _ = sides()
    made = make_lessons(held, tokenizer, {END, CHAT_END}, chat, longest=256)
    for demonstration, lesson in zip(held, made.lessons, strict=True):
        ids, first = continuation_ids(tokenizer, demonstration.prompt, demonstration.continuation(chat), chat)
        assert (list(lesson.ids[:-1]), lesson.first) == (ids, first)
        assert lesson.ids[:first] == tuple(prompt_ids(tokenizer, demonstration.prompt, chat))
    assert made.merged == 0


def test_texts_whose_first_token_begins_in_the_prompt_are_counted(tokenizer):
    held, _ = sides()
    blank = deepcopy(tokenizer)
    blank.chat_template = blank.chat_template.replace("assistant\n", "assistant: ")  # and " Say" is one token
    assert make_lessons(held, blank, {END}, True, 256).merged == len(held)


def test_a_text_ends_with_the_token_at_which_its_model_stops(tokenizer):
    assert closing_token(tokenizer, frozenset({END, CHAT_END}), chat=False) == END
    assert closing_token(tokenizer, frozenset({END, CHAT_END}), chat=True) == CHAT_END
    assert closing_token(tokenizer, frozenset({END}), chat=True) == END  # the template's own end does not stop it

    class Endless:
        eos_token_id = None

    assert closing_token(Endless(), frozenset({7, 5}), chat=False) == 5
    with pytest.raises(ModelSpecError, match="names no token that ends a text"):
        closing_token(Endless(), frozenset(), chat=False)


def test_what_is_too_long_is_never_cut(tokenizer):
    held, _ = sides()
    lengths = sorted(len(x.ids) for x in make_lessons(held, tokenizer, {END}, False, 256).lessons)
    longest = lengths[len(lengths) // 2]
    over = sum(n > longest for n in lengths)
    with pytest.raises(
        TrainingError, match=rf"{over} of {len(held)} .* \(the longest has {lengths[-1]}\).*none is cut"
    ):
        make_lessons(held, tokenizer, {END}, False, longest)
    kept = make_lessons(held, tokenizer, {END}, False, longest, drop=True)
    assert (len(kept.lessons), kept.dropped) == (len(held) - over, over)
    assert [tokenizer.decode(x.ids[x.first :]) for x in kept.lessons] == [f" {d.text}</s>" for d in kept.demonstrations]
    with pytest.raises(TrainingError, match=f"all {len(held)} are longer than 3"):
        make_lessons(held, tokenizer, {END}, False, 3, drop=True)
    with pytest.raises(TrainingError, match="no text is on record"):
        make_lessons([], tokenizer, {END}, False, 256)


def test_the_hash_of_data_changes_with_every_prompt_text_and_order():
    held, other = sides("base")
    told, _ = sides("base+D")
    hashes = {data_hash(x) for x in (held, other, told, held[::-1], held[:-1])}
    assert len(hashes) == 5
    assert data_hash(sides("base")[0]) == data_hash(held)
