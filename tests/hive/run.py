#!/usr/bin/env python3
"""The Hive's workers, client and scripts, unchanged in what they send and read, against D8.

    pip install -r requirements.txt
    run.py D8                  everything, against that binary
    run.py D8 WORD ...         only the cases whose name holds one of these words
    run.py --story D8          the scripts' cases only, with what each script prints, on standard output
    run.py --selftest          everything, against the contract in its smallest form (standin.py; Python 3.11)

Each case has an orchestrator of its own, in a folder of its own, with an empty environment. Exit 0: all passed.
"""
import os
import pathlib
import sys
import time
import traceback

os.environ.setdefault("TIME_SCALE", "0.02")  # before anything reads it

import requests  # noqa: E402

from cases import entry, figures, life, old_scripts, old_workers, reports, routes, tasks  # noqa: E402
from processes import HERE, Hive, emulator  # noqa: E402

MODULES = [routes, tasks, figures, life, reports, entry, old_workers, old_scripts]


def cases(modules, words):
    for module in modules:
        for name, case in vars(module).items():
            full = f"{module.__name__.removeprefix('cases.')}.{name}"
            if name.startswith("test_") and case.__module__ == module.__name__:
                if not words or any(word in full for word in words):
                    yield full, case


def run_case(binary, provider, case, story):
    """Whether it passed; a case that fails shows what the orchestrator said."""
    hive = None
    try:
        requests.post(provider + "/__d8/reset", json={}, timeout=10)
        hive = Hive(binary, provider, getattr(case, "config", ""), getattr(case, "env", {}))
        case(hive)
        if story:
            tell(hive.story)
        return True
    except Exception:
        traceback.print_exc(file=sys.stdout)
        if hive:
            print(hive.talk())
        return False
    finally:
        if hive:
            hive.close()


def tell(story):
    for title, lines in story:
        print(f"\n> {title}")
        print("\n".join(f"  {line}" for line in lines))


def main(arguments):
    story = "--story" in arguments
    selftest = "--selftest" in arguments
    words = [argument for argument in arguments if not argument.startswith("--")]
    if not selftest and not words:
        print(__doc__)
        return 2
    binary = [sys.executable, str(HERE / "standin.py")] if selftest else [str(pathlib.Path(words.pop(0)).resolve())]
    begun, passed, failed = time.monotonic(), 0, []
    with emulator(binary) as provider:
        for name, case in cases([old_scripts] if story else MODULES, words):
            since = time.monotonic()
            good = run_case(binary, provider, case, story)
            print(f"{'ok    ' if good else 'FAILED'} {name} ({time.monotonic() - since:.1f} s)", flush=True)
            if good:
                passed += 1
            else:
                failed.append(name)
    print(f"\n{passed} passed, {len(failed)} failed, in {time.monotonic() - begun:.0f} s")
    for name in failed:
        print(f"  {name}")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
