//! What the platform gives to the add-in: its allocator, its connection and what that leads to.

use std::ffi::{c_long, c_ulong, c_void};
use std::mem::{offset_of, size_of};

use super::component::{DESTRUCTOR_SLOTS, WideStr};
use super::variant::RawVariant;

/// Destructor slots of an object that the platform owns; never called from here.
pub type ForeignDestructors = [usize; DESTRUCTOR_SLOTS];

/// `IMemoryManager`: an object with one table pointer.
#[repr(C)]
pub struct MemoryManager {
    /// The object's functions.
    pub table: *const MemoryManagerTable,
}

/// Functions of `IMemoryManager`.
#[repr(C)]
#[allow(missing_docs)]
pub struct MemoryManagerTable {
    pub destructors: ForeignDestructors,
    pub alloc_memory:
        unsafe extern "system" fn(this: *mut MemoryManager, out: *mut *mut c_void, bytes: c_ulong) -> bool,
    pub free_memory: unsafe extern "system" fn(this: *mut MemoryManager, memory: *mut *mut c_void),
}

/// `IAddInDefBaseEx`: the connection to 1C, an object with one table pointer.
#[repr(C)]
pub struct AddInBase {
    /// The object's functions.
    pub table: *const AddInBaseTable,
}

/// Functions of `IAddInDefBase`, and `get_interface` of `IAddInDefBaseEx` after them.
#[repr(C)]
#[allow(missing_docs)]
pub struct AddInBaseTable {
    pub destructors: ForeignDestructors,
    pub add_error: unsafe extern "system" fn(
        this: *mut AddInBase,
        code: u16,
        source: WideStr,
        description: WideStr,
        scode: c_long,
    ) -> bool,
    pub read: unsafe extern "system" fn(
        this: *mut AddInBase,
        name: *mut u16,
        value: *mut RawVariant,
        code: *mut c_long,
        description: *mut *mut u16,
    ) -> bool,
    pub write:
        unsafe extern "system" fn(this: *mut AddInBase, name: *mut u16, value: *mut RawVariant) -> bool,
    pub register_profile_as: unsafe extern "system" fn(this: *mut AddInBase, name: *mut u16) -> bool,
    pub set_event_buffer_depth: unsafe extern "system" fn(this: *mut AddInBase, depth: c_long) -> bool,
    pub get_event_buffer_depth: unsafe extern "system" fn(this: *mut AddInBase) -> c_long,
    pub external_event: unsafe extern "system" fn(
        this: *mut AddInBase,
        source: *mut u16,
        message: *mut u16,
        data: *mut u16,
    ) -> bool,
    pub clean_event_buffer: unsafe extern "system" fn(this: *mut AddInBase),
    pub set_status_line: unsafe extern "system" fn(this: *mut AddInBase, text: *mut u16) -> bool,
    pub reset_status_line: unsafe extern "system" fn(this: *mut AddInBase),
    pub get_interface: unsafe extern "system" fn(this: *mut AddInBase, id: i32) -> *mut c_void,
}

/// Ids for `get_interface`.
pub mod interface {
    /// `IMsgBox`.
    pub const MSG_BOX: i32 = 0;
    /// `IPlatformInfo`.
    pub const PLATFORM_INFO: i32 = 1;
    /// `IAttachedInfo` (2 on desktop systems, 3 on Android).
    pub const ATTACHED_INFO: i32 = if cfg!(target_os = "android") { 3 } else { 2 };
}

/// How far the pointer that `get_interface` returns lies behind the object, in bytes: MSVC puts the empty
/// base `IInterface` after the table pointer, Itanium puts it at the start.
pub const INTERFACE_OFFSET: usize = if cfg!(windows) { size_of::<usize>() } else { 0 };

/// `IPlatformInfo`: an object with one table pointer and no destructor.
#[repr(C)]
pub struct PlatformInfo {
    /// The object's functions.
    pub table: *const PlatformInfoTable,
}

/// Functions of `IPlatformInfo`.
#[repr(C)]
#[allow(missing_docs)]
pub struct PlatformInfoTable {
    pub get_platform_info: unsafe extern "system" fn(this: *mut PlatformInfo) -> *const AppInfo,
}

/// What `IPlatformInfo` tells.
#[repr(C)]
pub struct AppInfo {
    /// Version of the platform, such as `8.3.27.1508`; may be null.
    pub app_version: WideStr,
    /// User agent of the web client; may be null.
    pub user_agent: WideStr,
    /// One of the codes in [`app_type`].
    pub application: i32,
}

/// Values of [`AppInfo::application`].
pub mod app_type {
    /// Not known.
    pub const UNKNOWN: i32 = -1;
    /// Thin client.
    pub const THIN_CLIENT: i32 = 0;
    /// Thick client.
    pub const THICK_CLIENT: i32 = 1;
    /// Web client.
    pub const WEB_CLIENT: i32 = 2;
    /// Server.
    pub const SERVER: i32 = 3;
    /// External connection (COM).
    pub const EXTERNAL_CONNECTION: i32 = 4;
    /// Mobile client.
    pub const MOBILE_CLIENT: i32 = 5;
    /// Server part of a mobile application.
    pub const MOBILE_SERVER: i32 = 6;
}

/// Codes of `AddError`: how the text is shown when it does not become an exception.
pub mod message_code {
    /// A failure; with a non-zero `scode` it becomes an exception in BSL.
    pub const FAIL: u16 = 1006;
}

const WORD: usize = size_of::<usize>();
const _: () = assert!(size_of::<MemoryManagerTable>() == (DESTRUCTOR_SLOTS + 2) * WORD);
const _: () = assert!(size_of::<AddInBaseTable>() == (DESTRUCTOR_SLOTS + 11) * WORD);
const _: () = assert!(offset_of!(AddInBaseTable, external_event) == (DESTRUCTOR_SLOTS + 6) * WORD);
const _: () = assert!(offset_of!(AddInBaseTable, get_interface) == (DESTRUCTOR_SLOTS + 10) * WORD);
const _: () = assert!(size_of::<PlatformInfoTable>() == WORD);
const _: () = assert!(offset_of!(AppInfo, application) == 2 * WORD);
const _: () = assert!(size_of::<AppInfo>() == if WORD == 8 { 24 } else { 12 });
