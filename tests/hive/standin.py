#!/usr/bin/env python3
"""The contract in its smallest form: `up` and `emulate` as D8 has them, in memory and a file. `run.py --selftest` runs all
tests against it, so that a test that fails against D8 is known not to ask for the impossible."""
import base64
import json
import pathlib
import re
import signal
import socket
import sys
import threading
import time
import tomllib
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import environ, replace

QUOTA_WORDS = ("429", "toomanyrequests", "quota")
MODELS = {"groq": "llama-3.3-70b-versatile", "gemini": "gemini-2.0-flash-exp"}


class Refusal(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class State:
    """Everything that the orchestrator knows; callers hold the lock."""

    def __init__(self, path, config):
        self.path, self.lock = path, threading.RLock()
        server = config.get("server", {})
        self.timeout = seconds(server.get("worker_timeout", "60s"))
        self.limits = {account["name"]: account["limits"][0]["requests"] for account in config.get("account", [])}
        self.rules = config.get("worker", [])
        self.workers, self.tasks, self.spent = {}, {}, {}
        if path.exists():
            self.workers, self.tasks, self.spent = json.loads(path.read_text())
            for worker in self.workers.values():
                worker["last"] = time.time()

    def save(self):
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps([self.workers, self.tasks, self.spent]))
        replace(beside, self.path)

    # Workers.

    def register(self, body):
        worker_id, kind = need(body, "worker_id"), need(body, "worker_type")
        self.give_back(worker_id)
        rule = next((rule for rule in self.rules if fits(rule.get("id", "*"), worker_id)), {})
        timeout = seconds(rule["timeout"]) if "timeout" in rule else self.timeout
        self.workers[worker_id] = {"kind": kind, "timeout": timeout, "capabilities": body.get("capabilities", {}), "last": time.time(),
                                   "holds": None, "completed": 0, "failed": 0, "parked": 0.0, "gone": False}
        return {"success": True, "status": "registered", "worker_id": worker_id, "message": "Worker registered"}

    def unregister(self, worker_id):
        self.give_back(worker_id)
        if worker_id in self.workers:
            self.workers[worker_id]["gone"] = True

    def give_back(self, worker_id):
        worker = self.workers.get(worker_id)
        if worker and worker["holds"]:
            self.tasks[worker["holds"]].update(status="pending", assigned_to=None)
            worker["holds"] = None

    def sweep(self):
        for worker_id, worker in self.workers.items():
            if not self.lives(worker):
                self.give_back(worker_id)

    def lives(self, worker):
        return not worker["gone"] and time.time() - worker["last"] <= worker["timeout"]

    # Tasks.

    def submit(self, kind, data, priority=5, max_attempts=5):
        number = len(self.tasks) + 1
        task_id = f"task_{number}"
        self.tasks[task_id] = {
            "task_id": task_id, "number": number, "type": kind, "data": data, "priority": priority,
            "status": "pending", "assigned_to": None, "created_at": time.time(), "completed_at": None, "result": None,
            "held_by": [], "faults": 0, "max_attempts": max_attempts}
        return task_id

    def poll(self, worker_id):
        worker = self.workers.get(worker_id)
        if not worker:
            return None
        worker.update(last=time.time(), gone=False)
        if worker["holds"]:
            return self.shown(self.tasks[worker["holds"]], worker)
        account = next((rule.get("account") for rule in self.rules if fits(rule.get("id", "*"), worker_id)), None)
        full = account and self.spent.get(account, 0) >= self.limits[account]
        if full or worker["parked"] > time.time():
            return None
        open_tasks = [task for task in self.tasks.values() if task["status"] == "pending" and suits(task, worker)]
        if not open_tasks:
            return None
        task = min(open_tasks, key=lambda task: (-task["priority"], task["number"]))
        task.update(status="assigned", assigned_to=worker_id)
        task["held_by"].append(worker_id)
        worker["holds"] = task["task_id"]
        if account:
            self.spent[account] = self.spent.get(account, 0) + 1
        return self.shown(task, worker)

    def shown(self, task, worker):
        data = dict(task["data"])
        if worker["kind"] in MODELS and "model" in data:
            data["model"] = MODELS[worker["kind"]]
        own = {name: task[name] for name in ("task_id", "type", "priority")}
        return {**data, "task_data": data, "data": data, **own}

    def report(self, worker_id, body):
        task_id, result = need(body, "task_id"), need(body, "result")
        worker, task = self.workers.get(worker_id), self.tasks.get(task_id)
        if not worker or not task or worker_id not in task["held_by"]:
            return
        success = result.get("success", True)
        if task["assigned_to"] != worker_id:
            if task["status"] == "pending" and success:
                self.end(task, worker, "completed", result)
            return
        worker["holds"], task["assigned_to"] = None, None
        words = str(result.get("error", "")).lower()
        if task["status"] != "assigned":
            return
        if success:
            self.end(task, worker, "completed", result)
        elif any(word in words for word in QUOTA_WORDS):
            worker["parked"] = time.time() + hint(words)
            task["status"] = "pending"
        else:
            task["faults"] += 1
            task["status"] = "pending"
            if task["faults"] >= task["max_attempts"]:
                self.end(task, worker, "failed", result)

    def end(self, task, worker, status, result):
        words = result.get("response", result.get("result", result.get("output")))
        plain = {"success": status == "completed", "response": words, "output": words, "model": MODELS.get(worker["kind"])}
        task.update(status=status, completed_at=time.time(), result={**plain, **result, "success": plain["success"]})
        task["assigned_to"] = next(name for name, known in self.workers.items() if known is worker)
        worker[status] += 1

    # What is shown.

    def count(self, status):
        return sum(task["status"] == status for task in self.tasks.values())

    def statistics(self, whole):
        living = [worker for worker in self.workers.values() if self.lives(worker)]
        kinds = [worker["kind"] for worker in living]
        done, failed = self.count("completed"), self.count("failed")
        rate = whole * done / (done + failed) if done + failed else 0.0
        names = ("pending", "assigned", "completed", "failed", "cancelled")
        return {
            "workers": {"total": len(living), "online": len(living), "busy": sum(bool(w["holds"]) for w in living),
                        "by_type": {kind: kinds.count(kind) for kind in set(kinds)}},
            "tasks": {**{name: self.count(name) for name in names}, "total": len(self.tasks)},
            "performance": {"total_completed": done, "total_failed": failed, "success_rate": rate}}

    def listed(self):
        rows = [{"worker_id": worker_id, "worker_type": worker["kind"],
                 "status": ("busy" if worker["holds"] else "online") if self.lives(worker) else "offline",
                 "last_heartbeat": worker["last"], "tasks_completed": worker["completed"],
                 "tasks_failed": worker["failed"], "capabilities": worker["capabilities"]}
                for worker_id, worker in self.workers.items()]
        return {"workers": rows, "total": len(rows)}

    def status(self, task_id):
        if task_id not in self.tasks:
            raise Refusal(404, "Task not found")
        names = ("task_id", "type", "status", "priority", "assigned_to", "created_at", "completed_at", "result")
        task = {name: self.tasks[task_id][name] for name in names}
        if task["status"] == "pending":
            task["wait"] = {"code": "no_worker", "message": "No worker takes it now"}
        return task


    def whole(self, task_id):
        """The task object of D8's own API: its result is a chat completion."""
        task = self.status(task_id)
        if task["status"] == "completed":
            words = {"role": "assistant", "content": task["result"]["output"]}
            usage = {"total_tokens": task["result"].get("tokens", 0)}
            task["result"] = {"choices": [{"index": 0, "message": words, "finish_reason": "stop"}], "usage": usage}
        return task


