# SPDX-License-Identifier: GPL-2.0-only
"""For tools/bench: figures as Markdown and as a chart. A figure is a number, or the words that
ipcbench printed in its place; a side is {row: figure}."""
import math

ROW_GOAL, MEAN_GOAL, WALL_GOAL = 0.75, 0.40, 1.0
AGREEMENT, SLOWER = 0.01, 0.03

# Why rows miss a goal, by the beginning of their names.
REASONS = {}


def ratio(ours, theirs):
    if isinstance(ours, float) and isinstance(theirs, float) and theirs > 0:
        return ours / theirs
    return None


def show(value, form="%.0f"):
    return form % value if isinstance(value, float) else value or "-"


def markdown(head, rows):
    yield "| %s |" % " | ".join(head)
    yield "|---%s|" % ("|---:" * (len(head) - 1))
    for row in rows:
        yield "| %s |" % " | ".join(row)


def differing(first, second, limit=AGREEMENT):
    """Rows whose figures differ by more than @limit between two runs."""
    return [n for n in first if ratio(first[n], second.get(n)) is not None
            and abs(ratio(first[n], second[n]) - 1) > limit]


def geometric_mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def table(counts, walls):
    """@counts is (ours, theirs), @walls {cpus: (ours, theirs)}."""
    head = ["row", "instructions", "Linux", "ratio"]
    for cpus in walls:
        head += ["ns, %d CPU" % cpus, "Linux", "ratio"]
    rows = []
    for name in counts[0]:
        cells = [name]
        for ours, theirs in [counts, *walls.values()]:
            a, b = ours.get(name), theirs.get(name)
            cells += [show(a), show(b), show(ratio(a, b), "%.2f")]
        rows.append(cells)
    return list(markdown(head, rows))


def mean(counts):
    ratios = [r for r in (ratio(counts[0][n], counts[1].get(n)) for n in counts[0]) if r is not None]
    if not ratios:
        return []
    return ["", "Geometric mean of the ratios of instructions: %.2f (goal %.2f), %d rows." % (
        geometric_mean(ratios), MEAN_GOAL, len(ratios))]


def boot_table(figures):
    rows = []
    for what, ours, theirs, form, goal in figures:
        rows.append([what, show(ours, form), show(theirs, form),
                     "1/%.0f" % (theirs / ours) if ours and theirs else "-",
                     "1/%.0f" % (1 / goal) if goal else ""])
    return list(markdown(["boot", "Conduit", "Linux", "ratio", "goal"], rows))


def reason(name):
    return next(("; " + why for start, why in REASONS.items() if name.startswith(start)), "")


def misses(counts, walls, boot):
    """What misses a goal, one line each, with the reason where it is known."""
    lines = ["- boot, %s: %s, goal 1/%.0f of Linux's %s" % (what, form % ours, 1 / goal, form % theirs)
             for what, ours, theirs, form, goal in boot if goal and ours > theirs * goal]
    for name in counts[0]:
        r = ratio(counts[0][name], counts[1].get(name))
        wall = ratio(*(side.get(name) for side in walls[1])) if 1 in walls else None
        if r is None:
            lines.append("- %s: no ratio (Conduit %s, Linux %s)%s" % (
                name, show(counts[0][name]), show(counts[1].get(name)), reason(name)))
        elif r > ROW_GOAL:
            lines.append("- %s: instructions %.2f, goal %.2f%s" % (name, r, ROW_GOAL, reason(name)))
        if wall is not None and wall > WALL_GOAL:
            lines.append("- %s: wall time on 1 CPU %.2f, goal %.2f%s" % (name, wall, WALL_GOAL, reason(name)))
    return lines


def base_table(now, base):
    """Against an earlier commit: (lines, the rows that got slower)."""
    rows, slower = [], []
    for name in now:
        r = ratio(now[name], base.get(name))
        mark = ""
        if r is not None and r > 1 + SLOWER:
            mark = "SLOWER"
            slower.append(name)
        elif r is not None and r < 1 - SLOWER:
            mark = "faster"
        rows.append([name, show(base.get(name)), show(now[name]), show(r, "%.2f"), mark])
    return list(markdown(["row", "instructions before", "now", "ratio", ""], rows)), slower


def chart(counts):
    """The ratios as bars; the line is the goal of a row."""
    bars = [(n, ratio(counts[0][n], counts[1].get(n))) for n in counts[0]]
    bars = [b for b in bars if b[1] is not None]
    height, left, unit = 16, 150, 300
    goal = left + unit * ROW_GOAL
    svg = ['<svg xmlns="http://www.w3.org/2000/svg" width="760" height="%d" font-family="sans-serif"'
           ' font-size="11">' % (height * len(bars) + 24)]
    for i, (name, r) in enumerate(bars):
        y = i * height + 20
        colour = "#4a7" if r <= ROW_GOAL else "#c54"
        svg.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (left - 6, y + 10, name))
        svg.append('<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (
            left, y, min(r, 1.8) * unit, height - 4, colour))
        svg.append('<text x="%.1f" y="%d">%.2f</text>' % (
            left + min(r, 1.8) * unit + 4, y + 10, r))
    svg.append('<line x1="%g" x2="%g" y1="4" y2="%d" stroke="#333"/>' % (
        goal, goal, height * len(bars) + 20))
    svg.append('<text x="%g" y="13">goal %.2f of Linux\'s instructions</text></svg>' % (
        goal + 4, ROW_GOAL))
    return "\n".join(svg) + "\n"
