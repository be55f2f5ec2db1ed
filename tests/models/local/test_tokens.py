"""Which tokens a prompt is, where a continuation starts, and which tokens are letters."""

import pytest

from minipublic.models.choosing import letter_of
from minipublic.models.errors import BadResponseError, ModelSpecError
from minipublic.models.local.tokens import continuation_ids, letter_tokens, prompt_ids
from minipublic.models.protocol import ChooseRequest, Message, Prompt

pytestmark = pytest.mark.local
TALK = Prompt((Message("system", "Be brief."), Message("user", "Hello?")))


@pytest.fixture(scope="module")
def starting(tiny):
    """A tokeniser with words as tokens that puts a start token before, and whose chat template writes one, too."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = [
        "<s>",
        "</s>",
        "<unk>",
        "▁A",
        "A",
        "▁B",
        "▁Hello",
        "▁Hello?",
        "▁?",
        "▁Be",
        "▁brief.",
        "▁user",
        "▁An",
        "(A)",
    ]
    made = Tokenizer(models.WordLevel({word: k for k, word in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    tokenizer.chat_template = "{{ bos_token }}{% for m in messages %} {{ m.role }} {{ m.content }}{% endfor %}"
    return tokenizer


def test_raw_prompts_get_what_the_tokeniser_adds(starting, tokenizer):
    assert prompt_ids(starting, Prompt.of("Hello ?"), chat=False) == [0, 6, 8, 1]
    assert prompt_ids(tokenizer, TALK, chat=False) == tokenizer("Be brief.\n\nHello?")["input_ids"]


def test_a_chat_has_one_start_token(starting, tokenizer):
    assert prompt_ids(starting, TALK, chat=True).count(0) == 1
    assert 1 not in prompt_ids(starting, TALK, chat=True)
    shown = tokenizer.decode(prompt_ids(tokenizer, TALK, chat=True))
    assert shown == "system: Be brief.\nuser: Hello?\nassistant:"


def test_templates_that_are_missing_or_refuse(tiny):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny / "base")
    tokenizer.chat_template = "{{ raise_exception('no system role') }}"
    with pytest.raises(ModelSpecError, match="no system role"):
        prompt_ids(tokenizer, TALK, chat=True)
    tokenizer.chat_template = None
    with pytest.raises(ModelSpecError, match="no chat template"):
        prompt_ids(tokenizer, TALK, chat=True)


def test_every_letter_of_the_vocabulary_counts(starting, tokenizer):
    assert letter_tokens(starting) == {"A": (3, 4, 13), "B": (5,)}
    held = letter_tokens(tokenizer)
    for token in range(len(tokenizer)):
        letter = letter_of(tokenizer.decode([token]))
        assert letter is None or token in held[letter]
    assert sum(map(len, held.values())) == sum(letter_of(tokenizer.decode([t])) is not None for t in range(1024))


@pytest.mark.parametrize("chat", [False, True])
def test_a_continuation_is_what_spells_it(tokenizer, chat):
    for continuation in (" Good", " Quite bad", "ness", "\n\nNext", " ü€", "   x"):
        ids, first = continuation_ids(tokenizer, Prompt.of("How was the harvest?"), continuation, chat)
        assert tokenizer.decode(ids[first:]).endswith(continuation)
        assert tokenizer.decode(ids[:first]) + tokenizer.decode(ids[first:]) == tokenizer.decode(ids)


def test_a_token_over_the_end_is_the_continuations(starting):
    ids, first = continuation_ids(starting, Prompt.of("Be Hello"), "? A", chat=False)
    assert (ids, first) == ([0, 9, 7, 3], 2)  # "Hello?" is one token; the end token is no part of the text
    ids, first = continuation_ids(starting, Prompt.of("Be Hello"), " A", chat=False)
    assert (ids, first) == ([0, 9, 6, 3], 3)


def test_continuations_that_cannot_be_told(tokenizer, starting):
    with pytest.raises(ModelSpecError, match="empty"):
        continuation_ids(tokenizer, Prompt.of("Q"), "", chat=False)
    with pytest.raises(ModelSpecError, match="empty"):
        continuation_ids(tokenizer, Prompt.of(""), " A", chat=False)
    word = next(w for w in tokenizer.get_vocab() if w.isalpha() and w.isascii() and len(w) > 3)
    with pytest.raises(BadResponseError, match="does not part"):
        continuation_ids(tokenizer, Prompt.of(word[:-1]), word[-1], chat=False)


async def test_a_chat_model_reads_messages_by_role(load, plain, tokenizer):
    request = ChooseRequest(TALK, options=("Yes", "No"))
    mass = plain(prompt_ids(tokenizer, TALK, chat=True))[-1].exp()
    held = letter_tokens(tokenizer)
    expected = [float(mass[list(held[letter])].sum()) for letter in "AB"]
    choice = await load(chat=True).choose(request)
    assert choice.captured_mass == pytest.approx(sum(expected), abs=1e-5)
    assert choice.captured_mass != pytest.approx((await load().choose(request)).captured_mass, abs=1e-5)
