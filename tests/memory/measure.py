#!/usr/bin/env python3
"""Resident memory of `d8 up` against The Hive's Python orchestrator: idle, and with pending tasks.

    python3 -m venv /tmp/flask && /tmp/flask/bin/pip install -r tests/memory/requirements.txt
    python3 tests/memory/measure.py target/release/d8 /tmp/flask/bin/python [TASKS]

Nobody works for either of them, so that every task stays. Linux only: it reads /proc.
"""
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

PROMPT = "Write three sentences about lighthouses, for readers who have never seen one. Number %d. " + "Keep it plain. " * 20


def resident(pid):
    """Megabytes that are in memory, and how many of them are mapped files: the program and its libraries."""
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return [int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssFile")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("nobody listens")


def measure(command, port, count, **around):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **around)
    try:
        wait_for(port)
        time.sleep(3)
        idle = resident(process.pid)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(count):
            data = {"messages": [{"role": "user", "content": PROMPT % number}], "temperature": 0.8}
            body = json.dumps({"type": "agent_action", "data": data, "priority": 1 + number % 10})
            connection.request("POST", "/api/tasks/submit", body, {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 201, answer.status
        connection.request("GET", "/api/stats")
        pending = json.loads(connection.getresponse().read())["tasks"]["pending"]
        assert pending == count, pending
        time.sleep(3)
        return idle, resident(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def main():
    d8, python = (os.path.abspath(path) for path in sys.argv[1:3])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
    hive_py = str(pathlib.Path(__file__).with_name("hive.py"))
    port = free_port()
    hive = measure([python, hive_py, str(port)], port, count)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {"PATH": os.environ["PATH"], "HOME": folder}
        ours = measure([d8, "up", "--listen", f"127.0.0.1:{port}"], port, count, cwd=folder, env=environment)
    print(f"resident memory, MB       idle   with {count:,} pending")
    for name, ((idle, idle_file), (full, full_file)) in (("The Hive, Flask", hive), ("d8 up", ours)):
        print(f"{name:<22} {idle:>7.1f}   {full:>7.1f}   (of these mapped files: {idle_file:.1f}, {full_file:.1f})")
    ratios = [theirs[0] / own[0] for theirs, own in zip(hive, ours)]
    print(f"The Hive takes {ratios[0]:.2f} times as much idle, {ratios[1]:.2f} times as much with them")


if __name__ == "__main__":
    main()
