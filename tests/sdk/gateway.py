#!/usr/bin/env python3
"""The official OpenAI SDK, unchanged, against `d8 up`: only its base URL is another one.

    pip install -r requirements.txt
    gateway.py path/to/d8          starts `d8 emulate` and `d8 up` in a folder of their own and runs everything
    gateway.py path/to/d8 WORD     only the tests whose name holds WORD

Exit 0: all passed.
"""
import asyncio
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

import openai

MODEL = "llama-3.3-70b-versatile"
# Thirty requests in two seconds: a minute that passes quickly. The emulator's clock runs as much faster.
SPEED = 30
CONFIG = """
[[account]]
name = "groq-main"
provider = "groq"
api_key = "test-key-1"
base_url = "{origin}/openai/v1"
models = ["{model}"]
limits = [ {{ requests = 30, per = "2s", kind = "bucket" }}, {{ tokens = 12000, per = "2s", kind = "bucket" }} ]
"""


def started(command, folder):
    """A process and the URL that it prints first."""
    environment = {"HOME": str(folder), "PATH": os.environ.get("PATH", "")}
    errors = open(folder / f"{command[1]}.err", "w")
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    url = process.stdout.readline().strip()
    assert url.startswith("http://"), (folder / f"{command[1]}.err").read_text()
    return process, url


class World:
    """Emulated providers and an orchestrator before them."""

    def __init__(self, d8, folder, more=()):
        self.processes = []
        emulator, self.origin = started([d8, "emulate", "--listen", "127.0.0.1:0", "--speed", str(SPEED), *more], folder)
        self.processes.append(emulator)
        (folder / "d8.toml").write_text(CONFIG.format(origin=self.origin, model=MODEL))
        orchestrator, self.url = started([d8, "up", "--listen", "127.0.0.1:0"], folder)
        self.processes.append(orchestrator)

    def client(self, kind=openai.OpenAI, **more):
        return kind(base_url=f"{self.url}/v1", api_key="no-key-is-needed-here", **more)

    def score(self):
        with urllib.request.urlopen(f"{self.origin}/__d8/score") as answer:
            return json.load(answer)["totals"]

    def end(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(20)


def messages(text):
    return [{"role": "user", "content": text}]


async def at_once(client, count):
    async def one(number):
        answer = await client.chat.completions.create(model="default", messages=messages(f"question {number}"), max_tokens=16)
        return answer.choices[0].message.content

    async with client:
        return await asyncio.gather(*(one(number) for number in range(count)))


def test_a_hundred_at_once_without_retries(world):
    """Three times the quota, and nobody is refused."""
    answers = asyncio.run(at_once(world.client(openai.AsyncOpenAI, max_retries=0), 100))
    assert len(answers) == 100 and all(answers)
    assert world.score() | {"accepted": 100, "refused": 0} == world.score(), world.score()


def test_a_hundred_at_once_with_the_sdks_own_retries(world):
    before = world.score()["accepted"]
    answers = asyncio.run(at_once(world.client(openai.AsyncOpenAI), 100))
    assert len(answers) == 100 and all(answers)
    score = world.score()
    assert (score["accepted"] - before, score["refused"]) == (100, 0), score


def test_a_resend_after_a_timeout_is_not_done_twice(world):
    """The SDK hangs up, and sends the request again by itself: it joins the one that is under way."""
    before = world.score()["accepted"]
    # Enough before it that it waits for longer than its first patience.
    asyncio.run(at_once(world.client(openai.AsyncOpenAI, max_retries=0), 60))
    busy = world.client(openai.AsyncOpenAI, max_retries=0)

    async def main():
        crowd = asyncio.create_task(at_once(busy, 60))
        await asyncio.sleep(0.3)
        async with world.client(openai.AsyncOpenAI, timeout=1.0, max_retries=5) as impatient:
            answer = await impatient.chat.completions.create(model="default", messages=messages("only once"), max_tokens=16)
        await crowd
        return answer

    assert asyncio.run(main()).choices[0].message.content
    assert world.score()["accepted"] - before == 121, world.score()


def test_a_stream(world):
    pieces = list(world.client().chat.completions.create(model=MODEL, messages=messages("hello"), max_tokens=32, stream=True))
    text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    assert text and len(pieces) > 2 and pieces[-1].choices[0].finish_reason
    assert all(piece.usage is None for piece in pieces), "nobody asked for the usage"


def test_a_streams_usage_where_it_is_asked_for(world):
    options = {"include_usage": True}
    stream = world.client().chat.completions.create(model=MODEL, messages=messages("hello"), max_tokens=8, stream=True, stream_options=options)
    assert list(stream)[-1].usage.completion_tokens > 0


def test_an_unknown_model(world):
    try:
        world.client().chat.completions.create(model="llama", messages=messages("hello"))
    except openai.NotFoundError as error:
        assert error.code == "model_not_found" and error.response.headers["x-d8-error"] == "model_not_found"
    else:
        raise AssertionError("it was answered")


def test_a_request_that_is_none(world):
    try:
        world.client().chat.completions.create(model="default", messages=[])
    except openai.BadRequestError as error:
        assert "messages" in error.message
    else:
        raise AssertionError("it was answered")


def test_waiting_no_longer_than_allowed(world):
    async def main():
        client = world.client(openai.AsyncOpenAI, max_retries=0)
        crowd = asyncio.create_task(at_once(world.client(openai.AsyncOpenAI, max_retries=0), 90))
        await asyncio.sleep(0.3)
        began = time.monotonic()
        try:
            await client.chat.completions.create(model="default", messages=messages("soon"), extra_headers={"x-d8-max-wait": "0.2"})
        except openai.RateLimitError as error:
            assert error.code == "d8_max_wait" and int(error.response.headers["retry-after"]) >= 1
            assert time.monotonic() - began < 2
        else:
            raise AssertionError("it was answered")
        await client.close()
        await crowd

    asyncio.run(main())


def test_models(world):
    ids = [model.id for model in world.client().models.list()]
    assert "default" in ids and MODEL in ids and f"groq-main/{MODEL}" in ids, ids
    assert world.client().models.retrieve(f"groq-main/{MODEL}").owned_by == "groq"


@contextlib.contextmanager
def fresh(d8):
    with tempfile.TemporaryDirectory(prefix="d8-gateway-") as folder:
        world = World(d8, pathlib.Path(folder))
        try:
            yield world
        finally:
            world.end()


def main(arguments):
    d8 = str(pathlib.Path(arguments[0]).resolve())
    word = arguments[1] if len(arguments) > 1 else ""
    passed, failed = 0, []
    for name, test in list(globals().items()):
        if not name.startswith("test_") or word not in name:
            continue
        try:
            with fresh(d8) as world:
                test(world)
        except Exception:
            failed.append(name)
            print(f"FAILED gateway.{name}")
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            print(f"ok     gateway.{name}")
    print(f"\n{passed} passed, {len(failed)} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
