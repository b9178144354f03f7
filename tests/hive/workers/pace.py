"""How fast a worker's clock runs: TIME_SCALE is what a second of the original lasts here, so that tests need not wait."""
import os
import time

SCALE = float(os.environ.get("TIME_SCALE", "1"))


def rest(seconds):
    time.sleep(seconds * SCALE)
