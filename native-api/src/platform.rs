//! The handle to 1C that a class keeps: events out, facts about the application in.
//!
//! `ExternalEvent` may be called from any thread, one call at a time for all objects of a process (the
//! caller sees to that); everything else only from inside a call of the platform. After Done the handle is
//! dead: no new call begins, and Done waits for those in progress.

use std::ffi::c_long;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use crate::abi::platform::{
    AddInBase, AddInBaseTable, INTERFACE_OFFSET, PlatformInfo, app_type, interface, message_code,
};
use crate::language::{Language, Told};
use crate::text::{WideText, read_terminated};

/// What the platform said to an external event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventAnswer {
    /// It is in the platform's buffer.
    Accepted,
    /// No room in the buffer, or events cannot be taken just now: try again.
    Refused,
    /// The object has no connection to 1C, or no longer: never try again.
    Gone,
}

/// What kind of application runs the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Application {
    /// A client, where external events reach forms.
    Client,
    /// A server or an external connection, where there are no external events.
    Server,
    /// The platform does not tell.
    Unknown,
}

/// `scode` that makes `AddError` an exception in BSL: `E_FAIL`.
const E_FAIL: c_long = -2_147_467_259;

/// Longest locale or language name that is listened to, in UTF-16 units.
const LONGEST_LOCALE: usize = 64;

/// Handle to 1C; clones are the same handle.
#[derive(Clone, Debug, Default)]
pub struct Platform(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    call_ended: Condvar,
    /// Whether the connection has gone, for a turn that goes on meanwhile.
    is_gone: AtomicBool,
    application: OnceLock<Application>,
    told: Told,
}

#[derive(Debug, Default)]
struct State {
    connection: Connection,
    /// Threads that are inside a call into 1C just now.
    in_call: Vec<ThreadMark>,
    /// Threads that wait for the end of a call; without any, nobody is woken.
    waiting: usize,
}

/// The platform's object, or null.
#[derive(Clone, Copy, Debug)]
struct Connection(*mut AddInBase);

// SAFETY: a pointer to an object of the platform, which says that its functions may be called from any
// thread; that none is called after Done is what `Platform` is for.
unsafe impl Send for Connection {}

impl Default for Connection {
    fn default() -> Self {
        Self(std::ptr::null_mut())
    }
}

impl Platform {
    /// Queues an external event. Blocks as long as the platform does.
    pub fn external_event(&self, source: &WideText, event: &WideText, data: &WideText) -> EventAnswer {
        self.in_turn().map_or(EventAnswer::Gone, |turn| turn.external_event(source, event, data))
    }

    /// The right to queue some events in a row; `None` when the object has no connection. Done waits until it is
    /// dropped, so that no more than a moment's work belongs in between.
    #[must_use]
    pub fn in_turn(&self) -> Option<Turn<'_>> {
        let (ended, connection) = self.enter()?;
        Some(Turn { ended, connection })
    }

    /// Asks for room for `depth` events in the platform's buffer. Only from inside a call of the platform.
    pub fn set_event_buffer_depth(&self, depth: u16) {
        self.call(|connection, table| {
            // SAFETY: the connection is alive for this call.
            unsafe { (table.set_event_buffer_depth)(connection, depth.into()) }
        });
    }

    /// What kind of application runs the object; asked once, at Init.
    #[must_use]
    pub fn application(&self) -> Application {
        self.0.application.get().copied().unwrap_or(Application::Unknown)
    }

    /// Language for the texts that this object's user reads.
    #[must_use]
    pub fn language(&self) -> Language {
        self.0.told.language()
    }

    /// Whether Done has come (or Init not yet).
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.lock().connection.0.is_null()
    }

    /// Takes a locale or the interface language's code. The C locale of the process stays as it is.
    ///
    /// # Safety
    /// `name` is null or ends with NUL.
    pub(crate) unsafe fn hear_language(&self, name: *const u16) {
        // SAFETY: as this function's contract says.
        if let Some(name) = unsafe { read_terminated(name, LONGEST_LOCALE) } {
            self.0.told.hear(&name);
        }
    }

    /// Takes the connection that Init brings.
    ///
    /// # Safety
    /// `connection` is null or stays valid until [`disconnect`](Self::disconnect) has returned.
    pub(crate) unsafe fn connect(&self, connection: *mut AddInBase) {
        let mut state = self.lock();
        state.connection = Connection(connection);
        self.0.is_gone.store(false, Ordering::Release);
        drop(state);
        let application = self.call(|connection, table| {
            // SAFETY: the connection is alive for this call, and vouched for by this function's contract.
            unsafe { read_application(connection, table) }
        });
        if let Some(application) = application {
            // Init succeeds once; another one changes nothing.
            let _ = self.0.application.set(application);
        }
    }

    /// No new call into 1C begins from here on.
    pub(crate) fn disconnect(&self) {
        let mut state = self.lock();
        state.connection = Connection::default();
        self.0.is_gone.store(true, Ordering::Release);
    }

    /// Empties the platform's buffer of this object's events, unless a call into 1C is in progress.
    pub(crate) fn clean_event_buffer(&self) {
        if self.lock().in_call.is_empty() {
            self.call(|connection, table| {
                // SAFETY: the connection is alive for this call.
                unsafe { (table.clean_event_buffer)(connection) }
            });
        }
    }

    /// Waits until no other thread is inside a call into 1C, at most until `deadline`.
    pub(crate) fn wait_for_calls(&self, deadline: Instant) -> bool {
        let this = ThreadMark::current();
        let left = deadline.saturating_duration_since(Instant::now());
        let is_busy = |state: &mut State| state.in_call.iter().any(|thread| *thread != this);
        let mut state = self.lock();
        state.waiting += 1;
        let waited = self.0.call_ended.wait_timeout_while(state, left, is_busy);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        !waited.timed_out()
    }

    /// Makes `text` the exception of the member that is being called.
    pub(crate) fn add_error(&self, source: &str, text: &str) {
        let (source, text) = (WideText::new(source), WideText::new(text));
        self.call(|connection, table| {
            // SAFETY: the connection is alive for this call; the strings end with NUL and outlive it.
            unsafe {
                (table.add_error)(connection, message_code::FAIL, source.as_ptr(), text.as_ptr(), E_FAIL)
            }
        });
    }

    /// Calls into 1C if the connection is alive, and lets Done see the call while it lasts.
    fn call<R>(&self, body: impl FnOnce(*mut AddInBase, &AddInBaseTable) -> R) -> Option<R> {
        let (_ended, connection) = self.enter()?;
        // SAFETY: alive, as long as Done waits.
        Some(body(connection, unsafe { table(connection) }))
    }

    /// The connection, if it is alive; Done waits for this thread until the mark is dropped.
    fn enter(&self) -> Option<(CallEnded<'_>, *mut AddInBase)> {
        let this = ThreadMark::current();
        let mut state = self.lock();
        if state.connection.0.is_null() {
            return None;
        }
        state.in_call.push(this);
        Some((CallEnded { inner: &self.0, thread: this }, state.connection.0))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// # Safety
/// `connection` is a live object of the platform.
unsafe fn table<'a>(connection: *mut AddInBase) -> &'a AddInBaseTable {
    // SAFETY: alive by the contract above.
    let table = unsafe { (*connection).table };
    // SAFETY: a live object has a table of its functions.
    unsafe { &*table }
}

/// The right to queue events in a row.
#[derive(Debug)]
pub struct Turn<'a> {
    ended: CallEnded<'a>,
    connection: *mut AddInBase,
}

