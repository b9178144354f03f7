"""Every route of both generations: status and body."""
import datetime
import time

from cases import configured

# D8 takes any content type; the Hive refused what was not marked as JSON. Nobody depends on either.
JSON = {"content-type": "application/json"}


def is_error(answer, status):
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.json()["error"], answer.text


def test_status_page(hive):
    body = hive.get("/").json()
    assert body["status"] == "online" and body["endpoints"]
    assert isinstance(body["project"], str) and isinstance(body["version"], str)


def test_dashboard_only_for_who_asks_for_html(hive):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = hive.get("/", headers={"accept": browser})
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    for accept in ["*/*", "application/json", None]:
        headers = {"accept": accept, "user-agent": "Mozilla/5.0 (Windows NT)"}
        assert hive.get("/", headers=headers).json()["status"] == "online"


def test_health(hive):
    hive.register("w1")
    hive.test_task()
    hive.test_task()
    hive.poll("w1")
    body = hive.get("/health").json()
    assert body["status"] == "healthy" and body["service"]
    datetime.datetime.fromisoformat(body["timestamp"].replace("Z", "+00:00"))
    assert (body["workers_online"], body["tasks_pending"], body["tasks_in_progress"]) == (1, 1, 1)


def test_register_answers_as_both(hive):
    body = {"worker_id": "w1", "worker_type": "groq", "capabilities": {"speed": "fast"}, "status": "online"}
    answer = hive.post("/api/workers/register", body)
    assert answer.status_code == 200
    welcome = answer.json()
    assert welcome["success"] is True and welcome["status"] == "registered"
    assert welcome["worker_id"] == "w1" and welcome["message"]


def test_register_refuses_what_is_incomplete(hive):
    for body in [{"worker_type": "groq"}, {"worker_id": "w1"}, {}, []]:
        is_error(hive.post("/api/workers/register", body), 400)
    assert hive.stats()["workers"]["total"] == 0


def test_bad_json_is_400_everywhere(hive):
    for path in ["/api/workers/register", "/api/workers/results", "/api/workers/w1/result", "/api/tasks/t/result",
                 "/api/test/task", "/api/tasks/submit"]:
        is_error(hive.post(path, data=b'{"prompt": ', headers=JSON), 400)


def test_a_body_that_does_not_say_json(hive):
    answer = hive.post("/api/test/task", data=b'{"prompt": "hi"}', headers={"content-type": "text/plain"})
    assert answer.status_code in (200, 415), answer.text


def test_poll_of_a_stranger_is_null(hive):
    hive.test_task()
    answer = hive.get("/api/workers/nobody/tasks")
    assert answer.status_code == 200 and answer.json() == {"task": None}
    assert hive.stats()["tasks"]["pending"] == 1


def test_poll_without_work_is_null(hive):
    hive.register("w1")
    assert hive.get("/api/workers/w1/tasks").json() == {"task": None}


def test_heartbeat_takes_any_body(hive):
    hive.register("w1")
    for worker in ["w1", "stranger"]:
        for options in [{}, {"json": {}}, {"json": {"status": "busy", "load": 0.5}}, {"data": b"beat"}]:
            answer = hive.post(f"/api/workers/{worker}/heartbeat", **options)
            assert answer.status_code == 200 and answer.json()["status"] == "ok", (worker, options, answer.text)


def test_results_of_strangers_are_taken(hive):
    hive.register("w1")
    for worker, task in [("w1", "no-such-task"), ("stranger", hive.test_task())]:
        body = {"task_id": task, "worker_id": worker, "result": {"success": True}, "timestamp": time.time()}
        first = hive.post("/api/workers/results", body)
        assert first.status_code == 200 and first.json()["success"] is True
        assert hive.post(f"/api/workers/{worker}/result", body).status_code == 200
        third = hive.post(f"/api/tasks/{task}/result", body)
        assert third.status_code == 200 and third.json()["status"] == "received"
    assert hive.stats()["tasks"]["pending"] == 1


def test_a_result_that_lacks_a_field_breaks_nothing(hive):
    hive.register("w1")
    for path, body in [("/api/workers/results", {"worker_id": "w1"}), ("/api/workers/w1/result", {}),
                       ("/api/tasks/t/result", {"result": {}})]:
        assert hive.post(path, body).status_code in (200, 400)


def test_each_result_route_completes(hive):
    hive.register("w1")
    result = {"success": True, "response": "hello"}
    for path in ["/api/workers/results", "/api/workers/w1/result", "/api/tasks/{id}/result"]:
        task_id = hive.test_task()
        assert hive.poll("w1")["task_id"] == task_id
        body = {"worker_id": "w1", "result": result}
        if "{id}" not in path:
            body["task_id"] = task_id
        if "/w1/" in path:
            del body["worker_id"]
        answer = hive.post(path.replace("{id}", task_id), body)
        assert answer.status_code == 200, answer.text
        assert hive.status(task_id)["status"] == "completed", path


