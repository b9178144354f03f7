#!/usr/bin/env python3
"""The official SDKs, unchanged, against the emulator.

    pip install -r requirements.txt
    run.py                 starts emulators of its own (with cargo) and runs everything
    run.py URL             runs everything against an emulator that runs already, such as `d8 emulate`
    run.py URL WORD        only the tests whose name holds WORD
    gateway.py URL         the OpenAI SDK against a running `d8 up`

Every test is a function `test_*(emulator)` of the modules below, and begins with fresh quotas. Exit 0: all passed.
"""
import sys
import traceback

import genai_sdk
import groq_sdk
import openai_sdk
import second_opinion
from emulator import Emulator, started

MODULES = [openai_sdk, groq_sdk, genai_sdk, second_opinion]


def run(emulator, module, word):
    """Runs a module's tests; gives how many passed and the names of those that failed."""
    passed, failed = 0, []
    tests = {name: value for name, value in vars(module).items() if name.startswith("test_") and word in name}
    for name, test in tests.items():
        emulator.reset()
        try:
            test(emulator)
        except Exception:
            failed.append(f"{module.__name__}.{name}")
            print(f"FAILED {module.__name__}.{name}")
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            print(f"ok     {module.__name__}.{name}")
    return passed, failed


def main(arguments):
    url = arguments[0] if arguments else None
    word = arguments[1] if len(arguments) > 1 else ""
    passed, failed = 0, []
    for module in MODULES:
        with Emulator(url) if url else started(module.EMULATOR) as emulator:
            more, lost = run(emulator, module, word)
        passed, failed = passed + more, failed + lost
    print(f"\n{passed} passed, {len(failed)} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
