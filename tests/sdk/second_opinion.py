"""A second opinion on the counting: `mocklimit`, by other people, judges the arrivals that the emulator judged.

Requests go to the emulator only. Its score tells when each one arrived and what became of it; mocklimit's limiters get
the same arrivals at the same times, and must agree with every verdict.
"""
import random
import time
from unittest import mock

import groq
from google import genai
from google.genai import errors, types
from mocklimit.ratelimit.composite import CompositeLimit
from mocklimit.ratelimit.fixed_window import FixedWindowLimiter
from mocklimit.ratelimit.sliding_window import SlidingWindowLimiter
from mocklimit.ratelimit.token_bucket import TokenBucketLimiter

EMULATOR = ["--tier", "free-2025-11", "--speed", "60"]


def limiter(limit):
    amount, seconds = limit["amount"], limit["counted_seconds"]
    if limit["kind"] == "bucket":
        return TokenBucketLimiter(amount, amount / seconds)
    return (SlidingWindowLimiter if limit["kind"] == "sliding" else FixedWindowLimiter)(amount, seconds)


def replay(row):
    """Mocklimit's verdicts and the emulator's, arrival by arrival."""
    arrivals = sorted([(at, True) for at in row["accepted_at"]] + [(at, False) for at in row["refused_at"]])
    limits = [limit for limit in row["limits"] if limit["dimension"] == "requests"]
    names = [f"limit-{index}" for index in range(len(limits))]
    judge = CompositeLimit(list(zip(names, map(limiter, limits))))
    # Small numbers keep their microseconds in a float; a whole number of days moves no edge of a fixed window.
    epoch = arrivals[0][0] // 86_400_000_000 * 86_400_000_000
    verdicts = []
    for at, _ in arrivals:
        with mock.patch("time.time", return_value=(at - epoch) / 1e6):
            verdicts.append(judge.check("key", dict.fromkeys(names, 1)).allowed)
    return verdicts, [accepted for _, accepted in arrivals]


def agree(emulator):
    row = emulator.score()["accounts"][0]
    theirs, ours = replay(row)
    assert len(ours) == row["accepted"] + row["refused"] and False in ours and True in ours, ours
    assert theirs == ours, [index for index, pair in enumerate(zip(theirs, ours)) if pair[0] != pair[1]]


def bursts(send):
    """Some 200 requests in bursts with random rests, about three seconds: at speed 60 three minutes."""
    chance = random.Random(20261124)
    for _ in range(10):
        for _ in range(chance.randrange(8, 32)):
            send()
        time.sleep(chance.uniform(0.05, 0.4))


def test_groq_bucket(emulator):
    client = groq.Groq(api_key="test-key-1", base_url=emulator.url, max_retries=0)

    def send():
        try:
            client.chat.completions.create(
                model="llama-3.1-8b-instant", messages=[{"role": "user", "content": "hi"}], max_tokens=1)
        except groq.RateLimitError:
            pass

    bursts(send)
    agree(emulator)


def test_gemini_minute(emulator):
    client = genai.Client(api_key="test-key-1", http_options=types.HttpOptions(base_url=emulator.url))

    def send():
        try:
            client.models.generate_content(model="gemini-2.5-flash", contents="hi")
        except errors.ClientError as error:
            assert error.code == 429

    bursts(send)
    agree(emulator)
