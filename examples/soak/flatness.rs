//! Whether what a process holds grows.

use std::fmt;
use std::time::Duration;

use crate::process::Usage;

/// Shorter runs are no ground for a judgement: the allocator and the random faults are still finding their level.
pub(crate) const SHORTEST: Duration = Duration::from_secs(300);

/// How a quantity ran: the median of its first fifth after the first fifth of all, when caches and buffers have filled,
/// and that of the last. Medians: a storm of reconnections raises all three for seconds, a leak for good.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// The highest `last` that is no growth.
    pub(crate) limit: u64,
}

impl Level {
    /// Whether it did not grow.
    pub(crate) fn is_flat(&self) -> bool {
        self.last <= self.limit
    }
}

/// The three levels of a run.
///
/// What is allowed: a tenth of memory, as the allocator's fragments and the large messages of the moment make that much;
/// of handles and threads what the random number of connections of the moment makes.
pub(crate) fn levels(usages: &[Usage]) -> Option<[Level; 3]> {
    let warm = usages.get(usages.len() / 5..)?;
    let fifth = warm.len() / 5;
    let (first, last) = (warm.get(..fifth)?, warm.get(warm.len() - fifth..)?);
    let level = |name, unit, most: fn(u64) -> u64, of: fn(&Usage) -> u64| {
        let first = median(first, of)?;
        Some(Level { name, unit, first, last: median(last, of)?, limit: most(first) })
    };
    Some([
        level("память", "КиБ", |first| first + first / 10, |usage| usage.memory)?,
        level("дескрипторы", "", |first| first + (first / 10).max(4), |usage| usage.handles)?,
        level("потоки", "", |first| first + 2, |usage| usage.threads)?,
    ])
}

fn median(usages: &[Usage], of: fn(&Usage) -> u64) -> Option<u64> {
    let mut values = usages.iter().map(of).collect::<Vec<_>>();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unit, first, last, limit, .. } = self;
        let verdict = if self.is_flat() { "не растет" } else { "РАСТЕТ" };
        write!(f, "{first} → {last} {unit} (предел {limit}): {verdict}")
    }
}
