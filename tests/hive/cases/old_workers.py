"""The Hive's workers as processes, from their settings to Ctrl-C, with the emulator as provider."""
import os

import requests

from cases import FAST, configured
from client import HiveClient
from processes import SCALE, eventually

GROQ_MODEL = "llama-3.3-70b-versatile"


def done(hive, *tasks):
    def all_done():
        return all(hive.status(task_id)["status"] == "completed" for task_id in tasks)
    eventually(all_done)
    return [hive.status(task_id) for task_id in tasks]


def printed(worker, *lines):
    for line in lines:
        assert line in worker.out(), f"{line!r} is not in\n{worker.out()}{worker.err()}"


def registered(hive, worker_id):
    return eventually(lambda: hive.listed(worker_id))


def ends_on_ctrl_c(worker, *lines):
    worker.interrupt()
    code = worker.code()
    if os.name != "nt":
        assert code == 0, worker.err()
        printed(worker, *lines)


def test_groq_of_18_november(hive):
    settings = "GROQ_API_KEY=test-key-1\nWORKER_ID=groq-worker-7\nWORKER_TYPE=groq\nWORKER_POLL_INTERVAL=5\n"
    worker = hive.worker("groq18", files={".env.worker.groq": settings + f"ORCHESTRATOR_URL={hive.url}\n"})
    row = registered(hive, "groq-worker-7")
    assert row["worker_type"] == "groq" and row["capabilities"]["max_tokens"] == 32768
    tasks = done(hive, hive.test_task("one"), hive.test_task("two"))
    result = tasks[0]["result"]
    assert result["model"] == GROQ_MODEL and result["tokens"] > 0 and result["stats"]["total_requests"] == 1
    assert result["output"] == result["response"] != "" and tasks[0]["assigned_to"] == "groq-worker-7"
    printed(worker, "Received task: " + tasks[0]["task_id"], f"Task {tasks[1]['task_id']} completed", "Rate: 100.0%")
    ends_on_ctrl_c(worker, "Total: 2 | Successful: 2")


def home_of_19(hive, **credentials):
    return {
        "Documents/d8_data/workers/config.json": {"orchestrator": {"url": hive.url}},
        "Documents/d8_data/workers/groq/worker_config.json": {
            "worker": {"id": "groq-19", "type": "groq"}, "model": {"name": GROQ_MODEL},
            "polling": {"interval_seconds": 5}},
        "Documents/d8_data/workers/groq/credentials.json": credentials,
    }


def test_groq_of_19_november(hive):
    worker = hive.worker("groq19", False, home_files=home_of_19(hive, api_key="test-key-1"))
    task = done(hive, hive.test_task())[0]
    assert task["assigned_to"] == "groq-19" and task["result"]["output"]
    printed(worker, f"Task {task['task_id']} completed")
    ends_on_ctrl_c(worker, "Total: 1 | Successful: 1")


def test_resilient(hive):
    worker = hive.worker("gemini_resilient", GEMINI_API_KEY="test-key-1")
    task = done(hive, hive.test_task())[0]
    assert task["assigned_to"] == "gemini-resilient-1" and task["result"]["attempts"] == 1 and task["result"]["output"]
    printed(worker, "Attempt 1/5", f"Task {task['task_id']} completed (attempts: 1)")
    ends_on_ctrl_c(worker, "Total: 1 | Failed: 0 | Retries: 0")


def test_fixed_as_gemini(hive):
    settings = "WORKER_ID=gemini-worker-1\nWORKER_TYPE=gemini\nGEMINI_API_KEY=test-key-1\nPOLL_INTERVAL=5\n"
    worker = hive.worker("worker_fixed", files={".env.worker": settings})
    assert registered(hive, "gemini-worker-1")["capabilities"]["worker_type"] == "gemini"
    task = done(hive, hive.test_task())[0]
    assert task["result"]["worker_id"] == "gemini-worker-1"
    assert task["result"]["output"] == task["result"]["result"] != ""
    line = f"Result reported for task {task['task_id']}"
    eventually(lambda: line in worker.out())
    printed(worker, f"Received task: {task['task_id']} (agent_action)")
    ends_on_ctrl_c(worker)
    if os.name != "nt":
        assert hive.stats()["workers"]["total"] == 0, "it unregisters"


def test_fixed_as_groq(hive):
    hive.worker("worker_fixed", WORKER_TYPE="groq", API_KEY="test-key-1", WORKER_ID="plain-groq")
    task = done(hive, hive.test_task())[0]
    assert task["result"]["output"] and hive.listed("plain-groq")["worker_type"] == "groq"


def test_fixed_without_a_type_is_gemini_with_api_key(hive):
    hive.worker("worker_fixed", API_KEY="test-key-1", GEMINI_API_KEY="bad-key", WORKER_ID="untyped")
    done(hive, hive.test_task())
    assert hive.listed("untyped")["worker_type"] == "gemini"


def test_all_five_share_the_work(hive):
    hive.worker("groq18", GROQ_API_KEY="test-key-1")
    hive.worker("groq19", False, home_files=home_of_19(hive, api_key="test-key-2"))
    hive.worker("gemini_resilient", GEMINI_API_KEY="test-key-3")
    hive.worker("worker_fixed", WORKER_TYPE="gemini", GEMINI_API_KEY="test-key-4", WORKER_ID="plain-gemini")
    hive.worker("worker_fixed", WORKER_TYPE="groq", API_KEY="test-key-5", WORKER_ID="plain-groq")
    eventually(lambda: hive.stats()["workers"]["total"] == 5)
    assert hive.stats()["workers"]["by_type"] == {"groq": 3, "gemini": 2}
    tasks = done(hive, *[hive.test_task(f"number {number}") for number in range(20)])
    assert all(task["result"]["output"] for task in tasks)
    stats = hive.stats()
    assert stats["tasks"]["failed"] == 0 and stats["performance"]["success_rate"] == 1


