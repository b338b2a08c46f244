#!/usr/bin/env python3
"""The accesses of a linked file or an object to per-CPU data, read from the text that llvm-objdump prints.

The other reader of `percpu-tool access`: it shares no code with it, and knows of an instruction
only its mnemonic and operands. What both are to find is in percpu-tool-access(1); each line is

    ADDRESS KIND WIDTH REGISTER TARGET FLOATING

of which ADDRESS and TARGET are hexadecimal, WIDTH is in bytes or `-`, TARGET is `-` where it is not
known, and FLOATING is `floating` where something unknown is added, else `exact`.
"""
import argparse
import bisect
import re
import struct
import subprocess
import sys
from collections import namedtuple

import relocations

M64 = (1 << 64) - 1
PIECE = 0x10000
OBJDUMP = "llvm-objdump-19"
READELF = "llvm-readelf-19"

# ---- Values -------------------------------------------------------------------------------------

# What a register holds: a base or None, a constant, whether something unknown is added; whether
# code formed the constant as such; the addition that the value is from.
Value = namedtuple("Value", "base const floating formed origin")
UNKNOWN = Value(None, 0, True, False, None)

# A sum that an instruction forms: of a base or None, registers, a constant, something unknown.
Sum = namedtuple("Sum", "base regs const unknown formed hidden")


def is_place(value):
    """Is the constant a place, and no member of what something unknown points to?"""
    return not value.floating or value.formed or not -0x1000 < signed(value.const, 64) < 0x1000


def make_sum(regs=(), const=0, base=None, unknown=False, formed=False, hidden=()):
    """`hidden`: registers that take part, but not as they are: scaled, extended, shifted."""
    return Sum(base, tuple(regs), const, unknown or bool(hidden), formed, tuple(hidden))


# Makes a register unknown, or: copies one; forms a sum by an addition or otherwise; a function of a
# constant; loads, or adds, what memory holds, which may be the base.
Write = namedtuple("Write", "reg what sum function extend")


def forget(reg):
    return Write(reg, "unknown", None, None, None)


def copy(reg, source, extend=None):
    return Write(reg, "copy", make_sum([source]), None, extend)


def form(reg, const, extend=None):
    return Write(reg, "sum", make_sum(const=const, formed=True), None, extend)


def addition(reg, terms, extend=None):
    return Write(reg, "sum" if extend else "addition", terms, None, extend)


def change(reg, source, function, extend=None):
    return Write(reg, "change", make_sum([source]), function, extend)


def align(reg, source, mask):
    """The word that an address is in. Areas are aligned to 64 bytes at least; None for more."""
    mask &= M64
    if not -64 <= mask - (1 << 64) < 0 or -mask & M64 & (-mask & M64) - 1:
        return None
    return Write(reg, "align", make_sum([source]), lambda c: c & mask, None)


# `pair`: it is of two registers' words, side by side, each of which may be a variable's.
Access = namedtuple("Access", "kind width sum pair")


class Insn:
    """What one instruction does. flow: next, jump, branch, stop, trap, call, unknown, data. Of what Linux
    writes over: whether it is, and where jumps that may stand there lead to."""
    __slots__ = ("accesses", "writes", "flow", "target", "at", "end", "patched", "more",
                 "passes")

    def __init__(self, flow="next", target=None):
        self.accesses = []
        self.writes = []
        self.flow = flow
        self.target = target
        self.at = self.end = 0
        self.patched, self.more = False, ()
        self.passes = False

    def targets(self):
        """Of jumps."""
        own = [self.target] if self.flow in ("jump", "branch") else []
        return own + list(self.more)

    def access(self, kind, width, terms, pair=False):
        self.accesses.append(Access(kind, width, terms, pair))

    def is_padding(self):
        """What stands between paths: nothing that runs into what follows."""
        return self.flow == "next" and not self.accesses and not self.writes

    def forgets(self, *regs):
        self.writes += [forget(r) for r in regs if r is not None]


def total(state, terms):
    base, const = terms.base, terms.const
    floating, formed = terms.unknown, terms.formed
    for reg in terms.regs:
        value = state.get(reg, UNKNOWN)
        if value.base is not None:
            if base is not None:
                return UNKNOWN
            base = value.base
        const += value.const
        floating = floating or value.floating
        formed = formed or value.formed
    return Value(base, const & M64, floating, formed, None)


def is_constant(value):
    return value.base is None and not value.floating


def extended(value, extend):
    """A write of 32 bits: constants only, `zero` or `sign` extended."""
    if not extend:
        return value
    if not is_constant(value):
        return UNKNOWN
    const = value.const & 0xffffffff
    if extend == "sign" and const >> 31:
        const |= M64 << 32 & M64
    return value._replace(const=const, origin=None)


def join_values(a, b):
    if a == b:
        return a
    if a[:3] == b[:3]:
        return Value(a.base, a.const, a.floating, a.formed and b.formed,
                     a.origin if a.origin == b.origin else None)
    if a.base is not None and b.base is not None and a.base != b.base:
        # One is taken for both.
        least = min(a.base, b.base)
        return join_values(a._replace(base=least), b._replace(base=least))
    if a.base == b.base and a.base is not None:
        return Value(a.base, 0, True, False, None)
    return UNKNOWN


def join(a, b):
    result = {}
    for reg, value in a.items():
        if reg in b:
            met = join_values(value, b[reg])
            if met[:4] != UNKNOWN[:4]:
                result[reg] = met
    return result


# ---- x86_64 -------------------------------------------------------------------------------------

SUFFIX = {"b": 1, "w": 2, "l": 4, "q": 8}


def x86_registers():
    sizes = {}
    for old in "abcd":
        for name, size in (("r%sx", 8), ("e%sx", 4), ("%sx", 2), ("%sl", 1), ("%sh", 1)):
            sizes[name % old] = ("r%sx" % old, size)
    for old in ("si", "di", "bp", "sp"):
        for name, size in (("r%s", 8), ("e%s", 4), ("%s", 2), ("%sl", 1)):
            sizes[name % old] = ("r" + old, size)
    for number in range(8, 32):
        for tail, size in (("", 8), ("d", 4), ("w", 2), ("b", 1)):
            sizes["r%d%s" % (number, tail)] = ("r%d" % number, size)
    return sizes


X86_REGISTERS = x86_registers()
X86_PREFIXES = {"lock", "rep", "repe", "repne", "repz", "repnz", "xacquire", "xrelease", "data16",
                "data32", "addr32", "cs", "ds", "es", "ss", "fs", "gs", "notrack", "bnd", "rex64",
                "rex"}
X86_MODIFY = set("add sub and or xor adc sbb inc dec neg not shl sal shr sar rol ror rcl rcr shld "
                 "shrd xadd cmpxchg bts btr btc xchg aadd aand aor axor cmpxchg8b cmpxchg16b".split())
X86_BITS = {"bt", "bts", "btr", "btc"}
X86_COMPARE = {"cmp", "test", "bt"}
X86_INTEGER = X86_MODIFY | X86_COMPARE | set(
    "mov movabs push pop mul imul div idiv movnti movbe bsf bsr lzcnt tzcnt popcnt andn blsi blsr "
    "blsmsk bextr bzhi pdep pext sarx shlx shrx mulx rorx adcx adox crc32 call jmp in out lea "
    "vmread vmwrite movdiri nop ret iret lret ptwrite xbegin lar lsl wrss wruss".split())
# A memory operand of these is not accessed as memory.
X86_ADDRESS_ONLY = {"lea", "nop", "invlpg", "clflush", "clflushopt", "clwb", "cldemote", "clzero"}
# With memory or a register as only operand, these write it.
X86_STORES = re.compile(r"^(set[a-z]+|pop[wlq]?|fst|fstp?[slt]?|fists?p?|fistt?p?[sl]*l?|fbstp|"
                        r"v?stmxcsr|s[gi]dt[wlq]?|str[wlq]?|sldt[wlq]?|smsw[wlq]?|fxsave(64)?|"
                        r"xsave(c|s|opt)?(64)?|fnsave|fnstcw|fnstsw|fnstenv|vmptrst|"
                        r"rd(rand|seed|fsbase|gsbase|pid|ssp)[wldq]?)$")
