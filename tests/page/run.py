#!/usr/bin/env python3
"""The first page, in a real browser (Chromium, headless). Python's own library is enough.

    run.py                          every check, against a stand-in that serves the page's files
    run.py --only WORD              only the checks whose name holds WORD
    run.py http://127.0.0.1:5000    the page of an orchestrator that runs: live numbers, no complaint
    run.py path/to/d8               the same, for an orchestrator started here with emulated accounts
    --pictures FOLDER               where screenshots go; default: a folder in the temporary files

Exit 0: all passed.
"""
import argparse
import pathlib
import sys
import tempfile
import traceback

import checks
import live
from browser import Browser


def passes(name, check):
    try:
        check()
    except Exception:
        print(f"FAILED {name}")
        traceback.print_exc(file=sys.stdout)
        return False
    print(f"ok     {name}")
    return True


def one_page(url, browser, pictures):
    picture = pictures / "live.png"
    state = checks.against(url, browser, picture)
    names = ", ".join(account["account"] for account in state["accounts"]) or "none"
    print(f"       {url}: accounts {names}; {state['tasks']['total']} tasks; picture {picture}")


def at_a_program(program, browser, pictures):
    with live.started(program) as url:
        one_page(url, browser, pictures)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", help="a URL, or the program d8")
    parser.add_argument("--only", default="", metavar="WORD")
    parser.add_argument("--pictures", type=pathlib.Path, metavar="FOLDER")
    chosen = parser.parse_args(arguments)
    pictures = chosen.pictures or pathlib.Path(tempfile.gettempdir(), "d8-page-pictures")
    with Browser() as browser:
        if chosen.target is None:
            tests = {name: test for name, test in vars(checks).items() if name.startswith("test_") and chosen.only in name}
            results = [passes(name, lambda: test(browser, pictures)) for name, test in tests.items()]
        else:
            look = one_page if chosen.target.startswith("http") else at_a_program
            results = [passes("the page of an orchestrator that runs", lambda: look(chosen.target, browser, pictures))]
    print(f"\n{results.count(True)} passed, {results.count(False)} failed; pictures in {pictures}")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
