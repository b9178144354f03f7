"""The official `openai` package."""
import json

import httpx
import openai

from emulator import mark, raises

EMULATOR = ["--tier", "free"]
MODEL = "gpt-4o-mini"
PROMPT = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "What is a quota?"}]


def client(emulator, key="test-key-1", **options):
    options = {"max_retries": 0, "timeout": 10, **options}
    return openai.OpenAI(api_key=key, base_url=f"{emulator.url}/v1", **options)


def test_answer_and_usage(emulator):
    answer = client(emulator).chat.completions.create(model=MODEL, messages=PROMPT, max_completion_tokens=100)
    assert mark("What is a quota?") in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.model.startswith(MODEL)
    assert answer._request_id.startswith("req_")


def test_answer_is_cut_at_the_maximum(emulator):
    answer = client(emulator).chat.completions.create(model=MODEL, messages=PROMPT, max_tokens=3)
    assert (answer.choices[0].finish_reason, answer.usage.completion_tokens) == ("length", 3)


def test_headers(emulator):
    raw = client(emulator).chat.completions.with_raw_response.create(model=MODEL, messages=PROMPT)
    assert raw.headers["x-ratelimit-limit-tokens"] == "200000"
    assert int(raw.headers["x-ratelimit-remaining-requests"]) == 9999
    assert "date" in raw.headers


def test_json_schema(emulator):
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "population": {"type": "integer"}}}
    form = {"type": "json_schema", "json_schema": {"name": "city", "schema": schema}}
    answer = client(emulator).chat.completions.create(model=MODEL, messages=PROMPT, response_format=form)
    assert set(json.loads(answer.choices[0].message.content)) == {"city", "population"}


def test_stream_with_usage(emulator):
    options = {"include_usage": True}
    stream = client(emulator).chat.completions.create(model=MODEL, messages=PROMPT, stream=True, stream_options=options)
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert mark("What is a quota?") in text
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens > 0
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_stream_helper(emulator):
    with client(emulator).chat.completions.stream(model=MODEL, messages=PROMPT) as stream:
        final = stream.get_final_completion() if not list(stream) else stream.get_final_completion()
    assert mark("What is a quota?") in final.choices[0].message.content


def test_models(emulator):
    assert MODEL in [model.id for model in client(emulator).models.list()]
    assert client(emulator).models.retrieve(MODEL).id == MODEL
    with raises(openai.NotFoundError):
        client(emulator).models.retrieve("gpt-0")


def test_bad_key(emulator):
    with raises(openai.AuthenticationError) as caught:
        client(emulator, "bad-key").chat.completions.create(model=MODEL, messages=PROMPT)
    assert caught["error"].code == "invalid_api_key"


def test_blocked_key(emulator):
    with raises(openai.PermissionDeniedError):
        client(emulator, "blocked-key").chat.completions.create(model=MODEL, messages=PROMPT)


def test_no_money(emulator):
    with raises(openai.RateLimitError) as caught:
        client(emulator, "broke-key").chat.completions.create(model=MODEL, messages=PROMPT)
    assert caught["error"].code == caught["error"].type == "insufficient_quota"


def test_unknown_model(emulator):
    with raises(openai.NotFoundError) as caught:
        client(emulator).chat.completions.create(model="gpt-0", messages=PROMPT)
    assert caught["error"].code == "model_not_found"


def test_bad_requests(emulator):
    create = client(emulator).chat.completions.create
    for wrong in [{"messages": []}, {"temperature": 7}, {"extra_body": {"wish": 1}}, {"max_tokens": 10**6}]:
        with raises(openai.BadRequestError) as caught:
            create(**{"model": MODEL, "messages": PROMPT, **wrong})
        assert caught["error"].type == "invalid_request_error"


def test_rate_limit(emulator):
    with raises(openai.RateLimitError) as caught:
        client(emulator).chat.completions.create(model=MODEL, messages=PROMPT, max_tokens=16_000, n=13)
    assert caught["error"].code == "rate_limit_exceeded"
    assert "tokens per min (TPM): Limit 200000, Requested 2080" in str(caught["error"])


def test_server_errors(emulator):
    for fault in ["500", "503"]:
        emulator.fail_next(fault)
        with raises(openai.InternalServerError) as caught:
            client(emulator).chat.completions.create(model=MODEL, messages=PROMPT)
        assert str(caught["error"].status_code) == fault


def test_the_sdk_retries_a_server_error_by_itself(emulator):
    emulator.fail_next("503")
    client(emulator, max_retries=1).chat.completions.create(model=MODEL, messages=PROMPT)
    assert emulator.score()["totals"]["accepted"] == 2


def test_dropped_connection_and_hang(emulator):
    emulator.fail_next("drop")
    with raises(openai.APIConnectionError):
        client(emulator).chat.completions.create(model=MODEL, messages=PROMPT)
    emulator.fail_next("hang")
    with raises(openai.APITimeoutError):
        client(emulator, timeout=0.3).chat.completions.create(model=MODEL, messages=PROMPT)


def test_cut_stream(emulator):
    emulator.fail_next("cut")
    stream = client(emulator).chat.completions.create(model=MODEL, messages=PROMPT, stream=True)
    seen = []
    try:
        for chunk in stream:
            seen.append(chunk)
    except (httpx.RemoteProtocolError, openai.APIError):
        assert seen
    else:
        raise AssertionError("a cut stream looked like a whole one")
