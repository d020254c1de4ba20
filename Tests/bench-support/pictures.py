"""The pictures of the page beside this file, drawn with matplotlib: run by its Python, in .venv.

    pictures.py FIGURES.json FOLDER        writes performance.svg and growth.svg

Colours are those of Okabe and Ito, told apart by colour-blind readers; every bar and line is named as well.
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
# Text stays text, and the same figures give the same file.
matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "engagement-rpc", "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"], "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlesize": 10, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.grid": True,
    "axes.axisbelow": True, "grid.color": "#d0d7de", "axes.edgecolor": "#57606a", "legend.frameon": False,
})
import matplotlib.pyplot as plt  # noqa: E402
from report import NAMES, number  # noqa: E402

COLOURS = {"ours": "#0072b2", "floor": "#7a7f85", "go": "#e69f00", "httpx": "#cc79a7"}


def about(facts: dict) -> str:
    return (f"{facts['cpu']}, {facts['cores']} cores, {facts.get('system', '')}, {facts['libcurl'].split()[0]}; "
            "nginx on loopback; less is better")


def bars(axes, title: str, unit: str, rows: dict, key: str, mark: str) -> None:
    """One bar per program, from zero. A bar more than three times as long as the next runs out of the picture."""
    values = {who: row[key] for who, row in rows.items()}
    ordered = sorted(values.values())
    is_cut = len(ordered) > 2 and ordered[-1] > 3 * ordered[-2]
    limit = ordered[-2] * 1.25 if is_cut else ordered[-1]
    axes.set_title(f"{title}\n", pad=4)
    axes.text(0, 1.02, f"{unit}; × the bare loop" + ("; ▸ goes on" if is_cut else ""), transform=axes.transAxes,
              fontsize=8, color="#57606a")
    for place, (who, value) in enumerate(values.items()):
        axes.barh(place, min(value, limit), height=0.36, color=COLOURS[who])
        is_ours = "bold" if who == "ours" else "normal"
        said = f"{number(value)} {mark}" + ("" if who == "floor" else f" · {number(value / values['floor'], 2)} ×")
        axes.text(0, place - 0.3, NAMES[who], weight=is_ours)
        axes.text(limit, place - 0.3, said + (" ▸" if value > limit else ""), ha="right", weight=is_ours, fontsize=8)
    axes.set(xlim=(0, limit), ylim=(len(values) - 0.6, -0.7), yticks=[], xticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)


def lines(axes, title: str, unit: str, rows: list, figure, label, is_log: bool) -> None:
    """Cost over the points of one axis; the resident memory of engagement-rpc below."""
    scales = {"xscale": "log", "yscale": "log"} if is_log else {"xscale": "log"}
    axes.set(**scales)
    axes.set_title(f"{title}\n", pad=4)
    axes.text(0, 1.02, unit, transform=axes.transAxes, fontsize=8, color="#57606a")
    at = [row["at"] for row in rows]
    for who in ("ours", "floor"):
        if who not in rows[0]:
            continue
        values = [figure(row[who]) for row in rows]
        axes.plot(at, values, marker="o", color=COLOURS[who], label=NAMES[who], clip_on=False)
        for x, y in zip(at, values):
            axes.annotate(number(y, 2), (x, y), xytext=(0, 6 if who == "ours" else -12), textcoords="offset points",
                          ha="center", fontsize=7.5, color="#1f2328" if who == "ours" else "#57606a")
    axes.minorticks_off()
    axes.set_xticks(at, [f"{label(row['at'])}\n{row['ours']['rss_mib']:.0f} MiB" for row in rows], fontsize=7.5)
    if is_log:
        low, high = axes.get_ylim()
        axes.set_ylim(low / 1.6, high * 1.8)
    else:
        axes.set_ylim(0, axes.get_ylim()[1] * 1.12)
    axes.margins(x=0.12)


def save(figure, file: Path) -> None:
    figure.savefig(file, metadata={"Date": None, "Creator": None}, facecolor="white")
    file.write_text("\n".join(line.rstrip() for line in file.read_text().splitlines()) + "\n")


def performance(data: dict, file: Path) -> None:
    answers = data["answers"]
    figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.6))
    figure.suptitle("What a call through engagement-rpc costs", x=0.03, ha="left", weight="bold", size=13)
    figure.text(0.03, 0.885, about(data["machine"]), color="#57606a", fontsize=8)
    bars(axes[0], "1.5 kB answers, 32 in flight", "CPU µs per call", answers["small"], "cpu_us", "µs")
    bars(axes[1], "1.1 MB answers, 4 in flight", "CPU µs per call", answers["big"], "cpu_us", "µs")
    bars(axes[2], "From spawn to the first answer", "Milliseconds", answers["start"], "ready_ms", "ms")
    figure.subplots_adjust(left=0.03, right=0.98, top=0.70, bottom=0.04, wspace=0.14)
    save(figure, file)


def short(n: int) -> str:
    return f"{n // 1_000_000:,}M" if n >= 1_000_000 else f"{n // 1_000:,}k" if n >= 1_000 else str(n)


def growth(data: dict, file: Path) -> None:
    rows = data["growth"]
    figure, axes = plt.subplots(2, 3, figsize=(10.5, 6.8))
    figure.suptitle("How the cost of a call grows", x=0.03, ha="left", weight="bold", size=13)
    figure.text(0.03, 0.935, about(data["machine"]) + "; MiB: resident memory of engagement-rpc at its peak",
                color="#57606a", fontsize=8)

    def cpu(row):
        return row["cpu_us"]

    def kilobytes(n):
        return f"{n // 1000:,} kB"

    both, per_call = "CPU µs per call, both axes logarithmic", "CPU µs per call"
    lines(axes[0, 0], "Calls in flight", f"{per_call}, 1.5 kB", rows["in_flight"], cpu, str, False)
    lines(axes[0, 1], "Size of an answer", f"{both}, 8 in flight", rows["size"], cpu, kilobytes, True)
    lines(axes[0, 2], "Calls in a batch", f"{per_call}, 1.5 kB", rows["batch"], cpu, short, False)
    lines(axes[1, 0], "Contacts in a replacement", both, rows["ids"], cpu, short, True)
    lines(axes[1, 1], "Pages of 100 items in one list", both, rows["pages"], cpu, str, True)
    lines(axes[1, 2], "Lines of a journal that is searched", "ms from spawn to answer, both axes logarithmic",
          rows["journal"], lambda row: row["ready_ms"], short, True)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="lower left", ncols=2, bbox_to_anchor=(0.02, 0.0))
    figure.subplots_adjust(left=0.05, right=0.98, top=0.86, bottom=0.12, wspace=0.2, hspace=0.5)
    save(figure, file)


def main() -> None:
    data, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    performance(data, folder / "performance.svg")
    growth(data, folder / "growth.svg")


if __name__ == "__main__":
    main()