# Their last operand is read only.
X86_READERS = re.compile(r"^(cmp|test|bt|push|v?u?comis[sd]|v?ptest|vtestp[sd]|out|ver[rw]|lldt|ltr|"
                         r"lmsw|wr[fg]sbase|invpcid|invept|invvpid|vmwrite|vmptrld|vmclear|vmxon|"
                         r"incssp|umonitor|umwait|tpause|movdir64b|enqcmds?|senduipi|mul|imul|div|"
                         r"idiv)[bwlqd]?$")
X86_IMPLICIT = {
    "cpuid": "rax rbx rcx rdx", "rdtsc": "rax rdx", "rdtscp": "rax rdx rcx", "rdmsr": "rax rdx",
    "rdpmc": "rax rdx", "xgetbv": "rax rdx", "rdpkru": "rax rdx", "cltq": "rax", "cwtl": "rax",
    "cbtw": "rax", "cqto": "rdx", "cltd": "rdx", "cwtd": "rdx", "lahf": "rax", "xlatb": "rax",
    "leave": "rsp rbp", "enter": "rsp rbp", "vmcall": "rax", "vmmcall": "rax",
    "loop": "rcx", "loope": "rcx", "loopne": "rcx", "cmpxchg8b": "rax rdx",
    "cmpxchg16b": "rax rdx", "pcmpestri": "rcx", "pcmpistri": "rcx", "vpcmpestri": "rcx",
    "vpcmpistri": "rcx",
}
X86_CHANGED = "rax rcx rdx rsi rdi r8 r9 r10 r11".split()
for _name in ("encls", "enclu", "enclv", "tdcall", "seamcall", "getsec", "pconfig", "xstore",
              "xcryptecb", "xcryptcbc", "xcryptctr", "xcryptcfb", "xcryptofb", "xsha1", "xsha256",
              "montmul"):
    X86_IMPLICIT[_name] = " ".join(X86_CHANGED)
X86_STRING = re.compile(r"^(movs|cmps|stos|lods|scas|ins|outs)([bwlq])$")
X86_WIDTHS = {
    "movd": 4, "movss": 4, "movsd": 8, "movlps": 8, "movhps": 8, "movlpd": 8, "movhpd": 8,
    "ldmxcsr": 4, "stmxcsr": 4, "fldcw": 2, "fnstcw": 2, "fnstsw": 2, "flds": 4, "fsts": 4,
    "fstps": 4, "fldl": 8, "fstl": 8, "fstpl": 8, "fldt": 10, "fstpt": 10, "filds": 2, "fists": 2,
    "fistps": 2, "fildl": 4, "fistl": 4, "fistpl": 4, "fildll": 8, "fistpll": 8, "cmpxchg8b": 8,
    "cmpxchg16b": 16, "lgdtq": 10, "lidtq": 10, "sgdtq": 10, "sidtq": 10, "invpcid": 16,
    "invept": 16, "invvpid": 16, "movzbw": 1,
}
X86_MEMORY = re.compile(r"^(?:%([c-gs]s):)?(-?0x[0-9a-f]+|-?\d+)?"
                        r"(?:\((%\w+)?(?:,(%\w+)(?:,([1248]))?)?\))?$")


def split_operands(text):
    """At commas outside of brackets."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == "," and not depth:
            parts.append(text[start:i].strip())
            start = i + 1
    last = text[start:].strip()
    return parts + [last] if last else parts


class X86:
    changed = X86_CHANGED
    bases = ["GS_BASE"]
    zero = None
    flags = []

    def __init__(self, bases, self_values):
        self.segments = {name[:2].lower(): name for name in bases}
        self.self_values = self_values
        self.marks = ["%%%s:" % s for s in self.segments] + \
            ["\t%s\t" % s for s in self.segments] + ["rdgsbase"]

    def entry(self):
        return {}

    def memory(self, text, end, override):
        """The sum of a memory operand, or None: it is none, or one of a segment not followed."""
        match = X86_MEMORY.match(text)
        if not match:
            return None
        segment, disp, base, index, scale = match.groups()
        segment = segment or override
        const = int(disp, 0) if disp else 0
        regs, hidden, unknown = [], [], False
        for name, by in ((base, "1"), (index, scale or "1")):
            if name is None or name in ("%riz", "%eiz"):
                continue
            if name in ("%rip", "%eip"):
                const += end
                continue
            reg, size = X86_REGISTERS[name[1:]]
            (regs if size == 8 and by == "1" else hidden).append(reg)
        if segment == "fs" and "fs" not in self.segments or \
                segment == "gs" and "gs" not in self.segments:
            return make_sum(unknown=True)
        return make_sum(regs, const, self.segments.get(segment), unknown, False, hidden)

    def root(self, name):
        """A mnemonic without its size, and the size in bytes or None."""
        if name in X86_INTEGER and name not in ("call",):
            return name, None
        if name[-1] in SUFFIX and name[:-1] in X86_INTEGER:
            return name[:-1], SUFFIX[name[-1]]
        return name, None

    def width(self, name, root, size, others):
        match = re.match(r"^mov[zs]([bwl])[wlq]$", name)
        if match:
            return SUFFIX[match.group(1)]
        if root in X86_BITS and others and others[0].startswith("%"):
            return None
        if size:
            return size
        if name.startswith("set"):
            return 1
        if name.startswith("cmov") and others:
            return X86_REGISTERS[others[-1][1:]][1]
        known = X86_WIDTHS.get(name) or X86_WIDTHS.get(name[1:] if name[0] == "v" else name)
        if known:
            return known
        for other in others:
            for kind, bytes_ in (("%xmm", 16), ("%ymm", 32), ("%zmm", 64)):
                if other.startswith(kind):
                    return bytes_
        return None

    def flow(self, name, root, operands, insn, end, override):
        """Jumps and calls. True: it was one."""
        if name in ("loop", "loope", "loopne", "xbegin") or \
                (name[0] == "j" and root != "jmp"):
            insn.flow = "branch"
            insn.target = int(operands[0], 16)
            return True
        if root in ("jmp", "call") or name in ("ljmpl", "ljmpq", "lcalll", "lcallq", "ljmpw"):
            insn.flow = "call" if "call" in name else "stop"
            if not operands[0].startswith("*"):
                insn.target = int(operands[0], 16)
                if insn.flow == "stop":
                    insn.flow = "jump"
            elif not operands[0].startswith("*%") or ":" in operands[0]:
                terms = self.memory(operands[0][1:], end, override)
                insn.access("read", 8 if name[0] in "jc" else None, terms)
            return True
        if root in ("ret", "iret", "lret") or name.startswith(("sysret", "sysexit")):
            insn.flow = "stop"
            return True
        if name == "int3":
            return True
        if name in ("ud2", "ud1l", "ud1q", "ud0l"):
            insn.flow = "trap"
            return True
        if name in ("syscall", "sysenter", "int"):
            insn.flow = "call"
            return True
        return False

    def string(self, name, operands, insn, end, override, prefixes):
        kind, size = X86_STRING.match(name).groups()
        repeated = any(p.startswith("rep") for p in prefixes)
        width = None if repeated else SUFFIX[size]
        memory = [o for o in operands if "(" in o]
        for operand in memory:
            terms = self.memory(operand, end, None if operand.startswith("%es") else override)
            stored = operand is memory[-1] and kind in ("movs", "stos", "ins")
            insn.access("write" if stored else "read", width, terms)
            insn.forgets(*terms.regs)
        if kind == "lods":
            insn.forgets("rax")
        if repeated:
            insn.forgets("rcx")

    def accesses(self, name, root, size, operands, insn, end, override):
        """The memory operand's sum, or None."""
        found = None
        for i, operand in enumerate(operands):
            if operand[0] in "%$" and ":" not in operand or operand[0] == "{":
                continue
            terms = self.memory(operand.split(" {")[0].split("{")[0], end, override)
            if terms is None:
                continue
            found = terms
            if root in X86_ADDRESS_ONLY or name.startswith("prefetch"):
                continue
            others = operands[:i] + operands[i + 1:]
            if root in X86_BITS and others and others[0].startswith("%"):
                # The bit is as far from there as the register says.
                terms = terms._replace(unknown=True, formed=not terms.regs and not terms.hidden)
            last = i == len(operands) - 1
            if root in X86_MODIFY and (last or root == "xchg"):
                # Of several operands the last is what they modify.
                kind = "read-modify-write"
            elif not last or X86_READERS.match(name):
                kind = "read"
            elif len(operands) > 1 or X86_STORES.match(name):
                kind = "write"
            else:
                kind = "read"
            insn.access(kind, self.width(name, root, size, others), terms)
        return found

    def known_write(self, name, root, size, operands, terms):
        """What an instruction that is followed writes into its last operand, a register; or None."""
        reg, wide = X86_REGISTERS[operands[-1][1:]]
        if wide < 4 or len(operands) != 2:
            return None
        extend = None if wide == 8 else "zero"
        source = operands[0]
        if root in ("mov", "movabs"):
            if source[0] == "$":
                return form(reg, int(source[1:], 0), extend)
            if source[0] == "%" and source[1:] in X86_REGISTERS:
                return copy(reg, X86_REGISTERS[source[1:]][0], extend)
            if terms is not None and wide == 8:
                return Write(reg, "load", terms, None, None)
        elif root == "lea" and terms is not None:
            if terms.regs or terms.hidden:
                return addition(reg, terms._replace(base=None), extend)
            return form(reg, terms.const, extend)
        elif root in ("add", "sub") and source[0] == "$":
            const = int(source[1:], 0)
            return addition(reg, make_sum([reg], const if root == "add" else -const), extend)
        elif root == "add" and wide == 8:
            if source[0] == "%" and source[1:] in X86_REGISTERS:
                return addition(reg, make_sum([reg, X86_REGISTERS[source[1:]][0]]))
            if terms is not None:
                return Write(reg, "load-add", terms, None, None)
        return None

    def decode(self, name, text, at, end, prefixes=()):
        insn = Insn()
        override = next((p for p in prefixes if p in ("fs", "gs")), None)
        operands = split_operands(text)
        root, size = self.root(name)
        insn.forgets(*X86_IMPLICIT.get(name, "").split())
        if name == "<unknown>" or name.startswith("."):
            insn.flow = "unknown"
            return insn
        if self.flow(name, root, operands, insn, end, override):
            return insn
        if X86_STRING.match(name) and any("(" in o for o in operands):
            self.string(name, operands, insn, end, override, prefixes)
            return insn
        if root in ("mul", "imul", "div", "idiv") and len(operands) == 1:
            insn.forgets("rax", "rdx")
        if root == "cmpxchg":
            insn.forgets("rax")
        if root in ("push", "pop") or name.startswith(("pushf", "popf")):
            insn.forgets("rsp")
        terms = self.accesses(name, root, size, operands, insn, end, override)
        if not operands or operands[-1][:1] != "%" or operands[-1][1:] not in X86_REGISTERS:
            if root in ("xchg", "xadd", "mulx") and operands and operands[0][1:] in X86_REGISTERS:
                insn.forgets(X86_REGISTERS[operands[0][1:]][0])
            return insn
        if X86_READERS.match(name) and not (root == "imul" and len(operands) > 1):
            return insn
        if name.startswith("rdgsbase") and "gs" in self.segments and \
                X86_REGISTERS[operands[0][1:]][1] == 8:
            insn.writes.append(Write(X86_REGISTERS[operands[0][1:]][0], "sum",
                                     make_sum(base=self.segments["gs"]), None, None))
            return insn
        write = self.known_write(name, root, size, operands, terms)
        if write:
            insn.writes.append(write)
            return insn
        insn.forgets(X86_REGISTERS[operands[-1][1:]][0])
        if root in ("xchg", "xadd"):
            insn.forgets(*[X86_REGISTERS[o[1:]][0] for o in operands if o[1:] in X86_REGISTERS])
        if root == "mulx":
            insn.forgets(X86_REGISTERS[operands[-2][1:]][0])
        return insn

    def fixed(self, name, text):
        """Whether the same text means the same at every address."""
        return "%rip" not in text and "%eip" not in text


