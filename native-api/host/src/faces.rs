//! What the add-in sees of the platform: three objects with tables of functions.

use std::collections::VecDeque;
use std::ffi::{c_long, c_ulong, c_void};
use std::ptr::{self, NonNull};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Instant;

use native_api::abi::component::{DESTRUCTOR_SLOTS, WideStr};
use native_api::abi::platform::{
    AddInBase, AddInBaseTable, AppInfo, INTERFACE_OFFSET, MemoryManager, MemoryManagerTable, PlatformInfo,
    PlatformInfoTable, interface,
};
use native_api::abi::variant::RawVariant;

use crate::counter::EventCounter;
use crate::error_log::AddError;
use crate::event::{Event, EventCounts};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::sync::lock;
use crate::text::{self, wide};

/// Platforms whose object is gone. They stay in memory, the latest so many, so that a late call of the
/// add-in meets somebody who can tell, instead of freed memory.
static RETIRED: Mutex<VecDeque<Arc<Faces>>> = Mutex::new(VecDeque::new());
const RETIRED_LIMIT: usize = 256;

/// An object of the platform: its table pointer, which is all the add-in knows of it, and its owner.
#[repr(C)]
struct Face<T> {
    raw: T,
    faces: Weak<Faces>,
}

impl<T> Face<T> {
    /// The pointer for the add-in.
    fn raw(&self) -> *mut T {
        // From the whole face, not from its first member: on the way back the owner is read through it.
        ptr::from_ref(self).cast::<T>().cast_mut()
    }
}

/// The connection to the platform, and the counter of a platform that only counts: right beside it, so that no more
/// than counting is measured.
#[repr(C)]
struct Connection {
    face: Face<AddInBase>,
    counter: EventCounter,
}

/// The objects that are handed to the add-in.
pub(crate) struct Faces {
    pub(crate) platform: Platform,
    connection: Connection,
    memory: Face<MemoryManager>,
    info: Face<PlatformInfo>,
    app_info: AppInfo,
    /// What `app_info` points at.
    _app_version: Vec<u16>,
}

// SAFETY: the raw pointers inside lead to static tables and to a vector that is never changed; everything
// else is `Sync` by itself.
unsafe impl Send for Faces {}
// SAFETY: as above.
unsafe impl Sync for Faces {}

impl Faces {
    pub(crate) fn new(platform: Platform) -> Arc<Self> {
        let app_version = wide(&platform.host.version);
        let table = if platform.host.count_events_only { &COUNTING } else { &ADD_IN_BASE };
        Arc::new_cyclic(|faces| Self {
            connection: Connection {
                face: Face { raw: AddInBase { table }, faces: faces.clone() },
                counter: EventCounter::new(platform.host.time_per_event),
            },
            memory: Face { raw: MemoryManager { table: &MEMORY_MANAGER }, faces: faces.clone() },
            info: Face { raw: PlatformInfo { table: &PLATFORM_INFO }, faces: faces.clone() },
            app_info: AppInfo {
                app_version: app_version.as_ptr(),
                user_agent: ptr::null(),
                application: platform.host.application,
            },
            _app_version: app_version,
            platform,
        })
    }

    pub(crate) fn connection(&self) -> *mut AddInBase {
        // From the whole connection, as for a face.
        ptr::from_ref(&self.connection).cast::<AddInBase>().cast_mut()
    }

    /// What became of the calls of `ExternalEvent`.
    pub(crate) fn event_counts(&self) -> EventCounts {
        if self.platform.host.count_events_only {
            let count = self.connection.counter.get();
            return EventCounts { attempts: count, accepted: count, ..EventCounts::default() };
        }
        self.platform.events.counts()
    }

    pub(crate) fn memory(&self) -> *mut MemoryManager {
        self.memory.raw()
    }

    /// Keeps the platform of an object that is gone, until enough others have gone after it.
    pub(crate) fn retire(self: Arc<Self>) {
        let mut retired = lock(&RETIRED);
        retired.push_back(self);
        let eldest = if retired.len() > RETIRED_LIMIT { retired.pop_front() } else { None };
        drop(retired);
        drop(eldest);
    }
}

static MEMORY_MANAGER: MemoryManagerTable =
    MemoryManagerTable { destructors: [0; DESTRUCTOR_SLOTS], alloc_memory, free_memory };

const ADD_IN_BASE: AddInBaseTable = AddInBaseTable {
    destructors: [0; DESTRUCTOR_SLOTS],
    add_error,
    read,
    write,
    register_profile_as,
    set_event_buffer_depth,
    get_event_buffer_depth,
    external_event,
    clean_event_buffer,
    set_status_line,
    reset_status_line,
    get_interface,
};

/// Of a platform that only counts.
static COUNTING: AddInBaseTable = AddInBaseTable { external_event: count_event, ..ADD_IN_BASE };

static PLATFORM_INFO: PlatformInfoTable = PlatformInfoTable { get_platform_info };

/// # Safety
/// `this` came from [`Face::raw`], and its [`Faces`] are alive.
unsafe fn faces<T>(this: *mut T) -> Arc<Faces> {
    // SAFETY: what the caller promises.
    let face = unsafe { &*this.cast::<Face<T>>() };
    face.faces.upgrade().expect("a face lies within its living owner")
}

