//! The platform's allocator: every living block is known, and so is every recent dead one.

use std::collections::{HashMap, VecDeque};
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex};

use crate::block::Block;
use crate::problem::{Problem, Problems};
use crate::sync::lock;

/// Freed blocks stay out of use, poisoned, up to this many bytes: a second free and a late write are then
/// recognised for sure.
const QUARANTINE_BYTES: usize = 1 << 20;

struct Entry {
    serial: u64,
    block: Block,
}

#[derive(Default)]
struct Books {
    made: u64,
    /// By address of the payload.
    living: HashMap<usize, Entry>,
    freed: VecDeque<Entry>,
    freed_bytes: usize,
    /// The last block that was freed, for the next to use, where blocks are not watched.
    spare: Option<Block>,
}

pub(crate) struct Ledger {
    books: Mutex<Books>,
    problems: Arc<Problems>,
    /// Whether blocks are examined, and kept for a while after their end.
    watch: bool,
}

impl Ledger {
    pub(crate) fn new(problems: Arc<Problems>, watch: bool) -> Self {
        Self { books: Mutex::default(), problems, watch }
    }

    /// `None` when the machine has no such memory.
    pub(crate) fn allocate(&self, bytes: usize) -> Option<NonNull<c_void>> {
        let fresh = if self.watch { Some(Block::new(bytes)?) } else { None };
        let mut books = lock(&self.books);
        let spare = || books.spare.take_if(|spare| spare.bytes() >= bytes);
        let block = fresh.or_else(spare).or_else(|| Block::zeroed(bytes))?;
        let payload = block.payload();
        books.made += 1;
        let serial = books.made;
        books.living.insert(payload.addr().get(), Entry { serial, block });
        Some(payload.cast())
    }

    /// Allocates and fills; for the platform's own values.
    ///
    /// # Panics
    /// When the machine has no such memory.
    pub(crate) fn store<T: Copy>(&self, items: &[T]) -> NonNull<c_void> {
        let bytes = size_of_val(items);
        let memory = self.allocate(bytes).expect("the machine has memory for a test's values");
        // SAFETY: the block is new and as long as the source, which it cannot overlap.
        unsafe { memory.cast::<u8>().copy_from_nonoverlapping(NonNull::from_ref(items).cast(), bytes) };
        memory
    }

    /// Takes a block back. `role` tells whose pointer it is when it is none of the ledger's.
    pub(crate) fn free(&self, memory: *const c_void, role: &'static str) {
        let mut books = lock(&self.books);
        if let Some(entry) = books.living.remove(&memory.addr()) {
            if !self.watch {
                books.spare = Some(entry.block);
                return;
            }
            if !entry.block.is_intact() {
                let (block, bytes) = (entry.serial, entry.block.bytes());
                self.problems.note(Problem::Overrun { block, bytes });
            }
            entry.block.poison();
            books.freed_bytes += entry.block.bytes();
            books.freed.push_back(entry);
            self.leave_quarantine(&mut books, QUARANTINE_BYTES);
            return;
        }
        let freed = books.freed.iter().find(|entry| entry.block.payload().addr().get() == memory.addr());
        self.problems.note(match freed {
            Some(entry) => Problem::DoubleFree { block: entry.serial, bytes: entry.block.bytes() },
            None => Problem::ForeignPointer { role },
        });
    }

    /// Reads a living block and frees it. What is wrong with the pointer or the contents is noted.
    pub(crate) fn take<R>(
        &self,
        memory: *const c_void,
        role: &'static str,
        read: impl FnOnce(&Block) -> Result<R, Problem>,
    ) -> Option<R> {
        let contents = lock(&self.books).living.get(&memory.addr()).map(|entry| read(&entry.block));
        self.free(memory, role);
        contents?.map_err(|problem| self.problems.note(problem)).ok()
    }

    /// The object is gone: what still lives has leaked.
    pub(crate) fn close(&self) {
        let mut books = lock(&self.books);
        self.leave_quarantine(&mut books, 0);
        let mut leaks: Vec<&Entry> = books.living.values().collect();
        leaks.sort_by_key(|entry| entry.serial);
        for entry in leaks {
            let (block, bytes) = (entry.serial, entry.block.bytes());
            self.problems.note(Problem::Leak { block, bytes });
            if self.watch && !entry.block.is_intact() {
                self.problems.note(Problem::Overrun { block, bytes });
            }
        }
    }

    fn leave_quarantine(&self, books: &mut Books, limit: usize) {
        while books.freed_bytes > limit {
            let Some(entry) = books.freed.pop_front() else { break };
            let (block, bytes) = (entry.serial, entry.block.bytes());
            books.freed_bytes -= bytes;
            if !entry.block.is_poisoned() {
                self.problems.note(Problem::WriteAfterFree { block, bytes });
            }
        }
    }
}
