//! The tables of [`Probe`](super::Probe). The host calls them as [`super`] says.

use std::ffi::{c_long, c_void};
use std::ptr;
use std::sync::atomic::Ordering;

use native_api::abi::component::{
    Destructors, InitDoneTable, LanguageExtenderTable, LocaleTable, UserLanguageTable, WideStr,
};
use native_api::abi::exports::TECHNOLOGY_VERSION;
use native_api::abi::platform::{AddInBase, MemoryManager};
use native_api::abi::variant::{RawVariant, vt};

use super::{METHODS, PROPERTIES, probe, read_text};

fn at<T: Copy, const N: usize>(list: &[T; N], number: c_long) -> Option<T> {
    list.get(usize::try_from(number).ok()?).copied()
}

fn find<T: Copy, const N: usize>(
    list: &[T; N],
    name: WideStr,
    names: fn(T) -> (&'static str, &'static str),
) -> c_long {
    if name.is_null() {
        return -1;
    }
    let name = read_text(name);
    let found = list.iter().position(|&member| [names(member).0, names(member).1].contains(&name.as_str()));
    found.map_or(-1, |index| index.try_into().unwrap())
}

fn run(this: *mut c_void, number: c_long, parameters: *mut RawVariant, count: c_long) -> Option<RawVariant> {
    let (_, _, expected, _, body) = at(&METHODS, number)?;
    if count != expected {
        return None;
    }
    let count = usize::try_from(count).unwrap();
    // SAFETY: see above.
    let parameters = if count == 0 { &[] } else { unsafe { std::slice::from_raw_parts(parameters, count) } };
    body(probe(this, 1), parameters)
}

#[cfg(not(windows))]
const DESTRUCTORS: Destructors = {
    unsafe extern "C" fn unused(_: *mut c_void) {}
    Destructors { complete: unused, deleting: unused }
};
#[cfg(all(windows, target_arch = "x86"))]
const DESTRUCTORS: Destructors = {
    unsafe extern "thiscall" fn unused(this: *mut c_void, _: u32) -> *mut c_void {
        this
    }
    Destructors { scalar_deleting: unused }
};
#[cfg(all(windows, not(target_arch = "x86")))]
const DESTRUCTORS: Destructors = {
    unsafe extern "C" fn unused(this: *mut c_void, _: u32) -> *mut c_void {
        this
    }
    Destructors { scalar_deleting: unused }
};

pub(super) static INIT_DONE: InitDoneTable = {
    unsafe extern "system" fn init(this: *mut c_void, connection: *mut AddInBase) -> bool {
        probe(this, 0).note("Init");
        probe(this, 0).connection.store(connection, Ordering::Release);
        probe(this, 0).class != "Unwilling"
    }
    unsafe extern "system" fn set_mem_manager(this: *mut c_void, memory: *mut MemoryManager) -> bool {
        probe(this, 0).note("setMemManager");
        probe(this, 0).memory.store(memory, Ordering::Release);
        true
    }
    unsafe extern "system" fn get_info(this: *mut c_void) -> c_long {
        probe(this, 0).note("GetInfo");
        if probe(this, 0).class == "Outdated" { 1000 } else { TECHNOLOGY_VERSION }
    }
    unsafe extern "system" fn done(this: *mut c_void) {
        probe(this, 0).note("Done");
    }
    InitDoneTable { destructors: DESTRUCTORS, init, set_mem_manager, get_info, done }
};