# ---- aarch64 ------------------------------------------------------------------------------------

A64_REGISTER = re.compile(r"^([xw])(\d+|zr)$|^(w?sp)$")
A64_WIDTHS = {"b": 1, "h": 2, "s": 4, "d": 8, "q": 16, "w": 4, "x": 8}
A64_ATOMIC = re.compile(r"^(ld|st)(add|set|clr|eor|smax|smin|umax|umin)(a?l?)([bh]?)$|"
                        r"^(swp|cas)(a?l?)([bh]?)$")
A64_PAIR = re.compile(r"^(casp|swpp|ldclrp|ldsetp|rcwcasp|rcwswpp)(a?l?)$")
A64_LOADS = re.compile(r"^(ld(r|ur|ar|apr|apur|lar|tr|xr|axr)(s?)([bhw]?)|ldra[ab])$")
A64_STORES = re.compile(r"^st(r|ur|lr|lur|llr|tr)([bh]?)$")
A64_TWO = re.compile(r"^(ld(n|x|ax|t|tn|ia)?pp?|ldpsw|st(n|t|tn|il)?p|stgp|stl?xp)$")
A64_EXCLUSIVE = re.compile(r"^stl?xr([bh]?)$")
A64_CHANGED = ["x%d" % n for n in range(19)] + ["x30"]
A64_NO_WRITE = re.compile(r"^(cmp|cmn|tst|ccmp|ccmn|fcmpe?|fccmpe?|msr|prfm|prfum|rprfm|dc|ic|at|"
                          r"tlbi|tlbip|sys|sysp|msrr|rmif|setf8|setf16|wfet|wfit|brb|cfp|cpp|dvp|"
                          r"cosp|trcit|hlt|brk|udf|dcps[123]|hint|bti|chkfeat|gcspushm|gcspushx|"
                          r"dsb|dmb|isb|ssbb|nop|yield|wfe|wfi|sev|sevl|sb|csdb|esb|psb|tsb)$")
A64_HINT_LR = {"paciasp", "pacibsp", "autiasp", "autibsp", "paciaz", "pacibz", "autiaz", "autibz",
               "xpaclri", "pacm", "paciasppc", "pacibsppc", "autiasppc", "autibsppc"}


def a64_register(text):
    """Name and bytes of a general register; (None, 0)."""
    match = A64_REGISTER.match(text)
    if not match:
        return None, 0
    if match.group(3):
        return "sp", 4 if text == "wsp" else 8
    return "x" + match.group(2), 8 if match.group(1) == "x" else 4


def a64_number(text):
    return int(text.lstrip("#"), 0)