impl Turn<'_> {
    /// Queues an external event. Blocks as long as the platform does.
    pub fn external_event(&self, source: &WideText, event: &WideText, data: &WideText) -> EventAnswer {
        if self.ended.inner.is_gone.load(Ordering::Acquire) {
            return EventAnswer::Gone;
        }
        // SAFETY: the connection was alive when the turn began; that it is not any more is told before Done waits for
        // the turn's end.
        let table = unsafe { table(self.connection) };
        // SAFETY: the connection is alive for this call; the strings end with NUL and outlive it; the platform copies
        // them and does not write, whatever the missing `const` says.
        let accepted = unsafe {
            (table.external_event)(
                self.connection,
                source.as_ptr().cast_mut(),
                event.as_ptr().cast_mut(),
                data.as_ptr().cast_mut(),
            )
        };
        if accepted { EventAnswer::Accepted } else { EventAnswer::Refused }
    }
}

/// Tells living threads apart. Not by `std::thread::current`, which gives a thread of 1C a destructor that
/// lies in this library; it would run when the thread ends, be the library unloaded by then or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ThreadMark(usize);

impl ThreadMark {
    #[cfg(not(windows))]
    fn current() -> Self {
        thread_local!(static MARK: u8 = const { 0 });
        MARK.with(|mark| Self(std::ptr::from_ref(mark).addr()))
    }

    #[cfg(windows)]
    fn current() -> Self {
        // SAFETY: it takes nothing and cannot fail.
        let id = unsafe { windows_sys::Win32::System::Threading::GetCurrentThreadId() };
        Self(usize::try_from(id).expect("32 bits fit on Windows"))
    }
}

/// Marks the end of a call, also when it ends in a panic.
#[derive(Debug)]
struct CallEnded<'a> {
    inner: &'a Inner,
    thread: ThreadMark,
}

impl Drop for CallEnded<'_> {
    fn drop(&mut self) {
        let mut state = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = state.in_call.iter().rposition(|thread| *thread == self.thread) {
            state.in_call.remove(at);
        }
        let is_awaited = state.waiting > 0;
        drop(state);
        if is_awaited {
            self.inner.call_ended.notify_all();
        }
    }
}

/// # Safety
/// `connection` is a live object of the platform with this `table`.
unsafe fn read_application(connection: *mut AddInBase, table: &AddInBaseTable) -> Application {
    // SAFETY: the object is alive; platforms too old to know the id answer null.
    let found = unsafe { (table.get_interface)(connection, interface::PLATFORM_INFO) };
    if found.is_null() {
        return Application::Unknown;
    }
    let info = found.wrapping_byte_sub(INTERFACE_OFFSET).cast::<PlatformInfo>();
    // SAFETY: `INTERFACE_OFFSET` leads from the empty base to the object.
    let info_table = unsafe { (*info).table };
    // SAFETY: a live object has a table of its functions.
    let get = unsafe { (*info_table).get_platform_info };
    // SAFETY: called as the interface says.
    let app = unsafe { get(info) };
    if app.is_null() {
        return Application::Unknown;
    }
    // SAFETY: not null, and the platform keeps it for the connection's life.
    match unsafe { (*app).application } {
        app_type::THIN_CLIENT | app_type::THICK_CLIENT | app_type::WEB_CLIENT | app_type::MOBILE_CLIENT => {
            Application::Client
        }
        app_type::SERVER | app_type::EXTERNAL_CONNECTION | app_type::MOBILE_SERVER => Application::Server,
        _ => Application::Unknown,
    }
}
