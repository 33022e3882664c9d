# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""The registers' offsets and fields, from the tables that witness lib/dlbhw's."""
import csv
import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lib/dlbhw")
BARS = {"FUNC": 0, "CSR": 2}


class Registers:
    def __init__(self, version):
        self.rows, self.fields = {}, {}
        with open(os.path.join(FOLDER, f"registers-{version}.csv"), encoding="ascii") as table:
            for row in csv.DictReader(table):
                name = row["register"]
                self.rows[name] = (BARS[row["bar"]], row["offset_formula"])
                if row["msb"]:
                    self.fields[name, row["field"]] = (int(row["msb"]), int(row["lsb"]))

    def at(self, name, index=0):
        """(BAR, offset) of an element of a register."""
        bar, formula = self.rows[name]
        names = {word for word in formula.replace("*", " ").split() if word.isidentifier()}
        return bar, eval(formula, {}, dict.fromkeys(names, index))  # a table of ours

    def value(self, name, **fields):
        value = 0
        for field, content in fields.items():
            msb, lsb = self.fields[name, field]
            assert content >> (msb - lsb + 1) == 0, (name, field, content)
            value |= content << lsb
        return value
