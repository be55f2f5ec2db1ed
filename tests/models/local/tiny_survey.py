"""Every question to every persona, in both orders, with what the tiny model was taught."""

import tiny_model

from minipublic.models.protocol import ChooseRequest


def asked(method="first_token", draws=10, seed=None):
    """Requests, and the probabilities the model was taught for each."""
    requests, truths = [], []
    for preamble in tiny_model.PREAMBLES:
        for question in tiny_model.QUESTIONS:
            for reverse in (False, True):
                options = question.options[::-1] if reverse else question.options
                prompt = tiny_model.prompt_of(question, options, preamble)
                texts = tuple(o.text for o in options)
                requests.append(ChooseRequest(prompt, options=texts, method=method, draws=draws, seed=seed))
                truths.append(tiny_model.truth(question, reverse))
    return requests, truths