/// Reads a string of the add-in; what cannot be read is noted as a problem.
///
/// # Safety
/// As for [`text::read`].
unsafe fn text(platform: &Platform, role: &'static str, text: WideStr) -> Option<String> {
    // SAFETY: what the caller promises.
    let read = unsafe { text::read(text) };
    read.map_err(|fault| platform.problems.note(Problem::Text { role, fault })).ok()
}

// All functions below are called by the add-in, through pointers it got from `Faces`, with strings that end
// with a NUL and stay as they are during the call: that is what the binary interface says. `Faces` outlive
// the add-in's object, see `Faces::retire`.

unsafe extern "system" fn alloc_memory(
    this: *mut MemoryManager,
    out: *mut *mut c_void,
    bytes: c_ulong,
) -> bool {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve_memory("AllocMemory", false, |platform| {
        let memory = usize::try_from(bytes).ok().and_then(|bytes| platform.allocate(bytes));
        let memory_or_null = memory.map_or(ptr::null_mut(), NonNull::as_ptr);
        // SAFETY: the add-in gives the address of its own pointer.
        unsafe { out.write(memory_or_null) };
        memory.is_some()
    })
}

unsafe extern "system" fn free_memory(this: *mut MemoryManager, memory: *mut *mut c_void) {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve_memory("FreeMemory", (), |platform| {
        // SAFETY: the add-in gives the address of its own pointer.
        let freed = unsafe { memory.replace(ptr::null_mut()) };
        platform.ledger.free(freed, "FreeMemory");
    });
}

unsafe extern "system" fn add_error(
    this: *mut AddInBase,
    code: u16,
    source: WideStr,
    description: WideStr,
    scode: c_long,
) -> bool {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve("AddError", false, |platform| {
        // SAFETY: see above.
        let source = unsafe { text(platform, "source of AddError", source) };
        // SAFETY: see above.
        let description = unsafe { text(platform, "text of AddError", description) };
        let (Some(source), Some(description)) = (source, description) else { return false };
        platform.add_error(AddError { code, source, description, scode, thread: thread::current().id() });
        true
    })
}

unsafe extern "system" fn read(
    _this: *mut AddInBase,
    _name: *mut u16,
    _value: *mut RawVariant,
    _code: *mut c_long,
    _description: *mut *mut u16,
) -> bool {
    false
}

unsafe extern "system" fn write(_this: *mut AddInBase, _name: *mut u16, _value: *mut RawVariant) -> bool {
    false
}

unsafe extern "system" fn register_profile_as(_this: *mut AddInBase, _name: *mut u16) -> bool {
    false
}

unsafe extern "system" fn set_event_buffer_depth(this: *mut AddInBase, depth: c_long) -> bool {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve("SetEventBufferDepth", false, |platform| {
        usize::try_from(depth).is_ok_and(|depth| platform.events.set_depth(depth))
    })
}

unsafe extern "system" fn get_event_buffer_depth(this: *mut AddInBase) -> c_long {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve("GetEventBufferDepth", 0, |platform| {
        c_long::try_from(platform.events.depth()).expect("a depth that came as a c_long")
    })
}

unsafe extern "system" fn external_event(
    this: *mut AddInBase,
    source: *mut u16,
    message: *mut u16,
    data: *mut u16,
) -> bool {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve("ExternalEvent", false, |platform| {
        let (at, thread) = (Instant::now(), thread::current().id());
        // SAFETY: see above.
        let source = unsafe { text(platform, "Источник", source) };
        // SAFETY: see above.
        let event = unsafe { text(platform, "Событие", message) };
        // SAFETY: see above.
        let data = unsafe { text(platform, "Данные", data) };
        let (Some(source), Some(event), Some(data)) = (source, event, data) else { return false };
        platform.external_event(Event { source, event, data, at, thread })
    })
}

unsafe extern "system" fn count_event(
    this: *mut AddInBase,
    _source: *mut u16,
    _message: *mut u16,
    _data: *mut u16,
) -> bool {
    // SAFETY: see above; a connection starts with what the add-in got.
    let connection = unsafe { &*this.cast::<Connection>() };
    connection.counter.count();
    true
}

unsafe extern "system" fn clean_event_buffer(this: *mut AddInBase) {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve("CleanEventBuffer", (), |platform| platform.events.clear());
}

unsafe extern "system" fn set_status_line(this: *mut AddInBase, line: *mut u16) -> bool {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve("SetStatusLine", false, |platform| {
        // SAFETY: see above.
        let line = unsafe { text(platform, "status line", line) };
        let readable = line.is_some();
        platform.set_status_line(line);
        readable
    })
}

unsafe extern "system" fn reset_status_line(this: *mut AddInBase) {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve("ResetStatusLine", (), |platform| platform.set_status_line(None));
}

unsafe extern "system" fn get_interface(this: *mut AddInBase, id: i32) -> *mut c_void {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve("GetInterface", ptr::null_mut(), |platform| {
        if id == interface::PLATFORM_INFO && platform.host.platform_info {
            faces.info.raw().cast::<c_void>().wrapping_byte_add(INTERFACE_OFFSET)
        } else {
            ptr::null_mut()
        }
    })
}

unsafe extern "system" fn get_platform_info(this: *mut PlatformInfo) -> *const AppInfo {
    // SAFETY: see above.
    let faces = unsafe { faces(this) };
    faces.platform.serve("GetPlatformInfo", ptr::null(), |_| ptr::from_ref(&faces.app_info))
}
