#!/usr/bin/env python3
"""Text that no compiler writes, as assembly: shapes.py MACHINE SHAPE COUNT

COUNT is the number of elements: what grows when a file is made twice as large. The per-CPU section
has the names of the crate `percpu`; percpu.ld of tests/access/cases places it.
"""
import random
import sys

# What each machine has for the same thing. access: reads a variable through the base; address: an
# instruction whose constant leads into the template; back and on: conditional jumps to a label.
MACHINES = {
    "x86_64": {
        "nop": "nop", "ret": "ret", "nops": (1, 0x90),
        "base": "movq %gs:0, %rcx", "access": "movq %gs:8, %rax",
        "number": "movl $0x10, %eax", "plain": "movq (%rax), %rdx",
        "lost": "xorl %eax, %eax",
        "jump": "jmp {}", "branch": "jne {}",
        "absolute": "movq 0x10, %rax",
        "at": lambda at: ["movq %%gs:%d, %%rax" % at],
        "prefixes": [0x66, 0x65, 0x2e, 0xf0, 0x48, 0x64, 0xf3, 0x67, 0x40],
    },
    "aarch64": {
        "nop": "nop", "ret": "ret", "nops": (4, 0xd503201f),
        "base": "mrs x1, tpidr_el1", "access": "ldr x0, [x1, #8]",
        "number": "mov x0, #0x10", "plain": "ldr x2, [x0]", "lost": "ldr x0, [x3]",
        "jump": "b {}", "branch": "b.ne {}",
        "absolute": "mov x0, #0x10\n ldr x2, [x0]",
        "at": lambda at: ["mrs x1, tpidr_el1", "movz x2, #%d, lsl #16" % (at >> 16),
                          "movk x2, #%d" % (at & 0xffff), "ldr x0, [x1, x2]"],
        "prefixes": [0x65, 0xd0, 0x38, 0xd5],
    },
    "riscv64": {
        "nop": "nop", "ret": "ret", "nops": (2, 1),
        "base": "mv a1, gp", "access": "ld a0, 8(gp)",
        "number": "li a0, 0x10", "plain": "ld a2, 0(a0)", "lost": "ld a0, 0(a3)",
        "jump": "j {}", "branch": "bnez a5, {}",
        "absolute": "ld a0, 0x10(zero)",
        "at": lambda at: ["li a2, %d" % at, "add a2, a2, gp", "ld a0, 0(a2)"],
        "prefixes": [0xff, 0x7f, 0x1f, 0x3f, 0x0f],
    },
    "loongarch64": {
        "nop": "nop", "ret": "ret", "nops": (4, 0x03400000),
        "base": "move $a1, $r21", "access": "ld.d $a0, $r21, 8",
        "number": "ori $a0, $zero, 0x10", "plain": "ld.d $a2, $a0, 0",
        "lost": "ld.d $a0, $a3, 0",
        "jump": "b {}", "branch": "bnez $a5, {}",
        "absolute": "ori $a0, $zero, 0x10\n ld.d $a2, $a0, 0",
        "at": lambda at: ["li.d $a2, %d" % at, "ldx.d $a0, $a2, $r21"],
        "prefixes": [0x28, 0x06, 0x48, 0x2a],
    },
}

EPILOGUE = """
	.section .percpu, "aw", %progbits
	.balign 64
	.globl __PERCPU_FIRST, __PERCPU_SECOND, __PERCPU_LAST
	.type __PERCPU_FIRST, %object
	.type __PERCPU_SECOND, %object
	.type __PERCPU_LAST, %object
	.size __PERCPU_FIRST, 8
	.size __PERCPU_SECOND, 8
	.size __PERCPU_LAST, 8
__PERCPU_FIRST: .quad 0
__PERCPU_SECOND: .quad 0
__PERCPU_LAST: .quad 0
	.balign 64
"""


