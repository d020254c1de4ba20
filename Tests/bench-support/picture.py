"""The picture for the README: an SVG without any dependency, on a card of its own, light or dark as the reader's system
is set.
Colours are those of Okabe and Ito, told apart by colour-blind readers; every bar and line is named as well."""

import math
from html import escape

from report import NAMES, number

WIDTH, MARGIN, GAP = 960, 28, 34
PANEL = (WIDTH - 2 * MARGIN - 2 * GAP) / 3
BARS_TOP, LINES_TOP, HEIGHT = 104, 372, 640
INK = {
    "light": {"card": "#ffffff", "rule": "#d0d7de", "ink": "#1f2328", "soft": "#57606a", "ours": "#0072b2",
              "floor": "#7a7f85", "go": "#e69f00", "httpx": "#cc79a7"},
    "dark": {"card": "#0d1117", "rule": "#3d444d", "ink": "#e6edf3", "soft": "#9da7b1", "ours": "#56b4e9",
             "floor": "#9aa0a6", "go": "#e69f00", "httpx": "#cc79a7"},
}
FONTS = """text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 13px }
.title { font-size: 19px; font-weight: 600 } .panel { font-size: 14px; font-weight: 600 } .small { font-size: 11.5px }
.bold { font-weight: 600 } .line { fill: none; stroke-width: 2.5px } .cut { fill: none; stroke-width: 4px }"""


def colours(ink: dict) -> str:
    """The rules for one scheme. Plain rules, because not every viewer of SVG knows variables."""
    rules = [f".card {{ fill: {ink['card']}; stroke: {ink['rule']} }} .cut {{ stroke: {ink['card']} }}",
             f".ink {{ fill: {ink['ink']} }} .soft {{ fill: {ink['soft']} }} .rule {{ stroke: {ink['rule']} }}"]
    for who in NAMES:
        rules.append(f".bar-{who} {{ fill: {ink[who]} }} .line-{who} {{ stroke: {ink[who]} }}")
    return "\n".join(rules)


def style() -> str:
    dark = colours(INK["dark"])
    return f"{FONTS}\n{colours(INK['light'])}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"


