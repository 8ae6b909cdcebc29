#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What `./rig bench` prints: how fast each mapper maps, how close it comes to the memory it
writes, how cost grows with size, and how many scenarios are checked in a second.

All of a table is measured in turn in one run. Figures of different tables, and lone seconds, are
not to be compared. Instructions are counted by valgrind's callgrind, which repeats them exactly.
"""

import argparse
import collections
import csv
import os
import pathlib
import resource
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import counting  # noqa: E402 (beside this file)

TOP = pathlib.Path(__file__).resolve().parents[2]
LIMITS = ["stores", "memcpy"]
COUNTED_CALLS = 3

# The series' cover letter, measured on an RK3588, with the range's own allocation in the time.
PUBLISHED = {"ioremap-1M": "1.35", "vmalloc-1M-order-4": "1.42", "vmap-100M-order-8": "8.3"}
NOT_COMPARABLE = """\
published: what the series reports for an RK3588 (in-order cores), new kernel over old. There the
time also has the allocation of the address range and, for vmalloc, of the pages; here it is the
page tables alone, on an out-of-order core and a simulated machine. The sign and the order of the
three may be compared, the numbers not."""


def say(text):
    print("bench:", text, file=sys.stderr, flush=True)


def run_bench(binary, *arguments):
    """Rows of the CSV that `bench` prints."""
    done = subprocess.run([binary, *map(str, arguments)], stdout=subprocess.PIPE, text=True,
                          check=True)
    return list(csv.DictReader(done.stdout.splitlines()))


def captured():
    """Page arrays that a kernel really mapped."""
    return sorted(str(path) for path in TOP.glob("corpus/fuzz_vmap/captured-*.scenario"))


# --- mapping ---------------------------------------------------------------------------------


def measure(binary, rounds, with_counts):
    """[row] -> [mapper] -> figures, by the clock and by instructions."""
    rows = collections.OrderedDict()
    files = {pathlib.Path(path).name.split(".")[0]: path for path in captured()}
    for figures in run_bench(binary, "wall", "--rounds", rounds, *files.values()):
        if with_counts:
            row = files.get(figures["row"], figures["row"])
            figures["instructions"] = counting.of_bench(
                binary, row, figures["mapper"], COUNTED_CALLS)
        rows.setdefault(figures["row"], collections.OrderedDict())[figures["mapper"]] = figures
    return rows


def over(numerator, denominator):
    return f"{numerator / denominator:.2f}" if numerator and denominator else ""


def print_rows(rows):
    print(f"{'':20} {'':10} {'ns a call':>11} {'p10':>11} {'p90':>11} {'instr.':>10} {'stores':>7} "
          f"{'reads':>7} {'scanned':>8} {'prior/':>7} {'instr.':>7} {'stores/':>8}")
    for name, mappers in rows.items():
        prior, stores = mappers["prior"], mappers["stores"]
        for mapper, f in mappers.items():
            time, count = float(f["median_ns"]), f.get("instructions", 0)
            is_limit = mapper in LIMITS
            print(f"{name:20} {mapper:10} {time:11.1f} {float(f['p10_ns']):11.1f} "
                  f"{float(f['p90_ns']):11.1f} {count or '':>10} "
                  + ("%7s %7s %8s " % (("", "", "") if is_limit else
                                       (f["stores"], f["loads"], f["scanned"])))
                  + f"{over(float(prior['median_ns']), time):>7} "
                  f"{over(prior.get('instructions', 0), count):>7} "
                  f"{'' if is_limit else over(float(stores['median_ns']), time):>8}")
            name = ""
    print()


def print_published(rows):
    print(f"{'prior over batched':24} {'here':>6} {'instr.':>7} {'published':>10}")
    for name, published in PUBLISHED.items():
        prior, batched = rows[name]["prior"], rows[name]["batched"]
        print(f"{name:24} {over(float(prior['median_ns']), float(batched['median_ns'])):>6} "
              f"{over(prior.get('instructions', 0), batched.get('instructions', 0)):>7} "
              f"{published:>10}")
    print(NOT_COMPARABLE + "\n")


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="ascii") as to:
        writer = csv.DictWriter(to, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def report_mapping(label, binary, arguments, published):
    say(f"mapping, {label}: clock" + ("" if arguments.quick else " and instructions"))
    rows = measure(binary, arguments.rounds, not arguments.quick)
    print(f"{label}: median of {arguments.rounds} calls of each mapper in turn. prior/ and its "
          "instr. are ratios to prior;\nstores/ is the time of a loop that stores the same words, "
          "over the mapper's\n")
    print_rows(rows)
    if published:
        print_published(rows)
    path = arguments.out / f"mapping-{label}.csv"
    write_csv(path, [f for mappers in rows.values() for f in mappers.values()])
    say(f"kept in {path}")


# --- growth -----------------------------------------------------------------------------------

PLOT = """\
set terminal svg size 900,540 dynamic background rgb "white"
set output "{svg}"
set title "vmap(): nanoseconds a page by pages a call ({label})"
set logscale xy
set xlabel "pages"
set ylabel "ns a page"
set key outside right
set grid
plot {lines}
"""


def plot(path, label, series):
    data = path.with_suffix(".dat")
    with open(data, "w", encoding="ascii") as to:
        for points in series.values():
            to.writelines(f"{pages} {cost:.5f}\n" for pages, cost in points)
            to.write("\n\n")
    lines = ", ".join(
        f'"{data}" index {i} with linespoints title "{mapper}, {kind}"'
        for i, (kind, mapper) in enumerate(series))
    subprocess.run(["gnuplot"], input=PLOT.format(svg=path, label=label, lines=lines), text=True,
                   check=True)
    data.unlink()


def cost_at(points, pages):
    return dict(points).get(pages)


def report_scale(label, binary, arguments):
    say(f"growth to {arguments.most} pages, {label}")
    figures = run_bench(binary, "scale", "--rounds", arguments.rounds, "--most", arguments.most)
    series = collections.OrderedDict()
    for f in figures:
        kind, pages = f["row"].rsplit("-", 1)
        series.setdefault((kind, f["mapper"]), []).append(
            (int(pages), float(f["median_ns"]) / int(pages)))
    first, last = 1 << 16, max(pages for points in series.values() for pages, _ in points)
    print(f"{label}: nanoseconds a page; growth from {first} to {last} pages\n")
    sizes = [pages for pages, _ in next(iter(series.values()))]
    shown = sorted(set(sizes[::2] + [first, last]) & set(sizes))
    print(f"{'':24} " + " ".join(f"{pages:>9}" for pages in shown) + f" {'growth':>7}")
    for (kind, mapper), points in series.items():
        print(f"{kind:12} {mapper:11} "
              + " ".join(f"{cost_at(points, pages):9.3f}" for pages in shown)
              + f" {over(cost_at(points, last), cost_at(points, first)):>7}")
    print()
    write_csv(arguments.out / f"scale-{label}.csv", figures)
    picture = arguments.out / f"scale-{label}.svg"
    plot(picture, label, {key: points for key, points in series.items()
                          if key[1] in ("prior", "batched", "memcpy")})
    say(f"plotted in {picture}")


# --- checked scenarios a second ----------------------------------------------------------------


def cpu_seconds(command, environment):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   cwd=environment["TMPDIR"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rate_of_target(fuzz, target, pages, runs, out):
    environment = dict(os.environ, VMAPDIFF_MAX_PAGES=str(pages), TMPDIR=str(out))
    flags = ["-seed=1", f"-runs={runs}", "-max_len=4096", "-verbosity=0", "-artifact_prefix=./"]
    return runs / cpu_seconds([str(fuzz / "fuzz" / target), *flags], environment)


def rate_of_soak(fuzz, pages, executions, out):
    command = [str(fuzz / "regress" / "vmapdiff"), "soak", "--seed", "1", "--jobs", "1", "--pages",
               str(pages), "--executions", str(executions)]
    return executions / cpu_seconds(command, dict(os.environ, TMPDIR=str(out)))


def report_replay(fuzz):
    """The checked-in scenarios over and over: a few of them map millions of pages."""
    tree = [str(TOP / "corpus"), str(TOP / "regress" / "cases")]
    command = [str(fuzz / "regress" / "vmapdiff"), "replay", *(tree * 4)]
    scenarios = sum(len(list(pathlib.Path(path).rglob("*.scenario"))) for path in tree) * 4
    seconds = cpu_seconds(command, dict(os.environ, TMPDIR=str(TOP)))
    print(f"replay of {scenarios // 4} checked-in scenarios on every mapper: "
          f"{scenarios / seconds:.0f} a second")


def report_throughput(fuzz, arguments):
    share = 10 if arguments.quick else 1
    print("scenarios checked in a second of processor time, beside an empty target of the same "
          "flags\n")
    print(f"{'pages a scenario':18} {'fuzz_vmap':>10} {'soak':>10} {'empty':>10} "
          f"{'fuzz_vmap/empty':>16} {'soak/empty':>11}")
    for pages, runs in ((64, 400000), (1024, 150000), (25600, 50000)):
        say(f"scenarios of up to {pages} pages")
        empty = rate_of_target(fuzz, "fuzz_empty", pages, 3000000 // share, arguments.out)
        vmap = rate_of_target(fuzz, "fuzz_vmap", pages, runs // share, arguments.out)
        soak = rate_of_soak(fuzz, pages, runs // share, arguments.out)
        print(f"up to {pages:<12} {vmap:10.0f} {soak:10.0f} {empty:10.0f} {vmap / empty:16.3f} "
              f"{soak / empty:11.3f}")
    print("\nsoak: generated and mutated in one process, without an engine and its feedback; all "
          "themes")
    report_replay(fuzz)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", action="append", default=[], metavar="LABEL=DIR",
                        help="a build for benchmarks; the first is compared with what was published")
    parser.add_argument("--tree", action="append", default=[], metavar="LABEL=DIR",
                        help="such a build of a Linux tree")
    parser.add_argument("--fuzz", type=pathlib.Path, help="the build for fuzzing")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=101)
    parser.add_argument("--most", type=int, default=1 << 24, help="pages up to which growth is "
                        "measured; 0: not at all")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.most = min(arguments.rounds, 11), 0
    arguments.out.mkdir(parents=True, exist_ok=True)
    builds = [one.split("=", 1) for one in arguments.build]
    for at, (label, directory) in enumerate(builds):
        report_mapping(label, f"{directory}/regress/bench/bench", arguments, at == 0)
    for label, directory in (one.split("=", 1) for one in arguments.tree):
        report_mapping(label, f"{directory}/regress/bench/bench", arguments, False)
    if arguments.most:
        report_scale(builds[0][0], f"{builds[0][1]}/regress/bench/bench", arguments)
    if arguments.fuzz:
        report_throughput(arguments.fuzz, arguments)


if __name__ == "__main__":
    main()
