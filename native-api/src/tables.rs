//! The functions behind the four tables: the platform's questions, answered from a class's tables.
//!
//! Numbers out of range are answered (`false`, 0, -1 or null), never indexed.

use std::ffi::{c_long, c_void};
use std::marker::PhantomData;
use std::ptr;

use crate::abi::component::{
    ComponentTables, Destructors, InitDoneTable, LanguageExtenderTable, LocaleTable, Prefixed,
    UserLanguageTable, WideStr,
};
use crate::abi::exports::TECHNOLOGY_VERSION;
use crate::abi::platform::{AddInBase, MemoryManager};
use crate::abi::variant::RawVariant;
use crate::call;
use crate::class::{Class, Default, Method, Name, Property};
use crate::marshal;
use crate::object::{Inner, Phase, behind, destroy_at, enter};
use crate::returned::Lent;
use crate::text::{WideText, read_terminated};
use crate::value::Value;

const INIT_DONE: usize = 0;
const LANGUAGE_EXTENDER: usize = 1;
const LOCALE: usize = 2;
const USER_LANGUAGE: usize = 3;

/// The static tables of class `C`.
pub(crate) struct Tables<C>(PhantomData<C>);

impl<C: Class> Tables<C> {
    const INIT_DONE: Prefixed<InitDoneTable> = prefixed::<INIT_DONE, _>(InitDoneTable {
        destructors: destructors::<C, INIT_DONE>(),
        init: init::<C>,
        set_mem_manager: set_mem_manager::<C>,
        get_info,
        done: done::<C>,
    });

    const LANGUAGE_EXTENDER: Prefixed<LanguageExtenderTable> =
        prefixed::<LANGUAGE_EXTENDER, _>(LanguageExtenderTable {
            destructors: destructors::<C, LANGUAGE_EXTENDER>(),
            register_extension_as: register_extension_as::<C>,
            get_n_props: get_n_props::<C>,
            find_prop: find_prop::<C>,
            get_prop_name: get_prop_name::<C>,
            get_prop_val: get_prop_val::<C>,
            set_prop_val: set_prop_val::<C>,
            is_prop_readable: is_prop_readable::<C>,
            is_prop_writable: is_prop_writable::<C>,
            get_n_methods: get_n_methods::<C>,
            find_method: find_method::<C>,
            get_method_name: get_method_name::<C>,
            get_n_params: get_n_params::<C>,
            get_param_def_value: get_param_def_value::<C>,
            has_ret_val: has_ret_val::<C>,
            call_as_proc: call_as_proc::<C>,
            call_as_func: call_as_func::<C>,
        });

    const LOCALE: Prefixed<LocaleTable> = prefixed::<LOCALE, _>(LocaleTable {
        destructors: destructors::<C, LOCALE>(),
        set_locale: set_language::<C, LOCALE>,
    });

    const USER_LANGUAGE: Prefixed<UserLanguageTable> = prefixed::<USER_LANGUAGE, _>(UserLanguageTable {
        destructors: destructors::<C, USER_LANGUAGE>(),
        set_user_interface_language_code: set_language::<C, USER_LANGUAGE>,
    });

    /// What an object of class `C` starts with.
    pub(crate) const POINTERS: ComponentTables = ComponentTables {
        init_done: &raw const Self::INIT_DONE_REF.table,
        language_extender: &raw const Self::LANGUAGE_EXTENDER_REF.table,
        locale: &raw const Self::LOCALE_REF.table,
        user_language: &raw const Self::USER_LANGUAGE_REF.table,
    };

    const INIT_DONE_REF: &'static Prefixed<InitDoneTable> = &Self::INIT_DONE;
    const LANGUAGE_EXTENDER_REF: &'static Prefixed<LanguageExtenderTable> = &Self::LANGUAGE_EXTENDER;
    const LOCALE_REF: &'static Prefixed<LocaleTable> = &Self::LOCALE;
    const USER_LANGUAGE_REF: &'static Prefixed<UserLanguageTable> = &Self::USER_LANGUAGE;
}

const fn prefixed<const BASE: usize, T>(table: T) -> Prefixed<T> {
    let offset_to_top = -((BASE * size_of::<usize>()).cast_signed());
    Prefixed { offset_to_top, type_info: 0, table }
}

/// The platform gives `this` as the address of the table pointer that it took the function from: the reason
/// why every call of `behind` and `destroy_at` below is sound.
macro_rules! enter {
    ($class:ty, $base:expr, $this:expr, $fallback:expr, $body:expr) => {
        // SAFETY: `this` is the platform's pointer to this very base of a live object.
        enter(unsafe { behind::<$class, $base>($this) }, $fallback, $body)
    };
}

