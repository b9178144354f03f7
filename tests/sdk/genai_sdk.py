"""The official `google-genai` package."""
from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from emulator import mark, raises

EMULATOR = ["--tier", "free"]
MODEL = "gemini-2.5-flash"
PROMPT = "What is a window?"


CLIENTS = []


def client(emulator, key="test-key-1", **options):
    """A client. It is kept: the SDK closes one that nobody holds, even while its `models` are in use."""
    options = types.HttpOptions(base_url=emulator.url, timeout=10_000, **options)
    CLIENTS.append(genai.Client(api_key=key, http_options=options))
    return CLIENTS[-1]


def test_both_versions_of_the_api(emulator):
    for version in ["v1", "v1beta"]:
        assert client(emulator, api_version=version).models.generate_content(model=MODEL, contents=PROMPT).text


def test_answer_and_usage(emulator):
    config = types.GenerateContentConfig(system_instruction="Be short.", max_output_tokens=100, temperature=0.2)
    answer = client(emulator).models.generate_content(model=MODEL, contents=PROMPT, config=config)
    assert mark(PROMPT) in answer.text
    usage = answer.usage_metadata
    assert usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count
    assert (answer.model_version, answer.candidates[0].finish_reason) == (MODEL, types.FinishReason.STOP)
    assert answer.response_id


def test_thinking_budget_is_accepted_where_it_belongs(emulator):
    config = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(thinking_budget=0))
    assert client(emulator).models.generate_content(model=MODEL, contents=PROMPT, config=config).text
    with raises(errors.ClientError) as caught:
        client(emulator).models.generate_content(model="gemini-3.5-flash", contents=PROMPT, config=config)
    assert caught["error"].code == 400


def test_schema(emulator):
    class City(BaseModel):
        name: str
        population: int

    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=City)
    answer = client(emulator).models.generate_content(model=MODEL, contents=PROMPT, config=config)
    assert isinstance(answer.parsed, City)


def test_stream(emulator):
    chunks = list(client(emulator).models.generate_content_stream(model=MODEL, contents=PROMPT))
    assert mark(PROMPT) in "".join(chunk.text for chunk in chunks)
    assert len(chunks) > 1 and chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP


def test_chat(emulator):
    chat = client(emulator).chats.create(model=MODEL)
    chat.send_message("first")
    assert mark("second") in chat.send_message("second").text


def test_count_tokens(emulator):
    counted = client(emulator).models.count_tokens(model=MODEL, contents=PROMPT)
    answer = client(emulator).models.generate_content(model=MODEL, contents=PROMPT)
    assert counted.total_tokens == answer.usage_metadata.prompt_token_count


def test_models(emulator):
    names = [model.name for model in client(emulator).models.list(config={"page_size": 7})]
    assert f"models/{MODEL}" in names and len(names) > 14
    assert client(emulator).models.get(model=MODEL).input_token_limit == 1_048_576


def test_rate_limit(emulator):
    generate = client(emulator).models.generate_content
    with raises(errors.ClientError) as caught:
        for _ in range(200):
            generate(model=MODEL, contents=PROMPT)
    error = caught["error"]
    assert (error.code, error.status) == (429, "RESOURCE_EXHAUSTED")
    kinds = [detail["@type"].rsplit(".", 1)[1] for detail in error.details["error"]["details"]]
    assert kinds == ["Help", "QuotaFailure", "RetryInfo"]


def test_a_model_outside_the_tier(emulator):
    with raises(errors.ClientError) as caught:
        client(emulator).models.generate_content(model="gemini-2.5-pro", contents=PROMPT)
    assert caught["error"].code == 429 and "limit: 0" in caught["error"].message


def test_keys(emulator):
    with raises(errors.ClientError) as caught:
        client(emulator, "bad-key").models.generate_content(model=MODEL, contents=PROMPT)
    assert caught["error"].code == 400
    assert caught["error"].details["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    for key, code in [("blocked-key", 403), ("broke-key", 429)]:
        with raises(errors.ClientError) as caught:
            client(emulator, key).models.generate_content(model=MODEL, contents=PROMPT)
        assert caught["error"].code == code


def test_unknown_model(emulator):
    with raises(errors.ClientError) as caught:
        client(emulator).models.generate_content(model="gemini-0", contents=PROMPT)
    assert (caught["error"].code, caught["error"].status) == (404, "NOT_FOUND")


def test_bad_requests(emulator):
    for config in [{"temperature": 9}, {"max_output_tokens": 10**6}]:
        with raises(errors.ClientError) as caught:
            client(emulator).models.generate_content(model=MODEL, contents=PROMPT, config=config)
        assert (caught["error"].code, caught["error"].status) == (400, "INVALID_ARGUMENT")
    with raises(errors.ClientError) as caught:
        client(emulator, extra_body={"wish": 1}).models.generate_content(model=MODEL, contents=PROMPT)
    assert 'Unknown name "wish"' in caught["error"].message


def test_server_errors(emulator):
    for fault in ["500", "503"]:
        emulator.fail_next(fault)
        with raises(errors.ServerError) as caught:
            client(emulator).models.generate_content(model=MODEL, contents=PROMPT)
        assert str(caught["error"].code) == fault
