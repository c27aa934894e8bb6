//! What the add-in gives to the platform: one object with four tables of functions.
//!
//! `IComponentBase` inherits four bases, each with a virtual destructor; the object therefore starts with
//! four table pointers. Tables begin with the destructor slots of the *platform's* C++ ABI: two on Itanium
//! (complete, deleting), one on MSVC (scalar deleting, `thiscall` on 32-bit Windows). All other functions
//! are `stdcall` on 32-bit Windows and plain C elsewhere, which is Rust's `extern "system"`.

use std::ffi::{c_long, c_void};
use std::mem::size_of;

use super::platform::{AddInBase, MemoryManager};
use super::variant::RawVariant;

/// A NUL-terminated UTF-16 string; possibly unaligned.
pub type WideStr = *const u16;

/// The destructor slots of a C++ object.
#[cfg(not(windows))]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Destructors {
    /// D1: ends the object's life, the memory stays.
    pub complete: unsafe extern "C" fn(this: *mut c_void),
    /// D0: what `delete` calls: ends the life and frees the memory.
    pub deleting: unsafe extern "C" fn(this: *mut c_void),
}

/// The destructor slot of a C++ object.
#[cfg(all(windows, target_arch = "x86"))]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Destructors {
    /// Ends the object's life; frees the memory when bit 0 of `flags` is set.
    pub scalar_deleting: unsafe extern "thiscall" fn(this: *mut c_void, flags: u32) -> *mut c_void,
}

/// The destructor slot of a C++ object.
#[cfg(all(windows, not(target_arch = "x86")))]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Destructors {
    /// Ends the object's life; frees the memory when bit 0 of `flags` is set.
    pub scalar_deleting: unsafe extern "C" fn(this: *mut c_void, flags: u32) -> *mut c_void,
}

/// Number of destructor slots of the target's C++ ABI.
pub const DESTRUCTOR_SLOTS: usize = if cfg!(windows) { 1 } else { 2 };

/// A table with the words that C++ run-time type information keeps in front of it.
#[repr(C)]
pub struct Prefixed<T> {
    /// Itanium: offset to the top of the object. MSVC has no such word; there it is never read.
    pub offset_to_top: isize,
    /// Type information: none. Only `dynamic_cast` and `typeid` would read it.
    pub type_info: usize,
    /// What the object's table pointer points at.
    pub table: T,
}

/// `IInitDoneBase`.
#[repr(C)]
#[allow(missing_docs)]
pub struct InitDoneTable {
    pub destructors: Destructors,
    pub init: unsafe extern "system" fn(this: *mut c_void, connection: *mut AddInBase) -> bool,
    pub set_mem_manager: unsafe extern "system" fn(this: *mut c_void, memory: *mut MemoryManager) -> bool,
    pub get_info: unsafe extern "system" fn(this: *mut c_void) -> c_long,
    pub done: unsafe extern "system" fn(this: *mut c_void),
}

/// `ILanguageExtenderBase`.
#[repr(C)]
#[allow(missing_docs)]
pub struct LanguageExtenderTable {
    pub destructors: Destructors,
    pub register_extension_as: unsafe extern "system" fn(this: *mut c_void, name: *mut *mut u16) -> bool,
    pub get_n_props: unsafe extern "system" fn(this: *mut c_void) -> c_long,
    pub find_prop: unsafe extern "system" fn(this: *mut c_void, name: WideStr) -> c_long,
    pub get_prop_name: unsafe extern "system" fn(this: *mut c_void, num: c_long, alias: c_long) -> WideStr,
    pub get_prop_val:
        unsafe extern "system" fn(this: *mut c_void, num: c_long, value: *mut RawVariant) -> bool,
    pub set_prop_val:
        unsafe extern "system" fn(this: *mut c_void, num: c_long, value: *mut RawVariant) -> bool,
    pub is_prop_readable: unsafe extern "system" fn(this: *mut c_void, num: c_long) -> bool,
    pub is_prop_writable: unsafe extern "system" fn(this: *mut c_void, num: c_long) -> bool,
    pub get_n_methods: unsafe extern "system" fn(this: *mut c_void) -> c_long,
    pub find_method: unsafe extern "system" fn(this: *mut c_void, name: WideStr) -> c_long,
    pub get_method_name: unsafe extern "system" fn(this: *mut c_void, num: c_long, alias: c_long) -> WideStr,
    pub get_n_params: unsafe extern "system" fn(this: *mut c_void, num: c_long) -> c_long,
    pub get_param_def_value: unsafe extern "system" fn(
        this: *mut c_void,
        num: c_long,
        param: c_long,
        value: *mut RawVariant,
    ) -> bool,
    pub has_ret_val: unsafe extern "system" fn(this: *mut c_void, num: c_long) -> bool,
    pub call_as_proc: unsafe extern "system" fn(
        this: *mut c_void,
        num: c_long,
        params: *mut RawVariant,
        count: c_long,
    ) -> bool,
    pub call_as_func: unsafe extern "system" fn(
        this: *mut c_void,
        num: c_long,
        result: *mut RawVariant,
        params: *mut RawVariant,
        count: c_long,
    ) -> bool,
}

/// `LocaleBase`.
#[repr(C)]
#[allow(missing_docs)]
pub struct LocaleTable {
    pub destructors: Destructors,
    pub set_locale: unsafe extern "system" fn(this: *mut c_void, locale: WideStr),
}

/// `UserLanguageBase`, known to platforms from 8.3.21 on.
#[repr(C)]
#[allow(missing_docs)]
pub struct UserLanguageTable {
    pub destructors: Destructors,
    pub set_user_interface_language_code: unsafe extern "system" fn(this: *mut c_void, language: WideStr),
}

/// What every component object starts with; the handed-out pointer is the address of the first member.
#[derive(Clone, Copy)]
#[repr(C)]
#[allow(missing_docs)]
pub struct ComponentTables {
    pub init_done: *const InitDoneTable,
    pub language_extender: *const LanguageExtenderTable,
    pub locale: *const LocaleTable,
    pub user_language: *const UserLanguageTable,
}

const WORD: usize = size_of::<usize>();
const _: () = assert!(size_of::<Destructors>() == DESTRUCTOR_SLOTS * WORD);
const _: () = assert!(size_of::<InitDoneTable>() == (DESTRUCTOR_SLOTS + 4) * WORD);
const _: () = assert!(size_of::<LanguageExtenderTable>() == (DESTRUCTOR_SLOTS + 16) * WORD);
const _: () = assert!(size_of::<LocaleTable>() == (DESTRUCTOR_SLOTS + 1) * WORD);
const _: () = assert!(size_of::<UserLanguageTable>() == (DESTRUCTOR_SLOTS + 1) * WORD);
const _: () = assert!(size_of::<ComponentTables>() == 4 * WORD);
const _: () = assert!(std::mem::offset_of!(Prefixed<InitDoneTable>, table) == 2 * WORD);
