//! What a process holds, by the kernel's account.

/// What a process holds at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Memory in use, KiB.
    pub(crate) memory: u64,
    pub(crate) handles: u64,
    pub(crate) threads: u64,
}

/// What the process with this number holds; `None` where that cannot be told.
#[cfg(target_os = "linux")]
pub(crate) fn usage(process: u32) -> Option<Usage> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let number = |name: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix(name))?;
        value.split_whitespace().next()?.parse::<u64>().ok()
    };
    let handles = std::fs::read_dir(format!("/proc/{process}/fd")).ok()?.count();
    let (memory, threads) = (number("VmRSS:")?, number("Threads:")?);
    Some(Usage { memory, handles: u64::try_from(handles).ok()?, threads })
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn usage(_process: u32) -> Option<Usage> {
    None
}
