//! Raw TCP that moves the same bytes and looks at none: what no client can beat.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::frames::{self, Frames};
use crate::goals::RAW;
use crate::handshake;
use crate::outcome::{Outcome, PATIENCE};
use crate::peer::Peer;
use crate::work::{BURST, Contender, FLUSH_EVERY, SENT, Sample, Stopwatch, Work, sent};

/// Bytes of a read.
const READ: usize = 64 << 10;
/// A head without a key, as the server writes it.
const SHORT_HEAD: usize = 2;

pub(crate) struct Raw;

impl Contender for Raw {
    fn name(&self) -> &'static str {
        RAW
    }

    fn run(&self, peer: Peer, work: Work) -> Outcome<Sample> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            timeout(PATIENCE, async { run(handshake::open(peer.address(), &work.path()).await?, work).await })
                .await?
        })
    }
}

async fn run(mut stream: TcpStream, work: Work) -> Outcome<Sample> {
    let message = frames::masked(&sent());
    match work {
        Work::Receive(kind, count) => {
            let total = Frames::of(kind)?.length(count as usize);
            let stopwatch = Stopwatch::start();
            stream.write_all(&message).await?;
            read(&mut stream, total).await?;
            Ok(stopwatch.stop(work))
        }
        Work::Send(bursts) => {
            let batch = message.repeat(FLUSH_EVERY as usize);
            let (batches, rest) = (BURST / FLUSH_EVERY, (BURST % FLUSH_EVERY) as usize * message.len());
            let stopwatch = Stopwatch::start();
            for _ in 0..bursts {
                for _ in 0..batches {
                    stream.write_all(&batch).await?;
                }
                stream.write_all(&batch[..rest]).await?;
                read(&mut stream, SHORT_HEAD + "ok".len()).await?;
            }
            Ok(stopwatch.stop(work))
        }
        Work::RoundTrips(count) => {
            let mut times = Vec::with_capacity(count as usize);
            let stopwatch = Stopwatch::start();
            for _ in 0..count {
                let start = Instant::now();
                stream.write_all(&message).await?;
                read(&mut stream, SHORT_HEAD + SENT).await?;
                times.push(start.elapsed());
            }
            Ok(stopwatch.stop_with(work, times))
        }
    }
}

/// Reads so many bytes.
async fn read(stream: &mut TcpStream, mut left: usize) -> Outcome {
    let mut buffer = [0; READ];
    while left > 0 {
        let wanted = left.min(READ);
        match stream.read(&mut buffer[..wanted]).await? {
            0 => return Err("the connection has ended".into()),
            read => left -= read,
        }
    }
    Ok(())
}