def text(x: float, y: float, words: str, kind: str = "ink", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def heading(x: float, y: float, title: str, unit: str) -> list:
    return [text(x, y, title, "ink panel"), text(x, y + 17, unit, "soft small")]


def bars(x: float, title: str, unit: str, rows: dict, key: str, mark: str) -> list:
    """One bar per program, from zero. A bar more than three times as long as the next is cut, visibly."""
    values = {who: row[key] for who, row in rows.items()}
    ordered = sorted(values.values())
    longest = ordered[-1]
    is_cut = len(ordered) > 2 and longest > 3 * ordered[-2]
    out = heading(x, BARS_TOP, title, f"{unit}; × the bare loop" + ("; // bar cut short" if is_cut else ""))
    scale = (PANEL - 12) / (ordered[-2] * 1.25 if is_cut else longest)
    for i, (who, value) in enumerate(values.items()):
        y, bold = BARS_TOP + 40 + i * 50, " bold" if who == "ours" else ""
        label = f"{number(value)} {mark}" + ("" if who == "floor" else f"  ·  {number(value / values['floor'], 2)} ×")
        out += [text(x, y, NAMES[who], "ink" + bold), text(x + PANEL - 12, y, label, "ink small" + bold, "end")]
        wide = min(value * scale, PANEL - 12)
        out.append(f'<rect x="{x:.1f}" y="{y + 6}" width="{max(wide, 1.5):.1f}" height="14" rx="2" class="bar-{who}"/>')
        if is_cut and value == longest:
            at = x + wide - 26
            out.append(f'<path d="M{at:.1f} {y + 22} l5 -18 M{at + 8:.1f} {y + 22} l5 -18" class="cut"/>')
    return out


def ticks_linear(top: float) -> list:
    step = 10 ** math.floor(math.log10(top))
    step = next(step * f for f in (0.2, 0.25, 0.5, 1, 2) if top / (step * f) <= 5)
    return [step * i for i in range(int(top / step) + 1)]


def lines(x: float, title: str, unit: str, rows: list, names: list, label, is_log: bool = False) -> list:
    """CPU per call over the points of one axis, the points equally far apart; resident memory below."""
    out = heading(x, LINES_TOP, title, unit)
    top, bottom, left, right = LINES_TOP + 36, LINES_TOP + 176, x + 42, x + PANEL - 20
    values = [row[who]["cpu_us"] for row in rows for who in names]
    if is_log:
        low, high = math.log10(min(values)) - 0.35, math.log10(max(values)) + 0.25
        marks = [10.0 ** power for power in range(math.ceil(low), math.floor(high) + 1)]
        place = lambda v: bottom - (math.log10(v) - low) / (high - low) * (bottom - top)  # noqa: E731
    else:
        high = max(values) * 1.15
        marks = ticks_linear(high)
        place = lambda v: bottom - v / high * (bottom - top)  # noqa: E731
    for mark in marks:
        y = place(mark)
        out.append(f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" class="rule"/>')
        out.append(text(left - 6, y + 4, f"{mark:,.0f}" if mark >= 1 else f"{mark:g}", "soft small", "end"))
    at = [left + 14 + i * (right - left - 28) / (len(rows) - 1) for i in range(len(rows))]
    for who in names:
        points = [(px, place(row[who]["cpu_us"])) for px, row in zip(at, rows)]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        out.append(f'<polyline points="{path}" class="line line-{who}"/>')
        out += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" class="bar-{who}"/>' for px, py in points]
        below = who == "floor"
        for (px, py), row in zip(points, rows):
            figure = number(row[who]["cpu_us"], 2)
            out.append(text(px, py + (17 if below else -9), figure, "soft small" if below else "ink small", "middle"))
    for px, row in zip(at, rows):
        out.append(text(px, bottom + 18, label(row["at"]), "ink small", "middle"))
        out.append(text(px, bottom + 34, f"{row['ours']['rss_mib']:.0f} MiB", "soft small", "middle"))
    return out


def legend(x: float, y: float, names: list) -> list:
    out = []
    for who in names:
        out.append(f'<rect x="{x}" y="{y - 10}" width="18" height="10" rx="2" class="bar-{who}"/>')
        out.append(text(x + 24, y, NAMES[who], "ink small"))
        x += 40 + 7 * len(NAMES[who])
    return out


def draw(data: dict) -> str:
    """The SVG for figures as Tests/bench collects them: needs the sections answers and growth."""
    answers, growth, facts = data["answers"], data["growth"], data["machine"]
    x = [MARGIN + i * (PANEL + GAP) for i in range(3)]
    about = (f"{facts['cpu']}, {facts['cores']} cores, {facts.get('system', '')}, {facts['libcurl'].split()[0]}; "
             f"nginx on loopback; less is better")
    out = [
        text(MARGIN, 44, "What a call through engagement-rpc costs", "ink title"),
        text(MARGIN, 66, about, "soft small"),
        *bars(x[0], "1.5 kB answers, 32 in flight", "CPU µs per call", answers["small"], "cpu_us", "µs"),
        *bars(x[1], "1.1 MB answers, 4 in flight", "CPU µs per call", answers["big"], "cpu_us", "µs"),
        *bars(x[2], "From spawn to the first answer", "Milliseconds", answers["start"], "ready_ms", "ms"),
        f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{LINES_TOP - 30}" y2="{LINES_TOP - 30}" class="rule"/>',
        *lines(x[0], "More calls in flight", "CPU µs per call, 1.5 kB", growth["in_flight"], ["ours", "floor"], str),
        *lines(x[1], "Bigger answers", "CPU µs per call, 32 in flight, log scale", growth["size"], ["ours", "floor"],
               lambda size: f"{size // 1000:,} kB", True),
        *lines(x[2], "Longer batches", "CPU µs per call, 1.5 kB", growth["batch"], ["ours"], lambda n: f"{n:,}"),
        *legend(MARGIN, HEIGHT - 26, ["ours", "floor"]),
        text(WIDTH - MARGIN, HEIGHT - 26, "MiB: resident memory of engagement-rpc at its peak", "soft small", "end"),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="CPU time, start-up time and growth of engagement-rpc beside bare libcurl and two '
        f'bridges">\n<style>{style()}</style>\n<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10" '
        f'class="card"/>\n' + "\n".join(out) + "\n</svg>\n")
