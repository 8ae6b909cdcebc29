# SPDX-License-Identifier: GPL-2.0-only
"""Work on all cores, results in the order of the work, and a line of progress now and then."""
import concurrent.futures
import os
import sys
import time

INTERVAL = 10  # seconds between lines


def run(jobs, what, workers=None):
    """Calls each of `jobs`, which wait for other programs; returns what they return, in order."""
    started = said = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(workers or os.cpu_count()) as executor:
        futures = [executor.submit(job) for job in jobs]
        try:
            for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
                future.result()
                now = time.monotonic()
                if now - said >= INTERVAL or (done == len(futures) and said != started):
                    said = now
                    print(f"mutants: {done} of {len(futures)} {what}, {now - started:.0f} s",
                          file=sys.stderr, flush=True)
        except BaseException:
            executor.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in futures]
