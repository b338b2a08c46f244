// The crate's side in Rust: variables as its def_percpu defines them, and each method's
// instructions as percpu_macros 0.4.0 writes them. --cfg nonzero: the crate's feature non-zero-vma.
// --cfg bare: no core library is there for the target. bool is u8: comparing takes more of one.
#![cfg_attr(bare, feature(no_core, lang_items, rustc_attrs, decl_macro))]
#![cfg_attr(bare, no_core)]
#![no_std]
#![crate_type = "lib"]
#![allow(dead_code, internal_features, non_snake_case, non_upper_case_globals, unexpected_cfgs)]

#[cfg(bare)]
#[path = "../fixtures/core.rs"]
mod core;
use core::arch::asm;

// A structure of two.
type Pair = [u64; 2];

extern "C" {
    static _percpu_load_start: u8;
    static _percpu_load_end: u8;
    static mut __PERCPU_flag: u8;
    static mut __PERCPU_byte: u8;
    static mut __PERCPU_half: u16;
    static mut __PERCPU_word: u32;
    static mut __PERCPU_large: u64;
    static mut __PERCPU_both: Pair;
}

macro_rules! define {
    ($($name:ident: $type:ty = $initial:expr;)*) => {$(
        #[link_section = ".percpu"]
        #[no_mangle]
        static mut $name: $type = $initial;
    )*};
}

define! {
    __PERCPU_FLAG: u8 = 1;
    __PERCPU_BYTE: u8 = 0x81;
    __PERCPU_HALF: u16 = 0x8283;
    __PERCPU_WORD: u32 = 0x84858687;
    __PERCPU_LONG: u64 = 0x88898a8b8c8d8e8f;
    __PERCPU_PAIR: Pair = [0x1011121314151617, 0x18191a1b1c1d1e1f];
}

// As most are: nothing but this file knows its symbol.
#[link_section = ".percpu"]
static mut __PERCPU_HIDDEN: u32 = 0xa0a1a2a3;

#[cfg(target_arch = "x86_64")]
define! {
    __PERCPU_SELF_PTR: usize = 0;
}

macro_rules! vma {
    ($symbol:ident) => {{
        let value: usize;
        #[cfg(target_arch = "x86_64")]
        asm!("mov {0:e}, offset {VAR}", out(reg) value, VAR = sym $symbol);
        #[cfg(target_arch = "aarch64")]
        asm!("movz {0}, #:abs_g0_nc:{VAR}", out(reg) value, VAR = sym $symbol);
        #[cfg(target_arch = "riscv64")]
        asm!("lui {0}, %hi({VAR})", "addi {0}, {0}, %lo({VAR})", out(reg) value, VAR = sym $symbol);
        #[cfg(target_arch = "loongarch64")]
        asm!("lu12i.w {0}, %abs_hi20({VAR})", "ori {0}, {0}, %abs_lo12({VAR})", out(reg) value,
            VAR = sym $symbol);
        value
    }};
}

// What the register holds less than the area's address.
#[cfg(nonzero)]
macro_rules! bias {
    () => {
        vma!(_percpu_load_start)
    };
}
#[cfg(not(nonzero))]
macro_rules! bias {
    () => {
        0
    };
}

macro_rules! pointer {
    ($symbol:ident) => {{
        let base: usize;
        #[cfg(target_arch = "x86_64")]
        asm!("mov {0}, gs:[offset __PERCPU_SELF_PTR]", "add {0}, offset {VAR}", out(reg) base,
            VAR = sym $symbol);
        #[cfg(target_arch = "aarch64")]
        asm!("mrs {}, TPIDR_EL1", out(reg) base);
        #[cfg(target_arch = "riscv64")]
        asm!("mv {}, gp", out(reg) base);
        #[cfg(target_arch = "loongarch64")]
        asm!("move {}, $r21", out(reg) base);
        #[cfg(target_arch = "x86_64")]
        let place = base;
        #[cfg(not(target_arch = "x86_64"))]
        let place = base + vma!($symbol);
        place
    }};
}

