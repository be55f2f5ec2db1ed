"""A model too small to be any good, made in a moment, and what a few people said: for tests of training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from minipublic.personas.persona import Persona
from minipublic.personas.population import Population
from minipublic.personas.representatives import (
    Episode,
    EpisodeSet,
    SeatWords,
    Variant,
    demonstrations,
    split_components,
)
from minipublic.personas.representatives.demonstration import Demonstration

THINGS = ("tax", "road", "bus", "park", "tree", "bike", "shop", "rent")
CHAT = (
    "{% for m in messages %}<s>{{ m.role }}\n{{ m.content }}{% if m.role == 'assistant' %}<end>{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
)


def episodes(sessions: int = 8) -> EpisodeSet:
    """Three people a session, three questions each."""
    people = tuple(Persona(f"p{s}-{k}", {"age": str(20 + k)}) for s in range(sessions) for k in range(3))
    held = []
    for q in range(3 * sessions):
        thing, s = THINGS[q % 8], q // 3
        seats = tuple(
            SeatWords(f"p{s}-{k}", "agree", f"I like a {thing}.", f"Say more about the {thing}{' please' * k}.")
            for k in range(3)
        )
        held.append(
            Episode(f"e{q}", f"s{s}", f"Do we need {thing} number {q}?", draft=f"We want a {thing}.", seats=seats)
        )
    return EpisodeSet(Population(people), tuple(held))


def sides(variant: str = "base", sessions: int = 8) -> tuple[list[Demonstration], list[Demonstration]]:
    """What is trained on, and what is validated on."""
    split = split_components(episodes(sessions), 0.25)
    return demonstrations(split.train, Variant.parse(variant)), demonstrations(split.validation, Variant.parse(variant))


def make_base(folder: Path, context: int = 256) -> Path:
    """Writes an untrained Llama of two narrow layers, with a tokeniser of whole bytes and few merges."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokenizer = _tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=context,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    model = LlamaForCausalLM(config)
    model.generation_config.eos_token_id = [1, 2]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "</s>", "<end>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [d.prompt.text + d.continuation(False) for side in sides() for d in side]
    made.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="</s>")
    tokenizer.chat_template = CHAT
    return tokenizer


if __name__ == "__main__":  # trains in a process that may be killed: python little.py BASE OUT
    import json
    import sys

    from minipublic.personas.representatives.training.one_model import train_representative
    from minipublic.personas.representatives.training.settings import TrainingSettings

    base, out, changes = sys.argv[1:]
    settings = TrainingSettings(**json.loads(changes))
    train_representative(base, *sides(), settings, out, progress=lambda point, _: print(point.step, flush=True))