pub(super) static LANGUAGE_EXTENDER: LanguageExtenderTable = {
    unsafe extern "system" fn register_extension_as(this: *mut c_void, name: *mut *mut u16) -> bool {
        probe(this, 1).note("RegisterExtensionAs");
        let class = if probe(this, 1).class == "Misnamed" { "Other" } else { probe(this, 1).class };
        let class = probe(this, 1).name(class);
        // SAFETY: see the parent module.
        unsafe { name.write(class) };
        !class.is_null()
    }
    unsafe extern "system" fn get_n_props(_: *mut c_void) -> c_long {
        PROPERTIES.len().try_into().unwrap()
    }
    unsafe extern "system" fn find_prop(_: *mut c_void, name: WideStr) -> c_long {
        find(&PROPERTIES, name, |(english, russian, ..)| (english, russian))
    }
    unsafe extern "system" fn get_prop_name(this: *mut c_void, number: c_long, alias: c_long) -> WideStr {
        let name = at(&PROPERTIES, number).map(|member| if alias == 0 { member.0 } else { member.1 });
        name.map_or(ptr::null(), |name| probe(this, 1).name(name))
    }
    unsafe extern "system" fn get_prop_val(this: *mut c_void, number: c_long, out: *mut RawVariant) -> bool {
        let value = usize::try_from(number).ok().and_then(|number| probe(this, 1).property(number));
        // SAFETY: see the parent module.
        value.map(|value| unsafe { out.write(value) }).is_some()
    }
    unsafe extern "system" fn set_prop_val(
        this: *mut c_void,
        number: c_long,
        value: *mut RawVariant,
    ) -> bool {
        // SAFETY: see the parent module.
        let value = unsafe { &*value };
        usize::try_from(number).is_ok_and(|number| probe(this, 1).set_property(number, value))
    }
    unsafe extern "system" fn is_prop_readable(_: *mut c_void, number: c_long) -> bool {
        at(&PROPERTIES, number).is_some_and(|(_, _, readable, _)| readable)
    }
    unsafe extern "system" fn is_prop_writable(_: *mut c_void, number: c_long) -> bool {
        at(&PROPERTIES, number).is_some_and(|(_, _, _, writable)| writable)
    }
    unsafe extern "system" fn get_n_methods(_: *mut c_void) -> c_long {
        METHODS.len().try_into().unwrap()
    }
    unsafe extern "system" fn find_method(_: *mut c_void, name: WideStr) -> c_long {
        find(&METHODS, name, |(english, russian, ..)| (english, russian))
    }
    unsafe extern "system" fn get_method_name(this: *mut c_void, number: c_long, alias: c_long) -> WideStr {
        let name = at(&METHODS, number).map(|member| if alias == 0 { member.0 } else { member.1 });
        name.map_or(ptr::null(), |name| probe(this, 1).name(name))
    }
    unsafe extern "system" fn get_n_params(_: *mut c_void, number: c_long) -> c_long {
        at(&METHODS, number).map_or(0, |(_, _, parameters, ..)| parameters)
    }
    unsafe extern "system" fn get_param_def_value(
        this: *mut c_void,
        number: c_long,
        parameter: c_long,
        out: *mut RawVariant,
    ) -> bool {
        let default = match (number, parameter) {
            (1, 1) => probe(this, 1).string("по умолчанию"),
            (1, 2) => Some(RawVariant::EMPTY),
            _ => None,
        };
        // SAFETY: see the parent module.
        default.map(|value| unsafe { out.write(value) }).is_some()
    }
    unsafe extern "system" fn has_ret_val(_: *mut c_void, number: c_long) -> bool {
        at(&METHODS, number).is_some_and(|(_, _, _, is_function, _)| is_function)
    }
    unsafe extern "system" fn call_as_proc(
        this: *mut c_void,
        number: c_long,
        parameters: *mut RawVariant,
        count: c_long,
    ) -> bool {
        probe(this, 1).note("CallAsProc");
        let result = run(this, number, parameters, count);
        if let Some(RawVariant { vt: vt::PWSTR | vt::BLOB, payload, .. }) = result {
            // SAFETY: just made of a span.
            probe(this, 1).free(unsafe { payload.span }.ptr.cast());
        }
        result.is_some()
    }
    unsafe extern "system" fn call_as_func(
        this: *mut c_void,
        number: c_long,
        out: *mut RawVariant,
        parameters: *mut RawVariant,
        count: c_long,
    ) -> bool {
        if out.is_null() {
            return false;
        }
        let result = run(this, number, parameters, count);
        // SAFETY: see the parent module.
        result.map(|value| unsafe { out.write(value) }).is_some()
    }
    LanguageExtenderTable {
        destructors: DESTRUCTORS,
        register_extension_as,
        get_n_props,
        find_prop,
        get_prop_name,
        get_prop_val,
        set_prop_val,
        is_prop_readable,
        is_prop_writable,
        get_n_methods,
        find_method,
        get_method_name,
        get_n_params,
        get_param_def_value,
        has_ret_val,
        call_as_proc,
        call_as_func,
    }
};

pub(super) static LOCALE: LocaleTable = {
    unsafe extern "system" fn set_locale(this: *mut c_void, locale: WideStr) {
        probe(this, 2).note(format!("SetLocale({})", read_text(locale)));
    }
    LocaleTable { destructors: DESTRUCTORS, set_locale }
};

pub(super) static USER_LANGUAGE: UserLanguageTable = {
    unsafe extern "system" fn set_user_interface_language_code(this: *mut c_void, language: WideStr) {
        probe(this, 3).note(format!("SetUserInterfaceLanguageCode({})", read_text(language)));
    }
    UserLanguageTable { destructors: DESTRUCTORS, set_user_interface_language_code }
};
