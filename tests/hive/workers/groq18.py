"""The Hive's Groq worker of 18 November 2025: settings from `.env.worker.groq`, reports to a route of its own."""
import os
import sys

from dotenv import load_dotenv

from groq_worker import GroqWorker


class Groq18(GroqWorker):
    def payload(self, task):
        return task.get("task_data", {})

    def report(self, task_id, result):
        return self.post(f"/api/workers/{self.settings['worker_id']}/result", {"task_id": task_id, "result": result})


def main():
    load_dotenv(".env.worker.groq")
    key = os.getenv("GROQ_API_KEY")
    if not key:
        print("❌ GROQ_API_KEY is not set. Get one at https://console.groq.com/keys")
        sys.exit(1)
    Groq18({
        "key": key,
        "worker_id": os.getenv("WORKER_ID", "groq-worker-1"),
        "worker_type": "groq",
        "orchestrator": os.getenv("ORCHESTRATOR_URL", "http://localhost:5000"),
        "interval": int(os.getenv("WORKER_POLL_INTERVAL", "5")),
        "model": "llama-3.3-70b-versatile",
    }).run()


if __name__ == "__main__":
    main()
