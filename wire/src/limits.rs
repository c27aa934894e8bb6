//! What a receiver takes at most.

/// Limits of a [`Receiver`](crate::Receiver). What goes beyond them is answered with close code 1009.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest message in bytes, also after inflating.
    pub message_size: usize,
    /// Most fragments (frames) of one message.
    pub fragments: usize,
    /// Bytes that are read from the socket at a time; four times as many while these are filled. Together with one
    /// message, this bounds the memory.
    pub read_buffer: usize,
}

impl Default for Limits {
    /// 64 MiB in 100 000 fragments; 16 KiB at a time.
    fn default() -> Self {
        Self { message_size: 64 << 20, fragments: 100_000, read_buffer: 16 << 10 }
    }
}
