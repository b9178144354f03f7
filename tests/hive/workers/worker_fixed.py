"""The Hive's plain worker, the only one that worked under the first orchestrator: as Gemini or as Groq."""
import os
import platform
import sys
import time

import groq
import requests
from dotenv import load_dotenv

import gemini
from pace import rest

CALL_LIMIT = 10
SHORT_LIMIT = 5


class FixedWorker:
    def __init__(self):
        self.worker_type = os.getenv("WORKER_TYPE", "gemini")
        self.worker_id = os.getenv("WORKER_ID", f"worker_{int(time.time())}")
        self.orchestrator = os.getenv("ORCHESTRATOR_URL", "http://localhost:5000").rstrip("/")
        self.interval = int(os.getenv("POLL_INTERVAL", "5"))
        # Only a WORKER_TYPE that is set to gemini makes it look at GEMINI_API_KEY; the default does not.
        self.key = os.getenv("GEMINI_API_KEY") if os.getenv("WORKER_TYPE") == "gemini" else os.getenv("API_KEY")
        if self.worker_type == "groq":
            if not self.key:
                print("❌ API_KEY is not set")
                sys.exit(1)
            self.client = groq.Groq(api_key=self.key)

    def post(self, path, body, limit=CALL_LIMIT):
        return requests.post(self.orchestrator + path, json=body, timeout=limit)

    def register(self):
        capabilities = {
            "os": platform.system(),
            "cpu_count": os.cpu_count(),
            "memory_gb": 8.0,
            "worker_type": self.worker_type,
        }
        body = {"worker_id": self.worker_id, "worker_type": self.worker_type, "capabilities": capabilities}
        try:
            answer = self.post("/api/workers/register", {**body, "status": "online"})
        except requests.RequestException as error:
            print(f"❌ Registration failed: {error}")
            return False
        if answer.status_code != 200:
            print(f"❌ Registration failed: {answer.status_code}")
            return False
        print(f"✅ Registered as {self.worker_id} ({self.worker_type})")
        return True

    def poll(self):
        try:
            answer = requests.get(f"{self.orchestrator}/api/workers/{self.worker_id}/tasks", timeout=SHORT_LIMIT)
        except requests.RequestException as error:
            print(f"❌ Poll failed: {error}")
            return None
        return answer.json().get("task") if answer.status_code == 200 else None

    def work(self, task):
        task_id = task["task_id"]
        print(f"📥 Received task: {task_id} ({task['type']})")
        try:
            if task["type"] != "agent_action":
                raise ValueError(f"Unknown task type: {task['type']}")
            result = {"success": True, "result": self.answer(task), "worker_id": self.worker_id}
        except Exception as error:  # whatever is raised is a failed task to this worker
            print(f"❌ Task failed: {error}")
            result = {"success": False, "error": str(error)}
        body = {"task_id": task_id, "worker_id": self.worker_id, "result": result, "timestamp": time.time()}
        try:
            answer = self.post("/api/workers/results", body)
        except requests.RequestException as error:
            print(f"❌ Report failed: {error}")
            return
        if answer.status_code == 200:
            print(f"✅ Result reported for task {task_id}")
        else:
            print(f"❌ Report refused: {answer.status_code}")

    def answer(self, task):
        messages, temperature = task.get("messages", []), task.get("temperature", 0.8)
        if self.worker_type == "groq":
            model = task.get("model", "llama-3.3-70b-versatile")
            completion = self.client.chat.completions.create(model=model, messages=messages, temperature=temperature)
            return completion.choices[0].message.content
        if self.worker_type != "gemini":
            raise ValueError(f"Unsupported worker type: {self.worker_type}")
        if not self.key:
            raise ValueError("No API_KEY or ADC found")
        prompt = "".join(turn["content"] + "\n\n" for turn in messages)
        return gemini.generate(self.key, "gemini-2.0-flash-exp", prompt, temperature, 1000)

    def run(self):
        if not self.register():
            return
        try:
            while True:
                task = self.poll()
                if task:
                    self.work(task)
                else:
                    rest(self.interval)
        except KeyboardInterrupt:
            print("🛑 Worker stopped")
            try:
                self.post("/api/workers/unregister", {"worker_id": self.worker_id}, SHORT_LIMIT)
            except requests.RequestException:
                pass


if __name__ == "__main__":
    load_dotenv(".env.worker")
    FixedWorker().run()
