"""A headless Chromium, driven over a pipe by its own protocol: no package is needed."""
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--remote-debugging-pipe",
    "--no-proxy-server", "--hide-scrollbars",
]
# The browser reads commands from descriptor 3 and answers on 4.
START = 'exec "$0" "$@" 3<&{read} 4>&{write}'


class Browser:
    def __init__(self):
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            raise SystemExit("there is no Chromium here. Debian and Ubuntu: apt-get install chromium")
        self.folder = tempfile.mkdtemp(prefix="d8-page-")
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()
        line = ["sh", "-c", START.format(read=commands, write=answers), program, *FLAGS]
        line += [f"--user-data-dir={self.folder}", "about:blank"]
        with open(pathlib.Path(self.folder, "stderr"), "wb") as talk:
            self.process = subprocess.Popen(
                line, pass_fds=(commands, answers), stdin=subprocess.DEVNULL, stdout=talk, stderr=talk
            )
        os.close(commands)
        os.close(answers)
        self.number, self.rest, self.events = 0, b"", []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(10)
        except (RuntimeError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, session=None, **parameters):
        """Sends one command and gives its result; events that come meanwhile are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + 30
        while True:
            answer = self._message(until)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def _message(self, until):
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.answers], [], [], max(0, until - time.monotonic()))
            more = os.read(self.answers, 1 << 20) if ready else b""
            if not more:
                raise RuntimeError(f"the browser {'ended' if ready else 'does not answer'}: {self._talk()}")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def _talk(self):
        return pathlib.Path(self.folder, "stderr").read_text(errors="replace")[-2000:]

    def page(self, url, **look):
        return Page(self, url, **look)


class Page:
    """One tab. `language` is what the browser tells pages that its user speaks."""

    def __init__(self, browser, url, width=1280, height=900, dark=False, language="en-US"):
        self.browser, self.width = browser, width
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log"]:
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        agent = browser.call("Browser.getVersion")["userAgent"]
        self.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        self.call("Page.navigate", url=url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.call("Target.closeTarget", targetId=self.target)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def value(self, script):
        """What an expression gives in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']['exception'].get('description')}")
        return answer["result"].get("value")

    def text(self, selector="body"):
        return self.value(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def wait(self, script, seconds=15):
        """Waits until an expression gives something true."""
        until = time.monotonic() + seconds
        while not self.value(f"Boolean({script})"):
            assert time.monotonic() < until, f"not within {seconds} s: {script}\nthe page says:\n{self.text()}"
            time.sleep(0.05)

    def complaints(self):
        """What the console holds of errors, warnings and exceptions."""
        self.value("0")
        found = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            parameters = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(json.dumps(parameters["exceptionDetails"]))
            if event["method"] == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(f"{parameters['entry']['text']} ({parameters['entry'].get('url')})")
            if event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                found.append(json.dumps(parameters["args"]))
        return found

    def picture(self, path):
        """The whole page, however long."""
        height = self.value("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": self.width, "height": height, "scale": 1}
        data = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).write_bytes(base64.b64decode(data))