#[cfg(target_arch = "x86_64")]
macro_rules! read {
    (u8, $symbol:ident) => {{
        let value: u8;
        asm!("mov {0}, byte ptr gs:[offset {VAR}]", out(reg_byte) value, VAR = sym $symbol);
        value
    }};
    (u16, $symbol:ident) => { read!(u16, "mov {0:x}, word ptr gs:[offset {VAR}]", $symbol) };
    (u32, $symbol:ident) => { read!(u32, "mov {0:e}, dword ptr gs:[offset {VAR}]", $symbol) };
    (u64, $symbol:ident) => { read!(u64, "mov {0:r}, qword ptr gs:[offset {VAR}]", $symbol) };
    ($type:ty, $insn:expr, $symbol:ident) => {{
        let value: $type;
        asm!($insn, out(reg) value, VAR = sym $symbol);
        value
    }};
}
#[cfg(target_arch = "x86_64")]
macro_rules! write {
    (u8, $symbol:ident, $value:ident) => {
        asm!("mov byte ptr gs:[offset {VAR}], {0}", in(reg_byte) $value, VAR = sym $symbol)
    };
    (u16, $symbol:ident, $value:ident) => {
        asm!("mov word ptr gs:[offset {VAR}], {0:x}", in(reg) $value, VAR = sym $symbol)
    };
    (u32, $symbol:ident, $value:ident) => {
        asm!("mov dword ptr gs:[offset {VAR}], {0:e}", in(reg) $value, VAR = sym $symbol)
    };
    (u64, $symbol:ident, $value:ident) => {
        asm!("mov qword ptr gs:[offset {VAR}], {0:r}", in(reg) $value, VAR = sym $symbol)
    };
}

#[cfg(target_arch = "aarch64")]
macro_rules! read {
    ($type:ty, $symbol:ident) => {
        *(pointer!($symbol) as *const $type)
    };
}
#[cfg(target_arch = "aarch64")]
macro_rules! write {
    ($type:ty, $symbol:ident, $value:ident) => {
        *(pointer!($symbol) as *mut $type) = $value
    };
}

#[cfg(target_arch = "riscv64")]
macro_rules! read {
    (u8, $symbol:ident) => { read!(u8, "lbu {0}, %lo({VAR})({0})", $symbol) };
    (u16, $symbol:ident) => { read!(u16, "lhu {0}, %lo({VAR})({0})", $symbol) };
    (u32, $symbol:ident) => { read!(u32, "lwu {0}, %lo({VAR})({0})", $symbol) };
    (u64, $symbol:ident) => { read!(u64, "ld {0}, %lo({VAR})({0})", $symbol) };
    ($type:ty, $insn:expr, $symbol:ident) => {{
        let value: $type;
        asm!("lui {0}, %hi({VAR})", "add {0}, {0}, gp", $insn, out(reg) value, VAR = sym $symbol);
        value
    }};
}
#[cfg(target_arch = "riscv64")]
macro_rules! write {
    (u8, $symbol:ident, $value:ident) => { write!("sb {1}, %lo({VAR})({0})", $symbol, $value) };
    (u16, $symbol:ident, $value:ident) => { write!("sh {1}, %lo({VAR})({0})", $symbol, $value) };
    (u32, $symbol:ident, $value:ident) => { write!("sw {1}, %lo({VAR})({0})", $symbol, $value) };
    (u64, $symbol:ident, $value:ident) => { write!("sd {1}, %lo({VAR})({0})", $symbol, $value) };
    ($insn:expr, $symbol:ident, $value:ident) => {
        asm!("lui {0}, %hi({VAR})", "add {0}, {0}, gp", $insn, out(reg) _, in(reg) $value,
            VAR = sym $symbol)
    };
}

#[cfg(target_arch = "loongarch64")]
macro_rules! read {
    (u8, $symbol:ident) => { read!(u8, "ldx.bu {0}, {0}, $r21", $symbol) };
    (u16, $symbol:ident) => { read!(u16, "ldx.hu {0}, {0}, $r21", $symbol) };
    (u32, $symbol:ident) => { read!(u32, "ldx.wu {0}, {0}, $r21", $symbol) };
    (u64, $symbol:ident) => { read!(u64, "ldx.d {0}, {0}, $r21", $symbol) };
    ($type:ty, $insn:expr, $symbol:ident) => {{
        let value: $type;
        asm!("lu12i.w {0}, %abs_hi20({VAR})", "ori {0}, {0}, %abs_lo12({VAR})", $insn,
            out(reg) value, VAR = sym $symbol);
        value
    }};
}
#[cfg(target_arch = "loongarch64")]
macro_rules! write {
    (u8, $symbol:ident, $value:ident) => { write!("stx.b {1}, {0}, $r21", $symbol, $value) };
    (u16, $symbol:ident, $value:ident) => { write!("stx.h {1}, {0}, $r21", $symbol, $value) };
    (u32, $symbol:ident, $value:ident) => { write!("stx.w {1}, {0}, $r21", $symbol, $value) };
    (u64, $symbol:ident, $value:ident) => { write!("stx.d {1}, {0}, $r21", $symbol, $value) };
    ($insn:expr, $symbol:ident, $value:ident) => {
        asm!("lu12i.w {0}, %abs_hi20({VAR})", "ori {0}, {0}, %abs_lo12({VAR})", $insn,
            out(reg) _, in(reg) $value, VAR = sym $symbol)
    };
}

