"""The official `groq` package."""
import groq

from emulator import mark, raises

EMULATOR = ["--tier", "free"]
MODEL = "llama-3.1-8b-instant"
PROMPT = [{"role": "user", "content": "What is a bucket?"}]


def client(emulator, key="test-key-1", **options):
    options = {"max_retries": 0, "timeout": 10, **options}
    return groq.Groq(api_key=key, base_url=emulator.url, **options)


def test_answer_usage_and_timing(emulator):
    answer = client(emulator).chat.completions.create(model=MODEL, messages=PROMPT, max_completion_tokens=100)
    assert mark("What is a bucket?") in answer.choices[0].message.content
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.usage.total_time is not None and answer.x_groq.id.startswith("req_")


def test_headers(emulator):
    raw = client(emulator).chat.completions.with_raw_response.create(model=MODEL, messages=PROMPT)
    assert int(raw.headers["x-ratelimit-remaining-requests"]) == int(raw.headers["x-ratelimit-limit-requests"]) - 1
    assert "retry-after" not in raw.headers


def test_stream(emulator):
    chunks = list(client(emulator).chat.completions.create(model=MODEL, messages=PROMPT, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert mark("What is a bucket?") in text
    assert chunks[0].x_groq.id.startswith("req_")
    assert chunks[-1].choices[0].finish_reason == "stop" and chunks[-1].x_groq.usage.total_tokens > 0


def test_rate_limit(emulator):
    create = client(emulator).chat.completions.create
    with raises(groq.RateLimitError) as caught:
        for _ in range(200):
            create(model=MODEL, messages=PROMPT, max_tokens=1)
    error = caught["error"].body["error"]
    assert (error["type"], error["code"]) == ("requests", "rate_limit_exceeded")
    assert "requests per minute (RPM): Limit 30, Used 30, Requested 1." in error["message"]
    assert int(caught["error"].response.headers["retry-after"]) >= 1


def test_the_sdk_waits_as_told_and_succeeds(emulator):
    create = client(emulator, max_retries=2).chat.completions.create
    for _ in range(31):
        create(model=MODEL, messages=PROMPT, max_tokens=1)
    totals = emulator.score()["totals"]
    assert totals["answered"] == 31


def test_too_large(emulator):
    with raises(groq.APIStatusError) as caught:
        client(emulator).chat.completions.create(model=MODEL, messages=PROMPT, max_tokens=12_000)
    assert caught["error"].status_code == 413
    assert "Limit 6000, Requested 12012" in str(caught["error"])


def test_keys(emulator):
    with raises(groq.AuthenticationError):
        client(emulator, "bad-key").chat.completions.create(model=MODEL, messages=PROMPT)
    with raises(groq.PermissionDeniedError):
        client(emulator, "blocked-key").chat.completions.create(model=MODEL, messages=PROMPT)


def test_unknown_model(emulator):
    with raises(groq.NotFoundError):
        client(emulator).chat.completions.create(model="no-such-model", messages=PROMPT)


def test_bad_requests(emulator):
    create = client(emulator).chat.completions.create
    for wrong in [{"n": 2}, {"logprobs": True}, {"messages": []}, {"extra_body": {"wish": 1}}]:
        with raises(groq.BadRequestError):
            create(**{"model": MODEL, "messages": PROMPT, **wrong})


def test_server_error(emulator):
    emulator.fail_next("503")
    with raises(groq.InternalServerError):
        client(emulator).chat.completions.create(model=MODEL, messages=PROMPT)


def test_models(emulator):
    assert MODEL in [model.id for model in client(emulator).models.list().data]
    assert client(emulator).models.retrieve("openai/gpt-oss-20b").active
