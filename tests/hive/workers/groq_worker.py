"""What the Groq worker of 18 and of 19 November have in common: all but where settings come from and reports go."""
import time

import groq
import requests

from pace import rest

TIME_LIMIT = 10


class GroqWorker:
    """`settings`: key, worker_id, worker_type, orchestrator, interval, model."""

    def __init__(self, settings):
        self.settings = settings
        self.orchestrator = settings["orchestrator"].rstrip("/")
        self.client = groq.Groq(api_key=settings["key"])
        self.total = self.successful = 0

    # What the two generations do differently.

    def payload(self, task):
        raise NotImplementedError

    def report(self, task_id, result):
        raise NotImplementedError

    # The same in both.

    def post(self, path, body):
        return requests.post(self.orchestrator + path, json=body, timeout=TIME_LIMIT)

    def register(self):
        models = ["llama-3.3-70b-versatile", "llama-3.1-8b-instant"]
        capabilities = {"models": models, "max_tokens": 32768, "supports_streaming": True, "speed": "ultra-fast"}
        body = {"worker_id": self.settings["worker_id"], "worker_type": self.settings["worker_type"]}
        try:
            answer = self.post("/api/workers/register", {**body, "capabilities": capabilities})
        except requests.RequestException as error:
            print(f"❌ Registration failed: {error}")
            return False
        if answer.status_code != 200:
            print(f"❌ Registration failed: {answer.status_code}")
            return False
        print(f"✅ Worker registered: {self.settings['worker_id']}")
        return True

    def poll(self):
        try:
            url = f"{self.orchestrator}/api/workers/{self.settings['worker_id']}/tasks"
            answer = requests.get(url, timeout=TIME_LIMIT)
        except requests.RequestException as error:
            print(f"❌ Poll failed: {error}")
            return None
        return answer.json().get("task") if answer.status_code == 200 else None

    def work(self, task):
        task_id = task.get("task_id")
        print(f"📥 Received task: {task_id}")
        result = self.answer(self.payload(task))
        if result["success"]:
            print(f"✅ Task {task_id} completed")
            print(f"   Time: {result['elapsed']:.2f}s | Tokens: {result['tokens']} | Rate: {self.rate():.1f}%")
        else:
            print(f"❌ Task {task_id} failed: {result['error']}")
        self.hand_in(task_id, result)

    def answer(self, data):
        self.total += 1
        begun = time.time()
        try:
            completion = self.client.chat.completions.create(
                model=self.settings["model"],
                messages=data.get("messages", []),
                temperature=data.get("temperature", 0.8),
                max_tokens=data.get("max_tokens", 2000),
            )
        except Exception as error:  # whatever the SDK raises is a failed task to this worker
            return {"success": False, "error": str(error), "stats": self.stats()}
        self.successful += 1
        return {
            "success": True,
            "response": completion.choices[0].message.content,
            "model": self.settings["model"],
            "tokens": completion.usage.total_tokens,
            "elapsed": time.time() - begun,
            "stats": self.stats(),
        }

    def hand_in(self, task_id, result):
        try:
            answer = self.report(task_id, result)
        except requests.RequestException as error:
            print(f"❌ Report failed: {error}")
            return
        if answer.status_code != 200:
            print(f"❌ Report refused: {answer.status_code}")

    def rate(self):
        return 100 * self.successful / self.total if self.total else 0.0

    def stats(self):
        return {"total_requests": self.total, "successful_requests": self.successful, "success_rate": self.rate()}

    def run(self):
        if not self.register():
            return
        try:
            while True:
                task = self.poll()
                if task:
                    self.work(task)
                rest(self.settings["interval"])
        except KeyboardInterrupt:
            print(f"🛑 Worker stopped. Total: {self.total} | Successful: {self.successful} | Rate: {self.rate():.1f}%")