class AArch64:
    changed = A64_CHANGED
    bases = ["TPIDR_EL1", "TPIDR_EL2"]
    zero = "xzr"
    flags = ["--mattr=+all"]

    def __init__(self, bases, self_values):
        self.followed = set(bases)
        self.marks = list(bases)

    def entry(self):
        return {}

    def memory(self, operands, i):
        """The sum of a memory operand, and the register it writes back to or None."""
        inner = operands[i].rstrip("!")
        parts = split_operands(inner[1:-1])
        if not a64_register(parts[0])[0]:
            return make_sum(unknown=True, hidden=["vector"]), None
        base = a64_register(parts[0])[0]
        back = base if operands[i].endswith("!") or i + 1 < len(operands) else None
        if len(parts) == 1:
            return make_sum([base]), back
        if parts[1].startswith("#"):
            if len(parts) == 2:
                return make_sum([base], a64_number(parts[1])), back
            return make_sum([base], unknown=True), back
        index, size = a64_register(parts[1])
        if index is None:
            return make_sum([base], unknown=True), back
        plain = size == 8 and (len(parts) == 2 or parts[2] == "lsl #0")
        if plain:
            return make_sum([base, index]), back
        return make_sum([base], hidden=[index]), back

    def data_width(self, text):
        """Bytes of the register that is loaded or stored."""
        if text.startswith("{"):
            return None
        if text[0] in A64_WIDTHS and A64_REGISTER.match(text) is None:
            return A64_WIDTHS[text[0]] if text[1:].isdigit() else None
        return a64_register(text)[1] or None

    def load_store(self, name, operands, i, insn):
        """Kind and width; and the registers that are written."""
        small = {"b": 1, "h": 2, "w": 4}
        regs = [a64_register(o)[0] for o in operands[:i]]
        match = A64_ATOMIC.match(name)
        if match:
            size = match.group(4) or match.group(7)
            written = [] if match.group(1) == "st" else [regs[0 if match.group(5) == "cas" else 1]]
            return "read-modify-write", small.get(size) or self.data_width(operands[0]), written
        match = A64_PAIR.match(name)
        if match:
            written = regs[:2]
            return "read-modify-write", 2 * (self.data_width(operands[0]) or 8), written
        match = A64_LOADS.match(name)
        if match:
            size = match.group(4)
            return "read", small.get(size) or self.data_width(operands[0]), regs[:1]
        match = A64_STORES.match(name)
        if match:
            return "write", small.get(match.group(2)) or self.data_width(operands[0]), []
        match = A64_EXCLUSIVE.match(name)
        if match:
            return "write", small.get(match.group(1)) or self.data_width(operands[1]), regs[:1]
        if name in ("stxp", "stlxp"):
            return "write", 2 * self.data_width(operands[1]), regs[:1]
        if name in ("ldp", "ldnp", "ldxp", "ldaxp", "ldtp", "ldtnp", "ldiapp", "ldpsw"):
            each = 4 if name == "ldpsw" else self.data_width(operands[0])
            return "read", 2 * each, regs[:2]
        if name in ("stp", "stnp", "sttp", "stilp", "stgp"):
            return "write", 2 * self.data_width(operands[0]), []
        if name.startswith("ld"):
            return "read", None, regs
        if name.startswith(("st", "set")):
            return "write", None, regs if name.startswith("set") else []
        return "read", None, regs

    def branches(self, name, operands, insn):
        if name in ("b", "bl") or name.startswith(("b.", "bc.")) or \
                name in ("cbz", "cbnz", "tbz", "tbnz"):
            insn.target = int(operands[-1], 0)
            insn.flow = {"b": "jump", "bl": "call"}.get(name, "branch")
        elif name.startswith("blr") or name in ("svc", "hvc", "smc"):
            insn.flow = "call"
        elif name in ("brk", "hlt"):
            insn.flow = "trap"
        elif name == "br" or name.startswith(("bra", "ret", "eret")) or name == "drps":
            insn.flow = "stop"
        else:
            return False
        return True

    def add(self, name, operands, extend):
        reg, size = a64_register(operands[0])
        left, _ = a64_register(operands[1])
        if operands[2].startswith("#"):
            const = a64_number(operands[2])
            if len(operands) == 4:
                const <<= int(operands[3].split("#")[1], 0)
            const = const if name.startswith("add") else -const
            return addition(reg, make_sum([left], const), extend)
        if not name.startswith("add") or extend:
            return None
        right, wide = a64_register(operands[2])
        if len(operands) == 3 and wide == 8:
            if right == "xzr" or left == "xzr":
                return copy(reg, left if right == "xzr" else right)
            return addition(reg, make_sum([left, right]))
        return addition(reg, make_sum([left], hidden=[right]))

    def known_write(self, name, operands):
        reg, size = a64_register(operands[0])
        extend = None if size == 8 else "zero"
        if name == "mrs":
            if operands[1] in self.followed:
                return Write(reg, "sum", make_sum(base=operands[1]), None, None)
        elif name in ("mov", "movz", "movn"):
            if operands[1].startswith("#"):
                const = a64_number(operands[1])
                if len(operands) == 3:
                    const <<= int(operands[2].split("#")[1], 0)
                return form(reg, ~const if name == "movn" else const, extend)
            source, _ = a64_register(operands[1])
            if source:
                return copy(reg, source, extend)
        elif name == "movk":
            shift = int(operands[2].split("#")[1], 0) if len(operands) == 3 else 0
            value = a64_number(operands[1]) << shift
            return change(reg, reg, lambda c: c & ~(0xffff << shift) | value, extend)
        elif name in ("adr", "adrp"):
            return form(reg, int(operands[1], 0))
        elif name == "orr" and operands[1] in ("xzr", "wzr") and operands[2].startswith("#"):
            return form(reg, a64_number(operands[2]), extend)
        elif name in ("add", "adds", "sub", "subs"):
            return self.add(name, operands, extend)
        return None

    def decode(self, name, text, at, end, prefixes=()):
        insn = Insn()
        operands = split_operands(text)
        if name == "<unknown>" or name.startswith(".") or name == "udf":
            insn.flow = "unknown"
            return insn
        if self.branches(name, operands, insn) or A64_NO_WRITE.match(name):
            return insn
        if name in A64_HINT_LR:
            insn.forgets("x30")
        if name.endswith("1716"):
            insn.forgets("x17")
        where = next((i for i, o in enumerate(operands) if o.startswith("[")), None)
        if where is not None:
            terms, back = self.memory(operands, where)
            kind, width, written = self.load_store(name, operands, where, insn)
            insn.access(kind, width, terms, width is not None and bool(A64_TWO.match(name)))
            insn.forgets(*written, back)
            if name.startswith(("cpy", "set")):
                insn.forgets(*[a64_register(o.strip("[]!"))[0] for o in operands])
            return insn
        if not operands or not a64_register(operands[0])[0]:
            return insn
        write = self.known_write(name, operands)
        insn.writes.append(write or forget(a64_register(operands[0])[0]))
        return insn

    def fixed(self, name, text):
        return True


# ---- riscv64 ------------------------------------------------------------------------------------

RV_LOADS = {"lb": 1, "lbu": 1, "lh": 2, "lhu": 2, "lw": 4, "lwu": 4, "ld": 8, "flh": 2, "flw": 4,
            "fld": 8, "flq": 16}
RV_STORES = {"sb": 1, "sh": 2, "sw": 4, "sd": 8, "fsh": 2, "fsw": 4, "fsd": 8, "fsq": 16}
RV_SIZES = {"b": 1, "h": 2, "w": 4, "d": 8, "q": 16}
RV_CHANGED = "ra t0 t1 t2 t3 t4 t5 t6 a0 a1 a2 a3 a4 a5 a6 a7".split()
RV_REGISTERS = set("zero ra sp gp tp s0 s1 fp".split() + RV_CHANGED + ["s%d" % n for n in range(12)])
RV_NO_WRITE = re.compile(r"^(fence.*|sfence.*|hfence.*|sinval.*|hinval.*|prefetch.*|cbo.*|ebreak|"
                         r"wfi|wrs.*|c\.nop|c\.ebreak|unimp|c\.unimp|pause|c\.sspush.*|c\.mop.*)$")
RV_MEMORY = re.compile(r"^(-?0x[0-9a-f]+|-?\d+)?\((\w+)\)$")


def signed(value, bits):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


