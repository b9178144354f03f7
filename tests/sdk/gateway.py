#!/usr/bin/env python3
"""The official `openai` package, unchanged, against a running `d8 up`.

    gateway.py URL [WORD]     such as http://127.0.0.1:5000; only the tests whose name holds WORD

d8's accounts should stand before an emulator, with fewer than a hundred requests in a short period: then a hundred at
once have to wait. Exit 0: all passed.
"""
import concurrent.futures
import sys
import traceback

import openai

from emulator import mark, raises

MODEL = "default"


def client(url, **options):
    options = {"max_retries": 0, "timeout": 120, **options}
    return openai.OpenAI(api_key="test-key-1", base_url=f"{url}/v1", **options)


def prompt(text):
    return [{"role": "user", "content": text}]


def hundred(url, name, **options):
    """A hundred requests at once, each of which must get its own answer."""
    create = client(url, **options).chat.completions.create
    texts = [f"{name} {number}" for number in range(100)]
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda text: create(model=MODEL, messages=prompt(text), max_tokens=16), texts))
    for text, answer in zip(texts, answers):
        assert mark(text) in answer.choices[0].message.content, text


def test_a_hundred_at_once_without_retries(url):
    hundred(url, "once")


def test_a_hundred_at_once_with_the_retries_of_the_sdk(url):
    hundred(url, "again", max_retries=openai.DEFAULT_MAX_RETRIES)


def test_headers(url):
    raw = client(url).chat.completions.with_raw_response.create(model=MODEL, messages=prompt("headers"))
    assert raw.headers["x-d8-task-id"].startswith("task_")
    assert "/" in raw.headers["x-d8-target"] and int(raw.headers["x-d8-queued-ms"]) >= 0
    assert "x-d8-error" not in raw.headers
    assert mark("headers") in raw.parse().choices[0].message.content


def test_stream(url):
    stream = client(url).chat.completions.create(model=MODEL, messages=prompt("pieces"), stream=True)
    chunks = list(stream)
    assert mark("pieces") in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason in ("stop", "length")
    assert len({chunk.id for chunk in chunks}) == 1


def test_stream_with_usage(url):
    options = {"include_usage": True}
    create = client(url).chat.completions.create
    chunks = list(create(model=MODEL, messages=prompt("usage"), stream=True, stream_options=options))
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens > 0


def test_a_stream_that_is_left_early_hurts_nobody(url):
    with client(url).chat.completions.create(model=MODEL, messages=prompt("left"), stream=True) as stream:
        next(iter(stream))
    assert client(url).chat.completions.create(model=MODEL, messages=prompt("after")).choices


def test_unknown_model(url):
    with raises(openai.NotFoundError) as caught:
        client(url).chat.completions.create(model="no-such-model", messages=prompt("x"))
    error = caught["error"]
    assert (error.code, error.type) == ("model_not_found", "invalid_request_error")
    assert error.response.headers["x-d8-error"] == "model_not_found"


def test_bad_requests(url):
    create = client(url).chat.completions.create
    with raises(openai.BadRequestError) as caught:
        create(model=MODEL, messages=[{"role": "wizard", "content": "x"}])
    assert caught["error"].param == "messages[0].role"
    for name, value in [("x-d8-priority", "11"), ("x-d8-max-wait", "soon"), ("x-d8-durable", "perhaps")]:
        with raises(openai.BadRequestError) as caught:
            create(model=MODEL, messages=prompt("x"), extra_headers={name: value})
        assert caught["error"].code == "invalid_header" and name in caught["error"].message


def test_own_headers(url):
    headers = {"x-d8-priority": "9", "x-d8-client": "sdk", "x-d8-durable": "true", "x-d8-max-wait": "2m"}
    create = client(url).chat.completions.create
    assert create(model=MODEL, messages=prompt("durable"), extra_headers=headers).choices


def test_who_will_not_wait_is_told_when_to_come_again(url):
    create = client(url).chat.completions.create
    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        waiting = [pool.submit(create, model=MODEL, messages=prompt(f"wait {number}")) for number in range(200)]
        headers = {"x-d8-max-wait": "0", "x-d8-priority": "1"}
        errors = []
        while not errors and not all(one.done() for one in waiting):
            try:
                create(model=MODEL, messages=prompt("now or never"), extra_headers=headers)
            except openai.RateLimitError as error:
                errors.append(error)
        assert all(one.result().choices for one in waiting)
    assert errors, "two hundred at once did not use the quota up: give the account a smaller one"
    assert errors[0].code == "d8_max_wait"
    assert int(errors[0].response.headers["retry-after"]) >= 1


def test_models(url):
    ids = [model.id for model in client(url).models.list()]
    assert "default" in ids and any("/" in name for name in ids)
    for name in ids:
        assert client(url).models.retrieve(name).id == name
    with raises(openai.NotFoundError):
        client(url).models.retrieve("no-such-model")


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    url, word = arguments[0].rstrip("/"), arguments[1] if len(arguments) > 1 else ""
    tests = {name: test for name, test in globals().items() if name.startswith("test_") and word in name}
    failed = []
    for name, test in tests.items():
        try:
            test(url)
        except Exception:
            failed.append(name)
            print(f"FAILED gateway.{name}")
            traceback.print_exc(file=sys.stdout)
        else:
            print(f"ok     gateway.{name}")
    print(f"\n{len(tests) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
