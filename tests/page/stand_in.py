"""A stand-in for the orchestrator: serves the page's files, one stream of states, and the two calls that the page makes."""
import copy
import http.server
import json
import pathlib
import threading
import time
import urllib.parse

FILES = pathlib.Path(__file__).resolve().parents[2] / "crates/d8/src/server/page"
SERVED = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}


class StandIn:
    """`state` is what the page is told; times in it are seconds from now, so a state can be written once."""

    def __init__(self, state):
        self.changed = threading.Condition()
        self.state, self.version = state, 0
        self.posts, self.down, self.refusal = [], False, None
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go(down=True)
        self.server.shutdown()
        self.server.server_close()

    def go(self, down):
        """Down: every stream ends, and whatever is asked gets 503."""
        with self.changed:
            self.down, self.version = down, self.version + 1
            self.changed.notify_all()

    def tell(self, change):
        with self.changed:
            change(self.state)
            self.version += 1
            self.changed.notify_all()

    def post(self, path):
        with self.changed:
            self.posts.append(path)
        _, _, _, name, action = path.split("/")
        name = urllib.parse.unquote(name)
        if self.refusal:
            return 409, {"error": {"message": self.refusal, "type": "conflict", "code": "conflict"}}

        def change(state):
            for account in state["accounts"]:
                if account["account"] == name:
                    account["paused"] = action == "pause"

        self.tell(change)
        return 200, {"account": name, "paused": action == "pause"}


TIMES = {"until", "free_at", "parked_until", "last_heartbeat", "runs_out_at", "next_start_at", "all_done_at"}


def moments(value, now):
    """The same state with every time counted from `now`."""
    if isinstance(value, list):
        return [moments(item, now) for item in value]
    if isinstance(value, dict):
        timed = {key: now + item for key, item in value.items() if key in TIMES and item is not None}
        return {key: timed.get(key, moments(item, now)) for key, item in value.items()}
    return value


def handler(stand_in):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self, status, body, kind="application/json"):
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("content-security-policy", "default-src 'self'")
            self.send_header("x-content-type-options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            if self.path == "/api/events?view=status":
                return self.answer(503, b"{}") if stand_in.down else self.stream()
            if self.path == "/api/accounts":
                return self.answer(503, b"{}") if stand_in.down else self.accounts()
            name, kind = SERVED.get(self.path, (None, None))
            if name is None:
                return self.answer(404, b"{}")
            return self.answer(200, FILES.joinpath(name).read_bytes(), kind)

        def do_POST(self):
            status, body = stand_in.post(self.path)
            self.answer(status, json.dumps(body).encode())

        def accounts(self):
            """What is to be expected is asked for; the stream does not tell it."""
            with stand_in.changed:
                state = copy.deepcopy(stand_in.state)
            body = {"accounts": [{"forecast": {}, **account} for account in state["accounts"]],
                    "forecast": state.get("forecast", {"open": 0, "all_done_at": None})}
            self.answer(200, json.dumps(moments(body, time.time())).encode())

        def stream(self):
            self.close_connection = True
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("cache-control", "no-store")
            self.end_headers()
            self.wfile.write(b"retry: 100\n\n")
            sent = None
            while True:
                with stand_in.changed:
                    stand_in.changed.wait_for(lambda: stand_in.version != sent or stand_in.down)
                    if stand_in.down:
                        return
                    state, sent = copy.deepcopy(stand_in.state), stand_in.version
                now = time.time()
                data = json.dumps({"now": now, **moments(state, now)})
                try:
                    self.wfile.write(f"event: status\ndata: {data}\n\n".encode())
                except OSError:
                    return

    return Handler
