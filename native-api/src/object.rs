//! The object that the platform holds: four table pointers, and behind them one barrier.
//!
//! Every function that the platform can call goes through [`enter`]: a null pointer, a wrong phase of life
//! and a panic end there. The functions themselves are in [`tables`](crate::tables).

use std::ffi::c_void;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::abi::component::ComponentTables;
use crate::barrier::caught;
use crate::class::Class;
use crate::memory::MemorySlot;
use crate::platform::Platform;
use crate::tables::Tables;

/// The longest that Done may take.
pub const DONE_LIMIT: Duration = Duration::from_secs(1);

/// What the platform's pointer points at.
#[repr(C)]
pub(crate) struct Object<C: Class> {
    tables: ComponentTables,
    /// Right behind the tables, so that `DestroyObject` finds it without knowing the class.
    destroy: unsafe fn(*mut c_void),
    /// A call keeps what it works on alive, even if the object is destroyed meanwhile.
    inner: Arc<Inner<C>>,
}

/// The start of every [`Object`], whatever its class.
#[repr(C)]
struct Header {
    tables: ComponentTables,
    destroy: unsafe fn(*mut c_void),
}

/// The object behind the border.
pub(crate) struct Inner<C> {
    pub(crate) class: C,
    pub(crate) platform: Platform,
    pub(crate) memory: MemorySlot,
    phase: AtomicU8,
    /// When Done must have returned, from its first call on.
    deadline: OnceLock<Instant>,
}

/// Phases of an object's life, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Only names and tables can be asked for.
    Created,
    /// Init has succeeded: members work.
    Ready,
    /// Done has come: nothing works any more.
    Done,
}

impl<C: Class> Object<C> {
    /// Makes an object on the heap and gives its address.
    pub(crate) fn create() -> *mut c_void {
        let platform = Platform::default();
        let inner = Inner {
            class: C::new(platform.clone()),
            platform,
            memory: MemorySlot::default(),
            phase: AtomicU8::new(Phase::Created as u8),
            deadline: OnceLock::new(),
        };
        let object = Self { tables: Tables::<C>::POINTERS, destroy: Self::destroy, inner: Arc::new(inner) };
        Box::into_raw(Box::new(object)).cast()
    }

    /// # Safety
    /// `object` came from [`create`](Self::create) of the same class and was not destroyed.
    unsafe fn destroy(object: *mut c_void) {
        // SAFETY: by the contract above this is the box that `create` has let go.
        let object = unsafe { Box::from_raw(object.cast::<Self>()) };
        object.inner.done();
    }
}

impl<C: Class> Inner<C> {
    /// Whether the object is in `phase`.
    pub(crate) fn is_in(&self, phase: Phase) -> bool {
        self.phase.load(Ordering::Acquire) == phase as u8
    }

    /// Init: the object becomes usable, once.
    pub(crate) fn init(&self) -> bool {
        let from = Phase::Created as u8;
        let moved =
            self.phase.compare_exchange(from, Phase::Ready as u8, Ordering::AcqRel, Ordering::Acquire);
        if moved.is_ok() {
            self.class.init();
        }
        moved.is_ok()
    }

    /// Done: whatever the phase was. The class ends only once; but the connection is dead as soon as any Done has
    /// returned, so each of them waits for the calls in progress. Together they take at most [`DONE_LIMIT`].
    pub(crate) fn done(&self) {
        let first = self.phase.swap(Phase::Done as u8, Ordering::AcqRel) != Phase::Done as u8;
        let deadline = *self.deadline.get_or_init(|| Instant::now() + DONE_LIMIT);
        if first {
            self.platform.clean_event_buffer();
        }
        self.platform.disconnect();
        if first {
            // A class that panics here must not keep the calls in progress from being waited for.
            caught(|| self.class.done(deadline));
        }
        self.platform.wait_for_calls(deadline);
    }
}

impl<C> Drop for Inner<C> {
    fn drop(&mut self) {
        debug_assert_eq!(*self.phase.get_mut(), Phase::Done as u8, "dropped without Done");
    }
}

/// The object behind `this`, the platform's pointer to base number `BASE`; `None` for null.
///
/// # Safety
/// `this` is null, or the address of table pointer number `BASE` of a live object of class `C`.
pub(crate) unsafe fn behind<C: Class, const BASE: usize>(this: *mut c_void) -> Option<Arc<Inner<C>>> {
    if this.is_null() {
        return None;
    }
    let object = this.wrapping_byte_sub(BASE * size_of::<usize>()).cast::<Object<C>>();
    // SAFETY: the start of a live object by the contract above; only a shared borrow is made of it.
    let inner = unsafe { &(*object).inner };
    Some(Arc::clone(inner))
}

/// The one barrier: `fallback` when there is no object, and for a panic.
pub(crate) fn enter<C, R>(inner: Option<Arc<Inner<C>>>, fallback: R, body: impl FnOnce(&Inner<C>) -> R) -> R {
    let Some(inner) = inner else { return fallback };
    // The object's last drop may happen here, when it was destroyed meanwhile: behind the barrier too.
    caught(move || body(&inner)).unwrap_or(fallback)
}

/// Ends the object at `this` (table pointer number `BASE`) and frees it, whatever its class.
///
/// # Safety
/// `this` is null, or as for [`behind`], and is not used afterwards.
pub(crate) unsafe fn destroy_at<const BASE: usize>(this: *mut c_void) {
    if this.is_null() {
        return;
    }
    let object = this.wrapping_byte_sub(BASE * size_of::<usize>());
    // SAFETY: every object starts with a header.
    let destroy = unsafe { (*object.cast::<Header>()).destroy };
    // SAFETY: this is the function of the object's own class.
    caught(|| unsafe { destroy(object) });
}
