//! A named thread with a tokio runtime that runs one future, is stopped and joined, and reports its panic.

use std::{
    any::Any,
    io,
    sync::{Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};

/// How long the future may take to end once it is told to.
const PATIENCE: Duration = Duration::from_secs(10);

/// Dropping it stops the future and joins the thread.
///
/// # Panics
/// Dropping it panics when the future has panicked, with the same message, or does not end in time; not when the
/// dropping thread is panicking already.
pub(crate) struct Worker {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    /// Disconnected when the thread ends. In a mutex only so that the owner can be shared.
    ended: Mutex<mpsc::Receiver<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// `prepare` runs on the calling thread, within the runtime; the future that it makes runs on the new thread
    /// and is to end when its argument fires.
    pub(crate) fn start<F>(
        name: &str,
        prepare: impl FnOnce(oneshot::Receiver<()>) -> io::Result<F>,
    ) -> io::Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let future = {
            let _within = runtime.enter();
            prepare(stopped)?
        };
        let (alive, ended) = mpsc::channel();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            // Dropped when the thread ends, however it ends.
            let _alive: mpsc::Sender<()> = alive;
            runtime.block_on(future);
        })?;
        Ok(Self { handle, stop: Some(stop), ended: Mutex::new(ended), thread: Some(thread) })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    fn stop(&mut self) -> Result<(), String> {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else { return Ok(()) };
        let name = thread.thread().name().unwrap_or_default().to_owned();
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        if ended.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            return Err(format!("{name} does not stop"));
        }
        thread.join().map_err(|panic| format!("{name} panicked: {}", message(&*panic)))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Err(text) = self.stop()
            && !thread::panicking()
        {
            panic!("{text}");
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_stops_the_future_and_joins_the_thread() {
        let (report, reported) = mpsc::channel();
        let worker = Worker::start("worker", |stopped| {
            Ok(async move {
                // Dropping the sender is the signal, so the answer is an error.
                let told = stopped.await.is_err();
                report.send((thread::current().name().map(str::to_owned), told)).unwrap();
            })
        })
        .unwrap();
        assert!(reported.try_recv().is_err());
        drop(worker);
        assert_eq!(reported.try_recv(), Ok((Some("worker".to_owned()), true)));
    }

    #[test]
    #[should_panic(expected = "worker panicked: out of order")]
    fn a_panic_comes_back_when_it_is_dropped() {
        drop(Worker::start("worker", |_| Ok(async { panic!("out of {}", "order") })).unwrap());
    }

    #[test]
    fn a_panic_does_not_come_on_top_of_another() {
        let panic = thread::spawn(|| {
            let _worker = Worker::start("worker", |_| Ok(async { panic!("the worker's") })).unwrap();
            panic!("the test's");
        })
        .join()
        .unwrap_err();
        assert_eq!(message(&*panic), "the test's");
    }

    #[test]
    fn what_cannot_be_prepared_does_not_start() {
        let error = Worker::start("worker", |_| -> io::Result<std::future::Ready<()>> {
            Err(io::Error::other("no"))
        });
        assert_eq!(error.map(|_| ()).unwrap_err().to_string(), "no");
    }
}
