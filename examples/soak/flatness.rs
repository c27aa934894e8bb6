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

#[cfg(test)]
mod tests {
    use super::*;

    fn usages(memory: impl Fn(u64) -> u64) -> Vec<Usage> {
        (0..500).map(|second| Usage { memory: memory(second), handles: 50, threads: 40 }).collect()
    }

    fn is_flat(memory: impl Fn(u64) -> u64) -> bool {
        levels(&usages(memory)).expect("there are enough").iter().all(Level::is_flat)
    }

    #[test]
    fn a_leak_is_growth_and_a_storm_is_not() {
        assert!(is_flat(|_| 100_000));
        assert!(is_flat(|second| if second % 50 < 10 { 150_000 } else { 100_000 }));
        // What is filled at the start stays.
        assert!(is_flat(|second| 50_000 + 1_000 * second.min(50)));
        assert!(!is_flat(|second| 100_000 + 100 * second));
        assert!(!is_flat(|second| if second < 300 { 100_000 } else { 120_000 }));
    }

    #[test]
    fn few_samples_are_no_ground() {
        assert!(levels(&usages(|_| 1)[..3]).is_none());
    }
}
