# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""The registers' offsets and fields, from the tables that witness lib/dlbhw's."""
import csv
import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lib/dlbhw")
BARS = {"FUNC": 0, "CSR": 2}


class Registers:
    def __init__(self, version):
        self.rows, self.fields, self.resets = {}, {}, {}
        with open(os.path.join(FOLDER, f"registers-{version}.csv"), encoding="ascii") as table:
            for row in csv.DictReader(table):
                name = row["register"]
                self.rows[name] = (BARS[row["bar"]], row["offset_formula"])
                self.resets[name] = int(row["reset"], 0)
                if row["msb"]:
                    self.fields[name, row["field"]] = (int(row["msb"]), int(row["lsb"]))

    def at(self, name, index=0, second=0):
        """(BAR, offset) of an element of a register."""
        bar, formula = self.rows[name]
        return bar, eval(formula, {}, {"x": index, "y": second, "vf_id": index})  # a table of ours

    def has(self, name):
        return name in self.rows

    def value(self, name, **fields):
        value = 0
        for field, content in fields.items():
            msb, lsb = self.fields[name, field]
            assert content >> (msb - lsb + 1) == 0, (name, field, content)
            value |= content << lsb
        return value
