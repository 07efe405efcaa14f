"""Starts a command and writes what it used: `launcher.py DESCRIPTOR COMMAND…`.

The kernel counts the memory of whoever starts a process as the process's own peak. This is
smaller than anything that is measured.
"""

import os
import sys


def main() -> None:
    """Wait for the command; write its exit code, CPU seconds and peak kilobytes."""
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - it takes no names
    process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(process, 0)
    used = usage.ru_utime + usage.ru_stime
    told = f"{os.waitstatus_to_exitcode(status)} {used} {usage.ru_maxrss}"
    os.write(descriptor, told.encode())


if __name__ == "__main__":
    main()
