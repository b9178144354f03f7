"""Gemini over plain HTTP, in the place of Google's SDK: one call, and errors that read as the SDK's do."""
import os

import requests

ORIGIN = os.environ.get("GEMINI_BASE_URL", "https://generativelanguage.googleapis.com").rstrip("/")
# The workers ask for gemini-2.0-flash-exp, which has gone; a provider that lacks it can be asked for its successor.
SUCCESSOR = os.environ.get("GEMINI_SUCCESSOR")
SDK_TIME_LIMIT = 600


class GeminiError(Exception):
    """Reads `429 You exceeded your current quota ...`: the status, then Google's own words."""


def generate(key, model, prompt, temperature, max_tokens):
    """The text of the answer."""
    answer = requests.post(
        f"{ORIGIN}/v1beta/models/{SUCCESSOR or model}:generateContent",
        headers={"x-goog-api-key": key},
        json={
            "contents": [{"role": "user", "parts": [{"text": prompt}]}],
            "generationConfig": {"temperature": temperature, "maxOutputTokens": max_tokens},
        },
        timeout=SDK_TIME_LIMIT,
    )
    if answer.status_code != 200:
        raise GeminiError(f"{answer.status_code} {words_of(answer)}")
    return answer.json()["candidates"][0]["content"]["parts"][0]["text"]


def words_of(answer):
    try:
        return answer.json()["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return answer.text
