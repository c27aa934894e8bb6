//! Bare loops over a WebSocket engine: they convert nothing and copy nothing.

pub(crate) mod sockudo;
pub(crate) mod tokio_websockets;
pub(crate) mod tungstenite;
pub(crate) mod yawc;

use std::marker::PhantomData;
use std::time::Instant;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::handshake;
use crate::outcome::{Outcome, PATIENCE};
use crate::peer::Peer;
use crate::work::{BURST, Contender, FLUSH_EVERY, Sample, Stopwatch, Work, sent};

/// Buffers of engines that let them be chosen.
pub(crate) const BUFFER: usize = 16 << 10;

/// An engine on a connection that is established.
pub(crate) trait Engine: Sized {
    const NAME: &'static str;

    /// A text that is made once and sent often.
    type Message: Clone;

    async fn open(stream: TcpStream, compressed: bool) -> Outcome<Self>;

    fn message(text: &str) -> Self::Message;

    /// Takes a message to be written.
    async fn feed(&mut self, message: Self::Message) -> Outcome;

    /// Writes what was taken.
    async fn flush(&mut self) -> Outcome;

    /// The length of the next message, in bytes.
    async fn next(&mut self) -> Outcome<usize>;

    async fn send(&mut self, message: Self::Message) -> Outcome {
        self.feed(message).await?;
        self.flush().await
    }
}

/// The loop over the engine `E`.
pub(crate) struct Bare<E>(PhantomData<E>);

impl<E> Bare<E> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E: Engine> Contender for Bare<E> {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn run(&self, peer: Peer, work: Work) -> Outcome<Sample> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            timeout(PATIENCE, async {
                let stream = handshake::open(peer.address(), &work.path()).await?;
                run(E::open(stream, work.is_compressed()).await?, work).await
            })
            .await?
        })
    }
}

async fn run<E: Engine>(mut engine: E, work: Work) -> Outcome<Sample> {
    let message = E::message(&sent());
    let stopwatch = Stopwatch::start();
    match work {
        Work::Receive(kind, count) => {
            engine.send(message).await?;
            let mut bytes = 0;
            for _ in 0..count {
                bytes += engine.next().await?;
            }
            let sample = stopwatch.stop(work);
            if kind.size().is_some_and(|size| size * count as usize != bytes) {
                return Err(format!("{count} messages have {bytes} bytes").into());
            }
            Ok(sample)
        }
        Work::Send(bursts) => {
            for _ in 0..bursts {
                for number in 1..=BURST {
                    engine.feed(message.clone()).await?;
                    if number % FLUSH_EVERY == 0 {
                        engine.flush().await?;
                    }
                }
                engine.flush().await?;
                engine.next().await?;
            }
            Ok(stopwatch.stop(work))
        }
        Work::RoundTrips(count) => {
            let mut times = Vec::with_capacity(count as usize);
            for _ in 0..count {
                let start = Instant::now();
                engine.send(message.clone()).await?;
                engine.next().await?;
                times.push(start.elapsed());
            }
            Ok(stopwatch.stop_with(work, times))
        }
    }
}
