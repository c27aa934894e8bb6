//! An add-in's object, from `GetClassObject` to `DestroyObject`.

use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::component::{Address, Component};
use crate::error_log::AddError;
use crate::event::{Event, EventCounts};
use crate::faces::Faces;
use crate::faults::Faults;
use crate::host::Host;
use crate::library::Library;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::sync::lock;
use crate::text::Name;

/// How long `destroy` waits for calls that go on in other threads.
const LAST_CALLS: Duration = Duration::from_secs(60);

/// An object that lives as long as this does: dropping it calls `Done`, if `Init` was called and `Done` was
/// not, and `DestroyObject`; then it panics if the add-in has leaked memory or broken the rules in any other
/// way, unless the thread is panicking already.
pub struct Object {
    instance: Arc<Instance>,
}

/// What can be done with an object; shared with [`Object::during_event`].
///
/// Everything may be called from several threads at once.
pub struct Instance {
    library: Library,
    class: String,
    address: Mutex<Option<Address>>,
    faces: Arc<Faces>,
}

impl Deref for Object {
    type Target = Instance;

    fn deref(&self) -> &Instance {
        &self.instance
    }
}

impl Object {
    /// `GetClassObject`, and nothing after it; `None` when the add-in has no such class.
    pub(crate) fn new(library: &Library, class: &str, host: Host) -> Option<Self> {
        Self::named(library, Some(class), class.to_owned(), host)
    }

    /// The same for a `name` that the class may not have at all.
    pub(crate) fn named(library: &Library, name: impl Name, class: String, host: Host) -> Option<Self> {
        let address = Address(NonNull::new(library.get_class_object(name))?);
        let instance = Instance {
            library: library.clone(),
            class,
            address: Mutex::new(Some(address)),
            faces: Faces::new(Platform::new(host)),
        };
        Some(Self { instance: Arc::new(instance) })
    }

    /// Runs `action` inside every `ExternalEvent`, on the add-in's thread, before the platform takes the
    /// event, until another action takes its place. The action may call back into the object.
    pub fn during_event(&self, action: impl Fn(&Instance, &Event) + Send + Sync + 'static) {
        let instance = Arc::downgrade(&self.instance);
        self.platform().during_event(move |event| {
            if let Some(instance) = instance.upgrade() {
                action(&instance, event);
            }
        });
    }

    /// Ends the object as dropping it does, but returns what the add-in did wrong instead of panicking.
    #[must_use]
    pub fn finish(self) -> Vec<Problem> {
        self.instance.end()
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        let problems = self.instance.end();
        if !problems.is_empty() && !std::thread::panicking() {
            let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
            panic!("{} broke the rules:\n{}", self.class, list.join("\n"));
        }
    }
}

impl Instance {
    /// The class it was created as.
    #[must_use]
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The object's functions, one by one.
    ///
    /// # Panics
    /// When the object was destroyed.
    #[must_use]
    pub fn component(&self) -> Component<'_> {
        self.enter().expect("the object was not destroyed")
    }

    /// Calls `Init`; a second time as well.
    pub fn init(&self) -> bool {
        self.component().init()
    }

    /// Calls `Done`; without `Init` and a second time as well.
    pub fn done(&self) {
        self.component().done();
    }

    /// Calls `DestroyObject`, without `Done`; the second time, nothing. Waits for calls that go on in other
    /// threads; if they do not end within a minute, or if this is itself within a call, that is noted as a
    /// problem, and the object stays.
    pub fn destroy(&self) {
        let platform = &self.faces.platform;
        let Some(address) = lock(&self.address).take() else { return };
        if !platform.calls.wait_for_none(LAST_CALLS) {
            platform.problems.note(Problem::StillCalled);
            return;
        }
        let call = platform.calls.enter();
        // SAFETY: the address is out of everybody's reach since it was taken, and all calls have ended.
        let (code, pointer) = platform.end(|| unsafe { self.library.destroy_object(address.0.as_ptr()) });
        drop(call);
        platform.destroyed();
        if code != 0 || !pointer.is_null() {
            platform.problems.note(Problem::NotDestroyed { code, pointer_kept: !pointer.is_null() });
        }
    }

    /// The next external event, as the thread that runs BSL takes it when it is idle; `None` when none came
    /// within `timeout`. Taking it makes room in the buffer.
    #[must_use]
    pub fn next_event(&self, timeout: Duration) -> Option<Event> {
        self.platform().events.next(timeout)
    }

    /// External events as they come, until `timeout` has passed since this call.
    pub fn events(&self, timeout: Duration) -> impl Iterator<Item = Event> {
        let start = Instant::now();
        std::iter::from_fn(move || self.next_event(timeout.saturating_sub(start.elapsed())))
    }

    /// What became of the calls of `ExternalEvent`.
    #[must_use]
    pub fn event_counts(&self) -> EventCounts {
        self.faces.event_counts()
    }

    /// Waits until `ExternalEvent` was called so many times in all; `false` when it was not within `timeout`, and where
    /// events are only counted.
    #[must_use]
    pub fn wait_for_event_attempts(&self, attempts: u64, timeout: Duration) -> bool {
        self.platform().events.wait_for_attempts(attempts, timeout)
    }

    /// Depth of the event buffer.
    #[must_use]
    pub fn event_buffer_depth(&self) -> usize {
        self.platform().events.depth()
    }

    /// All calls of `AddError`.
    #[must_use]
    pub fn errors(&self) -> Vec<AddError> {
        self.platform().errors.all()
    }

    /// The text in the status line.
    #[must_use]
    pub fn status_line(&self) -> Option<String> {
        self.platform().status_line()
    }

    /// The knobs of its platform.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.platform().host.faults
    }

    /// What the add-in did wrong so far. Leaks are known at the end only, see [`Object::finish`].
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.platform().problems.all()
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.faces.platform
    }

    /// `None` when the object was destroyed.
    pub(crate) fn enter(&self) -> Option<Component<'_>> {
        let address = lock(&self.address);
        address.map(|address| Component::new(address, &self.faces, self.platform().calls.enter()))
    }

    fn end(&self) -> Vec<Problem> {
        if self.platform().is_connected()
            && let Some(component) = self.enter()
        {
            component.done();
        }
        self.destroy();
        let problems = self.platform().close();
        Arc::clone(&self.faces).retire();
        problems
    }
}
