//! Ctrl-C, for the program `echo-server`.

use std::{io, time::Duration};

/// How often there is something to do meanwhile.
const TICK: Duration = Duration::from_millis(100);

/// Calls `tick` again and again until Ctrl-C comes, and once after that.
pub(crate) fn until_interrupted(mut tick: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut interrupted = runtime.spawn(tokio::signal::ctrl_c());
    loop {
        let interruption =
            runtime.block_on(async { tokio::time::timeout(TICK, &mut interrupted).await }).is_ok();
        tick()?;
        if interruption {
            return Ok(());
        }
    }
}
