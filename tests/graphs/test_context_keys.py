"""No key comes in a context, and none is sent anywhere only because a context says so."""

import pytest
from pydantic import ValidationError

from minipublic.graphs import ContextError, studio

PERSONAS = [{"id": "p0"}]


SECRETS = [
    {"api_key": "sk-123"},
    {"spec": "openai:x", "key": "sk-123"},
    {"spec": "openai:x", "options": {"api_key": "sk-123"}},
]
SECRETS += [{"spec": "openai:x", "options": {"headers": [{"token": "sk-123"}]}}]
SECRETS += [{"spec": "openai:x@http://me:sk-123@host/v1"}]


@pytest.mark.parametrize("model", SECRETS)
async def test_a_key_in_the_wrong_place_is_refused_and_not_shown(model):
    with pytest.raises((ContextError, ValidationError)) as refused:
        await studio.survey.ainvoke({}, context={"personas": PERSONAS, "model": "m", "models": {"m": model}})
    assert "sk-123" not in str(refused.value)


@pytest.mark.parametrize("allowed", ["MY_KEY@127.0.0.1", "A@b, MY_KEY@127.0.0.1 "])
async def test_a_key_is_sent_where_the_server_allows_it(monkeypatch, server, allowed):
    name = "MY_KEY"
    monkeypatch.setenv(name, "sk-123")
    plain = {
        "model": "m",
        "models": {"m": {"spec": f"openai:x@{server.url}", "api_key_env": name}},
        "personas": PERSONAS,
    }
    for elsewhere in ("", f"{name}@localhost", "OTHER@127.0.0.1"):
        monkeypatch.setenv("MINIPUBLIC_KEYS", elsewhere)
        with pytest.raises(ContextError, match=f"`model`: the key {name}.*MINIPUBLIC_KEYS={name}@127.0.0.1"):
            await studio.survey.ainvoke({}, context=plain)
    assert server.requests == 0
    monkeypatch.setenv("MINIPUBLIC_KEYS", allowed)
    await studio.survey.ainvoke({}, context=plain)
    assert set(server.keys) == {"Bearer sk-123"}