macro_rules! places {
    ($symbol:ident, $vma:ident, $offset:ident, $pointer:ident) => {
        #[no_mangle]
        pub unsafe extern "C" fn $vma() -> usize {
            vma!($symbol)
        }
        #[no_mangle]
        pub unsafe extern "C" fn $offset() -> usize {
            vma!($symbol) - bias!()
        }
        #[no_mangle]
        pub unsafe extern "C" fn $pointer() -> usize {
            pointer!($symbol)
        }
    };
}

macro_rules! accessors {
    ($type:ident, $symbol:ident, $vma:ident, $offset:ident, $pointer:ident, $read:ident,
        $write:ident) => {
        places!($symbol, $vma, $offset, $pointer);
        #[no_mangle]
        pub unsafe extern "C" fn $read() -> $type {
            read!($type, $symbol)
        }
        #[no_mangle]
        pub unsafe extern "C" fn $write(value: $type) {
            write!($type, $symbol, value);
        }
    };
}

accessors!(u8, __PERCPU_FLAG, crate_vma_FLAG, crate_offset_FLAG, crate_ptr_FLAG, crate_read_FLAG,
    crate_write_FLAG);
accessors!(u8, __PERCPU_BYTE, crate_vma_BYTE, crate_offset_BYTE, crate_ptr_BYTE, crate_read_BYTE,
    crate_write_BYTE);
accessors!(u16, __PERCPU_HALF, crate_vma_HALF, crate_offset_HALF, crate_ptr_HALF, crate_read_HALF,
    crate_write_HALF);
accessors!(u32, __PERCPU_WORD, crate_vma_WORD, crate_offset_WORD, crate_ptr_WORD, crate_read_WORD,
    crate_write_WORD);
accessors!(u64, __PERCPU_LONG, crate_vma_LONG, crate_offset_LONG, crate_ptr_LONG, crate_read_LONG,
    crate_write_LONG);
accessors!(u8, __PERCPU_flag, crate_vma_flag, crate_offset_flag, crate_ptr_flag, crate_read_flag,
    crate_write_flag);
accessors!(u8, __PERCPU_byte, crate_vma_byte, crate_offset_byte, crate_ptr_byte, crate_read_byte,
    crate_write_byte);
accessors!(u16, __PERCPU_half, crate_vma_half, crate_offset_half, crate_ptr_half, crate_read_half,
    crate_write_half);
accessors!(u32, __PERCPU_word, crate_vma_word, crate_offset_word, crate_ptr_word, crate_read_word,
    crate_write_word);
accessors!(u64, __PERCPU_large, crate_vma_large, crate_offset_large, crate_ptr_large,
    crate_read_large, crate_write_large);
places!(__PERCPU_PAIR, crate_vma_PAIR, crate_offset_PAIR, crate_ptr_PAIR);
places!(__PERCPU_both, crate_vma_both, crate_offset_both, crate_ptr_both);

#[no_mangle]
pub unsafe extern "C" fn crate_read_HIDDEN() -> u32 {
    read!(u32, __PERCPU_HIDDEN)
}

#[no_mangle]
pub unsafe extern "C" fn crate_load_start() -> usize {
    vma!(_percpu_load_start)
}

#[no_mangle]
pub unsafe extern "C" fn crate_load_end() -> usize {
    vma!(_percpu_load_end)
}

#[no_mangle]
pub unsafe extern "C" fn crate_read_reg() -> usize {
    let base: usize;
    #[cfg(target_arch = "x86_64")]
    asm!("rdmsr", "shl rdx, 32", "or rax, rdx", in("ecx") 0xc0000101u32, out("rax") base,
        out("rdx") _);
    #[cfg(target_arch = "aarch64")]
    asm!("mrs {}, TPIDR_EL1", out(reg) base);
    #[cfg(target_arch = "riscv64")]
    asm!("mv {}, gp", out(reg) base);
    #[cfg(target_arch = "loongarch64")]
    asm!("move {}, $r21", out(reg) base);
    base + bias!()
}

#[no_mangle]
pub unsafe extern "C" fn crate_write_reg(area: usize) {
    let base = area - bias!();
    #[cfg(target_arch = "x86_64")]
    {
        asm!("mov rdx, rax", "shr rdx, 32", "wrmsr", in("ecx") 0xc0000101u32, in("rax") base,
            out("rdx") _);
        asm!("mov qword ptr gs:[offset {VAR}], {0:r}", in(reg) base, VAR = sym __PERCPU_SELF_PTR);
    }
    #[cfg(target_arch = "aarch64")]
    asm!("msr TPIDR_EL1, {}", in(reg) base);
    #[cfg(target_arch = "riscv64")]
    asm!("mv gp, {}", in(reg) base);
    #[cfg(target_arch = "loongarch64")]
    asm!("move $r21, {}", in(reg) base);
}
