"""The relocations of an object, put into the text that llvm-objdump prints of its instructions.

An object is read as if it were linked: its template is placed low enough for all sequences, each
other section apart. What is not of the template is UNKNOWN, as nothing else is looked for.
"""
import bisect
import re
import subprocess
from collections import namedtuple

READOBJ = "llvm-readobj-19"

Reloc = namedtuple("Reloc", "offset type symbol addend")
# Of one relocation: where it stands, its type without the machine's name, S + A, and where a jump
# to there goes; both None where that is not in the template, or in no section.
Fix = namedtuple("Fix", "offset type value place")


class NotUnderstood(Exception):
    pass


def read(path):
    """By the name of the section that they are for: (the section with them, relocations)."""
    text = subprocess.run([READOBJ, "-r", "--expand-relocs", path], check=True, encoding="utf-8",
                          stdout=subprocess.PIPE, errors="surrogateescape").stdout
    sections, current = {}, None
    for line in text.splitlines():
        line = line.strip()
        match = re.match(r"Section \((\d+)\) ", line)
        if match:
            current = sections.setdefault(int(match.group(1)), [])
        elif line.startswith("Offset: "):
            offset = int(line[8:], 16)
        elif line.startswith("Type: "):
            kind = re.sub(r"^R_(X86_64|AARCH64|RISCV|LARCH)_", "", line.split()[1])
        elif line.startswith("Symbol: "):
            symbol = int(line.rsplit("(", 1)[1].rstrip(")"))
        elif line.startswith("Addend: "):
            addend = int(line[8:], 16)
            current.append(Reloc(offset, kind, symbol, signed(addend, 64)))
    return sections


def signed(value, bits):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def high(value):
    """The upper 20 bits of 32, of which the lower 12 count with their sign."""
    return (value + 0x800) >> 12 & 0xfffff


def replaced(text, operand, by):
    """The operands with one of them, counted from 0 or from the end, made another."""
    parts = re.split(r", *(?![^\[(]*[\])])", text)
    parts[operand] = by
    return ", ".join(parts)


def displaced(text, by):
    """disp(base) of riscv64 with another displacement."""
    return re.sub(r"-?0x[0-9a-f]+(?=\(\w+\)$)|(?<=[ ,])(?=\(\w+\)$)", by, text, count=1)


# Each: (mnemonic, operands, fix, start and end of the instruction) -> (mnemonic, operands), or where
# the instruction's value, or the address of its memory, is not known (None, "value" or "memory").

X86_MEMORY = re.compile(r"((?:%[c-gs]s:)?)(-?0x[0-9a-f]+|-?\d+)?(\((?!\*)[%,][^)]*\))?$")


def x86_memory(text, by):
    parts = re.split(r", *(?![^(]*\))", text)
    for i, part in enumerate(parts):
        star = "*" if part.startswith("*") else ""
        match = X86_MEMORY.match(part[len(star):])
        if match and (match.group(2) or match.group(3)):
            parts[i] = "%s%s%s%s" % (star, match.group(1), by, match.group(3) or "")
            return ", ".join(parts)
    raise NotUnderstood("no memory operand in " + text)


def x86_64(name, text, fix, at, end):
    size = 8 if fix.type == "64" else 4
    if fix.type in ("PLT32", "PC32") and re.match(r"^(j|call|loop|xbegin)", name) and \
            not text.startswith("*"):
        return name, text
    if fix.type not in ("32", "32S", "64", "PC32", "PLT32"):
        raise NotUnderstood(fix.type)
    immediate = "$" in text and fix.offset + size == end
    if fix.value is None:
        return None, "value" if immediate else "memory"
    if fix.type == "PC32":
        # S + A is of what the field counts from; the reader of the text adds the end.
        return name, x86_memory(text, hex_signed(fix.value - fix.offset))
    if immediate:
        return name, re.sub(r"\$-?0x[0-9a-f]+", "$0x%x" % fix.value, text)
    return name, x86_memory(text, "0x%x" % fix.value)


def hex_signed(value):
    return "%s0x%x" % ("-" if value < 0 else "", abs(value))


def aarch64(name, text, fix, at, end):
    kind = fix.type
    if kind in ("CALL26", "JUMP26", "CONDBR19", "TSTBR14"):
        return name, text
    if fix.value is None:
        return None, "value"
    if kind in ("ADR_PREL_PG_HI21", "ADR_PREL_PG_HI21_NC"):
        return name, replaced(text, 1, "0x%x" % (fix.value & ~0xfff))
    if kind == "ADR_PREL_LO21":
        return name, replaced(text, 1, "0x%x" % fix.value)
    if kind == "ADD_ABS_LO12_NC":
        return name, replaced(text, 2, "#0x%x" % (fix.value & 0xfff))
    if re.match(r"^LDST\d+_ABS_LO12_NC$", kind):
        return name, re.sub(r"\[(\w+)\]", r"[\1, #0x%x]" % (fix.value & 0xfff), text)
    match = re.match(r"^MOVW_[US]ABS_G(\d)(_NC)?$", kind)
    if match:
        shift = 16 * int(match.group(1))
        part = "#0x%x" % (fix.value >> shift & 0xffff)
        reg = text.split(",")[0]
        return ("movk" if name == "movk" else "movz"), "%s, %s, lsl #%d" % (reg, part, shift)
    raise NotUnderstood(kind)


