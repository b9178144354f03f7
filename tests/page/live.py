"""An orchestrator that really runs: one to which somebody else gave the URL, or one started here from the program."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import urllib.request


def state(url):
    """The first state that the stream sends."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url.rstrip("/") + "/api/events?view=status", timeout=15) as stream:
        name, data = None, []
        for line in stream:
            field, _, value = line.decode().rstrip("\r\n").partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "" and name == "status":
                return json.loads("\n".join(data))
            elif field == "":
                name, data = None, []
    raise AssertionError("the stream ended without a status")


def _first_url(process):
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            return found.group().rstrip("/.,")
    raise AssertionError(f"{process.args[:2]} said no address; exit {process.wait(30)}")


@contextlib.contextmanager
def _process(line, folder, variables):
    keep = {name: os.environ[name] for name in ["PATH", "SYSTEMROOT"] if name in os.environ}
    environment = {**keep, "HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder, **variables}
    process = subprocess.Popen(line, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield _first_url(process)
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def started(program):
    """`d8 emulate`, and `d8 up` with two accounts at it, each on a free port; gives the URL of `d8 up`."""
    program = str(pathlib.Path(program).resolve())
    with tempfile.TemporaryDirectory(prefix="d8-page-") as folder:
        with _process([program, "emulate", "--listen", "127.0.0.1:0"], folder, {}) as emulator:
            keys = {"GROQ_API_KEY": "test-key-1", "GROQ_BASE_URL": f"{emulator}/openai/v1",
                    "GEMINI_API_KEY": "test-key-2", "GEMINI_BASE_URL": emulator}
            with _process([program, "up", "--listen", "127.0.0.1:0"], folder, keys) as url:
                yield url
