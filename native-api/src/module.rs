//! The library's own place in the process.
//!
//! A host may unload a library while a thread of it still runs: on Windows that is a crash, with glibc it
//! depends on details of thread-local storage. So the library pins itself before its first thread starts;
//! what it costs is that the file stays mapped until the process ends.

use std::sync::Once;

static PINNED: Once = Once::new();

/// Keeps the library that holds this code mapped until the process ends. Only the first call does anything.
pub fn pin() {
    PINNED.call_once(pin_now);
}

#[cfg(unix)]
fn pin_now() {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the address is inside a loaded object, and `info` is a place for the answer.
    let found = unsafe { libc::dladdr(pin as *const libc::c_void, info.as_mut_ptr()) };
    if found == 0 {
        return;
    }
    // SAFETY: zeroed at the start and filled by dladdr; zero bytes are valid for all its members.
    let file = unsafe { info.assume_init() }.dli_fname;
    if !file.is_null() {
        // The handle is kept on purpose. In a program that has the code built in this does nothing.
        // SAFETY: the name is a C string of the loader's; nothing new is loaded.
        unsafe { libc::dlopen(file, libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE) };
    }
}

#[cfg(windows)]
fn pin_now() {
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
    let mut module = std::ptr::null_mut();
    // SAFETY: with FROM_ADDRESS the name is any address inside the module; `module` is a place for the answer.
    unsafe { GetModuleHandleExW(flags, pin as *const u16, &raw mut module) };
}