#[cfg(not(windows))]
const fn destructors<C: Class, const BASE: usize>() -> Destructors {
    unsafe extern "C" fn complete<C: Class, const BASE: usize>(this: *mut c_void) {
        enter!(C, BASE, this, (), Inner::done);
    }
    unsafe extern "C" fn deleting<const BASE: usize>(this: *mut c_void) {
        // SAFETY: `delete` is the last use of a live object, through its pointer to this base.
        unsafe { destroy_at::<BASE>(this) };
    }
    Destructors { complete: complete::<C, BASE>, deleting: deleting::<BASE> }
}

#[cfg(windows)]
const fn destructors<C: Class, const BASE: usize>() -> Destructors {
    macro_rules! scalar_deleting {
        ($abi:literal) => {{
            unsafe extern $abi fn scalar_deleting<C: Class, const BASE: usize>(
                this: *mut c_void,
                flags: u32,
            ) -> *mut c_void {
                if flags & 1 == 0 {
                    enter!(C, BASE, this, (), Inner::done);
                } else {
                    // SAFETY: `delete` is the last use of a live object, through its pointer to this base.
                    unsafe { destroy_at::<BASE>(this) };
                }
                this
            }
            Destructors { scalar_deleting: scalar_deleting::<C, BASE> }
        }};
    }
    #[cfg(target_arch = "x86")]
    return scalar_deleting!("thiscall");
    #[cfg(not(target_arch = "x86"))]
    scalar_deleting!("C")
}

unsafe extern "system" fn init<C: Class>(this: *mut c_void, connection: *mut AddInBase) -> bool {
    enter!(C, INIT_DONE, this, false, |inner| {
        if connection.is_null() || !inner.is_in(Phase::Created) {
            return false;
        }
        // SAFETY: the platform keeps its connection alive until Done returns, and Done disconnects.
        unsafe { inner.platform.connect(connection) };
        inner.init()
    })
}

unsafe extern "system" fn set_mem_manager<C: Class>(this: *mut c_void, memory: *mut MemoryManager) -> bool {
    enter!(C, INIT_DONE, this, false, |inner| {
        if !memory.is_null() {
            inner.memory.set(memory);
        }
        !memory.is_null()
    })
}

unsafe extern "system" fn get_info(_this: *mut c_void) -> c_long {
    TECHNOLOGY_VERSION
}

unsafe extern "system" fn done<C: Class>(this: *mut c_void) {
    enter!(C, INIT_DONE, this, (), Inner::done);
}

unsafe extern "system" fn set_language<C: Class, const BASE: usize>(this: *mut c_void, name: WideStr) {
    enter!(C, BASE, this, (), |inner| {
        // SAFETY: the platform's names are null or end with NUL.
        unsafe { inner.platform.hear_language(name) };
    });
}

unsafe extern "system" fn register_extension_as<C: Class>(this: *mut c_void, out: *mut *mut u16) -> bool {
    enter!(C, LANGUAGE_EXTENDER, this, false, |inner| {
        let name = copy_name(inner, C::NAME);
        if !out.is_null() && !name.is_null() {
            // SAFETY: the platform's place for the pointer.
            unsafe { out.write_unaligned(name) };
        }
        !out.is_null() && !name.is_null()
    })
}

unsafe extern "system" fn get_n_props<C: Class>(_this: *mut c_void) -> c_long {
    count(C::PROPERTIES.len())
}

unsafe extern "system" fn find_prop<C: Class>(this: *mut c_void, name: WideStr) -> c_long {
    enter!(C, LANGUAGE_EXTENDER, this, -1, |_| {
        // SAFETY: the platform's names are null or end with NUL.
        unsafe { find(name, C::PROPERTIES.iter().map(|property| property.name)) }
    })
}

unsafe extern "system" fn get_prop_name<C: Class>(this: *mut c_void, num: c_long, alias: c_long) -> WideStr {
    enter!(C, LANGUAGE_EXTENDER, this, ptr::null(), |inner| {
        property::<C>(num).map_or(ptr::null(), |property| alias_of(inner, property.name, alias))
    })
}

unsafe extern "system" fn get_prop_val<C: Class>(
    this: *mut c_void,
    num: c_long,
    value: *mut RawVariant,
) -> bool {
    enter!(C, LANGUAGE_EXTENDER, this, false, |inner| {
        property(num).is_some_and(|property| {
            // SAFETY: `value` is the platform's place for the result.
            unsafe { call::get(inner, property, value) }
        })
    })
}

unsafe extern "system" fn set_prop_val<C: Class>(
    this: *mut c_void,
    num: c_long,
    value: *mut RawVariant,
) -> bool {
    enter!(C, LANGUAGE_EXTENDER, this, false, |inner| {
        property(num).is_some_and(|property| {
            // SAFETY: `value` is the platform's variant.
            unsafe { call::set(inner, property, value) }
        })
    })
}

unsafe extern "system" fn is_prop_readable<C: Class>(_this: *mut c_void, num: c_long) -> bool {
    property::<C>(num).is_some()
}

