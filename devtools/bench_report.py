# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""What devtools/bench computes: ratios, goals, and the text and the chart of a run.

A run is a dictionary of what test-eventdev-dlb wrote: "perf" and "alone" (perf
with one event in flight) are lists of its cells, "growth", "fairness" and
"bringup" lists of its measures. Nothing here runs anything or reads a file.
"""
import math
from html import escape
from typing import NamedTuple

OURS = "event_dlb0"
SW, DSW, OPDL = "event_sw0", "event_dsw0", "event_opdl0"
PEERS = (SW, DSW, OPDL)
FLOOR = "event_floor0"
TYPES = {"a": "atomic", "o": "ordered", "p": "parallel"}
CHART_BURST = 32

# "Flat", for figures that repeat themselves to about a tenth.
FLAT = 1.1
GROWTH_REACH = 1.3
BRING_UP_MS = (5, 1)


class Row(NamedTuple):
    """One line of the table: the same cell on all devices."""
    topology: int
    type: str
    cores: int
    burst: int
    alone: bool = False

    @property
    def name(self):
        events = "1 alone" if self.alone else f"burst {self.burst}"
        return f"t{self.topology} {TYPES[self.type]} {self.cores}c {events}"


class Goal(NamedTuple):
    """At most `ratio` times what `peer` takes in the same row."""
    word: str
    peer: str
    ratio: float


class Target(NamedTuple):
    """Cycles that the peers took when the goals were set, and the goals.

    An aim is a number of cycles, or a device that is to be beaten.
    """
    row: Row
    peers: dict
    reach: float
    aims: tuple


def targets():
    """The table of goals, one core and two."""
    both = (
        # (topology, type, burst, alone), (sw, dsw, opdl) by cores, reach, aims
        ((1, "a", 32, False), ((96, 28, None), (124, 35, None)), (45, 50), (DSW,)),
        ((1, "p", 32, False), ((66, 30, None), (107, 35, None)), (42, 50), (DSW,)),
        ((1, "o", 32, False), ((85, None, None), (129, None, None)), (50, 60), ((35, 40),)),
        ((2, "a", 32, False), ((95, 48, 25), (136, 61, 27)), (60, 65), (DSW, OPDL)),
        ((2, "o", 32, False), ((116, None, 24), (158, None, 25)), (65, 75), ((40, 45),)),
        ((1, "a", 1, False), ((310, 90, None), (1132, 262, None)), (110, 260), (DSW,)),
        ((2, "a", 1, True), ((577, 11972, 110), (2509, 8161, 1540)), (300, 1800), (OPDL,)),
    )
    for (topology, kind, burst, alone), peers, reach, aims in both:
        for index, cores in enumerate((1, 2)):
            yield Target(
                Row(topology, kind, cores, burst, alone),
                {peer: figure for peer, figure in zip(PEERS, peers[index]) if figure},
                reach[index],
                tuple(aim if isinstance(aim, str) else aim[index] for aim in aims))


def goals_of(target):
    """A number is a ratio to the better of the two peers that schedule freely."""
    peer = min((p for p in target.peers if p != OPDL), key=target.peers.get)
    yield Goal("reach", peer, target.reach / target.peers[peer])
    for aim in target.aims:
        if isinstance(aim, str):
            yield Goal("aim", aim, 1.0)
        else:
            yield Goal("aim", peer, aim / target.peers[peer])


def rows(run):
    """{row: {device: cell}}, in the order of the run"""
    table = {}
    for part, alone in (("perf", False), ("alone", True)):
        for cell in run.get(part, ()):
            row = Row(cell["topology"], cell["type"], cell["cores"], cell["burst"], alone)
            table.setdefault(row, {})[cell["device"]] = cell
    return table


def cycles(cells, device):
    """The median, or None where the device cannot, or was not measured."""
    cell = cells.get(device)
    if cell is None or cell["unsupported"]:
        return None
    return cell["cycles_per_event"]


def best_peer(cells):
    """(device, cycles) of the fastest peer that can do the row, or None"""
    able = [(cycles(cells, peer), peer) for peer in PEERS if cycles(cells, peer)]
    return (min(able)[1], min(able)[0]) if able else None


def ratio(ours, theirs):
    return ours / theirs if ours and theirs else None


def judged_goals(table):
    """(row, goal, ratio now, met); ratio and met are None where one was not measured"""
    for target in targets():
        cells = table.get(target.row)
        if cells is None:
            continue
        for goal in goals_of(target):
            now = ratio(cycles(cells, OURS), cycles(cells, goal.peer))
            yield target.row, goal, now, None if now is None else now <= goal.ratio


def word(met):
    return {True: "met", False: "not met", None: "not measured"}[met]


def short(device):
    return device.rstrip("0123456789")


def number(value):
    """Three digits or four; what is small enough to need more has them."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def spell_range(middle, low, high):
    return f"{number(middle)} ({number(low)}-{number(high)})"


