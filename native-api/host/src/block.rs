//! One piece of memory given to the add-in, between two red zones.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// Bytes in front of a block and behind it; also its alignment, as that of `malloc`.
const ZONE: usize = 16;
const ZONE_BYTE: u8 = 0xFD;
const NEW_BYTE: u8 = 0xCD;
const FREED_BYTE: u8 = 0xDD;

pub(crate) struct Block {
    /// Start of the first red zone.
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: a block is plain memory that no thread is tied to.
unsafe impl Send for Block {}

impl Block {
    /// `None` when the machine has no such memory. The bytes are filled with a pattern.
    pub(crate) fn new(bytes: usize) -> Option<Self> {
        let layout = Self::layout(bytes)?;
        // SAFETY: the size is not 0, the red zones see to that.
        let start = NonNull::new(unsafe { alloc(layout) })?;
        // SAFETY: the whole allocation is ours.
        unsafe { start.write_bytes(ZONE_BYTE, layout.size()) };
        let block = Self { start, layout };
        block.fill(NEW_BYTE);
        Some(block)
    }

    /// A block of zeros, its red zones too; that costs little, as the system's memory is zeroed.
    pub(crate) fn zeroed(bytes: usize) -> Option<Self> {
        let layout = Self::layout(bytes)?;
        // SAFETY: the size is not 0, the red zones see to that.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        Some(Self { start, layout })
    }

    fn layout(bytes: usize) -> Option<Layout> {
        Layout::from_size_align(bytes.checked_add(2 * ZONE)?, ZONE).ok()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.layout.size() - 2 * ZONE
    }

    /// What the add-in gets.
    pub(crate) fn payload(&self) -> NonNull<u8> {
        // SAFETY: the allocation is longer than one zone.
        unsafe { self.start.add(ZONE) }
    }

    pub(crate) fn contents(&self) -> &[u8] {
        // SAFETY: the payload has that many bytes, and they were written when the block was made.
        unsafe { std::slice::from_raw_parts(self.payload().as_ptr(), self.bytes()) }
    }

    /// The contents as UTF-16; an odd byte at the end is left out.
    pub(crate) fn units(&self) -> &[u16] {
        // SAFETY: as for the bytes; and a block is aligned for more than this.
        unsafe { std::slice::from_raw_parts(self.payload().cast().as_ptr(), self.bytes() / 2) }
    }

    /// Whether nothing was written outside of the payload.
    pub(crate) fn is_intact(&self) -> bool {
        // SAFETY: the last zone follows the payload.
        let behind = unsafe { self.payload().add(self.bytes()) };
        [self.start, behind].into_iter().all(|zone| {
            // SAFETY: both zones are `ZONE` bytes long and written.
            let zone = unsafe { std::slice::from_raw_parts(zone.as_ptr(), ZONE) };
            zone.iter().all(|&byte| byte == ZONE_BYTE)
        })
    }

    /// Overwrites the payload, so that whoever still reads it sees nonsense.
    pub(crate) fn poison(&self) {
        self.fill(FREED_BYTE);
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.contents().iter().all(|&byte| byte == FREED_BYTE)
    }

    fn fill(&self, byte: u8) {
        // SAFETY: the payload has that many bytes.
        unsafe { self.payload().write_bytes(byte, self.bytes()) };
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, and freed here only.
        unsafe { dealloc(self.start.as_ptr(), self.layout) };
    }
}