class Text:
    def __init__(self, machine, count):
        self.m = MACHINES[machine]
        self.machine = machine
        self.count = count
        self.random = random.Random(1)

    def put(self, *lines):
        for line in lines:
            print("\t" + line)

    def begin(self, name="start"):
        """The function of the entry, which goes on to the section's end."""
        self.put(".text", ".globl %s" % name, ".type %s, %%function" % name)
        print(name + ":")

    def end(self, name="start"):
        self.put(".size %s, . - %s" % (name, name))

    def repeat(self, *lines):
        self.put(".rept %d" % self.count, *lines)
        self.put(".endr")

    def bytes(self, data):
        for at in range(0, len(data), 64):
            self.put(".byte " + ",".join("%d" % b for b in data[at:at + 64]))

    def noise(self, size):
        return self.random.randbytes(size)

    # ---- data ----

    def zeros(self):
        self.begin()
        self.put(".zero %d" % (8 * self.count))
        self.end()

    def words(self):
        """Addresses of the template, none of them code."""
        self.begin()
        self.repeat(".quad __PERCPU_SECOND")
        self.end()

    def letters(self):
        self.begin()
        self.repeat('.ascii "percpu: "')
        self.end()

    def noise_named(self):
        """Random bytes, a function each 16."""
        self.begin()
        self.put(self.m["ret"])
        self.end()
        for i in range(self.count // 2):
            self.put(".type f%d, %%function" % i)
            print("f%d:" % i)
            self.bytes(self.noise(16))
            self.put(".size f%d, 16" % i)

    def noise_one(self):
        self.begin()
        self.bytes(self.noise(8 * self.count))
        self.end()

    def noise_bare(self):
        self.begin()
        self.put(self.m["ret"])
        self.end()
        self.bytes(self.noise(8 * self.count))

    def noise_relocated(self):
        """In an object, or with --emit-relocs, a relocation stands every 8 bytes."""
        self.begin()
        for i in range(self.count):
            self.bytes(self.noise(4))
            self.put(".long __PERCPU_SECOND" if self.machine == "x86_64" else ".word 0")
        self.end()

    # ---- prefixes ----

    def prefixes_of(self, kind):
        self.begin()
        if kind == "mixed":
            self.bytes(bytes(self.random.choices(self.m["prefixes"], k=8 * self.count)))
        else:
            self.bytes(bytes([self.m["prefixes"][kind]]) * (8 * self.count))
        self.put(self.m["access"], self.m["ret"])
        self.end()

    def prefixes_0(self):
        self.prefixes_of(0)

    def prefixes_1(self):
        self.prefixes_of(1)

    def prefixes_2(self):
        self.prefixes_of(2)

    def prefixes_3(self):
        self.prefixes_of(3)

    def prefixes_mixed(self):
        self.prefixes_of("mixed")

    def prefixes_apart(self):
        """14 of them before each instruction, and the base's among them."""
        first, base = self.m["prefixes"][0], self.m["prefixes"][1]
        self.begin()
        self.repeat(".byte " + ",".join(str(b) for b in [first] * 6 + [base] + [first] * 5))
        self.put(self.m["access"])
        self.end()

    # ---- symbols ----

    def code(self):
        self.repeat(self.m["base"], self.m["access"])

    def cut(self):
        """Functions that end inside of an instruction."""
        self.begin()
        self.put(self.m["ret"])
        self.end()
        for i in range(self.count):
            self.put(".type f%d, %%function" % i)
            print("f%d:" % i)
            self.put(self.m["base"], self.m["access"])
            self.put(".size f%d, . - f%d - %d" % (i, i, i % 9))

    def empty(self):
        """Functions of size 0, in the middle of instructions too."""
        self.begin()
        self.code()
        self.end()
        for i in range(self.count):
            self.put(".type f%d, %%function" % i)
            self.put(".set f%d, start + %d" % (i, i))

    def beyond(self):
        """Functions that reach behind the section, some of them around."""
        self.begin()
        self.code()
        self.end()
        for i in range(self.count):
            self.put(".type f%d, %%function" % i)
            self.put(".set f%d, start + %d" % (i, 4 * i))
            self.put(".size f%d, %s" % (i, ("0xffffffffffffffff", "0x7fffffffffffffff",
                                            "0x100000000", "0x100000")[i % 4]))

    def overlapping(self):
        """Each covers what the next ones do: as many at every place."""
        self.begin()
        self.code()
        self.end()
        for i in range(self.count):
            self.put(".type f%d, %%function" % i)
            self.put(".set f%d, start + %d" % (i, 4 * (i % 1000)))
            self.put(".size f%d, %d" % (i, 4 * self.count))

    def nested(self):
        self.begin()
        self.code()
        self.end()
        for i in range(self.count):
            self.put(".type f%d, %%function" % i)
            self.put(".set f%d, start + %d" % (i, 4 * i))
            self.put(".size f%d, %d" % (i, 8 * (self.count - i)))

    def one_place(self):
        """Aliases, of functions and of objects."""
        self.begin()
        self.code()
        self.end()
        for i in range(self.count):
            self.put(".type f%d, %s" % (i, "%object" if i % 2 else "%function"))
            self.put(".set f%d, start" % i)
            self.put(".size f%d, %d" % (i, i))

    def variables(self):
        """One in the other, and accesses behind all but the outermost."""
        self.put('.section .percpu, "aw", %progbits')
        print("around:")
        for i in range(self.count):
            name = "__PERCPU_N%d" % i
            self.put(".globl " + name, ".type %s, %%object" % name, ".set %s, around + %d" % (name, i),
                     ".size %s, %d" % (name, 2 * (self.count - i)))
        self.put(".zero %d" % (2 * self.count))
        self.begin()
        self.repeat(*self.m["at"](2 * self.count - 16))
        self.end()

    # ---- paths ----

    def branches(self, to):
        """Each instruction a branch; to: the distance in branches, given its index."""
        size = 4
        self.begin()
        if self.machine == "x86_64":
            for i in range(self.count):
                # Those of 6 bytes have room for any distance.
                self.put(".byte 0x0f, 0x85", ".long %d" % (6 * (to(i) - 1)))
        else:
            for i in range(self.count):
                to_where = size * to(i)
                self.put(self.m["branch"].format(
                    to_where if self.machine == "loongarch64" else ". + %d" % to_where))
        self.put(self.m["access"], self.m["ret"])
        self.end()

    def branches_back(self):
        self.branches(lambda i: -1 if i else 1)

    def branches_on(self):
        self.branches(lambda i: 1)

    def branches_megabytes(self):
        """As many bytes, each instruction a branch to itself or the one before."""
        self.begin()
        if self.machine == "x86_64":
            self.put(".rept %d" % (self.count // 4), ".byte 0x75, 0xfe, 0x75, 0xfc", ".endr")
        else:
            self.put(".option norvc" if self.machine == "riscv64" else "")
            self.put(".rept %d" % (self.count // 8))
            for to in (0, -4):
                self.put(self.m["branch"].format(
                    to if self.machine == "loongarch64" else ". + %d" % to))
            self.put(".endr")
        self.put(self.m["access"], self.m["ret"])
        self.end()

    def fill(self):
        """As many bytes of one function, the last of which reach a variable."""
        size, word = self.m["nops"]
        self.begin()
        self.put(".fill %d, %d, %d" % (self.count // size, size, word))
        self.put(self.m["base"], self.m["access"], self.m["ret"])
        self.end()

    def branches_here(self):
        self.branches(lambda i: 0)

    def branches_start(self):
        self.branches(lambda i: -min(i, 900))

    def branches_cross(self):
        self.branches(lambda i: max(-900, min(900, self.count - 1 - 2 * i)))

    def loops(self):
        """Loops in loops, each of which moves a value on by a register."""
        self.begin()
        self.put(self.m["number"])
        self.branches(lambda i: -min(i, 1 + i * 7919 % 800))

    def chain(self):
        """Jumps that lead backwards one by one."""
        self.begin()
        self.put(self.m["jump"].format("l%d" % (self.count - 1)))
        for i in range(self.count):
            print("l%d:" % i)
            self.put(self.m["access"], self.m["jump"].format("l%d" % max(0, i - 1)))
        self.end()

    # ---- what checks look for ----

    def numbers(self):
        """Constants that lead into the template, each lost at once."""
        self.begin()
        self.repeat(self.m["number"])
        self.end()

    def lost(self):
        self.begin()
        self.repeat(self.m["number"], self.m["lost"])
        self.end()

    def faults(self):
        self.begin()
        self.repeat(self.m["absolute"])
        self.end()

    def named_numbers(self):
        """A function each."""
        self.begin()
        self.put(self.m["ret"])
        self.end()
        for i in range(self.count):
            self.put(".type f%d, %%function" % i)
            print("f%d:" % i)
            self.put(self.m["number"], ".size f%d, . - f%d" % (i, i))

    def accesses(self):
        self.begin()
        self.code()
        self.end()

    def nops(self):
        self.begin()
        self.repeat(self.m["nop"])
        self.put(self.m["base"], self.m["access"], self.m["ret"])
        self.end()

    def sections(self):
        """Many sections of code, each with loads from a constant place."""
        self.begin()
        self.put(self.m["ret"])
        self.end()
        for i in range(self.count):
            self.put('.section code%d, "ax", %%progbits' % i, self.m["base"],
                     self.m["absolute"], self.m["access"])

    def one_address(self):
        """Sections of code that percpu.ld puts at the same address."""
        self.accesses()
        self.put('.section .text.over, "ax", %progbits')
        self.repeat(self.m["base"], self.m["number"], self.m["access"])


def main():
    machine, shape, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    text = Text(machine, count)
    getattr(text, shape)()
    print(EPILOGUE)


if __name__ == "__main__":
    main()
