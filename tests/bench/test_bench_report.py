#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# What devtools/bench computes, on figures made up for it: ratios, goals, verdicts, the text, and
# the chart's coordinates.
#
# usage: test_bench_report.py
import os
import sys
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../devtools"))
import bench_report as report  # noqa: E402, its folder is known only now

SW, DSW, OPDL, OURS, FLOOR = (report.SW, report.DSW, report.OPDL, report.OURS, report.FLOOR)


def cell(device, cycles, topology=1, kind="a", cores=1, burst=32, latency=(5, 9)):
    """A cell as test-eventdev-dlb writes it; without cycles one that is unsupported."""
    at = {"p50": latency[0], "p99": latency[1], "max": latency[1]}
    return {"device": device, "topology": topology, "type": kind, "cores": cores, "burst": burst,
            "unsupported": "" if cycles else f"{device} cannot", "cycles_per_event": cycles or 0,
            "cycles_per_event_min": (cycles or 0) * 0.8,
            "cycles_per_event_max": (cycles or 0) * 1.25,
            "million_events_per_second": 2600 / cycles if cycles else 0,
            "latency_ns_own_load": at, "latency_ns_equal_load": at}


def measure(what, size, device, median, unit="x"):
    return {"what": what, "size": size, "device": device, "unit": unit,
            "unsupported": "" if median is not None else "cannot", "median": median or 0,
            "min": (median or 0) / 2, "max": (median or 0) * 2}


def cells_of(*cells):
    return next(iter(report.rows({"perf": cells}).values()))


class Ratios(unittest.TestCase):
    def test_the_best_peer_is_the_fastest_that_can(self):
        cells = cells_of(cell(SW, 90), cell(DSW, 30), cell(OPDL, None), cell(OURS, 20),
                         cell(FLOOR, 7))
        self.assertEqual(report.best_peer(cells), (DSW, 30))
        self.assertEqual(report.spell_ratio(cells), "0.67 x event_dsw")

    def test_no_peer_no_ratio(self):
        cells = cells_of(cell(SW, None), cell(OURS, 20))
        self.assertIsNone(report.best_peer(cells))
        self.assertEqual(report.spell_ratio(cells), "-")
        self.assertIsNone(report.ratio(20, None))

    def test_rows_keep_one_event_alone_apart(self):
        table = report.rows({"perf": [cell(SW, 90, burst=1)], "alone": [cell(SW, 900, burst=1)]})
        self.assertEqual([cells[SW]["cycles_per_event"] for cells in table.values()], [90, 900])

    def test_summary_has_each_row(self):
        run = {"perf": [cell(SW, 90), cell(OURS, 45), cell(SW, 50, topology=2)], "machine": ["m"]}
        found = report.summary(run)
        self.assertEqual([(r["topology"], r["best_peer"], r["ratio"]) for r in found["ratios"]],
                         [(1, SW, 0.5), (2, SW, None)])
        self.assertEqual(found["machine"], ["m"])


class Goals(unittest.TestCase):
    @staticmethod
    def goals(row):
        return [(g.word, g.peer, round(g.ratio, 3)) for target in report.targets()
                if target.row == row for g in report.goals_of(target)]

    def test_numbers_are_ratios_to_the_better_of_two(self):
        self.assertEqual(self.goals(report.Row(1, "a", 1, 32)),
                         [("reach", DSW, 1.607), ("aim", DSW, 1)])
        self.assertEqual(self.goals(report.Row(1, "o", 2, 32)),
                         [("reach", SW, 0.465), ("aim", SW, 0.310)])
        self.assertEqual(self.goals(report.Row(2, "a", 2, 32)),
                         [("reach", DSW, 1.066), ("aim", DSW, 1), ("aim", OPDL, 1)])
        self.assertEqual(self.goals(report.Row(2, "a", 1, 1, True)),
                         [("reach", SW, 0.52), ("aim", OPDL, 1)])

    def test_every_goal_has_both_numbers_of_cores(self):
        self.assertEqual(len({t.row for t in report.targets()}), 14)

    def judged(self, ours, dsw):
        table = report.rows({"perf": [cell(DSW, dsw), cell(OURS, ours)]})
        return [(goal.word, report.word(met))
                for _, goal, _, met in report.judged_goals(table)]

    def test_met_and_not_met(self):
        self.assertEqual(self.judged(40, 28), [("reach", "met"), ("aim", "not met")])
        self.assertEqual(self.judged(20, 28), [("reach", "met"), ("aim", "met")])
        self.assertEqual(self.judged(60, 28), [("reach", "not met"), ("aim", "not met")])

    def test_what_was_not_measured_is_not_met(self):
        self.assertEqual(self.judged(20, None),
                         [("reach", "not measured"), ("aim", "not measured")])


