#!/usr/bin/env python3
"""The Hive's scripts, step by step: what each one asks for, prints, and ends with.

    scripts.py NAME URL        NAME is a key of SCRIPTS, without the extension

Each is a function of the orchestrator's URL (the originals have http://localhost:5000 written in) and of how to print;
it gives the exit code. TIME_SCALE shortens their waits. What opens windows or asks a person takes that as an argument.
"""
import json
import os
import sys
import time

from powershell import WebException, invoke_rest_method

SCALE = float(os.environ.get("TIME_SCALE", "1"))
PLACEHOLDER = "your_gemini_api_key_here"


def rest(seconds):
    time.sleep(seconds * SCALE)


def stats_of(url):
    return invoke_rest_method(f"{url}/api/workers/stats", seconds=10)


def send(url, prompt):
    return invoke_rest_method(f"{url}/api/test/task", "POST", {"prompt": prompt}, seconds=10)


def percent(value):
    return f"{value:g}"


def test_groq_system(url, say):
    say("[1/5] Verificando orchestrator...")
    try:
        invoke_rest_method(f"{url}/", seconds=5)
    except WebException as error:
        say(f"  ERROR: Orchestrator no disponible: {error}")
        return 1
    say("  OK: Orchestrator online")

    say("[2/5] Verificando workers...")
    rest(2)
    workers = stats_of(url)["workers"]
    say(f"  Workers online: {workers['online']}")
    if workers["online"] == 0:
        say("  ERROR: No hay workers online")
        return 1
    for kind, count in workers["by_type"].items():
        say(f"    {kind}: {count}")
    if "groq" not in workers["by_type"]:
        say("  ADVERTENCIA: no hay workers Groq")

    say("[3/5] Enviando tarea de prueba...")
    task = send(url, "Escribe un tweet sobre 'IA': <100 caracteres & con emoción")
    say(f"  Task ID: {task['task_id']}")

    say("[4/5] Esperando resultado (30s)...")
    finished = False
    for _ in range(10):
        rest(3)
        tasks = stats_of(url)["tasks"]
        say(f"  Completed: {tasks['completed']} | Failed: {tasks['failed']}")
        if tasks["completed"] > 0 or tasks["failed"] > 0:
            finished = True
            break

    say("[5/5] Estado final")
    final = stats_of(url)
    say(f"  Workers online: {final['workers']['online']}")
    say(f"  Por tipo: {json.dumps(final['workers']['by_type'])}")
    tasks, performance = final["tasks"], final["performance"]
    say(f"  Total: {tasks['total']} | Completed: {tasks['completed']} | Failed: {tasks['failed']}")
    say(f"  Success Rate: {percent(performance['success_rate'] * 100)}%")
    if not finished:
        say("TIMEOUT")
    elif tasks["failed"] == 0:
        say("SISTEMA COMPLETAMENTE FUNCIONAL")
    else:
        say("SISTEMA FUNCIONAL PERO CON ERRORES")
    return 0


def test_resilient_worker(url, say):
    rest(3)
    try:
        workers = stats_of(url)["workers"]
    except WebException as error:
        say(f"ERROR: Orchestrator no disponible: {error}")
        return 1
    say(f"Workers online: {workers['online']}")
    if workers["online"] == 0:
        say("Esperando 10s al worker...")
        rest(10)
    try:
        task = send(url, "Escribe un tweet sobre resiliencia")
        say(f"Task ID: {task['task_id']}")
        for _ in range(12):
            rest(5)
            tasks = stats_of(url)["tasks"]
            say(f"Completed: {tasks['completed']} | Failed: {tasks['failed']} | Pending: {tasks['pending']}")
            if tasks["completed"] > 0 or tasks["failed"] > 0:
                break
        final = stats_of(url)
        say(f"Completadas: {final['tasks']['completed']} | Fallidas: {final['tasks']['failed']}")
        say(f"Success Rate: {percent(final['performance']['success_rate'] * 100)}%")
    except WebException as error:
        say(f"ERROR: {error}")
    return 0


def test_distributed_system(url, say):
    try:
        first = stats_of(url)
    except WebException as error:
        say(f"ERROR: Orchestrator no disponible: {error}")
        return 1
    if first["workers"]["online"] == 0:
        say("ERROR: No hay workers online")
        return 1
    for _ in range(5):
        rest(1)
        now = stats_of(url)
        say(f"Online: {now['workers']['online']} | Busy: {now['workers']['busy']} | "
            f"Completed: {now['tasks']['completed']}")
    say(json.dumps(stats_of(url), indent=4))
    return 0


