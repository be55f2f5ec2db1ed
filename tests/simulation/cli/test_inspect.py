"""The command `models check`: what it prints of a server."""

import subprocess
import sys


def check(*arguments, code=0) -> str:
    command = [sys.executable, "-m", "minipublic.simulation.cli", "models", "check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_server_s_findings_are_named(server_beside):
    server_beside.ignores, server_beside.refuses = {"seed"}, {"n"}
    said = check(f"openai-completions:m@{server_beside.url}")
    assert "openai-completions:m: reached; one call took" in said
    assert "choose: first_token, full_option, sampled" in said
    assert "\nseed: ignored (two calls with one seed gave different texts)\n" in said
    assert "\nn: refused (n is not supported here)\n" in said
    assert "\nstop: honoured (" in said


def test_the_built_in_model_is_reached_too():
    said = check("synthetic:default")
    assert "synthetic:default: reached" in said
    assert "seed: honoured" in said


def test_a_server_that_is_not_there_is_an_error(server_beside):
    server_beside.always = "auth"
    assert "error: " in check(f"openai:m@{server_beside.url}", code=1)


def test_a_models_options_are_given_as_in_a_study(server_beside):
    spec = f"openai-completions:m@{server_beside.url}"
    assert "reached" in check(spec, "--option", "top_logprobs=5", "--option", "prompts_per_request=1")
    assert "has no option 'nonsense'" in check(spec, "--option", "nonsense=1", code=2)
    assert "is no KEY=VALUE" in check(spec, "--option", "nonsense", code=2)
    assert "no YAML" in check(spec, "--option", "adapter={a", code=2)