class RiscV:
    changed = RV_CHANGED
    bases = ["gp"]
    zero = "zero"
    flags = ["-M", "no-aliases", "--mattr=" + ",".join(
        "+" + e for e in "m a f d c v h zba zbb zbs zbc zbkb zbkx zcb zfh zfa zicond zabha zawrs "
        "zicbom zicbop zicboz zimop zcmop svinval zvbb zvbc zvkned zvfh experimental-zacas "
        "experimental-zicfiss".split())]

    def __init__(self, bases, self_values):
        self.followed = bases
        self.marks = list(bases)

    def entry(self):
        return {reg: Value(reg, 0, False, False, None) for reg in self.followed}

    def memory_insn(self, name, operands, where, insn):
        disp, base = RV_MEMORY.match(operands[where]).groups()
        terms = make_sum([base], int(disp, 0) if disp else 0)
        plain = name[2:] if name.startswith("c.") else name
        plain = plain[:-2] if plain.endswith("sp") else plain
        first = operands[0] if operands[0] in RV_REGISTERS else None
        if plain in RV_STORES:
            insn.access("write", RV_STORES[plain], terms)
            return
        if plain in RV_LOADS:
            insn.access("read", RV_LOADS[plain], terms)
        elif name.startswith(("hlv", "hlvx")):
            insn.access("read", RV_SIZES[name.split(".")[1][0]], terms)
        elif name.startswith("hsv"):
            insn.access("write", RV_SIZES[name.split(".")[1][0]], terms)
            return
        elif name.startswith(("lr.", "sc.", "amo", "ssamoswap")):
            kind = {"lr": "read", "sc": "write"}.get(name[:2], "read-modify-write")
            insn.access(kind, RV_SIZES[name.split(".")[1]], terms)
        else:
            insn.access("write" if name.startswith("vs") else "read", None, terms)
        insn.forgets(first)

    def branches(self, name, operands, insn):
        if name in ("jal", "c.j", "c.jal"):
            insn.target = int(operands[-1], 0)
            insn.flow = "jump" if name == "c.j" or operands[0] == "zero" else "call"
        elif name == "jalr":
            insn.flow = "stop" if operands[0] == "zero" else "call"
        elif name in ("c.jr", "c.jalr"):
            insn.flow = "stop" if name == "c.jr" else "call"
        elif re.match(r"^(c\.)?b(eq|ne|lt|ge|ltu|geu|eqz|nez)$", name):
            insn.target = int(operands[-1], 0)
            insn.flow = "branch"
        elif name in ("mret", "sret", "uret", "mnret", "dret"):
            insn.flow = "stop"
        elif name in ("ebreak", "c.ebreak"):
            insn.flow = "trap"
        elif name == "ecall":
            insn.flow = "call"
        else:
            return False
        if insn.flow == "call" and name in ("jal", "jalr") and operands[0] != "ra":
            insn.forgets(operands[0])
        return True

    def known_write(self, name, operands, at):
        """Of instructions with an immediate, and of additions."""
        reg = operands[0]
        compressed = name.startswith("c.")
        name = name[2:] if compressed else name
        # Compressed ones that modify name their register once.
        if compressed and name in ("addi", "addiw", "addi16sp", "add", "addw", "andi"):
            if name == "addi16sp":
                name, operands = "addi", [reg, reg, operands[-1]]
            else:
                operands = [reg, reg] + operands[1:]
        if name in ("li",):
            name, operands = "addi", [reg, "zero", operands[1]]
        if name == "addi4spn":
            name = "addi"
        if name == "mv":
            return copy(reg, operands[1])
        if name == "andi":
            return align(reg, operands[1], int(operands[2], 0))
        if name == "lui":
            return form(reg, signed(int(operands[1], 0) << 12, 32))
        if name == "auipc":
            return form(reg, at + signed(int(operands[1], 0) << 12, 32))
        if name in ("addi", "addiw"):
            const = int(operands[2], 0)
            extend = "sign" if name == "addiw" else None
            if operands[1] == "zero":
                return form(reg, const, extend)
            return addition(reg, make_sum([operands[1]], const), extend)
        if name == "add":
            left, right = operands[1:]
            if "zero" in (left, right):
                return copy(reg, right if left == "zero" else left)
            return addition(reg, make_sum([left, right]))
        if name in ("sh1add", "sh2add", "sh3add", "add.uw", "sh1add.uw", "sh2add.uw", "sh3add.uw"):
            return addition(reg, make_sum([operands[2]], hidden=[operands[1]]))
        return None

    def decode(self, name, text, at, end, prefixes=()):
        insn = Insn()
        operands = split_operands(text)
        if name in ("<unknown>", "c.unimp", "unimp") or name.startswith("."):
            insn.flow = "unknown"
            return insn
        if self.branches(name, operands, insn) or RV_NO_WRITE.match(name):
            return insn
        where = next((i for i, o in enumerate(operands) if RV_MEMORY.match(o)), None)
        if where is not None:
            self.memory_insn(name, operands, where, insn)
        elif operands and operands[0] in RV_REGISTERS:
            write = self.known_write(name, operands, at)
            insn.writes.append(write or forget(operands[0]))
        return insn

    def fixed(self, name, text):
        return name != "auipc"


# ---- loongarch64 --------------------------------------------------------------------------------

LA_SIZES = {"b": 1, "bu": 1, "h": 2, "hu": 2, "w": 4, "wu": 4, "d": 8, "q": 16}
LA_MEMORY = re.compile(r"^(f?ld|f?st|ll|sc|llacq|screl|ldl|ldr|stl|str)(ptr|x|gt|le)?\.(\w+)$")
LA_VECTOR = re.compile(r"^(x?v)(ld|st)(x|repl\.[bhwd]|elm\.[bhwd])?$")
LA_CHANGED = ["$ra"] + ["$a%d" % n for n in range(8)] + ["$t%d" % n for n in range(9)]
LA_REGISTERS = set(LA_CHANGED + ["$zero", "$tp", "$sp", "$fp", "$r21"] + ["$s%d" % n for n in range(10)])
LA_BRANCHES = {"beq", "bne", "blt", "bge", "bltu", "bgeu", "beqz", "bnez", "bceqz", "bcnez"}
LA_NO_WRITE = {"preld", "preldx", "cacop", "invtlb", "dbar", "ibar", "break", "idle", "ldpte",
               "iocsrwr.b", "iocsrwr.h", "iocsrwr.w", "iocsrwr.d", "asrtle.d", "asrtgt.d", "nop",
               "dbcl", "tlbclr", "tlbflush", "tlbsrch", "tlbrd", "tlbwr", "tlbfill", "movgr2fcsr",
               "movgr2cf", "movgr2scr", "gtlbflush"}


class LoongArch:
    changed = LA_CHANGED
    bases = ["r21"]
    zero = "$zero"
    flags = ["--mattr=+f,+d,+lsx,+lasx,+lvz,+lbt,+ual"]

    def __init__(self, bases, self_values):
        self.followed = bases
        self.marks = ["$" + b for b in bases]

    def entry(self):
        return {"$" + reg: Value(reg, 0, False, False, None) for reg in self.followed}

    def memory_insn(self, name, operands, insn):
        """True: it was one."""
        first = operands[0] if operands and operands[0] in LA_REGISTERS else None
        if name.startswith("am") and len(operands) == 3:
            size = name.split(".")[1]
            insn.access("read-modify-write", LA_SIZES[size], make_sum([operands[2]]))
            insn.forgets(first)
            return True
        match = LA_MEMORY.match(name)
        vector = LA_VECTOR.match(name)
        if not match and not vector:
            return False
        kind, form_ = (match or vector).group(1, 2) if match else vector.group(2, 3)
        store = kind in ("st", "fst", "sc", "screl", "stl", "str")
        if match:
            width = LA_SIZES[{"s": "w"}.get(match.group(3), match.group(3))]
            # Those for unaligned ends take as many bytes as there are up to a boundary.
            width = None if kind in ("ldl", "ldr", "stl", "str") else width
        elif form_ and "." in form_:
            width = LA_SIZES[form_[-1]]
        else:
            width = 32 if vector.group(1) == "xv" else 16
        rest = operands[1:]
        if kind in ("llacq", "screl"):
            terms = make_sum([rest[-1]])
        elif form_ in ("gt", "le"):
            terms = make_sum([rest[0]])
        elif rest[1] in LA_REGISTERS:
            terms = make_sum([r for r in rest[:2] if r != "$zero"])
        else:
            terms = make_sum([rest[0]], int(rest[1], 0))
        insn.access("write" if store else "read", width, terms)
        if kind in ("sc", "screl") or not store:
            insn.forgets(first)
        return True

    def branches(self, name, operands, insn, at):
        if name in ("b", "bl") or name in LA_BRANCHES:
            insn.target = at + int(operands[-1], 0)
            insn.flow = {"b": "jump", "bl": "call"}.get(name, "branch")
        elif name == "jirl":
            insn.flow = "stop" if operands[0] == "$zero" else "call"
            if insn.flow == "call" and operands[0] != "$ra":
                insn.forgets(operands[0])
        elif name in ("jr", "ret", "ertn"):
            insn.flow = "stop"
        elif name == "break":
            insn.flow = "trap"
        elif name in ("syscall", "hvcl"):
            insn.flow = "call"
        else:
            return False
        return True

    def known_write(self, name, operands, at):
        reg = operands[0]
        numbers = [int(o, 0) for o in operands if not o.startswith("$")]
        if name == "lu12i.w":
            return form(reg, signed(numbers[0], 20) << 12)
        if name in ("pcaddi", "pcaddu12i", "pcaddu18i"):
            shift = {"pcaddi": 2, "pcaddu12i": 12, "pcaddu18i": 18}[name]
            return form(reg, at + (signed(numbers[0], 20) << shift))
        if name == "pcalau12i":
            return form(reg, (at + (signed(numbers[0], 20) << 12)) & ~0xfff)
        if name == "ori":
            if operands[1] == "$zero":
                return form(reg, numbers[0])
            return change(reg, operands[1], lambda c: c | numbers[0])
        if name == "lu32i.d":
            return change(reg, reg, lambda c: c & 0xffffffff | signed(numbers[0], 20) << 32)
        if name == "lu52i.d":
            high = (numbers[0] & 0xfff) << 52
            return change(reg, operands[1], lambda c: c & (1 << 52) - 1 | high)
        if name in ("addi.d", "addi.w", "addu16i.d"):
            const = numbers[0] << 16 if name == "addu16i.d" else numbers[0]
            extend = "sign" if name == "addi.w" else None
            if operands[1] == "$zero":
                return form(reg, const, extend)
            return addition(reg, make_sum([operands[1]], const), extend)
        return self.of_registers(name, operands)

    def of_registers(self, name, operands):
        reg = operands[0]
        if name == "move":
            return copy(reg, operands[1])
        if name == "bstrins.d" and operands[1] == "$zero" and int(operands[3], 0) == 0:
            return align(reg, reg, -2 << int(operands[2], 0))
        if name in ("or", "add.d") and "$zero" in operands[1:]:
            left, right = operands[1:3]
            return copy(reg, right if left == "$zero" else left)
        if name == "add.d":
            return addition(reg, make_sum(operands[1:3]))
        if name == "alsl.d":
            return addition(reg, make_sum([operands[2]], hidden=[operands[1]]))
        return None

    def decode(self, name, text, at, end, prefixes=()):
        insn = Insn()
        operands = split_operands(text)
        if name == "<unknown>" or name.startswith("."):
            insn.flow = "unknown"
            return insn
        if self.branches(name, operands, insn, at) or name in LA_NO_WRITE or \
                self.memory_insn(name, operands, insn):
            return insn
        if operands and operands[0] in LA_REGISTERS:
            write = self.known_write(name, operands, at)
            insn.writes.append(write or forget(operands[0]))
            if name.startswith("rdtime"):
                insn.forgets(operands[1])
        return insn

    def fixed(self, name, text):
        return not name.startswith(("pc", "b"))