def test_unregister(hive):
    for worker in ["w1", "w2"]:
        hive.register(worker)
    for worker in ["w1", "stranger"]:
        answer = hive.post("/api/workers/unregister", {"worker_id": worker})
        assert answer.status_code == 200 and answer.json()["success"] is True
    assert hive.stats()["workers"]["total"] == 1
    for worker in ["w2", "stranger"]:
        answer = hive.post(f"/api/workers/{worker}/unregister")
        assert answer.status_code == 200 and answer.json()["status"] == "unregistered"
    assert hive.stats()["workers"]["total"] == 0


def test_unregistering_gives_the_task_back(hive):
    hive.register("w1")
    task_id = hive.test_task()
    hive.poll("w1")
    hive.post("/api/workers/unregister", {"worker_id": "w1"})
    hive.register("w2")
    assert hive.poll("w2")["task_id"] == task_id


def test_list(hive):
    hive.register("w1", "gemini", resilient=True)
    hive.register("w2", "groq")
    hive.test_task()
    hive.poll("w2")
    body = hive.get("/api/workers/list").json()
    assert body["total"] == len(body["workers"]) == 2
    first, second = hive.listed("w1"), hive.listed("w2")
    assert (first["worker_type"], first["status"], second["status"]) == ("gemini", "online", "busy")
    assert first["capabilities"]["resilient"] is True
    assert abs(first["last_heartbeat"] - time.time()) < 60
    assert (second["tasks_completed"], second["tasks_failed"]) == (0, 0)


def test_test_task(hive):
    answer = hive.post("/api/test/task", {"prompt": "hi"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["success"] is True and isinstance(body["task_id"], str) and body["message"]
    assert body["check_stats"] == "/api/workers/stats"
    assert hive.post("/api/test/task", {}).json()["success"] is True


def test_submit_is_exactly_201(hive):
    answer = hive.post("/api/tasks/submit", {"type": "agent_action", "data": {"messages": []}, "priority": 7})
    assert answer.status_code in (201, 400), answer.text
    data = {"messages": [{"role": "user", "content": "hi"}]}
    answer = hive.post("/api/tasks/submit", {"type": "agent_action", "data": data, "priority": 7})
    assert answer.status_code == 201
    body = answer.json()
    assert body["status"] == "submitted" and body["task_id"] and body["message"]
    is_error(hive.post("/api/tasks/submit", {"type": "agent_action"}), 400)
    is_error(hive.post("/api/tasks/submit", {}), 400)
    untyped = hive.post("/api/tasks/submit", {"data": data})
    assert untyped.status_code == 201
    assert hive.status(untyped.json()["task_id"])["type"] == "agent_action"


def test_status(hive):
    is_error(hive.get("/api/tasks/status/nothing"), 404)
    hive.register("w1")
    task_id = hive.submit()
    task = hive.status(task_id)
    assert (task["task_id"], task["type"], task["status"]) == (task_id, "agent_action", "pending")
    assert abs(task["created_at"] - time.time()) < 60
    assert task["assigned_to"] is task["completed_at"] is task["result"] is None
    hive.poll("w1")
    task = hive.status(task_id)
    assert (task["status"], task["assigned_to"]) == ("assigned", "w1")
    hive.report("w1", task_id, {"success": True, "response": "hello"})
    task = hive.status(task_id)
    assert task["status"] == "completed" and task["created_at"] <= task["completed_at"] + 0.001
    assert isinstance(task["completed_at"], float) and task["result"]["response"] == "hello"


def test_queue(hive):
    hive.register("w1")
    first, second = hive.submit(priority=6), hive.submit(priority=4)
    assert hive.poll("w1")["task_id"] == first
    body = hive.get("/api/tasks/queue").json()
    assert [body[name] for name in ("pending", "assigned", "completed", "failed")] == [1, 1, 0, 0]
    row = next(row for row in body["queue"] if row["task_id"] == second)
    assert (row["type"], row["priority"], row["status"]) == ("agent_action", 4, "pending")
    assert abs(row["created_at"] - time.time()) < 60


def test_a_task_by_its_id_beside_the_words_of_old(hive):
    task_id = hive.submit()
    assert hive.get(f"/api/tasks/{task_id}").json()["task_id"] == task_id
    is_error(hive.get("/api/tasks/nothing"), 404)


def test_what_is_not_served(hive):
    for path in ["/api/slaves", "/api/agents", "/api/cluster/status", "/api/evolve", "/nothing"]:
        is_error(hive.get(path), 404)


@configured('[server]\nworker_timeout = "60s"\n')
def test_both_loopback_addresses(hive):
    """PowerShell takes `localhost` for ::1 first."""
    import socket

    import requests
    assert requests.get(hive.localhost + "/health", timeout=5).status_code == 200
    with socket.socket(socket.AF_INET6 if socket.has_ipv6 else socket.AF_INET) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return
    assert requests.get(f"http://[::1]:{hive.port}/health", timeout=5).status_code == 200
