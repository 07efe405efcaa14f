"""Signals, taken between steps that must not be cut in two. Each test is a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

START = """
import os, signal, sys, threading
from tap_acton.interrupts import Interrupted, listen, whole_step
listen()
def stop(number=signal.SIGTERM):
    os.kill(os.getpid(), number)
"""
BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])


def said_by(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", START + program],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    return done.stdout


@BOTH
def test_a_signal_raises_interrupted(number: signal.Signals) -> None:
    program = f"""
try:
    stop({int(number)})
except Interrupted as stopped:
    print(stopped.exit_code)
"""
    assert said_by(program) == f"{128 + number}\n"


@BOTH
def test_a_signal_inside_a_whole_step_waits_for_its_end(number: signal.Signals) -> None:
    program = f"""
try:
    with whole_step():
        stop({int(number)})
        print("finished")
    print("never")
except Interrupted as stopped:
    print(stopped.exit_code)
"""
    assert said_by(program) == f"finished\n{128 + number}\n"


def test_a_signal_inside_nested_steps_waits_for_the_outermost() -> None:
    program = """
try:
    with whole_step():
        with whole_step():
            stop()
        print("finished")
except Interrupted:
    print("stopped")
"""
    assert said_by(program) == "finished\nstopped\n"


def test_a_signal_wins_over_an_error_of_the_step() -> None:
    program = """
try:
    with whole_step():
        stop()
        raise ValueError
except Interrupted as stopped:
    print("stopped", type(stopped.__context__).__name__)
"""
    assert said_by(program) == "stopped ValueError\n"


def test_a_signal_that_was_taken_is_not_taken_again() -> None:
    program = """
try:
    with whole_step():
        stop()
except Interrupted:
    pass
with whole_step():
    pass
print("no second")
"""
    assert said_by(program) == "no second\n"


def test_no_handler_for_all_exceptions_swallows_a_signal() -> None:
    program = """
try:
    try:
        stop()
    except Exception:
        print("swallowed")
except Interrupted:
    print("stopped")
"""
    assert said_by(program) == "stopped\n"


def test_the_step_of_another_thread_does_not_hold_signals_back() -> None:
    program = """
entered, leave = threading.Event(), threading.Event()
def work():
    with whole_step():
        entered.set()
        leave.wait()
thread = threading.Thread(target=work)
thread.start()
entered.wait()
try:
    stop()
except Interrupted:
    print("stopped")
leave.set()
thread.join()
"""
    assert said_by(program) == "stopped\n"


def test_a_step_needs_no_listening() -> None:
    program = """
with whole_step():
    print("fine")
"""
    assert said_by(program) == "fine\n"


OTHERS = """
import os, signal
from tap_acton.interrupts import undisturbed, whole_step
def stop(number):
    os.kill(os.getpid(), number)
"""


def test_in_anybodys_program_ctrl_c_waits_for_the_end_of_an_undisturbed_step() -> None:
    program = f"""{OTHERS}
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with undisturbed():
        stop(signal.SIGINT)
        print("finished")
    print("never")
except KeyboardInterrupt:
    print("stopped", signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""
    assert said_by(program) == "finished\nstopped True\n"


@BOTH
def test_a_signal_that_the_program_takes_itself_comes_after_an_undisturbed_step(
    number: signal.Signals,
) -> None:
    program = f"""{OTHERS}
signal.signal({int(number)}, lambda *_: print("its own"))
with undisturbed():
    stop({int(number)})
    print("finished")
"""
    assert said_by(program) == "finished\nits own\n"


def test_an_undisturbed_step_within_a_whole_one_ends_before_it() -> None:
    program = """
from tap_acton.interrupts import undisturbed
try:
    with whole_step():
        with undisturbed():
            stop()
        print("finished")
except Interrupted:
    print("stopped")
"""
    assert said_by(program) == "finished\nstopped\n"
