//! A connection as either side saw it.

use crate::balance::Balance;

/// A connection as the server saw it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Served {
    pub(crate) greeted: bool,
    /// The object has closed it for what the server did wrong, and looked at nothing behind that.
    pub(crate) is_refused: bool,
    /// The first and the last message of 1C on it; 0: there was none.
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) end: Option<End>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// Close frames went both ways, so nothing may be missing.
    pub(crate) is_clean: bool,
    /// Messages that the server wrote.
    pub(crate) sent: u64,
}

/// A connection as 1C saw it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    pub(crate) numbers: u64,
    pub(crate) greeted: bool,
    pub(crate) first_echo: u64,
    pub(crate) last_echo: u64,
    pub(crate) messages: u64,
    pub(crate) is_over: bool,
    /// The object knows that nothing is missing at its end.
    pub(crate) is_closed: bool,
    pub(crate) is_abandoned: bool,
    /// The last that 1C was told of before the object was taken away without being closed.
    pub(crate) is_last: bool,
}

/// What a connection brought to 1C against what the server wrote.
pub(crate) fn judge(balance: &mut Balance, taken: &Taken, end: Option<End>) {
    let Some(end) = end.filter(|_| taken.is_over && !taken.is_abandoned) else { return };
    let missing = end.sent.saturating_sub(taken.messages);
    // What the server takes for a clean end, an object that has given up waiting for it does not.
    if end.is_clean && taken.is_closed {
        balance.lost += missing;
        balance.doubled += taken.messages.saturating_sub(end.sent);
    } else {
        balance.cut += missing;
        // The last message may have been written, and the line cut before it was counted.
        balance.doubled += taken.messages.saturating_sub(end.sent + 1);
    }
}