class Verdicts(unittest.TestCase):
    def latency_met(self, ours, theirs):
        return report.latency_met(cells_of(cell(SW, 90, latency=theirs),
                                           cell(OURS, 45, latency=ours)), "own")

    def test_latency_needs_both_percentiles(self):
        self.assertTrue(self.latency_met((5, 9), (5, 9)))
        self.assertFalse(self.latency_met((6, 9), (5, 9)))
        self.assertFalse(self.latency_met((5, 10), (5, 9)))

    def test_latency_of_no_event_is_none(self):
        self.assertIsNone(self.latency_met((0, 0), (5, 9)))
        cells = cells_of(cell(SW, 90, latency=(0, 0)), cell(DSW, None))
        self.assertEqual(report.spell_latency(cells, SW, "own"), "-")
        self.assertEqual(report.spell_latency(cells, DSW, "own"), "unsupported")

    def test_growth_is_the_dearest_to_the_smallest(self):
        sizes = [measure("ports", n, OURS, m) for n, m in ((2, 10), (8, 14), (64, 12))]
        self.assertEqual(report.growth(sizes), 1.4)
        self.assertIsNone(report.growth(sizes + [measure("ports", 99, OURS, None)]))
        self.assertIsNone(report.growth(sizes + [None]))

    def test_growth_tells_reach_and_aim(self):
        lines = list(report.text_growth([measure("flows", n, OURS, m)
                                         for n, m in ((16, 10), (1024, 12))]))
        self.assertRegex(lines[-1], r"^flows +1\.20 +met +not met$")

    def test_fairness_is_below_or_not(self):
        at = {DSW: measure("s", 75, DSW, 30), OURS: measure("s", 75, OURS, 29)}
        self.assertTrue(report.fairness_met(at))
        at[OURS]["median"] = 30
        self.assertFalse(report.fairness_met(at))
        self.assertIsNone(report.fairness_met({OURS: at[OURS]}))
        at[OURS]["median"] = 0
        self.assertTrue(report.fairness_met(at))

    def test_bring_up(self):
        def verdict(ms):
            return report.bring_up_verdict({OURS: measure("s", 1, OURS, ms)})

        self.assertEqual(verdict(0.5), "reach met, aim met")
        self.assertEqual(verdict(3), "reach met, aim not met")
        self.assertEqual(verdict(7), "reach not met, aim not met")
        self.assertEqual(verdict(None), "reach not measured, aim not measured")


class Text(unittest.TestCase):
    run_of_two = {
        "machine": ["a machine"],
        "perf": [cell(SW, 150), cell(DSW, 20), cell(OPDL, None), cell(OURS, 30)],
        "growth": [measure("queues", 1, SW, 4), measure("queues", 1, OPDL, None)],
        "fairness": [measure("spread", 75, DSW, 4), measure("spread", 75, OURS, 3)],
        "bringup": [measure("small, queues", 2, OURS, 0.25)],
        "checks": [["complete", 10, 0], ["order", 10, 3]],
        "driver": ["the driver alone"],
    }

    def test_it_has_all_parts(self):
        text = "\n".join(report.text(self.run_of_two))
        for part in ("a machine", "150 (120-188)", "20.0 (16.0-25.0)", "1.50 x event_dsw",
                     "17.3 (13.9-21.7)", "unsupported: event_opdl0 cannot", "0.25 (0.12-0.50)",
                     "complete: ok, 0 of 10", "order: FAILED, 3 of 10", "the driver alone",
                     "5 / 9", "t1 atomic 1c burst 32, equal"):
            self.assertIn(part, text)

    def test_unsupported_is_told_in_every_table(self):
        tables = {"cycles": report.text_cycles(report.rows(self.run_of_two)),
                  "throughput": report.text_throughput(report.rows(self.run_of_two)),
                  "latency": report.text_latency(report.rows(self.run_of_two)),
                  "growth": report.text_growth(self.run_of_two["growth"])}
        for name, lines in tables.items():
            self.assertIn("unsupported", "\n".join(lines), name)

    def test_it_can_do_without_throughput(self):
        self.assertNotIn("per second", "\n".join(report.text(self.run_of_two, throughput=False)))

    def test_columns_line_up(self):
        lines = list(report.grid(["a", "bb"], [["long", "1"], ["x", "333"]]))
        self.assertEqual(lines, ["a      bb", "long    1", "x     333"])


class Chart(unittest.TestCase):
    def test_ticks_span_the_values(self):
        self.assertEqual(report.decades(3, 40), [2, 5, 10, 20, 50])
        self.assertEqual(report.decades(10, 10), [10])
        self.assertEqual(report.decades(30, 200000), [10, 100, 1000, 10000, 100000, 1000000])

    def test_positions_are_logarithmic(self):
        ticks = [10, 100, 1000]
        self.assertAlmostEqual(report.position(10, ticks), report.LEFT)
        self.assertAlmostEqual(report.position(1000, ticks), report.RIGHT)
        self.assertAlmostEqual(report.position(100, ticks), (report.LEFT + report.RIGHT) / 2)

    def marks(self, run):
        """What is drawn in a device's colour, but for the legend's one."""
        picture = ElementTree.fromstring("\n".join(report.svg(run)).encode())
        paths = [dict(p.attrib) for p in picture.iter("{http://www.w3.org/2000/svg}path")]
        return {device: [p for p in paths if colour in (p.get("fill"), p.get("stroke"))][1:]
                for device, (colour, _) in report.MARKS.items()}

    def test_a_range_and_a_mark_for_each_device_that_can(self):
        marks = self.marks({"perf": [cell(SW, 100), cell(DSW, None), cell(OURS, 10),
                                     cell(SW, 50, burst=8)],
                            "alone": [cell(SW, 300, topology=2, burst=1),
                                      cell(SW, 300, burst=1)]})
        # Two rows: bursts of 32, and one event alone in the longer topology.
        self.assertEqual([len(marks[d]) for d in (SW, DSW, OURS)], [4, 0, 2])

    def test_marks_stand_where_the_values_are(self):
        marks = self.marks({"perf": [cell(SW, 100), cell(OURS, 10)]})
        ticks = report.decades(8, 125)
        self.assertIn(f"M{report.position(80, ticks):.1f} {report.TOP} "
                      f"H{report.position(125, ticks):.1f}", marks[SW][0]["d"])
        self.assertIn(f"M{report.position(10, ticks):.1f} {report.TOP}", marks[OURS][1]["d"])


if __name__ == "__main__":
    unittest.main()
