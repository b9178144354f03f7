"""The Hive's resilient Gemini worker: ten requests a minute, five attempts, waits that double."""
import os
import sys
import time

import requests
from dotenv import load_dotenv

import gemini
from pace import SCALE, rest

TIME_LIMIT = 10
ATTEMPTS = 5
MODEL = "gemini-2.0-flash-exp"
PLACEHOLDER = "your_gemini_api_key_here"


class Limiter:
    """At most ten starts in sixty seconds; else sleeps to the end of that minute and one second more."""

    def __init__(self):
        self.starts = []

    def wait(self):
        now = time.monotonic()
        self.starts = [start for start in self.starts if now - start < 60 * SCALE]
        if len(self.starts) >= 10:
            left = 60 - (now - self.starts[0]) / SCALE + 1
            print(f"⏳ Rate limiter: {left:.0f}s")
            rest(left)
        self.starts.append(time.monotonic())


def is_quota(words):
    return "429" in words or "TooManyRequests" in words or "quota" in words.lower()


class ResilientWorker:
    def __init__(self, key):
        self.key = key
        self.worker_id = os.getenv("WORKER_ID", "gemini-resilient-1")
        self.orchestrator = os.getenv("ORCHESTRATOR_URL", "http://localhost:5000").rstrip("/")
        self.interval = int(os.getenv("WORKER_POLL_INTERVAL", "10"))
        self.limiter = Limiter()
        self.total = self.failed = self.retries = 0

    def post(self, path, body):
        return requests.post(self.orchestrator + path, json=body, timeout=TIME_LIMIT)

    def register(self):
        capabilities = {"models": [MODEL], "max_tokens": 8192, "resilient": True, "rate_limiting": True}
        body = {"worker_id": self.worker_id, "worker_type": "gemini", "capabilities": capabilities}
        try:
            answer = self.post("/api/workers/register", body)
        except requests.RequestException as error:
            print(f"❌ Registration failed: {error}")
            return False
        if answer.status_code != 200:
            print(f"❌ Registration failed: {answer.status_code}")
            return False
        print(f"✅ Worker registered: {self.worker_id}")
        return True

    def poll(self):
        try:
            answer = requests.get(f"{self.orchestrator}/api/workers/{self.worker_id}/tasks", timeout=TIME_LIMIT)
        except requests.RequestException as error:
            print(f"❌ Poll failed: {error}")
            return None
        return answer.json().get("task") if answer.status_code == 200 else None

    def work(self, task):
        task_id, data = task.get("task_id"), task.get("task_data", {})
        print(f"📥 Received task: {task_id}")
        result = self.answer(data)
        if result["success"]:
            print(f"✅ Task {task_id} completed (attempts: {result['attempts']})")
        else:
            print(f"❌ Task {task_id} failed: {result['error']}")
        try:
            answer = self.post(f"/api/workers/{self.worker_id}/result", {"task_id": task_id, "result": result})
        except requests.RequestException as error:
            print(f"❌ Report failed: {error}")
            return
        if answer.status_code != 200:
            print(f"❌ Report refused: {answer.status_code}")

    def answer(self, data):
        self.total += 1
        try:
            turns = [turn for turn in data.get("messages", []) if turn["role"] in ("system", "user")]
            prompt = "".join(turn["content"] + "\n\n" for turn in turns)
            text, attempts = self.insist(prompt, data.get("temperature", 0.8), data.get("max_tokens", 2000))
        except Exception as error:  # whatever is raised is a failed task to this worker
            self.failed += 1
            return {"success": False, "error": str(error), "attempts": ATTEMPTS, "stats": self.stats()}
        return {"success": True, "response": text, "model": MODEL, "attempts": attempts, "stats": self.stats()}

    def insist(self, prompt, temperature, max_tokens):
        for attempt in range(1, ATTEMPTS + 1):
            self.limiter.wait()
            print(f"🔄 Attempt {attempt}/{ATTEMPTS}")
            try:
                return gemini.generate(self.key, MODEL, prompt, temperature, max_tokens), attempt
            except Exception as error:
                if not is_quota(str(error)) or attempt == ATTEMPTS:
                    raise
                pause = 2**attempt
                print(f"⚠️ 429 Rate Limit - Esperando {pause}s")
                self.retries += 1
                rest(pause)
        raise AssertionError("the last attempt returns or raises")

    def stats(self):
        return {"total_requests": self.total, "failed_requests": self.failed, "retries": self.retries}

    def run(self):
        if not self.register():
            return
        try:
            while True:
                task = self.poll()
                if task:
                    self.work(task)
                rest(self.interval)
        except KeyboardInterrupt:
            print(f"🛑 Worker stopped. Total: {self.total} | Failed: {self.failed} | Retries: {self.retries}")


def main():
    load_dotenv(".env.worker")
    key = os.getenv("GEMINI_API_KEY")
    if not key or key == PLACEHOLDER:
        print("❌ GEMINI_API_KEY is not set")
        sys.exit(1)
    ResilientWorker(key).run()


if __name__ == "__main__":
    main()
