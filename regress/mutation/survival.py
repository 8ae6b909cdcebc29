# SPDX-License-Identifier: GPL-2.0-only
"""Statistics of executions until a kill, of which some are right-censored at a bound."""
import collections
import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class Summary:
    """Of the trials of one mutant from one start. A quantile is None when it was not reached."""

    killed: int
    trials: int
    median: int | None
    p90: int | None
    restricted_mean: float  # of min(executions, bound)
    worst: int | None
    rules: tuple  # (rule, times), the most frequent first


def quantile(trials, q):
    """The least number of executions by which a share `q` of the trials had killed."""
    kills = sorted(trial.executions for trial in trials if trial.rule)
    rank = math.ceil(q * len(trials))
    return kills[rank - 1] if rank <= len(kills) else None


def summary(trials):
    rules = collections.Counter(trial.rule for trial in trials if trial.rule)
    return Summary(
        killed=sum(rules.values()), trials=len(trials), median=quantile(trials, 0.5),
        p90=quantile(trials, 0.9),
        restricted_mean=sum(trial.executions for trial in trials) / len(trials),
        worst=quantile(trials, 1.0),
        rules=tuple(sorted(rules.items(), key=lambda item: (-item[1], item[0]))))


def curve(trials):
    """Kaplan-Meier's estimate: (executions, share of trials still alive), from (1, 1.0) on.

    All are censored at one bound, so the estimate is the share that lives.
    """
    points, alive = [(1, 1.0)], len(trials)
    for executions in sorted(trial.executions for trial in trials if trial.rule):
        alive -= 1
        points.append((executions, alive / len(trials)))
    return points
