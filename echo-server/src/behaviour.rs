//! What the server says of its own accord.

use crate::replay::Replay;

/// What the server sends on a connection that opens. Whatever comes meanwhile and after is echoed: a text as a
/// text, a binary message as a binary one.
#[derive(Clone, Debug, Default)]
pub enum Behaviour {
    /// Nothing.
    #[default]
    Echo,
    /// This many text messages, as fast as they go: `1`, `2`, `3` and so on.
    Greeting(u64),
    /// A recording.
    Replay(Replay),
}
