# SPDX-License-Identifier: GPL-2.0-only
"""Work on all cores, results in the order of the work, and a line of progress now and then."""
import concurrent.futures
import os
import queue
import signal
import subprocess
import sys
import threading
import time

INTERVAL = 10  # seconds between lines
WAKE = 0.5  # seconds of a wait
_lock = threading.Lock()
_interrupted = threading.Event()
_playing = set()  # programs that jobs wait for


class Stopped(RuntimeError):
    """A program of a job that was interrupted."""


class Interrupted(KeyboardInterrupt):
    """Some jobs are not done; `results` are those of the others, in their order."""

    def __init__(self, results, of, what):
        super().__init__()
        self.results, self.of, self.what = results, of, what


def play(command, environment=None):
    """Runs a program of a job: (what it printed, exit code). It ends when the work is interrupted."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=environment, text=True,
                          errors="replace") as process:
        with _lock:
            _playing.add(process)
            if _interrupted.is_set():  # while it was started
                process.terminate()
        try:
            output, _ = process.communicate()
        finally:
            with _lock:
                _playing.discard(process)
    if process.returncode == -signal.SIGINT:
        raise Stopped(f"{command[0]} was interrupted")
    return output, process.returncode


def succeeded(future):
    return future.done() and not future.cancelled() and not future.exception()


def _end_all():
    with _lock:
        _interrupted.set()
        for process in _playing:
            process.terminate()


def run(jobs, what, workers=None):
    """
    Calls each of the list `jobs`, which wait for other programs; returns what they return, in order.
    Raises Interrupted.
    """
    with concurrent.futures.ThreadPoolExecutor(workers or os.cpu_count()) as executor:
        futures = []
        try:
            for job in jobs:
                futures.append(executor.submit(job))
            wait_for(futures, what)
        except BaseException as why:
            interrupted = no_more_interrupts() or isinstance(why, (KeyboardInterrupt, Stopped))
            results = [future.result() for future in futures if succeeded(future)]
            executor.shutdown(wait=False, cancel_futures=True)
            _end_all()
            if interrupted:
                raise Interrupted(results, len(jobs), what) from None
            raise
    return [future.result() for future in futures]


def next_of(ended):
    """
    The next future of the queue `ended`. It waits in short waits: a Ctrl-C that the system gives to
    another thread does not end a wait of this one, which is the only one that acts on it.
    """
    while True:
        try:
            return ended.get(timeout=WAKE)
        except queue.Empty:
            pass


def wait_for(futures, what):
    """Until all are done, with a line of progress now and then. Raises what a job raises."""
    started = said = time.monotonic()
    ended = queue.SimpleQueue()
    for future in futures:
        future.add_done_callback(ended.put)
    for done in range(1, len(futures) + 1):
        next_of(ended).result()
        now = time.monotonic()
        if now - said >= INTERVAL or (done == len(futures) and said != started):
            said = now
            print(f"mutants: {done} of {len(futures)} {what}, {now - started:.0f} s",
                  file=sys.stderr, flush=True)


def no_more_interrupts():
    """
    Ignores Ctrl-C from here on. True if one came just now: a terminal sends it to the programs too,
    whose end may be seen first.
    """
    came = False
    while True:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return came
        except KeyboardInterrupt:
            came = True


def call(main):
    """Calls the main() of a script; the exit code is 130 if it is interrupted, after saying how far it was."""
    try:
        return main()
    except Interrupted as stop:
        print(f"mutants: interrupted: {len(stop.results)} of {stop.of} {stop.what} were done; "
              "nothing is written", file=sys.stderr)
    except KeyboardInterrupt:
        print("mutants: interrupted; nothing is written", file=sys.stderr)
    return 130
