#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""Write the seeds of fuzz_vfio_user: what the tests of dlb-device send, as the fuzzer's records.

usage: seeds_vfio_user.py FOLDER
"""
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../unit/app/dlb-device"))

# The folder of these is known only now.
import vfio_user as vu  # noqa: E402
from driver import ARM, ATOMIC, BAT_T, COMP, DIRECTED, FWD, NEW, ORDERED, UNORDERED  # noqa: E402
from driver import Driver, hcw  # noqa: E402

BYTES, MESSAGE, POSTED, DONE, WITH_FILE, WITH_EVENT, WITH_PIPE = range(7)
BASE = 0x100000000
SIZE = 1 << 20


class Recorder:
    """Stands in for a client; reads give what lets the driver go on."""

    READS = {"SYS_TOTAL_VAS": 0x20, "CM_CFG_PM_STATUS": 1 << 24,
             "CM_CFG_DIAGNOSTIC_IDLE_STATUS": 1 << 31}

    def __init__(self, version):
        self.data = bytes([version == "2.5"])
        self.driver = Driver(self, version, bytearray(SIZE), BASE)
        self.answers = {self.driver.registers.at(name): value for name, value in self.READS.items()}
        self.message(vu.VERSION, struct.pack("<HH", 0, 0) + b"{}\0")

    def record(self, kind, argument, data):
        self.data += bytes([kind, argument, len(data)]) + data

    def message(self, command, payload, kind=MESSAGE):
        self.record(kind, command, payload)

    def post(self, region, offset, data):
        self.message(vu.REGION_WRITE, struct.pack("<QII", offset, region, len(data)) + data, POSTED)

    def write(self, region, offset, data):
        self.message(vu.REGION_WRITE, struct.pack("<QII", offset, region, len(data)) + data)

    def read(self, region, offset, count):
        self.message(vu.REGION_READ, struct.pack("<QII", offset, region, count))
        return struct.pack("<Q", self.answers.get((region, offset), 0))[:count]

    def map(self, kind):
        self.message(vu.DMA_MAP, struct.pack("<IIQQQ", 32, 3, 0, BASE, SIZE), kind)

    def unmap(self):
        self.message(vu.DMA_UNMAP, struct.pack("<IIQQ", 24, 0, BASE, SIZE))

    def interrupts(self, count=2):
        self.message(vu.SET_IRQS, struct.pack("<IIIII", 20, 0x24, 2, 0, count), WITH_EVENT)


def information(seed):
    seed.message(vu.GET_INFO, struct.pack("<IIII", 16, 0, 0, 0))
    for index in range(9):
        seed.message(vu.GET_REGION_INFO, struct.pack("<IIIIQQ", 32, 0, index, 0, 0, 0))
    for index in range(5):
        seed.message(vu.GET_IRQ_INFO, struct.pack("<IIII", 16, 0, index, 0))
    seed.read(vu.CONFIG, 0, 256)
    seed.read(vu.CONFIG, 0x61, 3)
    seed.message(vu.RESET, b"")


def framing(seed):
    whole = struct.pack("<HHIIIIIII", 1, vu.GET_INFO, 32, 0, 0, 16, 0, 0, 0)
    seed.record(BYTES, 0, whole[:7])
    seed.record(BYTES, 0, whole[7:20])
    seed.record(BYTES, 0, whole[20:] + whole + whole)
    multi = b"".join(struct.pack("<QIIQ", 0x10000300 + 4 * i, vu.CSR, 4, i) for i in range(3))
    seed.message(vu.WRITE_MULTI, struct.pack("<Q", 3) + multi, POSTED)
    seed.record(BYTES, 0, struct.pack("<HHIII", 1, vu.RESET, 15, 0, 0))


def memory(seed):
    seed.map(WITH_FILE)
    seed.map(WITH_FILE)
    seed.map(WITH_PIPE)
    seed.unmap()
    seed.map(MESSAGE)
    seed.message(vu.DMA_UNMAP, struct.pack("<IIQQ", 24, 2, 0, 0))


def interrupts(seed):
    seed.interrupts(16)
    seed.message(vu.SET_IRQS, struct.pack("<IIIII", 20, 0x24, 2, 8, 8))
    seed.message(vu.SET_IRQS, struct.pack("<IIIII", 20, 0x24, 2, 64, 1), WITH_PIPE)
    seed.message(vu.SET_IRQS, struct.pack("<IIIII", 20, 0x21, 2, 0, 0))


def traffic(seed, kind):
    driver = seed.driver
    seed.map(kind)
    seed.interrupts()
    driver.start_device()
    driver.create_domain()
    driver.create_ldb_queue(1)
    driver.create_dir_queue(2)
    producer = driver.create_ldb_port(0, BASE)
    worker = driver.create_ldb_port(1, BASE + 0x4000)
    consumer = driver.create_dir_port(2, BASE + 0x8000)
    driver.link(worker, 1)
    driver.start((1,), (2,))
    driver.enable_interrupt(worker)
    for sched in (ATOMIC, UNORDERED, ORDERED):
        driver.put(worker, hcw(ARM))
        driver.put(producer, *(hcw(NEW, 1, sched, data=i, lock=i) for i in range(4)))
        driver.fence(worker)
        seed.record(DONE, 0, b"")
        driver.put(worker, hcw(FWD, 2, DIRECTED), hcw(FWD, 2, DIRECTED), hcw(COMP), hcw(COMP))
        driver.put(worker, hcw(BAT_T, lock=3))
        seed.record(DONE, sched, b"")
        driver.put(consumer, hcw(BAT_T, lock=1))
    driver.put(producer, *(hcw(NEW, 1, ORDERED) for _ in range(4)))
    seed.unmap()
    seed.message(vu.RESET, b"")


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    contents = {"information": (information,), "framing": (framing,), "memory": (memory,),
                "interrupts": (interrupts,), "traffic": (traffic, WITH_FILE),
                "traffic_by_message": (traffic, MESSAGE)}
    for name, (fill, *args) in contents.items():
        for version in ("2.0", "2.5"):
            seed = Recorder(version)
            fill(seed, *args)
            with open(os.path.join(folder, f"{name}_{version}"), "wb") as out:
                out.write(seed.data)


if __name__ == "__main__":
    main()
