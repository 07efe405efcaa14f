"""`ThreadLock`: one thread at a time, and none that a fork has left behind."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from tap_acton.locks import ThreadLock

FORKED = """
import os, threading, warnings
from tap_acton.clock import SYSTEM_CLOCK
from tap_acton.locks import ThreadLock
from tap_acton.transport.limits import DailyBudget, Pace, RunBudget
warnings.simplefilter("ignore")  # that forking beside threads is dangerous

{make}
held, over = threading.Event(), threading.Event()

def hold():
    with lock:
        held.set()
        over.wait()

threading.Thread(target=hold, daemon=True).start()
held.wait()
child = os.fork()
if not child:
    {use}
    os._exit(7)
os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_one_thread_has_it_at_a_time() -> None:
    lock, inside, most = ThreadLock(), [0], [0]

    def work() -> None:
        for _ in range(200):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


@pytest.mark.parametrize(
    ("make", "use"),
    [
        pytest.param("lock = ThreadLock()", "with lock: pass", id="the lock"),
        pytest.param("limit = Pace(1000); lock = limit._threads", "limit.take()", id="pace"),
        pytest.param("limit = RunBudget(9); lock = limit._lock", "limit.take()", id="run budget"),
        pytest.param(
            "class Ledger:\n    def spend(self, *given): return 1\n"
            "limit = DailyBudget(Ledger(), 9, SYSTEM_CLOCK); lock = limit._threads",
            "limit.take()",
            id="daily budget",
        ),
    ],
)
def test_a_process_that_is_forked_while_a_thread_has_it_can_have_it(make: str, use: str) -> None:
    code = FORKED.format(make=make, use=use)
    done = subprocess.run([sys.executable, "-c", code], timeout=30, check=False)
    assert done.returncode == 7
