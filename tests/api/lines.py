"""One object a line, for Schemathesis: a text goes as it is, anything else as JSON."""
import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_context, value):
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", errors="surrogatepass")