def need(body, name):
    if not isinstance(body, dict) or name not in body:
        raise Refusal(400, f"`{name}` is missing")
    return body[name]


def seconds(text):
    return float(text[:-2]) / 1000 if text.endswith("ms") else float(text[:-1])


def fits(pattern, text):
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def suits(task, worker):
    """Whether a worker knows the type and its wire can carry the request."""
    known = task["type"] == "agent_action" or task["type"] in worker["capabilities"].get("task_types", [])
    data = task["data"]
    rich = any(name in data for name in ("tools", "response_format", "stop")) or data.get("stream")
    return known and not rich and all(isinstance(m.get("content"), str) for m in data.get("messages", []))


def hint(words):
    found = re.search(r"(?:try again|retry) in (\d+(?:\.\d+)?)s", words)
    return float(found[1]) if found else 60.0


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def text(self):
        data = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("windows-1252", errors="replace")

    def body(self):
        try:
            return json.loads(self.text())
        except ValueError as error:
            raise Refusal(400, f"the body is not JSON: {error}") from error

    def do_GET(self):
        try:
            self.answer(*self.handle_call())
        except Refusal as refusal:
            kind = "not_found" if refusal.status == 404 else "invalid_request"
            self.answer(refusal.status, {"error": {"message": str(refusal), "type": kind, "code": kind}})

    do_POST = do_GET

    def handle_call(self):
        raise NotImplementedError


