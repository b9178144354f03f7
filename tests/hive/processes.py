"""What the tests start: orchestrators, an emulator, workers and a reverse proxy, each in a folder and with an
environment of its own. They end only what they have started."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import requests

HERE = pathlib.Path(__file__).resolve().parent
# What a second of the originals lasts in these tests.
SCALE = 0.02
# What it lasts in their scripts, which wait for a task to be done and then stop looking.
SCRIPT_SCALE = 0.2
# The emulator does not serve gemini-2.0-flash-exp, which the workers ask for.
GEMINI = "gemini-2.0-flash"
FIRST_LINE = 30


def environment(home, **more):
    """Empty but for what a process needs to run at all on this system."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), **more}


def heeds_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Process:
    """A child process whose output goes to files, so that no pipe is ever full."""

    def __init__(self, command, folder, env):
        self.folder = pathlib.Path(folder)
        stamp = f"{time.monotonic_ns()}"
        self.out_path, self.err_path = self.folder / f"out-{stamp}.txt", self.folder / f"err-{stamp}.txt"
        # A group of its own lets Windows send it a Ctrl-Break.
        # Elsewhere a shell that starts us in the background lets us ignore Ctrl-C, and we would hand that down.
        flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {"preexec_fn": heeds_ctrl_c}
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.child = subprocess.Popen(
                command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, **flags)

    def out(self):
        return self.out_path.read_text(encoding="utf-8", errors="replace")

    def err(self):
        return self.err_path.read_text(encoding="utf-8", errors="replace")

    def first_url(self):
        """The URL that stands in its first line."""
        until = time.monotonic() + FIRST_LINE
        while "\n" not in self.out():
            if self.child.poll() is not None:
                raise AssertionError(f"it ended with {self.child.returncode} before it listened:\n{self.err()}")
            if time.monotonic() > until:
                raise AssertionError(f"no URL within {FIRST_LINE} s:\n{self.err()}")
            time.sleep(0.01)
        first = self.out().splitlines()[0].strip()
        if not first.startswith("http://"):
            raise AssertionError(f"the first line is not a URL: {first!r}")
        return first.rstrip("/")

    def interrupt(self):
        self.child.send_signal(signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT)

    def code(self, seconds=20):
        """Its exit code, once it has ended by itself."""
        return self.child.wait(seconds)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self, seconds=15):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.child.returncode


class Hive:
    """An orchestrator, and what a test needs around it. `binary` is the command as a list."""

    def __init__(self, binary, emulator, config="", env=None):
        self.binary, self.emulator = binary, emulator
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="d8-hive-"))
        (self.folder / "d8.toml").write_text(config, encoding="utf-8")
        self.env = environment(self.folder, **(env or {}))
        self.workers, self.lives, self.story = [], [], []
        try:
            self.start("127.0.0.1:0")
        except BaseException:
            self.close()
            raise

    def start(self, listen):
        command = [*self.binary, "up", "--listen", listen, "--config", str(self.folder / "d8.toml")]
        self.process = Process(command, self.folder, self.env)
        self.lives.append(self.process)
        self.url = self.process.first_url()

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    @property
    def localhost(self):
        """As the scripts write it."""
        return f"http://localhost:{self.port}"

    def kill_and_restart(self):
        """A power cut: same store, same port."""
        self.process.kill()
        self.start(f"127.0.0.1:{self.port}")

    def close(self):
        for worker in self.workers:
            worker.stop(2)
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def talk(self):
        """What the orchestrator and the workers said, for a test that failed."""
        parts = [f"--- orchestrator, life {n}\n{life.err()}" for n, life in enumerate(self.lives, 1)]
        parts += [f"--- worker {n}\n{worker.out()}{worker.err()}" for n, worker in enumerate(self.workers, 1)]
        return "\n".join(parts)

    # Workers as processes.

    def worker(self, name, orchestrator=None, files=None, home_files=None, **env):
        """Starts `workers/NAME.py`. `files`: what stands in its working directory; `home_files`: in its home."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
        for path, text in {**(files or {}), **(home_files or {})}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        if orchestrator is not False:
            env = {"ORCHESTRATOR_URL": orchestrator or self.url, **env}
        paths = {"GROQ_BASE_URL": self.emulator, "GEMINI_BASE_URL": self.emulator, "GEMINI_SUCCESSOR": GEMINI,
                 "TIME_SCALE": str(SCALE)}
        python = {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, str(HERE / "workers" / f"{name}.py")]
        worker = Process(command, folder, environment(folder, **paths, **python, **env))
        self.workers.append(worker)
        return worker

    # Calls.

    def get(self, path, **options):
        return requests.get(self.url + path, timeout=10, **options)

    def post(self, path, body=None, **options):
        if body is not None:
            options["json"] = body
        return requests.post(self.url + path, timeout=10, **options)

    def register(self, worker_id, kind="groq", **capabilities):
        answer = self.post(
            "/api/workers/register", {"worker_id": worker_id, "worker_type": kind, "capabilities": capabilities})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def poll(self, worker_id):
        answer = self.get(f"/api/workers/{worker_id}/tasks")
        assert answer.status_code == 200, answer.text
        return answer.json()["task"]

    def test_task(self, prompt="Say hello"):
        answer = self.post("/api/test/task", {"prompt": prompt})
        assert answer.status_code == 200, answer.text
        return answer.json()["task_id"]

    def submit(self, kind="agent_action", data=None, priority=5):
        data = data or {"messages": [{"role": "user", "content": "Say hello"}]}
        answer = self.post("/api/tasks/submit", {"type": kind, "data": data, "priority": priority})
        assert answer.status_code == 201, answer.text
        return answer.json()["task_id"]

    def report(self, worker_id, task_id, result):
        answer = self.post(
            "/api/workers/results", {"task_id": task_id, "worker_id": worker_id, "result": result})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status(self, task_id):
        answer = self.get(f"/api/tasks/status/{task_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stats(self):
        return self.get("/api/workers/stats").json()

    def listed(self, worker_id):
        rows = self.get("/api/workers/list").json()["workers"]
        return next((row for row in rows if row["worker_id"] == worker_id), None)


def eventually(check, seconds=20, every=0.05):
    """The first true value of `check()`; the tests wait for what happens, never for a time."""
    until = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {getattr(check, '__name__', check)} gives {value!r}")
        time.sleep(every)


@contextlib.contextmanager
def emulator(binary):
    """`d8 emulate` with the limits of November 2025; gives its URL."""
    folder = tempfile.mkdtemp(prefix="d8-emulate-")
    command = [*binary, "emulate", "--listen", "127.0.0.1:0", "--tier", "free-2025-11"]
    process = Process(command, folder, environment(folder))
    try:
        yield process.first_url()
    finally:
        process.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def behind_a_proxy(url):
    """A reverse proxy on this machine: it says for whom it forwards, as all of them do. Gives its host and port."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("content-length", 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            headers["X-Forwarded-For"] = "192.0.2.7"
            answer = requests.request(
                self.command, url + self.path, headers=headers, data=self.rfile.read(length), timeout=30)
            self.send_response(answer.status_code)
            self.send_header("content-type", answer.headers.get("content-type", "text/plain"))
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            """A client that went away, or an orchestrator that is not there: the case will tell."""

    server = Server(("127.0.0.1", 0), Forward)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
