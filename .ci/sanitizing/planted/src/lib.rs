//! Faults that a sanitizer must report, each behind an export.

use std::cell::UnsafeCell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;

/// Nothing wrong: threads that wait for each other as the standard library has it.
#[unsafe(no_mangle)]
pub extern "C" fn nothing() {
    let (counter, changed) = (Mutex::new(0_u64), Condvar::new());
    thread::scope(|scope| {
        for turn in 0..4 {
            let (counter, changed) = (&counter, &changed);
            scope.spawn(move || {
                for _ in 0..1000 {
                    let held = counter.lock().expect("no thread panics");
                    let mut mine = changed.wait_while(held, |count| *count % 4 != turn).expect("as above");
                    *mine += 1;
                    changed.notify_all();
                }
            });
        }
    });
    assert_eq!(counter.into_inner().expect("as above"), 4000);
}

/// A block of memory is forgotten.
#[unsafe(no_mangle)]
pub extern "C" fn leak() {
    // On a thread of its own: an address that is left in a register or on the stack goes with the thread.
    let forgetting = thread::spawn(|| std::mem::forget(black_box(vec![0x5A_u8; 4321])));
    assert!(forgetting.join().is_ok());
}

/// A block of memory is read after its end.
#[unsafe(no_mangle)]
pub extern "C" fn use_after_free() {
    let block = black_box(Box::new(1_u64));
    let place = &raw const *block;
    drop(block);
    // SAFETY: none; this is the fault.
    black_box(unsafe { place.read() });
}

/// The byte behind a block is read by a function of the standard library, which must be built for the sanitizer
/// too.
#[unsafe(no_mangle)]
pub extern "C" fn overflow() {
    let block = black_box(vec![b'x'; 100]);
    // SAFETY: none; this is the fault: there are 100.
    let more = unsafe { std::slice::from_raw_parts(block.as_ptr(), black_box(101)) };
    black_box(std::str::from_utf8(more).is_ok());
}

struct Racy(UnsafeCell<u64>);

// SAFETY: none; this is the fault.
unsafe impl Sync for Racy {}

/// Writes to a place that another thread writes to; relaxed counting puts them in no order.
fn write() {
    static PLACE: Racy = Racy(UnsafeCell::new(0));
    static READY: AtomicU32 = AtomicU32::new(0);
    READY.fetch_add(1, Ordering::Relaxed);
    while READY.load(Ordering::Relaxed) < 2 {
        thread::yield_now();
    }
    // SAFETY: none; this is the fault.
    unsafe { *PLACE.0.get() += 1 };
}

/// Two threads of the library write to the same place.
#[unsafe(no_mangle)]
pub extern "C" fn race() {
    let threads = [thread::spawn(write), thread::spawn(write)];
    for thread in threads {
        assert!(thread.join().is_ok());
    }
}

/// The two threads of the host that call this write to the same place.
#[unsafe(no_mangle)]
pub extern "C" fn race_of_callers() {
    write();
}
