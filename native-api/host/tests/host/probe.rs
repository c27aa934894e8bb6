//! A small add-in made by hand from the raw tables. What it does wrong, it does on request.

use std::cell::Cell;
use std::ffi::{c_long, c_void};
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use native_api::abi::component::{ComponentTables, WideStr};
use native_api::abi::exports::{CAPABILITIES, EntryPoints, attach_type};
use native_api::abi::platform::{
    AddInBase, AddInBaseTable, INTERFACE_OFFSET, MemoryManager, MemoryManagerTable, PlatformInfo,
    PlatformInfoTable, interface, message_code,
};
use native_api::abi::variant::{Payload, RawVariant, Span, vt};

mod tables;

pub(crate) static ENTRY_POINTS: EntryPoints = EntryPoints {
    get_class_names,
    get_class_object,
    destroy_object,
    set_platform_capabilities,
    get_attach_type,
};

/// Classes; all but the first are wrong in one way.
const CLASSES: [&str; 4] = ["Probe", "Misnamed", "Unwilling", "Outdated"];

/// English name, Russian name, readable, writable.
const PROPERTIES: [(&str, &str, bool, bool); 4] = [
    ("Journal", "Журнал", true, false),
    ("Depth", "Глубина", true, true),
    ("Application", "Приложение", true, false),
    ("Secret", "Секрет", false, true),
];

type Body = fn(&Probe, &[RawVariant]) -> Option<RawVariant>;

/// English name, Russian name, parameters, whether it is a function, body.
const METHODS: [(&str, &str, c_long, bool, Body); 6] = [
    ("Echo", "Эхо", 1, true, |probe, parameters| probe.copy(&parameters[0])),
    ("Second", "Второй", 3, true, |probe, parameters| probe.copy(&parameters[1])),
    ("Fail", "Отказать", 0, false, |probe, _| probe.add_error(1).and(None)),
    ("Warn", "Предупредить", 1, true, |probe, parameters| {
        probe.add_error(number(&parameters[0]))
    }),
    ("Notify", "Сообщить", 1, true, Probe::notify),
    ("Break", "Нарушить", 1, true, |probe, parameters| probe.break_rule(&text(&parameters[0]))),
];

#[repr(C)]
struct Probe {
    tables: ComponentTables,
    class: &'static str,
    memory: AtomicPtr<MemoryManager>,
    connection: AtomicPtr<AddInBase>,
    journal: Mutex<Vec<String>>,
    speaks_when_destroyed: AtomicBool,
}

// SAFETY: the table pointers lead to statics, and everything else is `Sync` by itself.
unsafe impl Sync for Probe {}

// The host calls with objects that `get_class_object` made, with tables, strings, arrays and variants as the
// binary interface describes them, and one call of `destroy_object` at the end. All of the following relies
// on that; and a pointer to base `index` lies `index` words behind the object.

fn probe<'a>(this: *mut c_void, index: usize) -> &'a Probe {
    // SAFETY: see above.
    unsafe { &*this.cast::<usize>().wrapping_sub(index).cast::<Probe>() }
}

/// The table of an object of the platform.
fn table_of<'a, O, T>(object: *mut O) -> &'a T {
    // SAFETY: see above.
    let table = unsafe { object.cast::<*const T>().read() };
    // SAFETY: see above.
    unsafe { &*table }
}

