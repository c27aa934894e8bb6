//! A life of objects made up from a seed: legal and illegal calls, from several threads, inside of events, on a platform
//! that fails.
//!
//! The same seed and vocabulary make the same script; what the threads make of it differs a little from time to time.
//! However illegal a call is, these rules are kept, so that whatever breaks is the add-in's doing:
//!
//! - `this` is an object that lives. `DestroyObject` comes once, when no call goes on.
//! - A pointer is null, or its memory is readable (and writable, where the binary interface says so) during the call. A
//!   name ends with a NUL, which may be half a million units away and follow units that are no UTF-16. What a variant
//!   counts is as long as it says; nothing need follow it, not even a NUL. An address in a variant of a code that 1C
//!   does not use is null. A null address may have a length.
//! - An array of parameters is null or as long as is declared, a declared length that is negative aside.
//! - The place for a result holds an empty variant, or is null.
//! - The connection lives as long as `Done` has not returned, the allocator as long as the object.
//! - Nothing leads outside of the working folder but the strings that the [`Vocabulary`] was given.
//!
//! A script is done when its threads are, or when its time is over: `Done` then comes in the middle. Calls that wait
//! for long must end with it. Beside what an [`Object`](crate::Object) holds against any add-in, this is asked of it:
//!
//! - a member that there is and that answers false has called `AddError` once; in all other cases nobody calls it;
//! - results are values that 1C can read, and numbers of members are such as there are;
//! - after `Done` no member works, and there is no second life;
//! - after the last object's end there are no threads and no sockets that were not there before it.

mod actor;
mod part;
mod performance;
mod remains;
mod step;
mod values;
mod vocabulary;
mod wide;
mod writer;

use std::fmt;
use std::time::Duration;

use fastrand::Rng;

use crate::library::Library;
use part::Part;

pub use vocabulary::{Vocabulary, VocabularyError};

/// How many milliseconds a script lives at most before `Done` comes.
const LONGEST_LIFE: u64 = 300;

/// The lives of one to three objects, as one seed makes them up.
pub struct Script {
    parts: Vec<Part>,
    life: Duration,
    capabilities: i32,
}

impl Script {
    /// Makes a script up.
    #[must_use]
    pub fn new(seed: u64, vocabulary: &Vocabulary) -> Self {
        let mut rng = Rng::with_seed(seed);
        let parts = (0..rng.usize(1..=3)).map(|_| Part::new(&mut rng, vocabulary)).collect();
        let life = Duration::from_millis(rng.u64(..LONGEST_LIFE));
        Self { parts, life, capabilities: rng.i32(-1..5) }
    }

    /// Plays it with objects of `library`, and waits until nothing of them remains. Threads whose name begins with
    /// one of `may_stay` may live on: they wait for what cannot be interrupted.
    ///
    /// # Errors
    /// What the add-in did wrong, in one text.
    pub fn play(&self, library: &Library, may_stay: &[&str]) -> Result<(), String> {
        library.set_platform_capabilities(self.capabilities);
        performance::play(&self.parts, self.life, library, may_stay)
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Done comes after {:?}; capabilities {}", self.life, self.capabilities)?;
        self.parts.iter().try_for_each(|part| part.fmt(f))
    }
}