def test_without_a_key(hive):
    cases = [
        (hive.worker("groq18"), 1), (hive.worker("groq19", False), 1), (hive.worker("gemini_resilient"), 1),
        (hive.worker("gemini_resilient", GEMINI_API_KEY="your_gemini_api_key_here"), 1),
        (hive.worker("worker_fixed", WORKER_TYPE="groq"), 1),
    ]
    for worker, code in cases:
        assert worker.code() == code, worker.out() + worker.err()
    assert hive.stats()["workers"]["total"] == 0


def test_without_an_orchestrator(hive):
    nowhere = "http://127.0.0.1:1"
    workers = [hive.worker("groq18", nowhere, GROQ_API_KEY="test-key-1"),
               hive.worker("gemini_resilient", nowhere, GEMINI_API_KEY="test-key-1"),
               hive.worker("worker_fixed", nowhere, API_KEY="test-key-1")]
    for worker in workers:
        assert worker.code() == 0
        printed(worker, "Registration failed")


def once(hive):
    return hive.post("/api/tasks", {"prompt": "hi", "max_attempts": 1}).json()["task_id"]


def test_those_that_cannot_do_it_fail_in_their_own_words(hive):
    """One after the other, each with a task of one attempt."""
    cases = [
        ("groq18", {"GROQ_API_KEY": "bad-key"}, "Invalid API Key"),
        ("gemini_resilient", {"GEMINI_API_KEY": "bad-key"}, ""),
        ("worker_fixed", {"WORKER_TYPE": "gemini"}, "No API_KEY"),
        ("worker_fixed", {"WORKER_TYPE": "claude", "API_KEY": "test-key-1"}, "Unsupported"),
    ]
    for name, env, words in cases:
        worker = hive.worker(name, **env)
        task_id = once(hive)
        eventually(lambda: hive.status(task_id)["status"] == "failed")
        assert words in hive.status(task_id)["result"]["error"], hive.status(task_id)
        worker.stop()


def test_resilient_gives_up_after_five_and_the_task_goes_on(hive):
    worker = hive.worker("gemini_resilient", GEMINI_API_KEY="broke-key")
    task_id = hive.test_task()
    eventually(lambda: f"Task {task_id} failed" in worker.out())
    printed(worker, "Attempt 5/5", *[f"429 Rate Limit - Esperando {pause}s" for pause in (2, 4, 8, 16)])
    assert "Esperando 32s" not in worker.out()
    eventually(lambda: hive.status(task_id)["status"] == "pending")
    hive.worker("groq18", GROQ_API_KEY="test-key-1")
    task = done(hive, task_id)[0]
    assert task["assigned_to"] == "groq-worker-1" and hive.stats()["tasks"]["failed"] == 0


def fault(hive, kind):
    """What Groq's next answer is."""
    order = {"kind": kind, "count": 1, "provider": "groq"}
    requests.post(hive.emulator + "/__d8/faults", json=order, timeout=5).raise_for_status()


def test_groqs_sdk_waits_out_a_fault_by_itself(hive):
    fault(hive, "503")
    hive.worker("groq18", GROQ_API_KEY="test-key-1")
    task = done(hive, hive.test_task())[0]
    assert task["result"]["stats"] == {"total_requests": 1, "successful_requests": 1, "success_rate": 100.0}


def test_a_worker_outlives_the_orchestrator(hive):
    worker = hive.worker("groq18", GROQ_API_KEY="test-key-1")
    done(hive, hive.test_task())
    hive.kill_and_restart()
    done(hive, hive.test_task())
    assert worker.out().count("Worker registered") == 1


@configured(FAST)
def test_a_killed_workers_task_is_done_by_another(hive):
    fault(hive, "hang")
    first = hive.worker("groq18", GROQ_API_KEY="test-key-1")
    task_id = hive.test_task()
    eventually(lambda: f"Received task: {task_id}" in first.out())
    first.kill()
    hive.worker("worker_fixed", WORKER_TYPE="gemini", GEMINI_API_KEY="test-key-2", WORKER_ID="second")
    assert done(hive, task_id)[0]["assigned_to"] == "second"


def test_the_client(hive):
    hive.worker("groq18", GROQ_API_KEY="test-key-1")
    registered(hive, "groq-worker-1")
    client = HiveClient(hive.url, SCALE)
    assert (client.workers_online, client.pending) == (1, 0)
    assert client.act([{"role": "user", "content": "Say hello"}])
    result = client.wait(client.submit("agent_action", {"messages": [{"role": "user", "content": "hi"}]}))
    assert result["success"] is True and result["output"] == result["response"]
    assert client.workers()[0]["worker_id"] == "groq-worker-1"
    assert client.stats()["performance"]["success_rate"] == 100
    waiting = [client.crossover({"a": 1}, {"b": 2}), client.mutation({"a": 1}, 0.1), client.code("a function")]
    assert [hive.status(task_id)["status"] for task_id in waiting] == ["pending"] * 3


def test_the_client_hears_of_a_failure(hive):
    hive.worker("worker_fixed", WORKER_TYPE="claude", API_KEY="test-key-1")
    task_id = once(hive)
    try:
        HiveClient(hive.url, SCALE).wait(task_id)
    except RuntimeError as error:
        assert str(error) == "Task failed"
    else:
        raise AssertionError("a failed task gave a result")
