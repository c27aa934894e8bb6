//! The five exports, made from a list of classes.

use std::ffi::{c_long, c_void};
use std::sync::OnceLock;

use crate::abi::component::WideStr;
use crate::abi::exports::CAPABILITIES;
use crate::barrier::caught;
use crate::class::Class;
use crate::object::{Object, destroy_at};
use crate::text::{WideText, read_terminated};

/// A class as the exports know it.
#[derive(Clone, Copy, Debug)]
pub struct ClassEntry {
    name: &'static str,
    create: fn() -> *mut c_void,
}

impl ClassEntry {
    /// The entry of class `C`.
    #[must_use]
    pub const fn of<C: Class>() -> Self {
        Self { name: C::NAME, create: Object::<C>::create }
    }
}

/// The classes of a library; see [`export!`](crate::export!).
#[derive(Debug)]
pub struct ClassList {
    classes: &'static [ClassEntry],
    names: OnceLock<WideText>,
}

impl ClassList {
    /// The list of `classes`.
    #[must_use]
    pub const fn new(classes: &'static [ClassEntry]) -> Self {
        Self { classes, names: OnceLock::new() }
    }

    /// `GetClassNames`: the names, separated by `|`, in static storage.
    #[must_use]
    pub fn names(&'static self) -> WideStr {
        let names = caught(|| {
            let join = || self.classes.iter().map(|class| class.name).collect::<Vec<_>>().join("|");
            self.names.get_or_init(|| WideText::new(&join())).as_ptr()
        });
        names.unwrap_or(std::ptr::null())
    }

    /// `GetClassObject`: 1 when `*out` holds a new object, 0 when there is no such class. `*out` must be
    /// null before, so that no object is lost.
    ///
    /// # Safety
    /// `name` is null or ends with NUL; `out` is null or a place for a pointer.
    pub unsafe fn create(&'static self, name: WideStr, out: *mut *mut c_void) -> c_long {
        let created = caught(|| {
            // SAFETY: not null by the first test, and a place for a pointer by the contract above.
            if out.is_null() || !unsafe { out.read_unaligned() }.is_null() {
                return 0;
            }
            let longest = self.classes.iter().map(|class| class.name.len()).max().unwrap_or(0);
            // SAFETY: null or ended by NUL, by the contract above.
            let name = unsafe { read_terminated(name, longest) };
            let Some(class) = self.classes.iter().find(|class| Some(class.name) == name.as_deref()) else {
                return 0;
            };
            // SAFETY: as for the read above.
            unsafe { out.write_unaligned((class.create)()) };
            1
        });
        created.unwrap_or(0)
    }
}

/// `DestroyObject`: 0 when the object is gone, 1 when there was none.
///
/// # Safety
/// `object` is null, or the place of a pointer that is null or came from `GetClassObject` of this library
/// and was not destroyed.
pub unsafe fn destroy(object: *mut *mut c_void) -> c_long {
    let destroyed = caught(|| {
        // SAFETY: not null by the first test, and readable by the contract above.
        if object.is_null() || unsafe { object.read_unaligned() }.is_null() {
            return 1;
        }
        // SAFETY: as above; the place is emptied before the object goes, so that it is never used again.
        let component = unsafe { object.replace(std::ptr::null_mut()) };
        // SAFETY: a live object of this library by the contract above.
        unsafe { destroy_at::<0>(component) };
        0
    });
    destroyed.unwrap_or(1)
}

/// `SetPlatformCapabilities`: what this crate knows, whatever the platform says it knows.
#[must_use]
pub const fn capabilities() -> i32 {
    CAPABILITIES
}

/// Emits the five exports of a library for a list of [`Class`](crate::class::Class) types, and the same list
/// as the static `ENTRY_POINTS`, for hosts in the same process.
#[macro_export]
macro_rules! export {
    ($($class:ty),+ $(,)?) => {
        static CLASSES: $crate::export::ClassList =
            $crate::export::ClassList::new(&[$($crate::export::ClassEntry::of::<$class>()),+]);

        /// The library's exports, for hosts in the same process.
        pub static ENTRY_POINTS: $crate::abi::exports::EntryPoints = $crate::abi::exports::EntryPoints {
            get_class_names: GetClassNames,
            get_class_object: GetClassObject,
            destroy_object: DestroyObject,
            set_platform_capabilities: SetPlatformCapabilities,
            get_attach_type: GetAttachType,
        };

        /// Names of the classes, separated by `|`.
        #[allow(non_snake_case)]
        #[unsafe(no_mangle)]
        pub extern "C" fn GetClassNames() -> *const u16 {
            CLASSES.names()
        }

        /// Creates an object of the class `name`.
        ///
        /// # Safety
        /// `name` is null or ends with NUL; `out` is null or a place for a pointer.
        #[allow(non_snake_case)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn GetClassObject(
            name: *const u16,
            out: *mut *mut ::std::ffi::c_void,
        ) -> ::std::ffi::c_long {
            // SAFETY: the platform's promises are those of `create`.
            unsafe { CLASSES.create(name, out) }
        }

        /// Destroys an object.
        ///
        /// # Safety
        /// `object` is null or the place of a pointer from `GetClassObject`, or of null.
        #[allow(non_snake_case)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn DestroyObject(
            object: *mut *mut ::std::ffi::c_void,
        ) -> ::std::ffi::c_long {
            // SAFETY: the platform's promises are those of `destroy`.
            unsafe { $crate::export::destroy(object) }
        }

        /// The highest level of the interface that the library knows.
        #[allow(non_snake_case)]
        #[unsafe(no_mangle)]
        pub extern "C" fn SetPlatformCapabilities(_capabilities: i32) -> i32 {
            $crate::export::capabilities()
        }

        /// Isolated and not isolated.
        #[allow(non_snake_case)]
        #[unsafe(no_mangle)]
        pub extern "C" fn GetAttachType() -> i32 {
            $crate::abi::exports::attach_type::ANY
        }
    };
}
