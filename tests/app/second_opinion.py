#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# Are the packets of one capture, per flow, those of another, so many times over? A proof of
# its own beside the application's: it looks at what a router leaves alone (all behind the IP
# header's time to live and checksum), and at these two.
#
# usage: second_opinion.py INPUT OUTPUT LOOPS
import collections
import struct
import sys


def packets(path):
    data = open(path, "rb").read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at < len(data):
        length = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def total(words):
    return sum(struct.unpack(f">{len(words) // 2}H", words)) % 0xffff


def view(packet):
    """Flow, time to live, and what a router leaves alone."""
    kind, ip = packet[12:14], packet[14:]
    if kind == b"\x08\x00":
        header = (ip[0] & 15) * 4
        assert total(ip[:header]) == 0, "a wrong header checksum"
        ports = ip[header:header + 4] if ip[9] in (6, 17) else b""
        return (ip[9], ip[12:20], ports), ip[8], ip[:8] + ip[9:10] + ip[12:]
    ports = ip[40:44] if ip[6] in (6, 17) else b""
    return (ip[6], ip[8:40], ports), ip[7], ip[:7] + ip[8:]


def flows(path, hops):
    result = collections.defaultdict(list)
    for packet in packets(path):
        flow, ttl, rest = view(packet)
        if ttl - hops > 0:
            result[flow].append((ttl - hops, rest))
    return result


sent, seen = flows(sys.argv[1], 1), flows(sys.argv[2], 0)
if set(sent) != set(seen):
    sys.exit("the flows differ")
for flow in sent:
    if sent[flow] * int(sys.argv[3]) != seen[flow]:
        sys.exit(f"flow {flow} differs")
print(f"{len(sent)} flows, {sum(map(len, seen.values()))} packets: equal")