def size_of(extent):
    return extent[1] - extent[0]


# ---- One piece of code --------------------------------------------------------------------------

class Piece:
    """Instructions in the order of their addresses, followed along all direct jumps among them."""

    def __init__(self, machine, insns, self_values, templates, variables):
        self.machine = machine
        self.insns = insns
        self.self_values = self_values
        self.templates = templates
        self.variables = variables
        self.index = {insn.at: i for i, insn in enumerate(insns)}
        self.labels = {}  # index of an instruction that is jumped to: the state there, or None
        for insn in insns:
            for target in insn.targets():
                if target in self.index:
                    self.labels[self.index[target]] = None

    def written(self, state, write, at):
        """The value that a write gives."""
        if write.what == "unknown":
            return UNKNOWN
        if write.what == "copy":
            reg = write.sum.regs[0]
            if reg == self.machine.zero:
                return Value(None, 0, False, False, None)
            return extended(state.get(reg, UNKNOWN), write.extend)
        value = total(state, write.sum)
        if write.what == "align":
            if value.base is None:
                return UNKNOWN
            const = 0 if value.floating else write.function(value.const)
            origin = state.get(write.sum.regs[0], UNKNOWN).origin
            return value._replace(const=const, origin=origin)
        if write.what == "change":
            if not is_constant(value):
                return UNKNOWN
            value = value._replace(const=write.function(value.const) & M64, formed=True)
        elif write.what in ("load", "load-add"):
            is_self = value.base is not None and not value.floating and \
                value.const in self.self_values
            if not is_self and write.what == "load":
                return UNKNOWN
            value = total(state, make_sum([write.reg] if write.what == "load-add" else [],
                                          base=value.base if is_self else None,
                                          unknown=not is_self))
            if write.what == "load-add" and value.base is not None:
                value = value._replace(origin=at)
        elif write.what == "addition":
            value = value._replace(origin=at if value.base is not None else None)
        return extended(value, write.extend)

    def step(self, state, insn):
        """The state behind an instruction."""
        if insn.passes:
            return state
        if insn.flow in ("unknown", "data"):
            return self.machine_entry()
        if not insn.writes and insn.flow != "call":
            return state
        entry = self.machine.entry()
        values = [(w.reg, self.written(state, w, insn.at)) for w in insn.writes]
        state = dict(state)
        for reg, value in values:
            if reg in entry:
                # What is written into the base's register is the base.
                state[reg] = entry[reg]
            elif value[:4] == UNKNOWN[:4] or reg == self.machine.zero:
                state.pop(reg, None)
            else:
                state[reg] = value
        if insn.flow == "call":
            for reg in self.machine.changed:
                state.pop(reg, None)
        if self.machine.zero:
            state[self.machine.zero] = Value(None, 0, False, False, None)
        return state

    def machine_entry(self):
        state = dict(self.machine.entry())
        if self.machine.zero:
            state[self.machine.zero] = Value(None, 0, False, False, None)
        return state

    def meet(self, i, state):
        """Brings a state to a label; whether anything is new."""
        if state is None:
            return False
        before = self.labels[i]
        after = state if before is None else join(before, state)
        self.labels[i] = after
        return after != before

    def sweep(self):
        """Once through, in the order of the addresses; whether anything was new, and the state
        before each instruction."""
        changed, states, ended = False, [], False
        state = self.machine_entry()
        for i, insn in enumerate(self.insns):
            if i in self.labels:
                changed |= self.meet(i, state)
                state = self.labels[i]
            elif ended and (insn.is_padding() or insn.flow == "data"):
                states.append(None)
                continue
            elif ended:
                # Nothing leads here but what is not seen, such as a table.
                state = self.machine_entry()
            states.append(state)
            ended = insn.flow in ("stop", "trap") or insn.flow == "jump" and not insn.patched
            if state is None:
                continue
            after = self.step(state, insn)
            for target in insn.targets():
                if target in self.index:
                    changed |= self.meet(self.index[target], after)
            state = None if ended else after
        return changed, states

    def solve(self):
        while True:
            changed, states = self.sweep()
            if changed:
                continue
            # What only jumps from unreached code lead to: some jump that is not seen does.
            missed = [i for i in self.labels if self.labels[i] is None]
            if not missed:
                return states
            for i in missed:
                self.meet(i, self.machine_entry())

    def is_address(self, value):
        return value.base is not None and (value.formed or value.const != 0) and \
            is_place(value) and any(start <= value.const < end for start, end in self.templates)

    def listed(self):
        """The accesses: (address, kind, width, register, target, floating)."""
        found, formed, used = [], {}, set()
        for insn, state in zip(self.insns, self.solve()):
            if state is None:
                continue
            for access in insn.accesses:
                value = total(state, access.sum)
                base = value.base or access.sum.base
                if base is None:
                    continue
                # On x86_64 the displacement behind gs is an array's, where it is long.
                known = is_place(value) or \
                    (access.sum.base is not None and not -128 <= signed(access.sum.const, 64) < 128)
                target = value.const if known else None
                for width, at in self.words(access, target, value.floating):
                    found.append((insn.at, access.kind, width, base, at, value.floating))
                self.use(state, access.sum, used)
            for write in insn.writes:
                if write.what not in ("addition", "load-add") or \
                        write.reg in self.machine.entry():
                    continue
                terms = write.sum
                if write.what == "load-add":
                    terms = make_sum([write.reg])
                self.use(state, terms, used)
                value = self.written(state, write, insn.at)
                if self.is_address(value):
                    formed[insn.at] = (insn.at, "address", None, value.base, value.const,
                                       value.floating)
        return found + [line for at, line in formed.items() if at not in used]

    def words(self, access, target, floating):
        """Width and place of an access: two where a pair's second word begins in a variable that
        does not have the first, and no variable has both."""
        if not access.pair or target is None or floating:
            return [(access.width, target)]
        half = access.width // 2
        around = [v for v in self.variables if v[0] <= target + half < v[1]]
        if not around or any(start <= target and target + access.width <= end or
                             start <= target and (start, end) == min(around, key=size_of)
                             for start, end in around):
            return [(access.width, target)]
        return [(half, target), (half, target + half)]

    def use(self, state, terms, used):
        for reg in terms.regs + terms.hidden:
            value = state.get(reg)
            if value is not None and value.origin is not None:
                used.add(value.origin)


# ---- The file -----------------------------------------------------------------------------------

MACHINES = {"X86-64": X86, "AArch64": AArch64, "RISC-V": RiscV, "LoongArch": LoongArch}
# What Linux copies over other code, and never runs in place.
REPLACEMENTS = (".altinstr_replacement",)
# Mapping symbols, where assemblers have them: data among code, and code behind it.
MAPPING = {"AArch64": re.compile(r"\$([dx])(\..*)?$"),
           "RISC-V": re.compile(r"\$(d(?=\.|$)|x(?=\.|rv|$)).*$")}
