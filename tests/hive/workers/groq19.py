"""The Hive's Groq worker of 19 November 2025: settings from JSON files in the home folder, none from the environment."""
import json
import pathlib
import sys

from groq_worker import GroqWorker

FOLDER = pathlib.Path.home() / "Documents" / "d8_data" / "workers"


class Groq19(GroqWorker):
    def payload(self, task):
        return task.get("task_data", task)

    def report(self, task_id, result):
        body = {"task_id": task_id, "worker_id": self.settings["worker_id"], "result": result}
        return self.post("/api/workers/results", body)


def read(name):
    path = FOLDER / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def main():
    shared, own = read("config.json"), read("groq/worker_config.json")
    key = read("groq/credentials.json").get("api_key")
    if not key:
        print(f"❌ No api_key in {FOLDER / 'groq' / 'credentials.json'}")
        sys.exit(1)
    worker = own.get("worker", {})
    Groq19({
        "key": key,
        "worker_id": worker.get("id", "groq-worker-1"),
        "worker_type": worker.get("type", "groq"),
        "orchestrator": shared.get("orchestrator", {}).get("url", "http://localhost:7001"),
        "interval": own.get("polling", {}).get("interval_seconds", 5),
        "model": own.get("model", {}).get("name", "llama-3.3-70b-versatile"),
    }).run()


if __name__ == "__main__":
    main()
