# SPDX-License-Identifier: GPL-2.0-only
"""Statistics of executions until a kill, of which some are right-censored at a bound."""
from __future__ import annotations

import collections
import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class Summary:
    """Of the runs of one mutant from one start. A quantile is None when it was not reached."""

    killed: int
    runs: int
    median: int | None
    p90: int | None
    restricted_mean: float  # of min(executions, bound)
    worst: int | None
    rules: tuple  # (rule, times), the most frequent first


def quantile(runs, q):
    """The least number of executions by which a share `q` of the runs had killed."""
    kills = sorted(run.executions for run in runs if run.rule)
    rank = math.ceil(q * len(runs))
    return kills[rank - 1] if rank <= len(kills) else None


def summary(runs):
    rules = collections.Counter(run.rule for run in runs if run.rule)
    return Summary(
        killed=sum(rules.values()), runs=len(runs), median=quantile(runs, 0.5),
        p90=quantile(runs, 0.9),
        restricted_mean=sum(run.executions for run in runs) / len(runs),
        worst=quantile(runs, 1.0),
        rules=tuple(sorted(rules.items(), key=lambda item: (-item[1], item[0]))))


def curve(runs):
    """Kaplan-Meier's estimate: (executions, share of runs that survive so far), from (1, 1.0) on.

    All are censored at one bound, so the estimate is the share of survivors.
    """
    points, surviving = [(1, 1.0)], len(runs)
    for executions in sorted(run.executions for run in runs if run.rule):
        surviving -= 1
        points.append((executions, surviving / len(runs)))
    return points
