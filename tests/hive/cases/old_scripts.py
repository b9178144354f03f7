"""The Hive's scripts, as somebody runs them: with workers, without, and without an orchestrator."""
import json
import pathlib
import subprocess
import sys

import groq
import requests

import scripts
from processes import GEMINI, HERE, SCALE, SCRIPT_SCALE, environment, eventually

NOWHERE = "http://localhost:1"


def tell(hive, title, lines):
    """Kept for `--story`."""
    hive.story.append((title, list(lines)))


def run(hive, name, url=None, scale=SCRIPT_SCALE):
    """A script as a process of its own; its exit code and what it printed."""
    env = environment(hive.folder, TIME_SCALE=str(scale), PYTHONUTF8="1", PYTHONDONTWRITEBYTECODE="1")
    command = [sys.executable, str(HERE / "scripts.py"), name, url or hive.localhost]
    ended = subprocess.run(command, env=env, cwd=hive.folder, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert not ended.stderr, ended.stderr
    tell(hive, f"{name} -> exit {ended.returncode}", ended.stdout.splitlines())
    return ended.returncode, ended.stdout


def groq_worker(hive):
    hive.worker("groq18", GROQ_API_KEY="test-key-1")
    eventually(lambda: hive.listed("groq-worker-1"))


def test_groq_system(hive):
    groq_worker(hive)
    code, said = run(hive, "test_groq_system")
    assert code == 0 and "SISTEMA COMPLETAMENTE FUNCIONAL" in said, said
    for line in ["Workers online: 1", "groq: 1", "Task ID: ", "Completed: 1 | Failed: 0", "Success Rate: 100%"]:
        assert line in said, (line, said)
    assert "ADVERTENCIA" not in said
    task_id = said.split("Task ID: ")[1].split()[0]
    assert hive.status(task_id)["status"] == "completed"


def test_groq_system_alone(hive):
    assert run(hive, "test_groq_system")[0] == 1
    code, said = run(hive, "test_groq_system", NOWHERE)
    assert code == 1 and "Orchestrator no disponible" in said


def test_groq_system_with_gemini_only(hive):
    hive.worker("worker_fixed", WORKER_TYPE="gemini", GEMINI_API_KEY="test-key-1")
    eventually(lambda: hive.stats()["workers"]["online"] == 1)
    code, said = run(hive, "test_groq_system")
    assert code == 0 and "no hay workers Groq" in said and "SISTEMA COMPLETAMENTE FUNCIONAL" in said


def test_groq_system_while_the_only_worker_is_busy(hive):
    hive.register("slow-one", "groq")
    hive.test_task()
    hive.poll("slow-one")
    code, said = run(hive, "test_groq_system", scale=SCALE)
    assert code == 0 and "TIMEOUT" in said, said


def test_resilient_worker(hive):
    hive.worker("gemini_resilient", GEMINI_API_KEY="test-key-1")
    eventually(lambda: hive.stats()["workers"]["online"] == 1)
    code, said = run(hive, "test_resilient_worker")
    assert code == 0 and "Completadas: 1 | Fallidas: 0" in said and "Success Rate: 100%" in said, said
    assert run(hive, "test_resilient_worker", NOWHERE)[0] == 1


def test_distributed_system(hive):
    assert run(hive, "test_distributed_system")[0] == 1
    groq_worker(hive)
    code, said = run(hive, "test_distributed_system")
    assert code == 0 and said.count("Online: 1 | Busy: 0 | Completed: 0") == 5
    assert json.loads(said[said.index("{"):])["workers"]["by_type"] == {"groq": 1}


def test_full_automated_test(hive):
    hive.worker("worker_fixed", WORKER_TYPE="gemini", GEMINI_API_KEY="test-key-1")
    eventually(lambda: hive.stats()["workers"]["online"] == 1)
    code, said = run(hive, "FULL_AUTOMATED_TEST")
    assert code == 0 and said.count("Task ID: ") == 6
    assert 'Workers: total 1, online 1, busy ' in said and 'by_type {"gemini": 1}' in said
    eventually(lambda: hive.stats()["tasks"]["completed"] == 6)
    stats = hive.stats()
    assert stats["tasks"]["failed"] == 0 and stats["performance"]["success_rate"] == 1


def chat_call(hive):
    """setup_groq's one call: ten tokens, "OK"."""
    def call(key):
        groq.Groq(api_key=key, base_url=hive.emulator).chat.completions.create(
            model="llama-3.3-70b-versatile", messages=[{"role": "user", "content": "OK"}], max_tokens=10)
    return call


def test_setup_groq_to_a_working_system(hive):
    """The wizard's file is what the worker reads; then the test script, as the guide says."""
    said = []

    def start():
        path = pathlib.Path(hive.folder / ".env.worker.groq")
        hive.worker("groq18", False, files={".env.worker.groq": path.read_text(encoding="utf-8")})

    code = scripts.setup_groq(hive.localhost, said.append, ["", "test-key-1", "S"], hive.folder, chat_call(hive), start)
    tell(hive, f"setup_groq -> exit {code}", said)
    assert code == 0 and "  API Key válida" in said
    eventually(lambda: hive.listed("groq-worker-1"))
    code, said = run(hive, "test_groq_system")
    assert code == 0 and "SISTEMA COMPLETAMENTE FUNCIONAL" in said


def test_setup_groq_refuses(hive):
    said = []
    arguments = [hive.folder, chat_call(hive), lambda: None]
    assert scripts.setup_groq(hive.localhost, said.append, ["", ""], *arguments) == 1
    assert scripts.setup_groq(hive.localhost, said.append, ["bad-key"], *arguments) == 1
    tell(hive, "setup_groq with a bad key -> exit 1", said)
    assert "API Key inválida" in said[-1]


def test_fix_api_key(hive):
    groq_worker(hive)
    for key, words in [("", "sin configurar"), ("bad-key", "con problemas"), ("test-key-1", "API Key OK")]:
        said = []
        assert scripts.fix_api_key(hive.localhost, said.append, key, gemini_call(hive)) == 0
        tell(hive, f"FIX_API_KEY with {key!r}", said)
        assert words in said[0], said
    assert "Online: 1 | Pending: 0 | Completed: 0 | Failed: 0" in said


def gemini_call(hive):
    def call(key):
        url = f"{hive.emulator}/v1beta/models/{GEMINI}:generateContent"
        body = {"contents": [{"parts": [{"text": "OK"}]}]}
        requests.post(url, json=body, headers={"x-goog-api-key": key}, timeout=10).raise_for_status()
    return call


def test_the_menu_of_19_november(hive):
    said = []
    home = {"Documents/d8_data/workers/config.json": {"orchestrator": {"url": hive.url}},
            "Documents/d8_data/workers/groq/credentials.json": {"api_key": "test-key-1"}}

    def start(name):
        if name == "groq19":
            hive.worker(name, False, home_files=home)
        else:
            hive.worker(name, GEMINI_API_KEY="test-key-2", API_KEY="test-key-3")

    for choice in "567":
        assert scripts.start_d8(choice, said.append, start) == 0
    eventually(lambda: hive.stats()["workers"]["online"] == 3)
    tell(hive, "start_d8, choices 5, 6, 7", said)
    task_id = hive.test_task()
    eventually(lambda: hive.status(task_id)["status"] == "completed")


def test_launch_resilient_waits_for_nothing(hive):
    """The worker's window opens five seconds after the orchestrator's, whether or not that listens."""
    said = []
    hive.process.kill()
    code = scripts.launch(
        hive.localhost, said.append, lambda: hive.start(f"127.0.0.1:{hive.port}"),
        lambda: hive.worker("gemini_resilient", GEMINI_API_KEY="test-key-1"))
    tell(hive, f"launch_resilient -> exit {code}", said)
    task_id = hive.test_task()
    eventually(lambda: hive.status(task_id)["status"] == "completed")
