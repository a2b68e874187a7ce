"""A chore that a test can watch, hold up and kill: it writes into CHORE_LOG, and waits while there is CHORE_WAIT."""

import os
import time
from pathlib import Path

from salescrm.background.chores import Chore


def _run() -> int:
    log, wait = Path(os.environ["CHORE_LOG"]), Path(os.environ["CHORE_WAIT"])
    with log.open("a") as lines:
        lines.write("begin\n")
    while wait.exists():
        time.sleep(0.05)
    with log.open("a") as lines:
        lines.write("end\n")
    return 1


CHORE = Chore("slow", "Slow", _run)
