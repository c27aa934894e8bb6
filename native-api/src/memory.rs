//! The platform's allocator. What 1C shall free comes from here and from nowhere else.

use std::ffi::{c_ulong, c_void};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::abi::platform::MemoryManager;

/// Where an object keeps the allocator that the platform gave it.
#[derive(Debug, Default)]
pub(crate) struct MemorySlot(AtomicPtr<MemoryManager>);

impl MemorySlot {
    pub(crate) fn set(&self, manager: *mut MemoryManager) {
        self.0.store(manager, Ordering::Release);
    }

    /// The allocator, if one was given.
    pub(crate) fn get(&self) -> Option<Memory> {
        NonNull::new(self.0.load(Ordering::Acquire)).map(Memory)
    }
}

/// The allocator, for the length of one call from the platform.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory(NonNull<MemoryManager>);

impl Memory {
    /// Allocates room for `bytes`, at least one byte. `None` when the platform refuses or the size does not
    /// fit its 32-bit count.
    pub(crate) fn allocate(self, bytes: usize) -> Option<Allocation> {
        let bytes = c_ulong::try_from(bytes.max(1)).ok()?;
        let manager = self.0.as_ptr();
        let mut out: *mut c_void = ptr::null_mut();
        // SAFETY: the platform keeps the manager alive for the object's life, and this runs inside its call.
        let table = unsafe { (*manager).table };
        // SAFETY: a live manager has a table of its functions.
        let alloc = unsafe { (*table).alloc_memory };
        // SAFETY: called as the interface says, with a place for the pointer.
        let granted = unsafe { alloc(manager, &raw mut out, bytes) };
        let memory = NonNull::new(out.cast::<u8>()).filter(|_| granted)?;
        Some(Allocation { memory, owner: self })
    }

    /// Allocates and fills with `bytes`.
    pub(crate) fn copy_bytes(self, bytes: &[u8]) -> Option<Allocation> {
        let allocation = self.allocate(bytes.len())?;
        // SAFETY: the allocation is fresh and at least as long as `bytes`.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), allocation.memory.as_ptr(), bytes.len()) };
        Some(allocation)
    }

    /// Allocates and fills with `units`, byte by byte: the platform does not promise alignment.
    pub(crate) fn copy_units(self, units: &[u16]) -> Option<Allocation> {
        let length = size_of_val(units);
        let allocation = self.allocate(length)?;
        // SAFETY: the allocation is fresh and at least `length` bytes long.
        unsafe { ptr::copy_nonoverlapping(units.as_ptr().cast::<u8>(), allocation.memory.as_ptr(), length) };
        Some(allocation)
    }

    fn free(self, memory: NonNull<u8>) {
        let manager = self.0.as_ptr();
        let mut memory = memory.as_ptr().cast::<c_void>();
        // SAFETY: see `allocate`.
        let table = unsafe { (*manager).table };
        // SAFETY: see `allocate`.
        let free = unsafe { (*table).free_memory };
        // SAFETY: the memory came from this manager and was not handed over.
        unsafe { free(manager, &raw mut memory) };
    }
}

/// Memory of the platform that is either handed over or freed.
#[derive(Debug)]
pub(crate) struct Allocation {
    memory: NonNull<u8>,
    owner: Memory,
}

impl Allocation {
    /// Gives the memory to 1C, which frees it.
    pub(crate) fn hand_over(self) -> *mut c_void {
        std::mem::ManuallyDrop::new(self).memory.as_ptr().cast()
    }
}

impl Drop for Allocation {
    fn drop(&mut self) {
        self.owner.free(self.memory);
    }
}
