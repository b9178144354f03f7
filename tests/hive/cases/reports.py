"""What becomes of a task when a worker reports."""
from processes import eventually


def given(hive, worker="w1", kind="groq"):
    """A task that `worker` holds."""
    hive.register(worker, kind)
    task_id = hive.test_task()
    assert hive.poll(worker)["task_id"] == task_id
    return task_id


def once(hive, worker="w1"):
    """A task of one attempt that `worker` holds."""
    answer = hive.post("/api/tasks", {"prompt": "hi", "max_attempts": 1})
    assert answer.status_code == 201, answer.text
    hive.register(worker)
    return hive.poll(worker)["task_id"]


def test_what_each_worker_reports_reads_the_same(hive):
    """Groq's and the resilient say `response`, the plain one `result`; the client's users read `output`."""
    stats = {"total_requests": 1, "successful_requests": 1, "success_rate": 100.0}
    reports = [
        {"success": True, "response": "hello", "model": "m", "tokens": 12, "elapsed": 0.5, "stats": stats},
        {"success": True, "response": "hello", "model": "m", "attempts": 1, "stats": stats},
        {"success": True, "result": "hello", "worker_id": "w1"},
        {"success": True, "output": "hello"},
        {"response": "hello"},
    ]
    for reported in reports:
        task_id = given(hive)
        hive.report("w1", task_id, reported)
        task = hive.status(task_id)
        assert task["status"] == "completed", reported
        result = task["result"]
        assert (result["success"], result["response"], result["output"]) == (True, "hello", "hello"), result
        assert "model" in result
        for name, value in reported.items():
            assert result[name] == value, (name, result)


def test_a_report_becomes_a_completion(hive):
    task_id = given(hive)
    hive.report("w1", task_id, {"success": True, "response": "hello", "model": "llama-3.3-70b-versatile", "tokens": 12})
    completion = hive.get(f"/api/tasks/{task_id}").json()["result"]
    assert completion["choices"][0]["message"]["content"] == "hello"
    assert completion["usage"]["total_tokens"] == 12


def test_quota_costs_the_task_nothing(hive):
    """More refusals than a task has attempts, each of a worker of its own: it still waits, and is then done."""
    task_id = hive.test_task()
    words = ["429 You exceeded your current quota", "Error code: 429 - rate_limit_exceeded", "TooManyRequests",
             "Quota exceeded for metric", "google.api_core.exceptions.TooManyRequests: 429", "429", "quota"]
    for number, text in enumerate(words):
        worker = f"w{number}"
        hive.register(worker)
        assert hive.poll(worker)["task_id"] == task_id, text
        hive.report(worker, task_id, {"success": False, "error": text, "attempts": 5, "stats": {}})
        task = hive.status(task_id)
        assert (task["status"], task["assigned_to"], task["result"]) == ("pending", None, None), (text, task)
        assert hive.poll(worker) is None, f"parked: {text}"
    assert hive.stats()["tasks"]["failed"] == hive.stats()["performance"]["total_failed"] == 0
    hive.register("fresh")
    assert hive.poll("fresh")["task_id"] == task_id
    hive.report("fresh", task_id, {"success": True, "response": "at last"})
    assert hive.status(task_id)["status"] == "completed"


def test_a_hint_says_for_how_long(hive):
    task_id = given(hive)
    hive.report("w1", task_id, {"success": False, "error": "Error code: 429 - Please try again in 1s."})
    assert hive.poll("w1") is None
    again = eventually(lambda: hive.poll("w1"), seconds=10)
    assert again["task_id"] == task_id


def test_other_failures_count(hive):
    task_id = once(hive)
    hive.report("w1", task_id, {"success": False, "error": "connection reset", "stats": {}})
    task = hive.status(task_id)
    assert task["status"] == "failed" and task["completed_at"]
    assert task["result"]["success"] is False and "connection reset" in task["result"]["error"]


def test_one_failure_of_five_is_another_try(hive):
    task_id = given(hive)
    hive.report("w1", task_id, {"success": False, "error": "connection reset"})
    assert hive.status(task_id)["status"] == "pending"
    hive.register("w2")
    assert eventually(lambda: hive.poll("w2"))["task_id"] == task_id
    hive.report("w2", task_id, {"success": True, "response": "x"})
    assert hive.status(task_id)["status"] == "completed"


def test_a_report_of_a_task_that_was_never_held_changes_nothing(hive):
    task_id = given(hive)
    hive.register("w2")
    for worker in ["w2", "stranger"]:
        for result in [{"success": True, "response": "mine"}, {"success": False, "error": "429"}, {"success": False}]:
            hive.report(worker, task_id, result)
    task = hive.status(task_id)
    assert (task["status"], task["assigned_to"]) == ("assigned", "w1")
    hive.report("w1", task_id, {"success": True, "response": "right"})
    assert hive.status(task_id)["result"]["output"] == "right"


def test_a_waiting_task_is_not_completed_by_one_that_never_held_it(hive):
    task_id = hive.test_task()
    hive.register("w1")
    for result in [{"success": True, "response": "guessed"}, {"success": False, "error": "boom"}]:
        hive.report("w1", task_id, result)
    task = hive.status(task_id)
    assert (task["status"], task["result"]) == ("pending", None)
    assert hive.poll("w1")["task_id"] == task_id


def test_what_is_done_stays_done(hive):
    task_id = given(hive)
    hive.report("w1", task_id, {"success": True, "response": "first"})
    hive.report("w1", task_id, {"success": True, "response": "second"})
    hive.report("w1", task_id, {"success": False, "error": "third"})
    task = hive.status(task_id)
    assert task["status"] == "completed" and task["result"]["output"] == "first"
    assert hive.stats()["performance"]["total_completed"] == 1


def test_a_report_frees_the_worker_at_once(hive):
    first = given(hive)
    second = hive.test_task()
    hive.report("w1", first, {"success": True, "response": "x"})
    assert hive.stats()["workers"]["busy"] == 0
    assert hive.poll("w1")["task_id"] == second