class Orchestrator(Door):
    state = None
    token = None

    def may_enter(self):
        given = self.headers.get("authorization", "")
        password = base64.b64decode(given[6:]).decode().partition(":")[2] if given.startswith("Basic ") else given[7:]
        return "x-forwarded-for" not in self.headers or password == self.token or self.path == "/health"

    def handle_call(self):
        path = [part for part in self.path.split("?")[0].split("/") if part]
        if not self.may_enter():
            self.text()
            raise Refusal(401, "a token is needed")
        with self.state.lock:
            self.state.sweep()
            answer = self.route(path, self.state)
            self.state.save()
        return answer

    def route(self, path, state):
        match [self.command, *path]:
            case ["GET"]:
                if "text/html" in self.headers.get("accept", ""):
                    return 200, "<!doctype html><title>D8</title>", "text/html; charset=utf-8"
                return 200, {"status": "online", "project": "D8", "version": "0", "endpoints": {"stats": "/api/stats"}}
            case ["GET", "health"]:
                return 200, {"status": "healthy", "service": "d8", "timestamp": "2025-11-19T10:00:00+00:00",
                             "workers_online": state.statistics(1)["workers"]["online"],
                             "tasks_pending": state.count("pending"), "tasks_in_progress": state.count("assigned")}
            case ["POST", "api", "workers", "register"]:
                return 200, state.register(self.body())
            case ["POST", "api", "workers", "unregister"]:
                state.unregister(self.body().get("worker_id"))
                return 200, {"success": True}
            case ["POST", "api", "workers", "results"]:
                body = self.body()
                state.report(need(body, "worker_id"), body)
                return 200, {"success": True}
            case ["GET", "api", "workers", "list"]:
                return 200, state.listed()
            case ["GET", "api", "workers", "stats"]:
                return 200, state.statistics(1)
            case ["GET", "api", "stats"]:
                return 200, state.statistics(100)
            case ["GET", "api", "workers", worker_id, "tasks"]:
                return 200, {"task": state.poll(worker_id)}
            case ["POST", "api", "workers", worker_id, "heartbeat"]:
                self.text()
                if worker_id in state.workers:
                    state.workers[worker_id]["last"] = time.time()
                return 200, {"status": "ok"}
            case ["POST", "api", "workers", worker_id, "result"]:
                state.report(worker_id, self.body())
                return 200, {"success": True}
            case ["POST", "api", "workers", worker_id, "unregister"]:
                self.text()
                state.unregister(worker_id)
                return 200, {"status": "unregistered"}
            case ["POST", "api", "tasks", task_id, "result"]:
                body = self.body()
                state.report(need(body, "worker_id"), {"task_id": task_id, **body})
                return 200, {"status": "received"}
            case ["POST", "api", "test", "task"]:
                turns = [{"role": "system", "content": "You are a helpful assistant."},
                         {"role": "user", "content": self.body().get("prompt", "Say hello")}]
                data = {"messages": turns, "model": "gemini-2.0-flash-exp", "temperature": 0.8}
                return 200, {"success": True, "task_id": state.submit("agent_action", data), "message": "Task submitted",
                             "check_stats": "/api/workers/stats"}
            case ["POST", "api", "tasks", "submit"]:
                body = self.body()
                task_id = state.submit(body.get("type", "agent_action"), need(body, "data"), body.get("priority", 5))
                return 201, {"task_id": task_id, "status": "submitted", "message": "Task submitted"}
            case ["POST", "api", "tasks"]:
                body = self.body()
                data = body.get("data") or {"messages": [{"role": "user", "content": body.get("prompt")}]}
                task_id = state.submit(body.get("type", "agent_action"), data, max_attempts=body.get("max_attempts", 5))
                return 201, state.status(task_id)
            case ["GET", "api", "tasks", "queue"]:
                names = ("task_id", "type", "priority", "status", "created_at")
                rows = [{name: task[name] for name in names} for task in state.tasks.values()
                        if task["status"] in ("pending", "assigned")]
                counts = {name: state.count(name) for name in ("pending", "assigned", "completed", "failed")}
                return 200, {"queue": rows, **counts}
            case ["GET", "api", "tasks", "status", task_id]:
                return 200, state.status(task_id)
            case ["GET", "api", "tasks", task_id]:
                return 200, state.whole(task_id)
        self.text()
        raise Refusal(404, f"there is no {self.path}")


