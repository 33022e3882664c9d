#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""Write the C file that lets dpdk-pmdinfo.py read the plugin.

The RTE_PMD_REGISTER_* macros leave strings in the driver's object files:
this_pmd_name<id> (the driver's name), and by that name __<name>_pci_tbl_export
(name of the PCI id table), __<name>_param_string_export and
__<name>_kmod_dep_export. dpdk-pmdinfo.py reads one JSON string a driver,
"PMD_INFO_STRING= {...}", from the read-only data of the finished plugin.

usage: pmdinfo.py OBJECT... OUTPUT.c
"""
import json
import re
import struct
import sys

from elftools.elf.elffile import ELFFile

PCI_ID = struct.Struct("=IHHHH")  # struct rte_pci_id: class, vendor, device, subsystem pair


class Object:
    """The named data of one relocatable object file."""

    def __init__(self, path):
        with open(path, "rb") as stream:
            elf = ELFFile(stream)
            table = elf.get_section_by_name(".symtab")
            self.data = {}
            for symbol in table.iter_symbols():
                index = symbol["st_shndx"]
                if symbol["st_info"]["type"] != "STT_OBJECT" or not isinstance(index, int):
                    continue
                section = elf.get_section(index)
                if section["sh_type"] == "SHT_NOBITS":
                    continue
                start = symbol["st_value"]
                self.data[symbol.name] = section.data()[start : start + symbol["st_size"]]

    def string(self, name):
        raw = self.data.get(name)
        return None if raw is None else raw.split(b"\0")[0].decode()

    def names(self):
        return [self.string(n) for n in sorted(self.data) if re.match(r"this_pmd_name\w*$", n)]

    def pci_ids(self, table):
        raw = self.data[table]
        rows = PCI_ID.iter_unpack(raw[: len(raw) - len(raw) % PCI_ID.size])
        return [list(row[1:]) for row in rows if row[1] != 0]

    def driver(self, name):
        info = {"name": name}
        for key, tag in (("params", "param_string"), ("kmod", "kmod_dep")):
            text = self.string(f"__{name}_{tag}_export")
            if text is not None:
                info[key] = text
        table = self.string(f"__{name}_pci_tbl_export")
        info["pci_ids"] = [] if table is None else self.pci_ids(table)
        return info


def main():
    *inputs, output = sys.argv[1:]
    drivers = [obj.driver(name) for obj in map(Object, inputs) for name in obj.names()]
    if not drivers:
        sys.exit("pmdinfo.py: no RTE_PMD_REGISTER_* in " + " ".join(inputs))
    with open(output, "w", encoding="ascii") as out:
        for info in drivers:
            text = json.dumps("PMD_INFO_STRING= " + json.dumps(info))
            # A static array would be dropped unseen without the attribute.
            out.write(f"static const char {info['name']}_pmd_info[] "
                      f"__attribute__((used)) =\n\t{text};\n")


if __name__ == "__main__":
    main()
