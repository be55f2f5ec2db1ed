"""A small language model and its tokeniser, made on the spot from texts: for examples and tests without a download.

It is a Llama in everything but size, so that what is done with it is done in the same way with one of 8B.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START, END = "<s>", "</s>"


@dataclass(frozen=True, slots=True)
class SmallModel:
    """The size of a small model, and how long it reads.

    Args:
        hidden: Width; a multiple of `heads`.
        layers: Depth; at least 2 can take up what stands earlier in the text.
        heads: Of attention.
        vocabulary: The most tokens; 256 of them are bytes.
        context: The most tokens it can read.
        steps: Of training; 0 leaves the weights as they were drawn.
        batch: Texts a step.
        rate: Of AdamW, after a rise over the first steps.
        seed: Of weights and order.
    """

    hidden: int = 64
    layers: int = 2
    heads: int = 4
    vocabulary: int = 1024
    context: int = 1024
    steps: int = 600
    batch: int = 32
    rate: float = 4e-3
    seed: int = 0


def make_small_model(
    folder: Path | str,
    texts: Sequence[str],
    size: SmallModel = SmallModel(),
    progress: Callable[[int, float], None] | None = None,
) -> Path:
    """Makes a tokeniser and a model from texts, and writes both into a folder that transformers and vLLM load.

    The same arguments make the same model on the same machine with the same number of threads.

    Args:
        folder: Where they go.
        texts: What the model reads; nothing else is known to it.
        size: How large, how long.
        progress: Told the step and its loss per token, in nats.

    Returns:
        The folder.

    Raises:
        ValueError: There are no texts, or one is longer than the context.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    if not texts:
        raise ValueError("a model made from scratch needs texts to read")
    torch.manual_seed(size.seed)
    tokenizer = _tokenizer(texts, size.vocabulary)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=size.hidden,
        intermediate_size=4 * size.hidden,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.heads,
        max_position_embeddings=size.context,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config)
    read = [[tokenizer.bos_token_id, *tokenizer(text)["input_ids"], tokenizer.eos_token_id] for text in texts]
    longest = max(map(len, read))
    if longest > size.context:
        raise ValueError(f"a text has {longest} tokens, and the model's context is {size.context}")
    _read(model, read, size, progress)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return Path(folder)


def _tokenizer(texts: Sequence[str], vocabulary: int) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token=START, eos_token=END, pad_token=END)


def _read(
    model: Any, texts: Sequence[list[int]], size: SmallModel, progress: Callable[[int, float], None] | None
) -> None:
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=size.rate, weight_decay=0.01)
    model.train()
    for step, rows in zip(range(1, size.steps + 1), _batches(texts, size), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = size.rate * min(1.0, step / 20)
        ids, mask = _padded(rows)
        loss = model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if progress:
            progress(step, loss.item())
    model.eval()


def _batches(texts: Sequence[list[int]], size: SmallModel) -> Iterator[list[list[int]]]:
    draw = random.Random(size.seed)
    while True:
        order = draw.sample(range(len(texts)), len(texts))
        for k in range(0, len(order), size.batch):
            yield [texts[i] for i in order[k : k + size.batch]]


def _padded(rows: Sequence[list[int]]) -> tuple[Any, Any]:
    """Token ids and mask, both (B, T)."""
    import torch

    width = max(map(len, rows))
    ids, mask = torch.zeros((2, len(rows), width), dtype=torch.long)
    for k, row in enumerate(rows):
        ids[k, : len(row)] = torch.tensor(row)
        mask[k, : len(row)] = 1
    return ids, mask