def spell_cell(cells, device):
    cell = cells.get(device)
    if cell is None:
        return "-"
    if cell["unsupported"]:
        return "unsupported"
    return spell_range(*(cell[f"cycles_per_event{end}"] for end in ("", "_min", "_max")))


def spell_ratio(cells):
    best = best_peer(cells)
    ours = cycles(cells, OURS)
    if not best or not ours:
        return "-"
    return f"{ours / best[1]:.2f} x {short(best[0])}"


def grid(head, lines):
    """Columns as wide as they need to be; the first one to the left, the others to the right."""
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    for line in [head, *lines]:
        yield "  ".join(text.rjust(width) if i else text.ljust(width)
                        for i, (text, width) in enumerate(zip(line, widths))).rstrip()


def devices_of(table):
    seen = {device for cells in table.values() for device in cells}
    return [d for d in (FLOOR, *PEERS, OURS) if d in seen]


def text_cycles(table):
    devices = devices_of(table)
    head = ["cycles per event", *map(short, devices), "to the best peer"]
    yield from grid(head, [[row.name, *(spell_cell(cells, d) for d in devices),
                            spell_ratio(cells)] for row, cells in table.items()])


def text_throughput(table):
    devices = devices_of(table)

    def spell(cell):
        if cell is None or cell["unsupported"]:
            return "-" if cell is None else "unsupported"
        middle = cell["million_events_per_second"]
        low, high = (middle * cell["cycles_per_event"] / cell[f"cycles_per_event{end}"]
                     for end in ("_max", "_min"))
        return spell_range(middle, low, high)

    head = ["million events per second", *map(short, devices)]
    yield from grid(head, [[row.name, *(spell(cells.get(d)) for d in devices)]
                           for row, cells in table.items()])


def text_reasons(table):
    reasons = {cell["unsupported"]: None for cells in table.values() for cell in cells.values()
               if cell["unsupported"]}
    for reason in reasons:
        yield "unsupported: " + reason


def text_goals(table):
    lines = []
    for row, goal, now, met in judged_goals(table):
        lines.append([row.name, goal.word, f"{goal.ratio:.2f} x {short(goal.peer)}",
                      "-" if now is None else f"{now:.2f}", word(met)])
    if lines:
        yield from grid(["goal", "", "at most", "is", ""], lines)


def latency(cells, device, load):
    """(p50, p99) in nanoseconds; None where nothing came back in the time of the measurement"""
    cell = cells.get(device)
    if cell is None or cell["unsupported"]:
        return None
    found = cell[f"latency_ns_{load}_load"]
    return (found["p50"], found["p99"]) if found["max"] else None


def latency_met(cells, load):
    ours, theirs = (latency(cells, device, load) for device in (OURS, SW))
    return None if not ours or not theirs else ours[0] <= theirs[0] and ours[1] <= theirs[1]


def spell_latency(cells, device, load):
    found = latency(cells, device, load)
    if found:
        return f"{found[0]} / {found[1]}"
    return "unsupported" if cells.get(device, {}).get("unsupported") else "-"


def text_latency(table):
    devices = [d for d in devices_of(table) if d != FLOOR]
    lines = [[f"{row.name}, {load}", *(spell_latency(cells, d, load) for d in devices),
              word(latency_met(cells, load))]
             for row, cells in table.items() if row.burst == CHART_BURST and not row.alone
             for load in ("own", "equal")]
    if lines:
        yield from grid(["latency in ns, p50 / p99", *map(short, devices), "not above event_sw"],
                        lines)


def spell_measure(measure):
    if measure is None:
        return "-"
    if measure["unsupported"]:
        return "unsupported"
    return spell_range(measure["median"], measure["min"], measure["max"])


def measured(measure):
    """The median, or None"""
    return None if measure is None or measure["unsupported"] else measure["median"]


def steps(measures):
    """(what, size, {device: measure}), in the order of the run"""
    found = {}
    for measure in measures:
        key = measure["what"], measure["size"]
        found.setdefault(key, {})[measure["device"]] = measure
    return [(what, size, per_device) for (what, size), per_device in found.items()]