# Linux' struct alt_instr: bytes of one, where the replacement's size stands, and how.
ALTERNATIVES = {"AArch64": (12, 11, "<B"), "RISC-V": (16, 10, "<H")}
TEMPLATES = (".hyp.data..percpu", ".data..percpu", ".percpu", "set_pcpu", ".cpu_local")


def is_template(name):
    """Of a linked file, and what becomes one: .percpu.NAME."""
    return name in TEMPLATES or any(name.startswith(t + ".") for t in TEMPLATES)


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8",
                          errors="surrogateescape").stdout


Section = namedtuple("Section", "name kind at size flags offset")
Symbol = namedtuple("Symbol", "section value size kind name")


class File:
    def __init__(self, path):
        self.path = path
        machine = re.search(r"Machine:\s+(.*)", output_of(READELF, "-h", path))
        self.machine_name = next(n for n in MACHINES if n in machine.group(1))
        self.infos = {}
        self.sections = self.read_sections()
        self.is_object = bool(re.search(r"Type:\s+REL ", output_of(READELF, "-h", path)))
        self.bases = self.place() if self.is_object else {}
        self.symbols = self.read_symbols()
        self.relocations = self.read_relocations() if self.is_object else None

    def place(self):
        """Where each section of an object is taken to be: templates one behind the other, from
        where constants are no members' any more; all others far apart."""
        bases, next_ = {}, 0x1000
        for number, s in self.sections.items():
            if is_template(s.name):
                bases[number] = next_
                next_ += (s.size + 63) & ~63
            else:
                bases[number] = number << 32
            self.sections[number] = s._replace(at=bases[number])
        return bases

    def read_relocations(self):
        symbols = {}
        for line in output_of(READELF, "-sW", self.path).splitlines():
            fields = line.split(None, 7)
            if len(fields) >= 7 and fields[0][:-1].isdigit() and fields[6].isdigit():
                symbols[int(fields[0][:-1])] = (int(fields[6]), int(fields[1], 16))
        templates = {n for n, s in self.sections.items() if is_template(s.name)}
        return relocations.Relocations(self, symbols, self.bases, templates)

    def read_sections(self):
        """By index."""
        sections = {}
        for line in output_of(READELF, "-SW", self.path).splitlines():
            match = re.match(r"^\s*\[\s*(\d+)\] (.*?)\s+([A-Z_]+|0x\w+)\s+([0-9a-f]{16}) "
                             r"([0-9a-f]+) ([0-9a-f]+) [0-9a-f]+\s+([A-Za-z]*)\s+\d+\s+(\d+)\s",
                             line)
            if match:
                number, name, kind, at, offset, size, flags, info = match.groups()
                self.infos[int(number)] = int(info)
                sections[int(number)] = Section(name, kind, int(at, 16), int(size, 16), flags,
                                                int(offset, 16))
        return sections

    def read_symbols(self, *options):
        """Those that have a section."""
        symbols = []
        for line in output_of(READELF, "-sW", *options, self.path).splitlines():
            fields = line.split(None, 7)
            if len(fields) == 8 and fields[0][:-1].isdigit() and fields[6].isdigit():
                name = re.sub(r" \[.*\]$", "", fields[7])
                section = int(fields[6])
                symbols.append(Symbol(section, int(fields[1], 16) + self.bases.get(section, 0),
                                      int(fields[2], 0), fields[3], name))
        return symbols

    def templates(self):
        return [(s.at, s.at + s.size) for s in self.sections.values() if is_template(s.name)]

    def is_linux(self):
        return any(s.name == ".data..percpu" for s in self.sections.values())

    def replacements(self):
        """Ranges of code that Linux copies over other code, where they lie among the rest."""
        table = next((s for s in self.sections.values() if s.name == ".altinstructions"), None)
        if table is None or self.machine_name not in ALTERNATIVES:
            return []
        with open(self.path, "rb") as file:
            file.seek(table.offset)
            data = file.read(table.size)
        entry, size_at, size_code = ALTERNATIVES[self.machine_name]
        ranges = []
        for at in range(0, len(data) - entry + 1, entry):
            start = table.at + at + 4 + struct.unpack_from("<i", data, at + 4)[0] & M64
            size = struct.unpack_from(size_code, data, at + size_at)[0]
            if size:
                ranges.append((start, start + size))
        return sorted(ranges)

    def data(self, number):
        """Ranges of a section that mapping symbols say are data. Of several at one place the one
        of code counts."""
        mapping = MAPPING.get(self.machine_name)
        if number not in self.sections or mapping is None:
            return []
        kinds = {}
        for symbol in self.symbols:
            match = mapping.match(symbol.name)
            if symbol.section == number and symbol.kind == "NOTYPE" and match:
                kinds[symbol.value] = max(kinds.get(symbol.value, ""), match.group(1))
        section, ranges, start = self.sections[number], [], None
        for at in sorted(kinds):
            if kinds[at] == "d" and start is None:
                start = at
            elif kinds[at] == "x" and start is not None:
                ranges.append((start, at))
                start = None
        return ranges + ([(start, section.at + section.size)] if start is not None else [])

    def warnings(self):
        """Traps that come back, of Linux: an entry of __bug_table is the distance to one, perhaps
        others to texts, perhaps a line, and flags, of which the lowest is a warning's."""
        table = next((s for s in self.sections.values() if s.name == "__bug_table"), None)
        if table is None:
            return set()
        with open(self.path, "rb") as file:
            file.seek(table.offset)
            data = file.read(table.size)
        code = [(s.at, s.at + s.size) for s in self.sections.values() if "X" in s.flags]
        for entry, flags_at in ((16, 14), (12, 10), (8, 4)):
            traps = [(table.at + at + struct.unpack_from("<i", data, at)[0] & M64,
                      data[at + flags_at] & 1) for at in range(0, len(data) - entry + 1, entry)]
            if len(data) % entry == 0 and \
                    all(any(start <= trap < end for start, end in code) for trap, _ in traps):
                return {trap for trap, warns in traps if warns}
        return set()

    def table(self, name, first=None, last=None):
        """Address and bytes of a section, or of what stands between two symbols."""
        section = next((s for s in self.sections.values() if s.name == name), None)
        start, end = (section.at, section.at + section.size) if section else (
            next((s.value for s in self.symbols if s.name == n), 0) for n in (first, last))
        section = section or next((s for s in self.sections.values() if "A" in s.flags and
                                   s.kind == "PROGBITS" and s.at <= start < s.at + s.size), None)
        if section is None or end <= start:
            return 0, b""
        with open(self.path, "rb") as file:
            file.seek(section.offset + start - section.at)
            return start, file.read(end - start)

    def in_code(self, at):
        return any(s.at <= at < s.at + s.size for s in self.sections.values() if "X" in s.flags)

    def patches(self):
        """What Linux writes over: ranges that .altinstructions has, sorted, and of each place of
        __jump_table where its jumps lead to."""
        def near(start, data, at):
            return start + at + struct.unpack_from("<i", data, at)[0] & M64
        ranges, labels = [], {}
        if self.is_object:
            return ranges, labels
        start, data = self.table("__jump_table", "__start___jump_table", "__stop___jump_table")
        for at in range(0, len(data) - 15, 16):
            labels.setdefault(near(start, data, at), []).append(near(start, data, at + 4))
        start, data = self.table(".altinstructions")
        for size, length_at in ((12, 10), (14, 12), (13, 10), (16, 10)):
            places = [(near(start, data, at), data[at + length_at])
                      for at in range(0, len(data) - size + 1, size)]
            if len(data) % size == 0 and all(self.in_code(place) for place, _ in places):
                ranges = sorted((place, place + length) for place, length in places)
                break
        return ranges, labels

    def variables(self):
        """Starts and ends of those in templates."""
        templates = self.templates()
        return [(s.value, s.value + s.size) for s in self.symbols if s.kind == "OBJECT" and
                s.size and any(start <= s.value < end for start, end in templates)]

    def self_values(self):
        return {s.value for s in self.symbols if s.name in ("this_cpu_off", "__PERCPU_SELF_PTR")}

    def pieces(self, number):
        """Starts of the pieces of a section of code, and whether each is code."""
        _, _, at, size, _, _ = self.sections[number]
        starts = {at: True}
        kinds = {}
        for section, value, _, kind, name in self.symbols:
            if section != number or not at <= value < at + size:
                continue
            if kind in ("FUNC", "IFUNC", "GNU_IFUNC", "<OS", "OBJECT") or \
                    kind == "NOTYPE" and name and name[0] not in "$.":
                kinds.setdefault(value, set()).add(kind == "OBJECT")
        for value, of in kinds.items():
            starts[value] = False in of
        result = []
        ordered = sorted(starts)
        for start, end in zip(ordered, ordered[1:] + [at + size]):
            result += [(cut, starts[start]) for cut in range(start, end, PIECE)]
        return result


