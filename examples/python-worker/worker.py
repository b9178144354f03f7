"""A worker for D8 in another language: it asks for work, does it with a model of its own, and reports. No library needed."""
import json
import os
import urllib.error
import urllib.request

D8 = os.environ.get("ORCHESTRATOR_URL", "http://127.0.0.1:5000")
TOKEN = os.environ.get("D8_TOKEN", "")  # needed from another machine
MODEL_URL = os.environ.get("MODEL_URL", "http://127.0.0.1:11434/v1")  # whatever speaks OpenAI's API; this is Ollama
MODEL = os.environ.get("MODEL", "llama3.2")
NAME = os.environ.get("WORKER_ID", "python-1")


def call(url, body=None, key=""):
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=120) as answer:
        return json.load(answer)


def work(task):
    body = {**task["task_data"], "model": MODEL}
    try:
        answer = call(f"{MODEL_URL}/chat/completions", body, os.environ.get("API_KEY", ""))
    except urllib.error.HTTPError as error:  # "429" in the text parks this worker for a while and costs the task nothing
        return {"success": False, "error": f"{error.code} {error.read().decode(errors='replace')}"}
    except OSError as error:
        return {"success": False, "error": str(error)}
    text, usage = answer["choices"][0]["message"]["content"], answer.get("usage") or {}
    return {"success": True, "response": text, "model": MODEL, "tokens": usage.get("total_tokens", 0)}


try:
    call(f"{D8}/api/workers/register", {"worker_id": NAME, "worker_type": "python", "capabilities": {}}, TOKEN)
    while True:
        task = call(f"{D8}/api/workers/{NAME}/tasks?wait=30", key=TOKEN)["task"]
        if task:
            call(f"{D8}/api/tasks/{task['task_id']}/result", {"worker_id": NAME, "result": work(task)}, TOKEN)
            print(task["task_id"], "reported", flush=True)
except KeyboardInterrupt:
    call(f"{D8}/api/workers/unregister", {"worker_id": NAME}, TOKEN)
