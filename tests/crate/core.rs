// What crate.rs needs of the core library, for targets of which none is installed. All of this is
// what the compiler calls unstable: what one release compiles, another may not.

#[lang = "pointee_sized"]
pub trait PointeeSized {}
#[lang = "meta_sized"]
pub trait MetaSized: PointeeSized {}
#[lang = "sized"]
pub trait Sized: MetaSized {}
#[lang = "copy"]
pub trait Copy {}
#[lang = "drop_in_place"]
unsafe fn drop_in_place<T: PointeeSized>(_: *mut T) {}
impl Copy for u8 {}
impl Copy for u16 {}
impl Copy for u32 {}
impl Copy for u64 {}
impl Copy for usize {}
impl<T: PointeeSized> Copy for *const T {}
impl<T: PointeeSized> Copy for *mut T {}

#[lang = "add"]
pub trait Add<Other = Self> {
    type Output;
    fn add(self, other: Other) -> Self::Output;
}
impl Add for usize {
    type Output = usize;
    fn add(self, other: usize) -> usize {
        self + other
    }
}
#[lang = "sub"]
pub trait Sub<Other = Self> {
    type Output;
    fn sub(self, other: Other) -> Self::Output;
}
impl Sub for usize {
    type Output = usize;
    fn sub(self, other: usize) -> usize {
        self - other
    }
}

pub mod arch {
    #[rustc_builtin_macro]
    pub macro asm() {}
}