unsafe extern "system" fn is_prop_writable<C: Class>(_this: *mut c_void, num: c_long) -> bool {
    property::<C>(num).is_some_and(|property| property.set.is_some())
}

unsafe extern "system" fn get_n_methods<C: Class>(_this: *mut c_void) -> c_long {
    count(C::METHODS.len())
}

unsafe extern "system" fn find_method<C: Class>(this: *mut c_void, name: WideStr) -> c_long {
    enter!(C, LANGUAGE_EXTENDER, this, -1, |_| {
        // SAFETY: the platform's names are null or end with NUL.
        unsafe { find(name, C::METHODS.iter().map(|method| method.name)) }
    })
}

unsafe extern "system" fn get_method_name<C: Class>(
    this: *mut c_void,
    num: c_long,
    alias: c_long,
) -> WideStr {
    enter!(C, LANGUAGE_EXTENDER, this, ptr::null(), |inner| {
        method::<C>(num).map_or(ptr::null(), |method| alias_of(inner, method.name, alias))
    })
}

unsafe extern "system" fn get_n_params<C: Class>(_this: *mut c_void, num: c_long) -> c_long {
    method::<C>(num).map_or(0, |method| count(method.parameters.len()))
}

unsafe extern "system" fn get_param_def_value<C: Class>(
    this: *mut c_void,
    num: c_long,
    param: c_long,
    value: *mut RawVariant,
) -> bool {
    enter!(C, LANGUAGE_EXTENDER, this, false, |inner| {
        let parameter = method::<C>(num).and_then(|method| at(method.parameters, param));
        let default = parameter.and_then(|parameter| parameter.default);
        if value.is_null() {
            return false;
        }
        // SAFETY: `value` is the platform's place for the result.
        let written = unsafe {
            marshal::write(
                value,
                Lent::Value(&default.map_or(Value::Empty, Default::value)),
                inner.memory.get(),
            )
        };
        written && default.is_some()
    })
}

unsafe extern "system" fn has_ret_val<C: Class>(_this: *mut c_void, num: c_long) -> bool {
    method::<C>(num).is_some_and(|method| method.returns)
}

unsafe extern "system" fn call_as_proc<C: Class>(
    this: *mut c_void,
    num: c_long,
    params: *mut RawVariant,
    count: c_long,
) -> bool {
    enter!(C, LANGUAGE_EXTENDER, this, false, |inner| {
        method(num).is_some_and(|method| {
            // SAFETY: `params` are the platform's `count` variants; a function's result is dropped.
            unsafe { call::run(inner, method, ptr::null_mut(), params, count) }
        })
    })
}

unsafe extern "system" fn call_as_func<C: Class>(
    this: *mut c_void,
    num: c_long,
    result: *mut RawVariant,
    params: *mut RawVariant,
    count: c_long,
) -> bool {
    enter!(C, LANGUAGE_EXTENDER, this, false, |inner| {
        method(num).is_some_and(|method| {
            // SAFETY: `params` are the platform's `count` variants, `result` its place for the result.
            unsafe { call::run(inner, method, result, params, count) }
        })
    })
}

fn count(length: usize) -> c_long {
    c_long::try_from(length).expect("a table of a few dozen members")
}

fn at<T>(table: &'static [T], num: c_long) -> Option<&'static T> {
    usize::try_from(num).ok().and_then(|num| table.get(num))
}

fn property<C: Class>(num: c_long) -> Option<&'static Property<C>> {
    at(C::PROPERTIES, num)
}

fn method<C: Class>(num: c_long) -> Option<&'static Method<C>> {
    at(C::METHODS, num)
}

/// # Safety
/// `name` is null or ends with NUL.
unsafe fn find(name: WideStr, names: impl Iterator<Item = Name> + Clone) -> c_long {
    let longest = names.clone().flat_map(|name| [name.en.len(), name.ru.len()]).max().unwrap_or(0);
    // SAFETY: as this function's contract says.
    let Some(name) = (unsafe { read_terminated(name, longest) }) else { return -1 };
    names.enumerate().find(|(_, known)| known.is(&name)).map_or(-1, |(num, _)| count(num))
}

fn alias_of<C: Class>(inner: &Inner<C>, name: Name, alias: c_long) -> WideStr {
    match alias {
        0 => copy_name(inner, name.en),
        1 => copy_name(inner, name.ru),
        _ => ptr::null(),
    }
}

/// A copy of `name` in the platform's memory, ended by NUL; null when there is none to be had.
fn copy_name<C: Class>(inner: &Inner<C>, name: &str) -> *mut u16 {
    let copy = inner.memory.get().and_then(|memory| memory.copy_units(WideText::new(name).units_with_nul()));
    copy.map_or(ptr::null_mut(), |copy| copy.hand_over().cast())
}
