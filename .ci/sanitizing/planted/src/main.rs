//! Loads the library that the first argument names and calls the export that the second one names, on two threads
//! at once.

use std::env::args_os;
use std::ffi::{CStr, CString, OsString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStringExt;
use std::thread;

unsafe extern "C" {
    fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

const RTLD_NOW: c_int = 2;

fn main() {
    let arguments = args_os().skip(1).map(OsString::into_vec).map(CString::new);
    let arguments = arguments.collect::<Result<Vec<_>, _>>().expect("no NUL in an argument");
    let [file, name] = arguments.as_slice() else { panic!("a library and the name of a fault") };
    call(file, name);
}

fn call(file: &CStr, name: &CStr) {
    // SAFETY: a C string; the library runs nothing when it is loaded.
    let library = unsafe { dlopen(file.as_ptr(), RTLD_NOW) };
    assert!(!library.is_null(), "{file:?} cannot be loaded");
    // SAFETY: the library is loaded, the name is a C string.
    let export = unsafe { dlsym(library, name.as_ptr()) };
    assert!(!export.is_null(), "no export {name:?}");
    // SAFETY: all exports of the library have this type.
    let export = unsafe { std::mem::transmute::<*mut c_void, extern "C" fn()>(export) };
    let callers = [thread::spawn(move || export()), thread::spawn(move || export())];
    for caller in callers {
        assert!(caller.join().is_ok());
    }
}