def text_measures(measures, head, label, verdict):
    """One line per step: `label` names it, `verdict` judges it."""
    found = steps(measures)
    devices = [d for d in (FLOOR, *PEERS, OURS) if any(d in per for _, _, per in found)]
    if found:
        yield from grid([head[0], *map(short, devices), head[1]],
                        [[label(what, size), *(spell_measure(per.get(d)) for d in devices),
                          verdict(per)] for what, size, per in found])


def growth(measures):
    """The dearest size to the first, which is the smallest; None if one was not measured"""
    medians = [measured(m) for m in measures]
    return None if None in medians else max(medians) / medians[0]


def text_growth(measures):
    yield from text_measures(measures, ("cycles per event", ""),
                             lambda what, size: f"{size} {what}", lambda per: "")
    found = steps(measures)
    devices = [d for d in (FLOOR, *PEERS, OURS) if any(d in per for _, _, per in found)]
    lines = []
    for what in dict.fromkeys(what for what, _, _ in found):
        grown = {d: growth([per.get(d) for name, _, per in found if name == what])
                 for d in devices}
        ours = grown.get(OURS)
        lines.append([what, *("-" if grown[d] is None else f"{grown[d]:.2f}" for d in devices),
                      *(word(None if ours is None else ours <= limit)
                        for limit in (GROWTH_REACH, FLAT))])
    if lines:
        yield from grid(["dearest to smallest", *map(short, devices), f"reach {GROWTH_REACH}",
                         f"aim {FLAT}"], lines)


def fairness_met(per_device):
    ours, theirs = (measured(per_device.get(d)) for d in (OURS, DSW))
    return None if ours is None or theirs is None else ours < theirs


def text_fairness(measures):
    yield from text_measures([m for m in measures if m["device"] != FLOOR],
                             ("spread of work in %", "below event_dsw"),
                             lambda what, size: f"at {size} % load",
                             lambda per: word(fairness_met(per)))


def bring_up_verdict(per_device):
    ours = measured(per_device.get(OURS))
    reach, aim = (word(None if ours is None else ours <= limit) for limit in BRING_UP_MS)
    return f"reach {reach}, aim {aim}"


def text_bring_up(measures):
    yield from text_measures([m for m in measures if m["device"] != FLOOR],
                             ("configure to started, ms",
                              "reach {} ms, aim {} ms".format(*BRING_UP_MS)),
                             lambda what, size: f"{what}: {size}", bring_up_verdict)


def text_checks(run):
    for name, made, failed in run.get("checks", ()):
        yield f"{name}: {'ok' if failed == 0 else 'FAILED'}, {failed} of {made} checks failed"


NOTES = """\
t1: producer, queue, worker, who releases. t2: the worker forwards to a directed queue, whose
consumer releases. 1c: one lcore does all; 2c: the worker has its own. The devices are measured in
turns in one run. event_floor counts events and carries none: its figures are what the loop and the
calls into DPDK cost, which is part of all the others. event_opdl is a static pipeline without flows
and RELEASE, and schedules parallel queues as ordered ones. event_dsw is maintained whenever a port
finds nothing, with a flush where latency or one event alone is measured. Ratios below 1 mean that
event_dlb is faster; a difference of less than a tenth is noise.
""".splitlines()

LATENCY_NOTE = """\
Latency is counted from when an event was due to be sent. own: at {load} % of the device's own
throughput; equal: at {load} % of the slowest device's, so that all get the same rate.
""".splitlines()

FAIRNESS_NOTE = """\
Of a thousand atomic flows by Zipf's law (exponent 1.1), on four workers: the busiest less the
idlest, in percent of the mean. The workers take turns on one lcore, so that the kernel has no part
in it; event_dsw moves flows between ports every millisecond, and needs many of them to get even.
""".splitlines()


def text(run, throughput=True):
    """The report, line by line; events per second, which follow from the cycles, may be left out."""
    table = rows(run)
    sections = (
        (run.get("machine", ()), run.get("placement", ()),
         ["Lcores that spin on the same CPU would measure the kernel's scheduler."]),
        (NOTES,),
        (text_cycles(table),),
        (text_throughput(table) if throughput else (),),
        (text_reasons(table),),
        (["Goals, as ratios to the peers' figures of the same row:"], text_goals(table)),
        ((line.format(load=run.get("load", 50)) for line in LATENCY_NOTE), text_latency(table)),
        (FAIRNESS_NOTE, text_fairness(run.get("fairness", ()))),
        (["Everything that is configured is in use:"], text_growth(run.get("growth", ()))),
        (text_bring_up(run.get("bringup", ())),),
        (run.get("driver", ()),),
        (text_checks(run),),
    )
    for section in sections:
        lines = [line for part in section for line in part]
        if lines:
            yield from lines
            yield ""


