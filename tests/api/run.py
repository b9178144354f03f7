#!/usr/bin/env python3
"""Every call that the OpenAPI document names, with what it allows and what it forbids, against D8.

    pip install -r requirements.txt
    run.py D8                  against that binary, with an emulated provider
    run.py D8 TAG ...          only the calls with these tags, such as `tasks`

No answer may be a 5xx, or have a status, a content type or a shape that the document does not know. Exit 0: none has.
"""
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# For each call and each way of making requests up.
EXAMPLES = 15
# The order in which requests are made up is the same in each run.
SEED = 20251124
FIRST_LINE = 30
# An answer that never ends is a fault too, or belongs into schemathesis.toml.
LONGEST = 240
CONFIG = """
[[account]]
name = "groq"
provider = "groq"
api_key = "test-key-1"
base_url = "{provider}/openai/v1"
"""


@contextlib.contextmanager
def running(command, folder):
    """A process of D8 in a folder of its own, with an empty environment; gives its URL, the first line that it prints."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    env = {**kept, "HOME": str(folder), "USERPROFILE": str(folder)}
    out, err = folder / f"{command[1]}.out", folder / f"{command[1]}.err"
    with open(out, "wb") as to_out, open(err, "wb") as to_err:
        child = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_err)
    try:
        until = time.monotonic() + FIRST_LINE
        while b"\n" not in out.read_bytes():
            if child.poll() is not None or time.monotonic() > until:
                sys.exit(f"{' '.join(command)} did not start:\n{err.read_text(errors='replace')}")
            time.sleep(0.01)
        yield out.read_text().splitlines()[0].strip()
        if child.poll() is not None:
            sys.exit(f"{' '.join(command)} ended with {child.returncode}:\n{err.read_text(errors='replace')}")
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def judge(url, tags, folder):
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "--no-color",
        "run", f"{url}/api/openapi.json", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(EXAMPLES), "--seed", str(SEED), "--request-timeout", "10", "--workers", "2",
        "--continue-on-failure", "--warnings", "off",
    ]
    for tag in tags:
        command += ["--include-tag", tag]
    env = {**os.environ, "SCHEMATHESIS_HOOKS": "lines", "PYTHONPATH": str(HERE)}
    # What it remembers of earlier runs stays in the folder of this one.
    try:
        return subprocess.run(command, cwd=folder, env=env, check=False, timeout=LONGEST).returncode
    except subprocess.TimeoutExpired:
        print(f"it was not done after {LONGEST} s: is there an answer that never ends?")
        return 1


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    binary = str(pathlib.Path(arguments[0]).resolve())
    with tempfile.TemporaryDirectory(prefix="d8-api-", ignore_cleanup_errors=True) as place:
        folder = pathlib.Path(place)
        with running([binary, "emulate", "--listen", "127.0.0.1:0", "--tier", "unlimited"], folder) as provider:
            config = folder / "d8.toml"
            config.write_text(CONFIG.format(provider=provider), encoding="utf-8")
            with running([binary, "up", "--listen", "127.0.0.1:0", "--config", str(config)], folder) as url:
                return judge(url, arguments[1:], folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
