#!/usr/bin/env python3
"""Holds what `percpu-tool access --annotate --format json` shows to what llvm-objdump prints.

    lines.py FILE REPORT      prints what is wrong, and last `N accesses`

The lines of an access are instructions of the disassembly, with its addresses and bytes, one behind
the other; the access is one of them, and there are four before it and four behind it unless the
function ends there. A function ends where the symbol table has the next one.
"""
import json
import re
import subprocess
import sys

AROUND = 4


def disassembly(path):
    """Address: bytes, in order; and the addresses of symbols, but for an assembler's own."""
    text = subprocess.run(["llvm-objdump-19", "-d", path], capture_output=True, text=True,
                          check=True).stdout
    lines, names = {}, set()
    for line in text.splitlines():
        name = re.match(r"([0-9a-f]+) <(?!\.L).*>:$", line)
        code = re.match(r" *([0-9a-f]+): ((?:[0-9a-f]{2,8} ?)+)\s", line)
        if name:
            names.add(int(name[1], 16))
        elif code:
            # Words are printed as such: little endian in the file.
            words = code[2].split()
            raw = b"".join(bytes.fromhex(word)[::-1] for word in words)
            lines[int(code[1], 16)] = " ".join("%02x" % byte for byte in raw)
    return lines, names


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def data_ranges(path):
    """Data among the code of riscv64, as mapping symbols say: llvm-objdump 19 does not know them
    there."""
    if "RISC-V" not in output_of("llvm-readelf-19", "-h", path):
        return []
    code = set(re.findall(r"^ *\[ *(\d+)\] .* +AX ", output_of("llvm-readelf-19", "-SW", path), re.M))
    marks = {}
    for line in output_of("llvm-readelf-19", "-sW", path).splitlines():
        fields = line.split()
        if len(fields) == 8 and fields[6] in code and re.match(r"\$[dx]", fields[7]):
            at = int(fields[1], 16)
            marks[at] = max(marks.get(at, ""), fields[7][1])
    order = sorted(marks)
    return [(at, end) for at, end in zip(order, order[1:] + [1 << 64]) if marks[at] == "d"]


def cut_data(lines, ranges):
    """In units of 2 bytes, whatever instructions they look like."""
    for start, end in ranges:
        raw = {}
        for at in [a for a in lines if start <= a < end]:
            for offset, byte in enumerate(lines.pop(at).split()):
                if at + offset < end:
                    raw[at + offset] = byte
        for at in list(raw)[::2]:
            lines[at] = raw[at] + " " + raw[at + 1]


def expected(order, names, index):
    first, last = index, index
    while first > 0 and index - first < AROUND and order[first] not in names:
        first -= 1
    while last + 1 < len(order) and last - index < AROUND and order[last + 1] not in names:
        last += 1
    return order[first:last + 1]


def main():
    lines, names = disassembly(sys.argv[1])
    cut_data(lines, data_ranges(sys.argv[1]))
    order = sorted(lines)
    place = {address: index for index, address in enumerate(order)}
    accesses = json.load(open(sys.argv[2]))["files"][0]["accesses"]
    for access in accesses:
        at = access["address"]
        want = [("0x%x" % a, lines[a], "0x%x" % a == at)
                for a in expected(order, names, place[int(at, 0)])]
        have = [(c["address"], c["bytes"], c["access"]) for c in access["code"]]
        if have != want:
            print("%s: %s, not %s" % (at, have, want))
    print("%d accesses" % len(accesses))


main()
