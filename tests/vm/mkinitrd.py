#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""A guest's first file system: a shell, kernel modules, programs with their libraries, a script.

The script runs as the only thing the guest does; its exit status goes to the console as a line
"vm: status N", and the machine powers off. Needs nothing but Python on the machine that builds it.

usage: mkinitrd.py --guest FOLDER [OPTION]... OUT SCRIPT [ARG]...	(--help lists the options)
"""
import argparse
import glob
import gzip
import lzma
import os
import re
import shlex
import stat
import subprocess

INIT = """#!/bin/busybox sh
# Made by tests/vm/mkinitrd.py.
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
while read -r module; do
	insmod "$module" || echo "vm: $module cannot be loaded"
done < /etc/modules
cd /root
sh /script%s
echo "vm: status $?"
poweroff -f
"""

# As in any merged distribution; programs and libraries are then found by either name.
LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64",
         "var/run": "../run"}
FOLDERS = ("proc", "sys", "dev", "run", "tmp", "root", "etc", "usr/bin", "usr/sbin", "usr/lib",
           "usr/lib64", "var")


class Initrd:
    def __init__(self, guest):
        """guest: the unpacked packages of a kernel and busybox."""
        self.guest = guest
        # Path without leading "/": (mode, content). DPDK, for one, wants a private root.
        self.entries = {".": (stat.S_IFDIR | 0o755, b"")}
        for folder in FOLDERS:
            self._folder(folder)
        for path, target in LINKS.items():
            self._put(path, stat.S_IFLNK | 0o777, target.encode())
        self.add_file(os.path.join(guest, "bin/busybox"), "/usr/bin/busybox", 0o755)
        self.modules = []

    # --- what goes in -----------------------------------------------------------------------

    def _folder(self, path):
        while path and path not in self.entries:
            self.entries[path] = (stat.S_IFDIR | 0o755, b"")
            path = os.path.dirname(path)

    def _put(self, path, mode, content):
        path = path.lstrip("/")
        first, _, rest = path.partition("/")
        if first in LINKS and rest:
            path = f"{LINKS[first]}/{rest}"
        self._folder(os.path.dirname(path))
        self.entries[path] = (mode, content)

    def add_text(self, text, to, mode=0o644):
        self._put(to, stat.S_IFREG | mode, text.encode())

    def add_file(self, path, to=None, mode=None):
        """One file. With no place given its own is taken, and symbolic links stay what they are:
        a library under two names has to be one library."""
        if to is None and os.path.islink(path):
            target = os.readlink(path)
            self._put(path, stat.S_IFLNK | 0o777, target.encode())
            self.add_file(os.path.normpath(os.path.join(os.path.dirname(path), target)))
            return
        with open(path, "rb") as stream:
            content = stream.read()
        if mode is None:
            mode = 0o755 if os.access(path, os.X_OK) else 0o644
        self._put(to or path, stat.S_IFREG | mode, content)

    def add_program(self, path, to=None, root=""):
        """A program or library with all libraries that it loads at its start. With a root (the
        unpacked packages of another release) its path begins with it, and the guest has it
        without it; so have the libraries, which come from there too."""
        self._add_below(path, to, root)
        for library in libraries(path, root):
            self._add_below(library, None, root)

    def _add_below(self, path, to, root):
        if not root:
            self.add_file(path, to)
            return
        inside = path[len(root):]
        if to is None and os.path.islink(path):
            target = os.readlink(path)
            self._put(inside, stat.S_IFLNK | 0o777, target.encode())
            at = root if target.startswith("/") else os.path.dirname(path)
            self._add_below(os.path.normpath(at + "/" + target), None, root)
            return
        self.add_file(path, to or inside)

    def add_folder(self, path, to=None, root=""):
        """A folder of plugins: its files as they are, links kept, with what they load."""
        for name in sorted(os.listdir(path)):
            one, inside = os.path.join(path, name), f"{to}/{name}" if to else None
            if os.path.islink(one) and to is None:
                self._add_below(one, None, root)
            else:
                self.add_program(one, inside, root)

    def add_module(self, name):
        """A kernel module, after those that it needs."""
        path = self._find_module(name)
        content = read_module(path)
        for needed in re.findall(rb"\0depends=([^\0]*)\0", b"\0" + content):
            for one in filter(None, needed.decode().split(",")):
                self.add_module(one)
        to = "/lib/modules/" + os.path.basename(path).split(".ko")[0] + ".ko"
        if to not in self.modules:
            self._put(to, stat.S_IFREG | 0o644, content)
            self.modules.append(to)

    def _find_module(self, name):
        pattern = re.sub("[-_]", "[-_]", name) + ".ko*"
        found = glob.glob(os.path.join(self.guest, "lib/modules/*/kernel/**", pattern),
                          recursive=True)
        if not found:
            raise SystemExit(f"the guest's kernel has no module {name}")
        return found[0]

    def set_script(self, path, args=()):
        self.add_file(path, "/script", 0o755)
        self.add_text(INIT % "".join(" " + shlex.quote(arg) for arg in args), "/init", 0o755)

    # --- what comes out ---------------------------------------------------------------------

    def write(self, path):
        self.add_text("".join(module + "\n" for module in self.modules), "/etc/modules")
        with gzip.open(path, "wb", compresslevel=1) as out:
            # A folder sorts before what is in it.
            for number, (name, (mode, content)) in enumerate(sorted(self.entries.items()), 1):
                write_cpio(out, number, name, mode, content)
            write_cpio(out, 0, "TRAILER!!!", 0, b"")


def write_cpio(out, inode, name, mode, content):
    """An entry in the format "newc": 13 numbers of 8 hex digits, name, content."""
    numbers = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + "".join(f"{number:08x}" for number in numbers).encode() + name.encode()
    for part in (head + b"\0", content):
        out.write(part + bytes(-len(part) % 4))


def read_module(path):
    with open(path, "rb") as stream:
        content = stream.read()
    return lzma.decompress(content) if path.endswith(".xz") else content


def libraries(path, root=""):
    """What a program loads at its start, and the loader itself."""
    command = ["ldd", path]
    if root:
        command = [root + "/usr/lib64/ld-linux-x86-64.so.2", "--list", "--library-path",
                   root + "/usr/lib/x86_64-linux-gnu", path]
    listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    missing = re.findall(r"^\s*(\S+) => not found", listing, re.M)
    if missing:
        raise SystemExit(f"{path} needs {' '.join(missing)}, which is not there")
    found = re.findall(r"^\s*(?:\S+ => )?(/\S+) \(0x", listing, re.M)
    return [root + one if root and not one.startswith(root) else one for one in found]


def places(text):
    """PATH[:TO[:ROOT]]"""
    path, to, root = (text + "::").split(":")[:3]
    return path, to or None, root


def add_contents(initrd, args):
    """What the options of add_options() ask for."""
    for name in args.module:
        initrd.add_module(name)
    for one in args.program:
        initrd.add_program(*places(one))
    for one in args.file:
        initrd.add_file(*one.split(":"))
    for one in args.folder:
        initrd.add_folder(*places(one))


def add_options(parser):
    parser.add_argument("--module", action="append", default=[], metavar="NAME",
                        help="load a module of the guest's kernel before the script")
    parser.add_argument("--program", action="append", default=[], metavar="PATH[:TO[:ROOT]]",
                        help="put in a program with the libraries that it loads; with a ROOT, in "
                        "which PATH is, they come from there and lose it")
    parser.add_argument("--file", action="append", default=[], metavar="PATH:TO",
                        help="put in a file")
    parser.add_argument("--folder", action="append", default=[], metavar="PATH[:TO[:ROOT]]",
                        help="put in a folder of plugins in the same way, links kept")


def main():
    parser = argparse.ArgumentParser(description="make a guest's first file system")
    parser.add_argument("--guest", required=True, help="unpacked kernel and busybox")
    add_options(parser)
    parser.add_argument("out")
    parser.add_argument("script")
    parser.add_argument("args", nargs="*")
    args = parser.parse_args()
    initrd = Initrd(args.guest)
    add_contents(initrd, args)
    initrd.set_script(args.script, args.args)
    initrd.write(args.out)


if __name__ == "__main__":
    main()