fn read_text(text: WideStr) -> String {
    // SAFETY: see above.
    let unit = |index| unsafe { text.wrapping_add(index).read() };
    String::from_utf16(&(0..).map(unit).take_while(|&unit| unit != 0).collect::<Vec<_>>()).unwrap()
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

fn bytes(variant: &RawVariant) -> &[u8] {
    // SAFETY: see above.
    let span = unsafe { variant.payload.span };
    let length = usize::try_from(span.len).unwrap() * if variant.vt == vt::PWSTR { 2 } else { 1 };
    if length == 0 {
        return &[];
    }
    // SAFETY: see above.
    unsafe { std::slice::from_raw_parts(span.ptr.cast(), length) }
}

fn text(variant: &RawVariant) -> String {
    let units: Vec<u16> =
        bytes(variant).chunks_exact(2).map(|unit| u16::from_ne_bytes([unit[0], unit[1]])).collect();
    String::from_utf16(&units).unwrap()
}

fn number(variant: &RawVariant) -> c_long {
    // SAFETY: all members of the payload may be read.
    unsafe { variant.payload.i32 }.into()
}

fn variant(vt: u16, payload: Payload) -> RawVariant {
    RawVariant { payload, elements: 0, vt }
}

fn external_event(connection: *mut AddInBase, data: &str) -> bool {
    let [mut source, mut event, mut data] = ["Probe", "Событие", data].map(wide);
    let (source, event, data) = (source.as_mut_ptr(), event.as_mut_ptr(), data.as_mut_ptr());
    let table: &AddInBaseTable = table_of(connection);
    // SAFETY: see above.
    unsafe { (table.external_event)(connection, source, event, data) }
}

thread_local! {
    static REMEMBERED: Cell<*mut AddInBase> = const { Cell::new(ptr::null_mut()) };
}

/// An external event through a connection that may be dead.
pub(crate) fn notify_once_more() -> bool {
    external_event(REMEMBERED.get(), "поздно")
}

impl Probe {
    fn note(&self, step: impl Into<String>) {
        self.journal.lock().unwrap().push(step.into());
    }

    fn allocate(&self, bytes: usize) -> Option<*mut u8> {
        let manager = self.memory.load(Ordering::Acquire);
        let mut memory = ptr::null_mut();
        let table: &MemoryManagerTable = table_of(manager);
        // SAFETY: see above.
        let given = unsafe { (table.alloc_memory)(manager, &raw mut memory, bytes.try_into().unwrap()) };
        given.then_some(memory.cast())
    }

    fn free(&self, memory: *mut u8) {
        let manager = self.memory.load(Ordering::Acquire);
        let mut memory = memory.cast::<c_void>();
        let table: &MemoryManagerTable = table_of(manager);
        // SAFETY: see above.
        unsafe { (table.free_memory)(manager, &raw mut memory) };
        assert!(memory.is_null());
    }

    /// Memory with these bytes and a NUL behind them.
    fn store(&self, bytes: &[u8]) -> Option<*mut u8> {
        let memory = self.allocate(bytes.len() + 2)?;
        // SAFETY: as long as was asked for.
        unsafe { memory.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        // SAFETY: as long as was asked for.
        unsafe { memory.wrapping_add(bytes.len()).cast::<[u8; 2]>().write([0, 0]) };
        Some(memory)
    }

    fn span(&self, vt: u16, bytes: &[u8], length: usize) -> Option<RawVariant> {
        let ptr = self.store(bytes)?.cast();
        Some(variant(vt, Payload { span: Span { ptr, len: length.try_into().unwrap() } }))
    }

    fn string(&self, text: &str) -> Option<RawVariant> {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_ne_bytes).collect();
        self.span(vt::PWSTR, &bytes, bytes.len() / 2)
    }

    fn name(&self, text: &str) -> *mut u16 {
        self.string(text).map_or(ptr::null_mut(), |variant| {
            // SAFETY: just made of a span.
            unsafe { variant.payload.span }.ptr.cast()
        })
    }

    fn copy(&self, source: &RawVariant) -> Option<RawVariant> {
        match source.vt {
            vt::PWSTR => self.string(&text(source)),
            vt::BLOB => self.span(vt::BLOB, bytes(source), bytes(source).len()),
            _ => Some(*source),
        }
    }

    fn connection(&self) -> (*mut AddInBase, &AddInBaseTable) {
        let connection = self.connection.load(Ordering::Acquire);
        (connection, table_of(connection))
    }

    fn add_error(&self, scode: c_long) -> Option<RawVariant> {
        let (connection, table) = self.connection();
        let (source, text) = (wide("Probe"), wide("так не пойдёт"));
        // SAFETY: see above.
        let said = unsafe {
            (table.add_error)(connection, message_code::FAIL, source.as_ptr(), text.as_ptr(), scode)
        };
        Some(variant(vt::BOOL, Payload { bool: said.into() }))
    }

    fn notify(&self, parameters: &[RawVariant]) -> Option<RawVariant> {
        let taken = external_event(self.connection().0, &text(&parameters[0]));
        Some(variant(vt::BOOL, Payload { bool: taken.into() }))
    }

    fn break_rule(&self, rule: &str) -> Option<RawVariant> {
        let string = |ptr: *mut u8, len| variant(vt::PWSTR, Payload { span: Span { ptr: ptr.cast(), len } });
        match rule {
            "leak" => drop(self.allocate(10)?),
            "double free" => {
                let memory = self.allocate(10)?;
                self.free(memory);
                self.free(memory);
            }
            "foreign pointer" => self.free(ptr::from_ref(self).cast_mut().cast()),
            "overrun" => {
                let memory = self.allocate(10)?;
                // SAFETY: not sound at all, but behind the block lies a red zone.
                unsafe { memory.wrapping_add(10).write(1) };
                self.free(memory);
            }
            "underrun" => {
                let memory = self.allocate(10)?;
                // SAFETY: not sound at all, but in front of the block lies a red zone.
                unsafe { memory.wrapping_sub(1).write(1) };
                self.free(memory);
            }
            "write after free" => {
                let memory = self.allocate(10)?;
                self.free(memory);
                // SAFETY: not sound at all, but freed blocks stay mapped for a while.
                unsafe { memory.write(1) };
            }
            "empty allocation" => assert!(self.allocate(0).is_none()),
            "foreign string" => return Some(string(ptr::from_ref(self).cast_mut().cast(), 1)),
            "long string" => return Some(string(self.store(&[65, 0])?, 100)),
            "unterminated string" => return Some(string(self.store(&[65, 0])?, 2)),
            "half a character" => return self.span(vt::PWSTR, &0xD800_u16.to_ne_bytes(), 1),
            "unreadable" => return Some(variant(vt::UI8, Payload { u64: 1 })),
            "error from a thread" => std::thread::scope(|scope| {
                scope.spawn(|| self.add_error(1).is_some());
            }),
            "remember the connection" => {
                REMEMBERED.set(self.connection().0);
            }
            "late event" => self.speaks_when_destroyed.store(true, Ordering::Release),
            other => panic!("unknown rule {other}"),
        }
        Some(RawVariant::EMPTY)
    }

    fn property(&self, number: usize) -> Option<RawVariant> {
        match number {
            0 => self.string(&self.journal.lock().unwrap().join(" ")),
            1 => {
                let (connection, table) = self.connection();
                // SAFETY: see above.
                let depth = unsafe { (table.get_event_buffer_depth)(connection) };
                Some(variant(vt::I4, Payload { i32: depth.try_into().unwrap() }))
            }
            2 => {
                let (connection, table) = self.connection();
                // SAFETY: see above.
                let info = unsafe { (table.get_interface)(connection, interface::PLATFORM_INFO) };
                if info.is_null() {
                    return Some(RawVariant::EMPTY);
                }
                let info = info.wrapping_byte_sub(INTERFACE_OFFSET).cast::<PlatformInfo>();
                let table: &PlatformInfoTable = table_of(info);
                // SAFETY: see above.
                let app_info = unsafe { (table.get_platform_info)(info) };
                // SAFETY: see above.
                let app_info = unsafe { &*app_info };
                self.note(read_text(app_info.app_version));
                Some(variant(vt::I4, Payload { i32: app_info.application }))
            }
            _ => None,
        }
    }

    fn set_property(&self, index: usize, value: &RawVariant) -> bool {
        match index {
            1 => {
                let (connection, table) = self.connection();
                // SAFETY: see above.
                unsafe { (table.set_event_buffer_depth)(connection, number(value)) }
            }
            3 => {
                self.note(text(value));
                true
            }
            _ => false,
        }
    }
}

unsafe extern "C" fn get_class_names() -> WideStr {
    static NAMES: std::sync::LazyLock<Vec<u16>> = std::sync::LazyLock::new(|| wide(&CLASSES.join("|")));
    NAMES.as_ptr()
}

unsafe extern "C" fn get_class_object(name: WideStr, out: *mut *mut c_void) -> c_long {
    let name = read_text(name);
    let Some(class) = CLASSES.into_iter().find(|&class| class == name) else { return 0 };
    let tables = ComponentTables {
        init_done: &tables::INIT_DONE,
        language_extender: &tables::LANGUAGE_EXTENDER,
        locale: &tables::LOCALE,
        user_language: &tables::USER_LANGUAGE,
    };
    let probe = Box::new(Probe {
        tables,
        class,
        memory: AtomicPtr::default(),
        connection: AtomicPtr::default(),
        journal: Mutex::default(),
        speaks_when_destroyed: AtomicBool::default(),
    });
    // SAFETY: see above.
    unsafe { out.write(Box::into_raw(probe).cast()) };
    1
}

unsafe extern "C" fn destroy_object(object: *mut *mut c_void) -> c_long {
    // SAFETY: see above.
    let pointer = unsafe { object.replace(ptr::null_mut()) };
    // SAFETY: made by `get_class_object`.
    let probe = unsafe { Box::from_raw(pointer.cast::<Probe>()) };
    if probe.speaks_when_destroyed.load(Ordering::Acquire) {
        probe.notify(&[RawVariant::EMPTY]);
    }
    0
}

unsafe extern "C" fn set_platform_capabilities(_: i32) -> i32 {
    CAPABILITIES
}

unsafe extern "C" fn get_attach_type() -> i32 {
    attach_type::ANY
}
