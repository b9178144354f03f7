"""Workers that fall silent, come again, or outlive the orchestrator."""
import os
import time

from cases import FAST, configured
from processes import eventually

DONE = {"success": True, "response": "done"}


def offline(hive, worker):
    return lambda: hive.listed(worker)["status"] == "offline"


def test_registering_again_gives_the_held_task_back(hive):
    hive.register("w1")
    task_id = hive.test_task()
    hive.poll("w1")
    hive.register("w1")
    assert hive.stats()["tasks"]["pending"] == 1 and hive.stats()["workers"]["total"] == 1
    hive.register("w2")
    assert hive.poll("w2")["task_id"] == task_id


def test_a_new_life_gets_its_old_task_anew(hive):
    hive.register("w1")
    task_id = hive.test_task()
    hive.poll("w1")
    hive.register("w1")
    assert hive.poll("w1")["task_id"] == task_id
    hive.report("w1", task_id, DONE)
    assert hive.status(task_id)["status"] == "completed"


def test_a_poll_while_it_holds_a_task_gives_it_again(hive):
    """It lost the answer or the report: with null it would wait for ever."""
    hive.register("w1")
    first, second = hive.test_task(), hive.test_task()
    assert hive.poll("w1")["task_id"] == first
    assert hive.poll("w1")["task_id"] == first
    hive.report("w1", first, DONE)
    assert hive.poll("w1")["task_id"] == second
    assert hive.status(first)["status"] == "completed"


@configured(FAST)
def test_the_silent_go_offline_and_their_task_goes_on(hive):
    hive.register("w1")
    task_id = hive.test_task()
    hive.poll("w1")
    eventually(offline(hive, "w1"))
    task = hive.status(task_id)
    assert (task["status"], task["assigned_to"]) == ("pending", None)
    stats = hive.stats()["workers"]
    assert (stats["total"], stats["online"], stats["by_type"]) == (0, 0, {})
    hive.register("w2", "gemini")
    assert hive.poll("w2")["task_id"] == task_id


@configured(FAST)
def test_a_poll_revives_without_registering(hive):
    hive.register("w1")
    eventually(offline(hive, "w1"))
    task_id = hive.test_task()
    assert hive.poll("w1")["task_id"] == task_id
    assert hive.stats()["workers"]["by_type"] == {"groq": 1}


@configured(FAST)
def test_the_task_of_the_silent_keeps_its_place(hive):
    hive.register("w1")
    first = hive.test_task()
    hive.poll("w1")
    hive.test_task()
    eventually(offline(hive, "w1"))
    assert hive.poll("w1")["task_id"] == first


@configured(FAST)
def test_a_heartbeat_keeps_what_a_worker_holds(hive):
    hive.register("w1")
    task_id = hive.test_task()
    hive.poll("w1")
    hive.register("w2")
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        hive.post("/api/workers/w1/heartbeat")
        assert hive.poll("w2") is None, "it still belongs to w1"
        time.sleep(0.1)
    hive.report("w1", task_id, DONE)
    assert hive.status(task_id)["status"] == "completed"


@configured('[server]\nworker_timeout = "1s"\n[[worker]]\nid = "slow-*"\ntimeout = "600s"\n')
def test_a_time_limit_of_its_own(hive):
    hive.register("slow-1")
    hive.register("w1")
    eventually(offline(hive, "w1"))
    assert hive.listed("slow-1")["status"] == "online"


@configured(FAST)
def test_a_late_success_counts_while_the_task_waits(hive):
    hive.register("w1")
    task_id = hive.test_task()
    hive.poll("w1")
    eventually(offline(hive, "w1"))
    hive.report("w1", task_id, {"success": True, "response": "late"})
    task = hive.status(task_id)
    assert task["status"] == "completed" and task["result"]["output"] == "late"


@configured(FAST)
def test_a_late_report_changes_nothing_once_another_has_the_task(hive):
    hive.register("w1")
    task_id = hive.test_task()
    hive.poll("w1")
    eventually(offline(hive, "w1"))
    hive.register("w2")
    assert hive.poll("w2")["task_id"] == task_id
    hive.report("w1", task_id, {"success": True, "response": "late"})
    hive.report("w1", task_id, {"success": False, "error": "late"})
    task = hive.status(task_id)
    assert (task["status"], task["assigned_to"]) == ("assigned", "w2")
    hive.report("w2", task_id, {"success": True, "response": "in time"})
    assert hive.status(task_id)["result"]["output"] == "in time"


def test_a_power_cut_loses_nothing_and_nobody_registers_again(hive):
    hive.register("w1")
    hive.register("w2", "gemini")
    held, waiting = hive.test_task("held"), hive.test_task("waiting")
    assert hive.poll("w1")["task_id"] == held
    hive.kill_and_restart()
    assert hive.poll("w2")["task_id"] == waiting, "known without registering"
    hive.report("w1", held, {"success": True, "response": "done meanwhile"})
    hive.report("w2", waiting, DONE)
    for task_id in [held, waiting]:
        assert hive.status(task_id)["status"] == "completed"
    assert hive.status(held)["result"]["output"] == "done meanwhile"


def test_a_poll_after_a_power_cut_gets_the_held_task_again(hive):
    hive.register("w1")
    task_id = hive.test_task("again")
    hive.poll("w1")
    hive.kill_and_restart()
    task = hive.poll("w1")
    assert task["task_id"] == task_id and task["messages"][1]["content"] == "again"


def test_a_request_to_end_is_obeyed_with_success(hive):
    if os.name == "nt":
        return
    hive.register("w1")
    hive.test_task()
    assert hive.process.stop() == 0
