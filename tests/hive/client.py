"""The Hive's client of 19 November (`app/distributed_integration.py`): submits a task and waits for its result."""
import time

import requests


class HiveClient:
    """`scale`: what a second of the original lasts here. Raises where the orchestrator does not answer /health."""

    def __init__(self, url, scale=1.0):
        self.url, self.scale = url.rstrip("/"), scale
        answer = requests.get(f"{self.url}/health", timeout=5)
        if answer.status_code != 200:
            raise ConnectionError(f"Orchestrator not available: {answer.status_code}")
        health = answer.json()
        self.workers_online, self.pending = health["workers_online"], health["tasks_pending"]

    def submit(self, kind, data, priority=5):
        body = {"type": kind, "data": data, "priority": priority}
        answer = requests.post(f"{self.url}/api/tasks/submit", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()["task_id"]

    def wait(self, task_id, seconds=60, every=2):
        """The result as the worker reported it; a failed task raises in the client's own words."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            answer = requests.get(f"{self.url}/api/tasks/status/{task_id}", timeout=10)
            answer.raise_for_status()
            task = answer.json()
            if task["status"] == "completed":
                return task["result"]
            if task["status"] == "failed":
                raise RuntimeError("Task failed")
            time.sleep(every * self.scale)
        raise TimeoutError(f"Task {task_id} timed out")

    def act(self, messages, model="llama-3.3-70b", temperature=0.8):
        """What its users do: an agent's next words."""
        task_id = self.submit("agent_action", {"messages": messages, "model": model, "temperature": temperature})
        return self.wait(task_id)["output"]

    def crossover(self, genome1, genome2):
        return self.submit("evolution_crossover", {"genome1": genome1, "genome2": genome2}, priority=7)

    def mutation(self, genome, rate):
        return self.submit("evolution_mutation", {"genome": genome, "mutation_rate": rate}, priority=7)

    def code(self, prompt, language="python"):
        return self.submit("code_generation", {"prompt": prompt, "language": language})

    def workers(self):
        return requests.get(f"{self.url}/api/workers/list", timeout=10).json()["workers"]

    def stats(self):
        return requests.get(f"{self.url}/api/stats", timeout=10).json()
