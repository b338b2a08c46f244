#!/usr/bin/env python3
"""Compares a listing of `percpu-tool access --format csv` with what oracle.py prints of a file.

compare.py [--shown N] FILE LISTING ORACLE

A place is compared as an address: the listing's variable and offset by the symbol table. Where
something unknown is added and no variable is named there is none. Prints `same N`, `differ N` and
the first lines that only one has; exits with 1 when there are any.
"""
import argparse
import collections
import csv
import re
import sys

sys.dont_write_bytecode = True
import oracle

M64 = (1 << 64) - 1


def names_of(name):
    """The name as it is, and as it is shown: without what definitions put before it."""
    yield name
    name = re.sub(r"\[[0-9a-f]+\]", "", name)
    for prefix in ("__PERCPU_", "per_cpu__", "pcpu_entry_", "percpu_"):
        if prefix in name:
            yield name.replace(prefix, "", 1)


def listing_rows(file, symbols, text):
    """(address, kind, width, register, places, floating) of each row; places may be several where
    several variables have one name, and are None where none is known."""
    for row in csv.DictReader(text):
        places = None
        if row["offset"] != "":
            offset = int(row["offset"], 0)
            starts = symbols.get(row["variable"], {None}) if row["variable"] else {0}
            places = {(start + offset) & M64 if start is not None else row["variable"]
                      for start in starts}
            # In an object between variables: an offset in a template's section.
            if file.is_object and not row["variable"]:
                places |= {start + offset for start, _ in file.templates()}
        base = next((file.bases[n] for n, s in file.sections.items()
                     if s.name == row["section"] and "X" in s.flags), 0) if file.is_object else 0
        yield (int(row["address"], 0) + base, row["kind"], row["width"] or "-", row["register"],
               places, row["floating"] in ("1", "true"))


def is_known(file, target):
    """Whether a variable of a template stands there."""
    return any(start <= target < end for start, end in file.templates()) and \
        any(s.value <= target < s.value + s.size for s in file.symbols if s.kind == "OBJECT")


def same_place(places, target, floating, file):
    if not floating or places and target in places:
        return places is not None and target in places
    if target is None:
        return not places or 0 in places
    return not places and not is_known(file, target)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--shown", type=int, default=20)
    options.add_argument("file")
    options.add_argument("listing")
    options.add_argument("oracle")
    given = options.parse_args()
    file = oracle.File(given.file)
    symbols = collections.defaultdict(set)
    for symbol in file.symbols + file.read_symbols("--demangle"):
        for each in names_of(symbol.name):
            symbols[each].add(symbol.value)
    theirs = collections.defaultdict(list)
    with open(given.oracle, encoding="utf-8") as text:
        for line in text:
            at, kind, width, register, target, floating = line.split()
            target = None if target == "-" else int(target, 16)
            theirs[int(at, 16), kind].append((width, register, target, floating == "floating"))
    same, differ = 0, []
    with open(given.listing, encoding="utf-8", newline="") as text:
        for at, kind, width, register, places, floating in \
                listing_rows(file, symbols, text):
            others = theirs[at, kind]
            match = next((o for o in others if o[0] == width and o[1] == register and
                          o[3] == floating and
                          same_place(places, o[2], floating, file)), None)
            if match:
                others.remove(match)
                same += 1
            else:
                place = "-" if not places else "/".join(
                    "%x" % p if isinstance(p, int) else p for p in sorted(places, key=str))
                differ.append((at, 0, "listing %x %s %s %s %s %s" % (
                    at, kind, width, register, place, "floating" if floating else "exact")))
    for (at, kind), others in theirs.items():
        for width, register, target, floating in others:
            differ.append((at, 1, "oracle  %x %s %s %s %s %s" % (
                at, kind, width, register, "-" if target is None else "%x" % target,
                "floating" if floating else "exact")))
    print("same %d" % same)
    print("differ %d" % len(differ))
    for _, _, line in sorted(differ)[:given.shown]:
        print("    " + line)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
