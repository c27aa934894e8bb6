//! The five functions that the library exports, undecorated and `cdecl` on every target.

use std::ffi::{c_long, c_void};

use super::component::WideStr;

/// Level of the interface that this crate implements: 3 means that the object has all four bases.
pub const CAPABILITIES: i32 = 3;

/// Technology version that `GetInfo` answers: 2.0, objects are created on demand.
pub const TECHNOLOGY_VERSION: c_long = 2000;

/// Values of `GetAttachType` (8.3.21 and later).
pub mod attach_type {
    /// Only inside the process of 1C.
    pub const NOT_ISOLATED: i32 = 1;
    /// Only in a process of its own.
    pub const ISOLATED: i32 = 2;
    /// Either way.
    pub const ANY: i32 = 3;
}

/// `GetClassNames`: names separated by `|`, static storage.
pub type GetClassNames = unsafe extern "C" fn() -> WideStr;
/// `GetClassObject`: 0 is failure, anything else success.
pub type GetClassObject = unsafe extern "C" fn(name: WideStr, out: *mut *mut c_void) -> c_long;
/// `DestroyObject`: 0 is success; sets `*object` to null.
pub type DestroyObject = unsafe extern "C" fn(object: *mut *mut c_void) -> c_long;
/// `SetPlatformCapabilities`: answers the highest level the add-in knows.
pub type SetPlatformCapabilities = unsafe extern "C" fn(capabilities: i32) -> i32;
/// `GetAttachType`: one of [`attach_type`].
pub type GetAttachType = unsafe extern "C" fn() -> i32;

/// The exports as values, for hosts in the same process.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct EntryPoints {
    pub get_class_names: GetClassNames,
    pub get_class_object: GetClassObject,
    pub destroy_object: DestroyObject,
    pub set_platform_capabilities: SetPlatformCapabilities,
    pub get_attach_type: GetAttachType,
}