def riscv64(name, text, fix, at, end):
    kind = fix.type
    if kind in ("RELAX", "ALIGN", "BRANCH", "JAL", "RVC_BRANCH", "RVC_JUMP"):
        return name, text
    if kind in ("CALL", "CALL_PLT") or fix.value is None:
        return None, "value"
    if kind in ("HI20", "PCREL_HI20"):
        return "lui", replaced(text, 1, "0x%x" % high(fix.value))
    if kind in ("LO12_I", "LO12_S", "PCREL_LO12_I", "PCREL_LO12_S"):
        low = hex_signed(signed(fix.value, 12))
        if "(" in text:
            return name, displaced(text, low)
        return name, replaced(text, -1, low)
    raise NotUnderstood(kind)


def loongarch64(name, text, fix, at, end):
    kind = fix.type
    if kind in ("RELAX", "ALIGN", "B16", "B21", "B26"):
        return name, text
    if kind == "CALL36" or fix.value is None:
        return None, "value"
    values = {
        "ABS_HI20": fix.value >> 12 & 0xfffff, "ABS_LO12": fix.value & 0xfff,
        "ABS64_LO20": 0, "ABS64_HI12": 0,
        "PCALA_HI20": high(fix.value), "PCALA_LO12": signed(fix.value, 12),
        "PCALA64_LO20": 0, "PCALA64_HI12": 0,
    }
    if kind not in values:
        raise NotUnderstood(kind)
    if kind == "PCALA_HI20":
        name = "lu12i.w"
    return name, replaced(text, -1, hex_signed(values[kind]))


APPLY = {"X86-64": x86_64, "AArch64": aarch64, "RISC-V": riscv64, "LoongArch": loongarch64}


class Relocations:
    """Of all sections of a file. `symbols`: (section, value) by number; `bases`: where each section
    is put; `templates`: those of per-CPU data."""

    def __init__(self, file, symbols, bases, templates):
        self.apply_one = APPLY[file.machine_name]
        self.from_end = file.machine_name == "X86-64"
        self.symbols = symbols
        self.bases = bases
        self.templates = templates
        self.by_section = {}
        for number, relocs in read(file.path).items():
            target = file.infos.get(number)
            self.by_section[target] = sorted(relocs)
        self.highs = {(section, r.offset): r for section, relocs in self.by_section.items()
                      for r in relocs if r.type.endswith("HI20")}

    def value(self, section, reloc):
        """S + A in the template; of a low part that names its high part's label that one's."""
        if reloc.type.startswith("PCREL_LO12"):
            other = self.highs.get(self.symbols.get(reloc.symbol))
            return other and self.value(section, other)
        symbol = self.symbols.get(reloc.symbol)
        if symbol is None or symbol[0] not in self.templates:
            return None
        return self.bases[symbol[0]] + symbol[1] + reloc.addend

    def place(self, section, reloc, end):
        """Where a jump goes."""
        symbol = self.symbols.get(reloc.symbol)
        if symbol is None or symbol[0] not in self.bases:
            return None
        behind = end - reloc.offset if self.from_end else 0
        return self.bases[symbol[0]] + symbol[1] + reloc.addend + behind

    def fixes(self, section, at, end):
        relocs = self.by_section.get(section, [])
        for reloc in relocs[bisect.bisect_left(relocs, (at,)):]:
            if reloc.offset >= end:
                break
            yield Fix(reloc.offset, reloc.type, self.value(section, reloc),
                      self.place(section, reloc, end))

    def apply(self, section, name, text, at, end):
        """The instruction with what its relocations say, what of it is not known, and where a jump
        of it goes: (name, text, set of "value" and "memory", place), place `-` where none says."""
        unknown, place = set(), "-"
        for fix in self.fixes(section, at, end):
            if fix.type not in ("RELAX", "ALIGN"):
                place = fix.place
            if fix.value is None and "LO12" in fix.type:
                continue  # nothing is added to what the high part has made unknown
            result = self.apply_one(name, text, fix, at, end)
            if result[0] is None:
                unknown.add(result[1])
            else:
                name, text = result
        return name, text, unknown, place
