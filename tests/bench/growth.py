"""How time and memory of a replay grow with the recording (R6): growth.py ANALYZER DAYS=STORE …, shortest first. Prints
the rows of the table, and the exponents that fit: 1 is linear, 0 is flat."""

import math
import os
import subprocess
import sys

MOST_MB = 300


def run(*command):
    """Seconds of CPU, and MB at the peak."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"growth.py: {' '.join(command)} gave {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def row(name, figure, floor, target, good):
    print(f"{name},{figure:.1f},{floor:.1f},{figure / floor:.2f},{target},{'met' if good else 'NOT MET'}", flush=True)


def exponent(days, values):
    """The slope of a straight line through the logarithms."""
    xs, ys = [math.log(x) for x in days], [math.log(y) for y in values]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / sum((x - x_mean) ** 2 for x in xs)


def main():
    analyzer, stores = sys.argv[1], [one.split("=", 1) for one in sys.argv[2:]]
    days, seconds, peaks = [], [], []
    for length, store in stores:
        spent, peak = run(analyzer, "incidents", store, "--format", "json", "--quiet")
        days.append(int(length))
        seconds.append(spent)
        peaks.append(peak)
        row(f"R6 peak of a full replay; {length} days (MB)", peak, MOST_MB, f"<= {MOST_MB} MB", peak <= MOST_MB)
    if days[-1] > 8 and 8 in days:
        eight = peaks[days.index(8)]
        row(f"R6 peak; {days[-1]} days over 8 (MB)", peaks[-1], eight, "1.1", peaks[-1] <= 1.1 * eight)
    if len(days) > 1:
        time_fit, peak_fit = exponent(days, seconds), exponent(days, peaks)
        row("Growth of a full replay's CPU time (exponent)", time_fit, 1, "<= 1.1", time_fit <= 1.1)
        row("Growth of its peak memory (exponent)", peak_fit, 1, "<= 0.1", peak_fit <= 0.1)


if __name__ == "__main__":
    main()
