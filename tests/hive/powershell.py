"""Windows PowerShell 5.1 on the wire: what its `Invoke-RestMethod` sends, byte by byte, over a plain socket.

`application/json` without charset, `Expect: 100-continue` (and a third of a second for the answer), no `Accept`, a user
agent that begins like a browser's, and bodies in Latin-1.
"""
import http.client
import json
import re
import select
import socket
import urllib.parse

AGENT = "Mozilla/5.0 (Windows NT; Windows NT 10.0; es-ES) WindowsPowerShell/5.1.19041.4291"
PATIENCE = 0.35


class Answer:
    def __init__(self, status, headers, body, continued):
        self.status, self.headers, self.body, self.continued = status, headers, body, continued

    def json(self):
        return json.loads(self.body)


class WebException(Exception):
    """What a script's `catch` gets: nobody answers, or not with success."""


def convert_to_json(value):
    """`ConvertTo-Json`: four spaces, two after the colon, CR LF, and `'<>&` as escapes; other letters stay letters."""
    text = json.dumps(value, indent=4, ensure_ascii=False, separators=(",", ":  "))
    text = re.sub("['<>&]", lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.replace("\n", "\r\n")


def bytes_of(text):
    """A body without charset leaves in Latin-1; what that lacks becomes a question mark."""
    return text.encode("latin-1", errors="replace")


def exchange(url, method="GET", body=None, headers=(), seconds=30):
    """One request as PowerShell makes it. `body`: bytes."""
    parts = urllib.parse.urlsplit(url)
    lines = [f"{method} {parts.path or '/'} HTTP/1.1", f"User-Agent: {AGENT}"]
    if body is not None:
        lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in headers]
    lines.append(f"Host: {parts.hostname}:{parts.port}")
    if body is not None:
        lines += [f"Content-Length: {len(body)}", "Expect: 100-continue"]
    lines.append("Connection: Keep-Alive")
    with socket.create_connection((parts.hostname, parts.port), seconds) as wire:
        wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        continued = False
        if body is not None:
            first = first_bytes(wire)
            continued = first.startswith(b"HTTP/1.1 100")
            if continued or not first:
                wire.sendall(body)
        answer = http.client.HTTPResponse(wire, method=method)
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read(), continued)


def first_bytes(wire):
    readable, _, _ = select.select([wire], [], [], PATIENCE)
    return wire.recv(12, socket.MSG_PEEK) if readable else b""


def invoke_rest_method(url, method="GET", body=None, seconds=30):
    """`Invoke-RestMethod`, the body through `ConvertTo-Json`; anything but success raises."""
    data = None if body is None else bytes_of(convert_to_json(body))
    try:
        answer = exchange(url, method, data, seconds=seconds)
    except OSError as error:
        raise WebException(f"No es posible conectar con el servidor remoto: {error}") from error
    if not 200 <= answer.status < 300:
        raise WebException(f"Error en el servidor remoto: ({answer.status})")
    return answer.json()
