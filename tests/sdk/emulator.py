"""An emulator as the tests see it: its URL and its own calls; started here, or by somebody else."""
import contextlib
import json
import pathlib
import subprocess
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVE = ["cargo", "run", "--quiet", "-p", "d8-emulator", "--example", "serve", "--"]


class Emulator:
    def __init__(self, url):
        self.url = url.rstrip("/")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def reset(self):
        self._call("POST", "/__d8/reset", {})

    def fail_next(self, kind, count=1):
        self._call("POST", "/__d8/faults", {"kind": kind, "count": count})

    def score(self):
        return self._call("GET", "/__d8/score")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@contextlib.contextmanager
def started(arguments):
    """An emulator of our own; it ends when its standard input is closed."""
    process = subprocess.Popen(SERVE + arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://"), f"the emulator did not start: {url!r}"
        yield Emulator(url)
    finally:
        process.stdin.close()
        process.wait(30)


@contextlib.contextmanager
def raises(kind):
    """Expects an exception of exactly this class; gives a place where it can be read afterwards."""
    caught = {}
    try:
        yield caught
    except Exception as error:
        assert type(error) is kind, f"expected {kind.__name__}, got {type(error).__name__}: {error}"
        caught["error"] = error
    else:
        raise AssertionError(f"expected {kind.__name__}, and nothing was raised")


def mark(text):
    """The eight hex digits by which an answer names the prompt that it answers."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return f"{value >> 32 ^ value & 0xFFFFFFFF:08x}"