class Reader:
    def __init__(self, file, machine, templates):
        self.file = file
        self.machine = machine
        self.templates = templates
        self.replacements = file.replacements()
        self.warnings = file.warnings()
        self.patched, self.labels = file.patches()
        self.self_values = file.self_values()
        self.variables = file.variables()
        self.cache = {}
        self.lines = []
        self.number, self.base = 0, 0  # of an object: the section, and where it is put
        self.data = []                 # of the section, as addresses are before it is put there

    def fixed_up(self, insn, unknown, place, base):
        """An instruction of an object, as it is once it is linked."""
        if unknown:
            insn.writes = [forget(w.reg) for w in insn.writes]
        if "memory" in unknown:
            insn.accesses = [a._replace(sum=a.sum._replace(regs=(), const=0, unknown=True))
                             for a in insn.accesses]
        if place != "-":
            insn.target = place if insn.target is not None else None
        elif insn.target is not None:
            insn.target += base

    def decode_lines(self, lines):
        """Instructions of raw lines. Prefixes that stand on lines of their own are joined to what
        follows them."""
        insns, prefixes, start = [], [], None
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            head = fields[0].split(":", 1)
            at = int(head[0], 16)
            words = [f.strip() for f in fields[1:]]
            # A prefix that belongs to the instruction stands before it on the same line.
            while len(words) > 1 and words[0] in X86_PREFIXES and self.machine.zero is None and \
                    any(words[1:]):
                prefixes.append(words[0])
                words = words[1:]
                while words and not words[0]:
                    words = words[1:]
            name = words[0] if words else "<unknown>"
            text = words[1] if len(words) > 1 else ""
            digits = head[1].replace(" ", "")
            if self.machine.zero is None and name in X86_PREFIXES and not text:
                prefixes.append(name)
                start = at if start is None else start
                continue
            end = at + len(digits) // 2
            text = re.sub(r"\s+(//|# ).*$", "", text)
            text = re.sub(r"\s*<[^>]*>?.*$", "", text) if "<" in text else text
            is_data = self.data_at(at) is not None
            passes = is_data and self.passes(name, text, at, end)
            if self.is_within(self.replacements, at) or is_data:
                name, text = "<unknown>", ""
            fixes = None
            if self.file.is_object:
                name, text, *fixes = self.file.relocations.apply(
                    self.number, name, text, at if start is None else start, end)
            insn = self.decode(name, text, at, end, tuple(prefixes))
            comes_back = insn.flow == "trap" and at in self.warnings
            copy_ = Insn("data" if is_data else "next" if comes_back else insn.flow, insn.target)
            copy_.passes = passes
            copy_.accesses, copy_.writes = insn.accesses, insn.writes
            copy_.patched = at in self.labels or self.is_within(self.patched, at)
            copy_.more = self.labels.get(at, ())
            copy_.at, copy_.end = (at if start is None else start) + self.base, end + self.base
            if fixes:
                self.fixed_up(copy_, *fixes, self.base)
            insns.append(copy_)
            prefixes, start = [], None
        return insns

    def is_within(self, ranges, at):
        i = bisect.bisect_right(ranges, (at, M64 + 1)) - 1
        return i >= 0 and at < ranges[i][1]

    def passes(self, name, text, at, end):
        """Whether data is an instruction that changes nothing where control falls into it. Of
        aarch64 llvm-objdump prints the word: a hint."""
        if name == ".word" and self.file.machine_name == "AArch64":
            return int(text, 16) & 0xfffff01f == 0xd503201f
        return name in ("pause", "fence", "nop", "c.nop") and end <= self.data_at(at)

    def data_at(self, at):
        """Where the data ends that holds an address; None: it is of code."""
        i = bisect.bisect_right(self.data, (at, M64 + 1)) - 1
        return self.data[i][1] if i >= 0 and at < self.data[i][1] else None

    def decode(self, name, text, at, end, prefixes):
        if not self.machine.fixed(name, text):
            return self.machine.decode(name, text, at, end, prefixes)
        key = (name, text, prefixes)
        if key not in self.cache:
            try:
                self.cache[key] = self.machine.decode(name, text, at, end, prefixes)
            except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
                raise SystemExit("%x: %s %s: not understood (%s)" % (at, name, text, error))
        return self.cache[key]

    def piece(self, lines):
        """The accesses of a piece; few lines of a kernel have to do with the base, and a piece
        without one of them has none."""
        marks = self.machine.marks
        if not any(mark in line for line in lines for mark in marks):
            return []
        return Piece(self.machine, self.decode_lines(lines), self.self_values,
                     self.templates, self.variables).listed()

    def section(self, number, lines):
        pieces = self.file.pieces(number)
        starts = [start for start, _ in pieces]
        current, buffer = None, []
        for line in lines:
            colon = line.find(":")
            if colon < 1 or line[0] not in " 0123456789abcdef":
                continue
            try:
                at = int(line[:colon], 16) + self.base
            except ValueError:
                continue
            where = current
            if where is None or where + 1 < len(starts) and at >= starts[where + 1] or \
                    at < starts[where]:
                where = bisect.bisect_right(starts, at) - 1
            if where != current:
                if buffer and pieces[current][1]:
                    yield from self.piece(buffer)
                current, buffer = where, []
            buffer.append(line)
        if buffer and pieces[current][1]:
            yield from self.piece(buffer)

    def crosses(self, line):
        """Where an instruction begins that the line has not seen: of RISC-V llvm-objdump does not
        know the mapping symbols, and takes data for instructions that may go on in code."""
        match = re.match(r"^ *([0-9a-f]+): ([0-9a-f ]+?)\s*\t", line) if self.data else None
        if not match:
            return None
        at = int(match.group(1), 16)
        end = self.data_at(at)
        return end if end is not None and \
            at + len(match.group(2).replace(" ", "")) // 2 > end else None

    def disassembly(self, name):
        start = 0
        while start is not None:
            command = [OBJDUMP, "-d", "-z", "--print-imm-hex", "--section=" + name,
                       "--start-address=%d" % start] + self.machine.flags + [self.file.path]
            start = None
            with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8",
                                  errors="surrogateescape") as process:
                for line in process.stdout:
                    start = self.crosses(line)
                    yield line
                    if start is not None:
                        process.kill()
                        break
            if process.returncode and start is None:
                raise SystemExit("llvm-objdump failed")

    def read(self):
        names = [s.name for s in self.file.sections.values() if "X" in s.flags]
        if self.file.is_object and len(names) != len(set(names)):
            raise SystemExit("two sections have one name, by which llvm-objdump is asked")
        for number, (name, kind, _, size, flags, _) in sorted(self.file.sections.items()):
            if kind == "PROGBITS" and size and "A" in flags and "X" in flags and \
                    not name.startswith(".data") and \
                    name not in REPLACEMENTS:
                self.number, self.base = number, self.file.bases.get(number, 0)
                self.data = [(start - self.base, end - self.base)
                             for start, end in self.file.data(number)]
                yield from self.section(number, self.disassembly(name))


def shown(found):
    at, kind, width, base, target, floating = found
    place = "-" if floating and not target else "%x" % target
    return "%x %s %s %s %s %s" % (at, kind, width or "-", base, place,
                                  "floating" if floating else "exact")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("file")
    options.add_argument("--template", help="START:END of the template, hexadecimal")
    options.add_argument("--bases", help="registers that hold the base, by commas; none")
    given = options.parse_args()
    file = File(given.file)
    kind = MACHINES[file.machine_name]
    templates = file.templates()
    if given.template:
        templates = [tuple(int(part, 16) for part in given.template.split(":"))]
    bases = kind.bases
    if given.bases:
        bases = [] if given.bases == "none" else given.bases.split(",")
    elif kind is RiscV and file.is_linux():
        bases = []
    if bases:
        reader = Reader(file, kind(bases, file.self_values()), templates)
        for found in sorted(reader.read(), key=lambda f: f[:2]):
            print(shown(found))


if __name__ == "__main__":
    sys.exit(main())