def full_automated_test(url, say):
    """After the orchestrator and the plain worker were started: both of the Hive's workloads in small."""
    contents = ["Escribe un tweet sobre IA", "Escribe un post de LinkedIn", "Escribe un caption de TikTok"]
    devices = ["Plan: abrir la app y entrar", "Plan: probar el login", "Plan: probar la búsqueda"]
    for title, prompts in [("CONTENT EMPIRE", contents), ("DEVICE FARM", devices)]:
        say(f"[{title}]")
        for prompt in prompts:
            say(f"  Task ID: {send(url, prompt)['task_id']}")
        rest(15)
    final = stats_of(url)
    workers, tasks, performance = final["workers"], final["tasks"], final["performance"]
    say(f"Workers: total {workers['total']}, online {workers['online']}, busy {workers['busy']}, "
        f"by_type {json.dumps(workers['by_type'])}")
    say(f"Tasks: pending {tasks['pending']}, assigned {tasks['assigned']}, completed {tasks['completed']}, "
        f"failed {tasks['failed']}, total {tasks['total']}")
    say(f"Performance: total_completed {performance['total_completed']}, total_failed {performance['total_failed']}, "
        f"success_rate {percent(performance['success_rate'])}%")
    return 0


def fix_api_key(url, say, key="", call=None):
    """`call(key)`: one small Gemini call; raises where the key does not work."""
    if not key or key == PLACEHOLDER:
        say("API Key sin configurar: https://aistudio.google.com/apikey")
        return 0
    try:
        call(key)
        say("API Key OK")
    except Exception as error:  # the script shows whatever came back
        say(f"API Key con problemas: {error}")
    try:
        now = stats_of(url)
    except WebException as error:
        say(f"Orchestrator no disponible: {error}")
        return 0
    tasks = now["tasks"]
    say(f"Online: {now['workers']['online']} | Pending: {tasks['pending']} | "
        f"Completed: {tasks['completed']} | Failed: {tasks['failed']}")
    say("Si hay tareas fallidas: revise la cuota o use el worker de Groq")
    return 0


def setup_groq(url, say, answers, folder, call, start):
    """`answers`: what a person types. `call(key)`: one chat call of ten tokens. `start()`: opens the worker's window."""
    answers = iter(answers)
    say("[1/4] API Key de Groq")
    key = next(answers)
    if not key:
        say("  Abriendo https://console.groq.com/keys ...")
        key = next(answers)
    if not key:
        say("  ERROR: hace falta una API Key")
        return 1
    say("[2/4] Creando .env.worker.groq")
    lines = [f"GROQ_API_KEY={key}", "WORKER_ID=groq-worker-1", "WORKER_TYPE=groq", f"ORCHESTRATOR_URL={url}",
             "WORKER_POLL_INTERVAL=5"]
    (folder / ".env.worker.groq").write_bytes(("\r\n".join(lines) + "\r\n").encode())
    say("[3/4] Validando API Key...")
    try:
        call(key)
        said = "API_KEY_VALID"
    except Exception as error:
        said = f"ERROR: {error}"
    if "API_KEY_VALID" not in said:
        say(f"  API Key inválida: {said}")
        return 1
    say("  API Key válida")
    say("[4/4] ¿Iniciar worker ahora? (S/N)")
    if next(answers).upper() in ("S", "Y"):
        start()
        say(f"  Stats: {url}/api/workers/stats")
        say("  Test: .\\test_groq_system.ps1")
    return 0


def launch(url, say, start_orchestrator, start_worker):
    """`launch_resilient.bat` and `launch_distributed.bat`: two windows, nothing is checked."""
    start_orchestrator()
    rest(5)
    start_worker()
    say("Rate limiting: 10 req/min | Backoff: 2s, 4s, 8s, 16s, 32s | Reintentos: 5")
    say(f"Orchestrator: {url}")
    return 0


def start_d8(choice, say, start):
    """The menu of 19 November. `start(what)`: opens a window."""
    menu = {"4": "orchestrator", "5": "groq19", "6": "gemini_resilient", "7": "worker_fixed"}
    names = {"4": "Orchestrator", "5": "Worker Groq", "6": "Worker Gemini Resilient", "7": "Worker DeepSeek"}
    for number, name in names.items():
        say(f"  {number}. {name}")
    if choice not in menu:
        say("Opción no válida")
        return 0
    say(f"Iniciando {names[choice]}...")
    start(menu[choice])
    return 0


# Those that need nobody at the keyboard.
SCRIPTS = {
    "test_groq_system": test_groq_system,
    "test_resilient_worker": test_resilient_worker,
    "test_distributed_system": test_distributed_system,
    "FULL_AUTOMATED_TEST": full_automated_test,
}

if __name__ == "__main__":
    sys.exit(SCRIPTS[sys.argv[1]](sys.argv[2].rstrip("/"), print))
