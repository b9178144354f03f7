"""The Hive's orchestrator as far as its memory goes: Flask's own server, tasks and workers as objects in dictionaries, a queue
sorted by priority, a thread that looks for the dead each second. Written from its contract, for comparison only.
"""
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field

from flask import Flask, jsonify, request


@dataclass
class Task:
    task_id: str
    type: str
    data: dict
    priority: int = 5
    status: str = "pending"
    assigned_to: str | None = None
    created_at: float = field(default_factory=time.time)
    completed_at: float | None = None
    result: dict | None = None


@dataclass
class Worker:
    worker_id: str
    worker_type: str
    capabilities: dict
    status: str = "online"
    last_heartbeat: float = field(default_factory=time.time)
    tasks_completed: int = 0
    tasks_failed: int = 0


app = Flask(__name__)
lock = threading.Lock()
workers, tasks, queue = {}, {}, []


def counted(status):
    return sum(task.status == status for task in tasks.values())


@app.get("/")
def root():
    return jsonify(status="online", project="The Hive")


@app.post("/api/tasks/submit")
def submit():
    body = request.get_json()
    task = Task(str(uuid.uuid4()), body["type"], body["data"], body.get("priority", 5))
    with lock:
        tasks[task.task_id] = task
        queue.append(task.task_id)
        queue.sort(key=lambda known: (-tasks[known].priority, tasks[known].created_at))
    return jsonify(task_id=task.task_id, status="submitted"), 201


@app.post("/api/workers/register")
def register():
    body = request.get_json()
    with lock:
        workers[body["worker_id"]] = Worker(body["worker_id"], body["worker_type"], body.get("capabilities", {}))
    return jsonify(success=True)


@app.get("/api/workers/<worker_id>/tasks")
def poll(worker_id):
    with lock:
        worker = workers.get(worker_id)
        if worker is None or not queue or worker.status == "busy":
            return jsonify(task=None)
        task = tasks[queue.pop(0)]
        task.status, task.assigned_to = "assigned", worker_id
        worker.status, worker.last_heartbeat = "busy", time.time()
    return jsonify(task={"task_id": task.task_id, "type": task.type, **task.data})


@app.post("/api/workers/results")
def results():
    body = request.get_json()
    with lock:
        task, worker = tasks.get(body["task_id"]), workers.get(body["worker_id"])
        if task and worker:
            task.status, task.result, task.completed_at = "completed", body["result"], time.time()
            worker.status = "online"
            worker.tasks_completed += 1
    return jsonify(success=True)


@app.get("/api/stats")
def stats():
    with lock:
        return jsonify(tasks={status: counted(status) for status in ("pending", "assigned", "completed", "failed")})


def bury():
    while True:
        time.sleep(1)
        with lock:
            for worker in [known for known in workers.values() if time.time() - known.last_heartbeat > 60]:
                del workers[worker.worker_id]


if __name__ == "__main__":
    threading.Thread(target=bury, daemon=True).start()
    app.run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