# The chart: one line per row, a dot per device on a logarithmic axis.
LEFT, RIGHT, TOP, LINE = 190, 700, 64, 22
MARKS = {
    FLOOR: ("#999999", "M{x} {y} m-1.5 -6 h3 v12 h-3 z"),
    SW: ("#b05a00", "M{x} {y} m-5 -5 h10 v10 h-10 z"),
    DSW: ("#1b7f4b", "M{x} {y} m0 -6.5 l6.5 6.5 l-6.5 6.5 l-6.5 -6.5 z"),
    OPDL: ("#7a3fa0", "M{x} {y} m0 -6.5 l6 11 h-12 z"),
    OURS: ("#0b5cad", "M{x} {y} m-6 0 a6 6 0 1 0 12 0 a6 6 0 1 0 -12 0 z"),
}


def chart_rows(table):
    return {row: cells for row, cells in table.items()
            if (row.topology == 2 if row.alone else row.burst == CHART_BURST)}


def decades(low, high):
    """Ticks of a logarithmic axis that spans both: 1, 2 and 5 times powers of ten, or, where
    these would be too many to read, the powers alone"""
    factors = (1, 2, 5) if high / low < 1000 else (1,)
    ticks = [factor * 10 ** power for power in range(-1, 12) for factor in factors]
    first = max((t for t in ticks if t <= low), default=ticks[0])
    last = min((t for t in ticks if t >= high), default=ticks[-1])
    return [t for t in ticks if first <= t <= last]


def position(value, ticks):
    span = math.log(ticks[-1] / ticks[0]) or 1
    return LEFT + (RIGHT - LEFT) * math.log(value / ticks[0]) / span


def svg_legend(devices):
    for index, device in enumerate(devices):
        colour, path = MARKS[device]
        x = LEFT + 106 * index
        yield f'  <path d="{path.format(x=x, y=34)}" fill="{colour}"/>'
        yield f'  <text x="{x + 11}" y="38">{escape(short(device))}</text>'


def svg_row(row, cells, ticks, y):
    yield f'  <text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(row.name)}</text>'
    for device, (colour, path) in MARKS.items():
        if cycles(cells, device) is None:
            continue
        low, mid, high = (position(cells[device][f"cycles_per_event{end}"], ticks)
                          for end in ("_min", "", "_max"))
        yield (f'  <path d="M{low:.1f} {y} H{high:.1f}" stroke="{colour}"/>'
               f'<path d="{path.format(x=f"{mid:.1f}", y=y)}" fill="{colour}"/>')


def svg(run):
    """The chart of the table's rows at one burst size, and of one event alone."""
    table = chart_rows(rows(run))
    values = [cell[f"cycles_per_event_{end}"] for cells in table.values()
              for cell in cells.values() if not cell["unsupported"] for end in ("min", "max")]
    ticks = decades(min(values), max(values))
    bottom = TOP + LINE * len(table)
    width, height = RIGHT + 40, bottom + 42
    title = f"Cycles per event, bursts of {CHART_BURST} and one event alone"
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<!-- SPDX-License-Identifier: BSD-3-Clause -->"
    yield "<!-- Copyright(c) 2026 event_dlb contributors -->"
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
           'font-family="sans-serif" font-size="12">')
    yield f"  <title>{escape(title)}</title>"
    yield f'  <rect width="{width}" height="{height}" fill="#fff"/>'
    yield from svg_legend([d for d in MARKS if d in devices_of(table)])
    for tick in ticks:
        x = position(tick, ticks)
        yield f'  <path d="M{x:.1f} {TOP - 12} V{bottom}" stroke="#ddd"/>'
        yield f'  <text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{tick:,}</text>'
    yield (f'  <text x="{RIGHT}" y="{bottom + 34}" text-anchor="end">'
           "cycles per event, less is better; lines are ranges</text>")
    for index, (row, cells) in enumerate(table.items()):
        yield from svg_row(row, cells, ticks, TOP + LINE * index)
    yield "</svg>"


def summary(run):
    """For programs: the run, each row's ratio to its best peer, and the goals."""
    table = rows(run)
    ratios = []
    for row, cells in table.items():
        best = best_peer(cells)
        ratios.append({**row._asdict(), "best_peer": best and best[0],
                       "ratio": ratio(cycles(cells, OURS), best and best[1])})
    goals = [{**row._asdict(), "word": goal.word, "peer": goal.peer, "at_most": goal.ratio,
              "ratio": now, "met": met} for row, goal, now, met in judged_goals(table)]
    return {**run, "ratios": ratios, "goals": goals}
