"""How requests come in: PowerShell's bytes, other encodings, a token behind a proxy."""
import json

import requests

from cases import configured
from powershell import AGENT, bytes_of, convert_to_json, exchange
from processes import behind_a_proxy, eventually

TOKEN = "test-token-1"


def prompt_of(hive, worker="w1"):
    """The prompt that reaches a worker."""
    hive.register(worker)
    task = hive.poll(worker)
    hive.report(worker, task["task_id"], {"success": True, "response": "x"})
    return task["messages"][-1]["content"]


def test_powershell_itself(hive):
    page = exchange(hive.localhost + "/")
    assert page.status == 200 and page.json()["status"] == "online", "no Accept is no wish for a page"
    prompt = "It's <new> & 'old'"
    data = bytes_of(convert_to_json({"prompt": prompt}))
    assert b"\\u0027" in data and b'":  "' in data and AGENT.startswith("Mozilla/5.0")
    answer = exchange(hive.localhost + "/api/test/task", "POST", data)
    assert answer.status == 200 and answer.json()["success"] is True
    assert answer.continued, "it waits a third of a second for `100 Continue`"
    assert prompt_of(hive) == prompt


def test_a_typed_letter_in_windows_1252(hive):
    for text in ["El niño año: ¿qué?", "diez € en “comillas”"]:
        data = json.dumps({"prompt": text}, ensure_ascii=False).encode("windows-1252")
        answer = exchange(hive.localhost + "/api/test/task", "POST", data)
        assert answer.status == 200, answer.body
        assert prompt_of(hive) == text


def test_encodings_with_a_mark(hive):
    text = "El niño 中文 🐝"
    for encoding in ["utf-8", "utf-8-sig"]:
        data = json.dumps({"prompt": text}, ensure_ascii=False).encode(encoding)
        for kind in ["application/json", "application/json; charset=utf-8"]:
            answer = hive.post("/api/test/task", data=data, headers={"content-type": kind})
            assert answer.status_code == 200, (encoding, answer.text)
            assert prompt_of(hive) == text


@configured(D8_SERVER__TOKEN=TOKEN)
def test_a_proxy_needs_the_token_and_this_machine_does_not(hive):
    assert hive.get("/api/workers/stats").status_code == 200
    with behind_a_proxy(hive.url) as place:
        assert requests.get(f"http://{place}/health", timeout=5).status_code == 200
        for user in ["", "d8:wrong@", f"{TOKEN}:@"]:
            answer = requests.get(f"http://{user}{place}/api/workers/stats", timeout=5)
            assert answer.status_code == 401, (user, answer.text)
            assert TOKEN not in answer.text
        for user in [f"d8:{TOKEN}@", f"anybody:{TOKEN}@"]:
            assert requests.get(f"http://{user}{place}/api/workers/stats", timeout=5).status_code == 200
        bearer = {"authorization": f"Bearer {TOKEN}"}
        assert requests.get(f"http://{place}/api/workers/stats", headers=bearer, timeout=5).status_code == 200


@configured(D8_SERVER__TOKEN=TOKEN)
def test_an_unchanged_worker_joins_through_a_proxy(hive):
    with behind_a_proxy(hive.url) as place:
        stranger = hive.worker("worker_fixed", f"http://{place}", WORKER_TYPE="gemini", GEMINI_API_KEY="test-key-1")
        assert stranger.code() == 0 and "Registration failed: 401" in stranger.out()
        worker = hive.worker("worker_fixed", f"http://d8:{TOKEN}@{place}", WORKER_TYPE="gemini",
                             GEMINI_API_KEY="test-key-1")
        task_id = hive.test_task()
        eventually(lambda: hive.status(task_id)["status"] == "completed")
        assert TOKEN not in hive.process.err() + hive.process.out()
        worker.stop()
