"""Statistics in both forms."""
import requests


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def shape(stats):
    """All of section 4, with its types."""
    workers, tasks, performance = stats["workers"], stats["tasks"], stats["performance"]
    for holder, names in [(workers, ("total", "online", "busy")), (performance, ("total_completed", "total_failed")),
                          (tasks, ("pending", "assigned", "completed", "failed", "total"))]:
        for name in names:
            assert type(holder[name]) is int, (name, holder)
    assert all(type(count) is int and count > 0 for count in workers["by_type"].values())
    assert is_number(performance["success_rate"])
    return stats


def both(hive):
    return shape(hive.get("/api/workers/stats").json()), shape(hive.get("/api/stats").json())


def test_an_empty_hive(hive):
    for stats in both(hive):
        assert stats["workers"] == {**stats["workers"], "total": 0, "online": 0, "busy": 0, "by_type": {}}
        assert stats["tasks"]["total"] == 0 and stats["performance"]["success_rate"] == 0


def test_busy_workers_are_online(hive):
    hive.register("w1", "groq")
    hive.register("w2", "gemini")
    hive.test_task()
    hive.poll("w1")
    for stats in both(hive):
        workers = stats["workers"]
        assert (workers["total"], workers["online"], workers["busy"]) == (2, 2, 1)
        assert workers["by_type"] == {"groq": 1, "gemini": 1}
        assert (stats["tasks"]["assigned"], stats["tasks"]["pending"], stats["tasks"]["total"]) == (1, 0, 1)


def test_no_key_for_a_type_that_left(hive):
    hive.register("w1", "groq")
    hive.register("w2", "gemini")
    hive.post("/api/workers/unregister", {"worker_id": "w1"})
    for stats in both(hive):
        assert stats["workers"]["by_type"] == {"gemini": 1} and stats["workers"]["total"] == 1


def one_of_each(hive):
    """One completed, one failed."""
    hive.register("w1")
    task_id = hive.test_task()
    assert hive.poll("w1")["task_id"] == task_id
    hive.report("w1", task_id, {"success": True, "response": "x"})
    answer = requests.post(hive.url + "/api/tasks", json={"prompt": "hi", "max_attempts": 1}, timeout=10)
    assert answer.status_code == 201, answer.text
    task_id = hive.poll("w1")["task_id"]
    hive.report("w1", task_id, {"success": False, "error": "connection reset"})
    assert hive.status(task_id)["status"] == "failed"


def test_rate_is_a_fraction_here_and_a_percentage_there(hive):
    one_of_each(hive)
    here, there = both(hive)
    assert (here["performance"]["success_rate"], there["performance"]["success_rate"]) == (0.5, 50)
    for stats in (here, there):
        assert (stats["tasks"]["completed"], stats["tasks"]["failed"], stats["tasks"]["total"]) == (1, 1, 2)


def test_performance_stays_when_a_worker_leaves(hive):
    one_of_each(hive)
    row = hive.listed("w1")
    assert (row["tasks_completed"], row["tasks_failed"]) == (1, 1)
    hive.post("/api/workers/unregister", {"worker_id": "w1"})
    for stats in both(hive):
        assert (stats["performance"]["total_completed"], stats["performance"]["total_failed"]) == (1, 1)


def test_figures_outlive_a_power_cut(hive):
    one_of_each(hive)
    hive.test_task()
    hive.kill_and_restart()
    for stats in both(hive):
        tasks = stats["tasks"]
        assert [tasks[name] for name in ("pending", "completed", "failed", "total")] == [1, 1, 1, 3]
        assert (stats["performance"]["total_completed"], stats["performance"]["total_failed"]) == (1, 1)
