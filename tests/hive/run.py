#!/usr/bin/env python3
"""The Hive's workers, client and scripts, unchanged in what they send and read, against D8.

    pip install -r requirements.txt
    run.py D8                  everything, against that binary
    run.py D8 WORD ...         only the cases whose name holds one of these words
    run.py --story D8          the scripts' cases only, with what each script prints, on standard output
    run.py --selftest [D8]     everything, against the contract in its smallest form (standin.py; Python 3.11), with that
                               binary's emulator where it is given

Each case has an orchestrator of its own, in a folder of its own, with an empty environment. Exit 0: all passed.
"""
import concurrent.futures
import contextlib
import os
import pathlib
import queue
import sys
import time
import traceback

os.environ.setdefault("TIME_SCALE", "0.2")  # before anything reads it

import requests  # noqa: E402

from cases import entry, figures, life, old_scripts, old_workers, reports, routes, tasks  # noqa: E402
from processes import HERE, Hive, emulator  # noqa: E402

# They wait more than they compute.
LANES = 4
MODULES = [routes, tasks, figures, life, reports, entry, old_workers, old_scripts]


def cases(modules, words):
    for module in modules:
        for name, case in vars(module).items():
            full = f"{module.__name__.removeprefix('cases.')}.{name}"
            if name.startswith("test_") and case.__module__ == module.__name__:
                if not words or any(word in full for word in words):
                    yield full, case


def run_case(binary, provider, case, story):
    """Whether it passed, and what there is to read: of a case that failed, what the orchestrator said."""
    hive = None
    try:
        requests.post(provider + "/__d8/reset", json={}, timeout=10).raise_for_status()
        hive = Hive(binary, provider, getattr(case, "config", ""), getattr(case, "env", {}))
        case(hive)
        return True, told(hive.story) if story else ""
    except Exception:
        return False, traceback.format_exc() + (hive.talk() if hive else "")
    finally:
        if hive:
            hive.close()


def told(story):
    return "".join(f"\n> {title}\n" + "".join(f"  {line}\n" for line in lines) for title, lines in story)


class Lane:
    """Runs cases one after the other, with an emulator of its own: quotas and ordered faults are a case's own."""

    def __init__(self, binary, story, providers):
        self.binary, self.story, self.providers = binary, story, providers

    def run(self, named):
        name, case = named
        provider = self.providers.get()
        since = time.monotonic()
        try:
            good, text = run_case(self.binary, provider, case, self.story)
        finally:
            self.providers.put(provider)
        return name, good, f"{text}{'ok    ' if good else 'FAILED'} {name} ({time.monotonic() - since:.1f} s)"


def run_all(binary, emulating, chosen, story):
    """The names of those that failed."""
    lanes, failed, providers = 1 if story else LANES, [], queue.Queue()
    with contextlib.ExitStack() as stack:
        for _ in range(lanes):
            providers.put(stack.enter_context(emulator(emulating)))
        lane = Lane(binary, story, providers)
        with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
            for name, good, text in pool.map(lane.run, chosen):
                print(text, flush=True)
                if not good:
                    failed.append(name)
    return failed


def is_program(word):
    return os.sep in word and os.access(word, os.X_OK)


def main(arguments):
    story = "--story" in arguments
    selftest = "--selftest" in arguments
    words = [argument for argument in arguments if not argument.startswith("--")]
    if not selftest and not words:
        print(__doc__)
        return 2
    standin = [sys.executable, str(HERE / "standin.py")]
    given = [str(pathlib.Path(words.pop(0)).resolve())] if words and (not selftest or is_program(words[0])) else standin
    chosen, begun = list(cases([old_scripts] if story else MODULES, words)), time.monotonic()
    failed = run_all(standin if selftest else given, given, chosen, story)
    print(f"\n{len(chosen) - len(failed)} passed, {len(failed)} failed, in {time.monotonic() - begun:.0f} s")
    for name in failed:
        print(f"  {name}")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
