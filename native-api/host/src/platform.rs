//! The platform behind one object: what the add-in's calls do, in safe terms.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use native_api::DONE_LIMIT;

use crate::calls::Calls;
use crate::error_log::{AddError, ErrorLog};
use crate::event::{Event, EventBuffer};
use crate::host::Host;
use crate::ledger::Ledger;
use crate::problem::{Problem, Problems};
use crate::sync::lock;

/// How much of the platform an add-in may still use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// `Init` was not called, so the connection is not known to the add-in.
    Created,
    /// `Init` was called: everything may be used.
    Connected,
    /// `Done` has returned: the connection is dead, the allocator is not.
    Done,
    /// `DestroyObject` has returned: all is dead.
    Destroyed,
    /// The books are closed; nobody reads about problems any more.
    Closed,
}

/// What happens inside `ExternalEvent`, on the add-in's thread.
type DuringEvent = dyn Fn(&Event) + Send + Sync;

pub(crate) struct Platform {
    pub(crate) host: Host,
    pub(crate) problems: Arc<Problems>,
    pub(crate) ledger: Ledger,
    pub(crate) events: EventBuffer,
    pub(crate) errors: ErrorLog,
    pub(crate) calls: Calls,
    /// Calls of the add-in through its connection.
    served: Calls,
    /// Whether `Done` or `DestroyObject` was called.
    ending: AtomicBool,
    during_event: Mutex<Option<Arc<DuringEvent>>>,
    status_line: Mutex<Option<String>>,
    phase: Mutex<Phase>,
}

impl Platform {
    pub(crate) fn new(host: Host) -> Self {
        let problems = Arc::<Problems>::default();
        Self {
            ledger: Ledger::new(Arc::clone(&problems), host.watch_memory),
            problems,
            events: EventBuffer::new(host.event_depth_limit),
            errors: ErrorLog::default(),
            calls: Calls::default(),
            served: Calls::default(),
            ending: AtomicBool::default(),
            during_event: Mutex::default(),
            status_line: Mutex::default(),
            phase: Mutex::new(Phase::Created),
            host,
        }
    }

    /// `Init` is about to be called.
    pub(crate) fn connect(&self) {
        *lock(&self.phase) = Phase::Connected;
    }

    /// Runs what calls `Done` or `DestroyObject`. The first of them must not return while another thread of the add-in
    /// is inside the platform, or not before it has waited for it as long as it may.
    pub(crate) fn end<R>(&self, body: impl FnOnce() -> R) -> R {
        let first = !self.ending.swap(true, Ordering::AcqRel);
        let start = Instant::now();
        let result = body();
        if first && start.elapsed() < DONE_LIMIT && self.served.include_another_thread() {
            self.problems.note(Problem::CallLeft);
        }
        result
    }

    /// `Done` has returned.
    pub(crate) fn disconnect(&self) {
        *lock(&self.phase) = Phase::Done;
    }

    pub(crate) fn is_connected(&self) -> bool {
        *lock(&self.phase) == Phase::Connected
    }

    /// `DestroyObject` has returned.
    pub(crate) fn destroyed(&self) {
        *lock(&self.phase) = Phase::Destroyed;
    }

    /// Balances the books. All problems the first time, none after that.
    pub(crate) fn close(&self) -> Vec<Problem> {
        if std::mem::replace(&mut *lock(&self.phase), Phase::Closed) == Phase::Closed {
            return Vec::new();
        }
        self.events.clear();
        *lock(&self.during_event) = None;
        self.ledger.close();
        self.problems.all()
    }

    /// Runs what the add-in calls through its connection; `refusal` when it may not, or after a panic.
    pub(crate) fn serve<R>(&self, function: &'static str, refusal: R, body: impl FnOnce(&Self) -> R) -> R {
        let _call = self.served.enter();
        self.serve_until(Phase::Connected, function, refusal, body)
    }

    /// The same for the allocator, which lives as long as the object.
    pub(crate) fn serve_memory<R>(
        &self,
        function: &'static str,
        refusal: R,
        body: impl FnOnce(&Self) -> R,
    ) -> R {
        self.note_if_outside_call(function);
        self.serve_until(Phase::Done, function, refusal, body)
    }

    fn serve_until<R>(
        &self,
        last: Phase,
        function: &'static str,
        refusal: R,
        body: impl FnOnce(&Self) -> R,
    ) -> R {
        let phase = *lock(&self.phase);
        if phase > last {
            match phase {
                Phase::Closed => too_late(function),
                Phase::Destroyed => self.problems.note(Problem::AfterDestroy { function }),
                _ => self.problems.note(Problem::AfterDone { function }),
            }
            return refusal;
        }
        catch_unwind(AssertUnwindSafe(|| body(self))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            self.problems.note(Problem::Panicked { function, text });
            refusal
        })
    }

    fn note_if_outside_call(&self, function: &'static str) {
        if !self.calls.include_this_thread() {
            self.problems.note(Problem::OutsideCall { function });
        }
    }

    pub(crate) fn allocate(&self, bytes: usize) -> Option<NonNull<c_void>> {
        if bytes == 0 {
            self.problems.note(Problem::EmptyAllocation);
            return None;
        }
        self.host.faults.grant_allocation().then(|| self.ledger.allocate(bytes))?
    }

    pub(crate) fn add_error(&self, error: AddError) {
        self.note_if_outside_call("AddError");
        self.errors.add(error);
    }

    pub(crate) fn external_event(&self, event: Event) -> bool {
        self.events.attempted();
        let faults = self.host.faults.events();
        if let Some(gate) = faults.gate {
            gate.pass();
        }
        thread::sleep(faults.delay);
        let during = lock(&self.during_event).clone();
        if let Some(during) = during {
            during(&event);
        }
        if faults.refuse || !self.host.has_events() {
            return self.events.refuse();
        }
        self.events.loses(&event, faults.lose_within) || self.events.push(event)
    }

    pub(crate) fn during_event(&self, action: impl Fn(&Event) + Send + Sync + 'static) {
        *lock(&self.during_event) = Some(Arc::new(action));
    }

    pub(crate) fn set_status_line(&self, text: Option<String>) {
        *lock(&self.status_line) = text;
    }

    pub(crate) fn status_line(&self) -> Option<String> {
        lock(&self.status_line).clone()
    }
}

/// 1C would crash here, or worse; and so does the test, with a reason.
fn too_late(function: &'static str) -> ! {
    eprintln!("the add-in called {function} after its object's end: in 1C, a use of freed memory");
    std::process::abort();
}