class Provider(Door):
    """Groq's and Gemini's answers, without limits: bad- keys are refused, broke- keys have no quota."""

    faults = []

    def handle_call(self):
        key = self.headers.get("x-goog-api-key") or self.headers.get("authorization", "")[7:]
        body = self.body()
        if self.path.startswith("/__d8/"):
            self.faults += [(body["kind"], body["provider"])] * body["count"] if "kind" in body else []
            return 200, {}
        if key.startswith("bad-"):
            raise Refusal(400 if "v1beta" in self.path else 401, "Invalid API Key")
        if key.startswith("broke-"):
            raise Refusal(429, "You exceeded your current quota")
        provider = "gemini" if "v1beta" in self.path else "groq"
        if self.faults and self.faults[0][1] == provider:
            kind, _ = self.faults.pop(0)
            time.sleep(60 if kind == "hang" else 0)
            raise Refusal(503, "fault")
        text = f"[{uuid.uuid4().hex[:8]}] done"
        if "v1beta" in self.path:
            return 200, {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}}]}
        if body["model"] != MODELS["groq"]:
            raise Refusal(404, f"The model `{body['model']}` does not exist")
        message = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return 200, {"id": "chatcmpl-1", "object": "chat.completion", "created": int(time.time()),
                     "model": body["model"], "choices": [message],
                     "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Server6(Server):
    address_family = socket.AF_INET6


def listen(host, port, handler):
    """On 127.0.0.1 and, where the machine has it, on [::1]."""
    first = Server((host, port), handler)
    try:
        return [first, Server6(("::1", first.server_port), handler)]
    except OSError:
        return [first]


def main(arguments):
    name, options = arguments[0], dict(zip(arguments[1::2], arguments[2::2]))
    host, _, port = options["--listen"].rpartition(":")
    handler = Provider
    if name == "up":
        handler = Orchestrator
        config = pathlib.Path(options["--config"])
        Orchestrator.state = State(config.with_name("standin.json"), tomllib.loads(config.read_text()))
        Orchestrator.token = environ.get("D8_SERVER__TOKEN")
    servers = listen(host, int(port), handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=servers[0].shutdown).start())
    for other in servers[1:]:
        threading.Thread(target=other.serve_forever, daemon=True).start()
    print(f"http://{host}:{servers[0].server_port}", flush=True)
    servers[0].serve_forever(0.05)


if __name__ == "__main__":
    main(sys.argv[1:])
