//! A stream of frames with the compressed messages among them inflated, for whoever cannot inflate.

use std::{
    io::{self, Cursor},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, ReadBuf};
use tokio_tungstenite::tungstenite::protocol::frame::{
    Frame, FrameHeader,
    coding::{Data, OpCode},
};

use crate::inflater::Inflater;

const READ: usize = 16 << 10;
/// Longer frames go through as they are, for the reader to refuse.
const LARGEST_FRAME: u64 = 1 << 30;

/// Reads frames from `inner`. Those of compressed messages come out inflated and without the bit that marks them;
/// all else, and whatever is wrong, comes out as it is, to be judged there.
pub(crate) struct Inflated<R> {
    inner: R,
    translator: Option<Translator>,
    /// Told once all before it has been read.
    failure: Option<io::Error>,
    /// What came in and is not translated yet.
    input: Vec<u8>,
    /// What is translated, and how much of it has been read.
    output: Vec<u8>,
    read: usize,
}

/// Called for every compressed message.
pub(crate) type Tally = Box<dyn Fn() + Send>;

struct Translator {
    inflater: Inflater,
    tally: Tally,
    /// The message that is being received is compressed.
    in_compressed: bool,
}

impl<R> Inflated<R> {
    /// `read_ahead` came before what `inner` still has. Without an inflater nothing is changed.
    pub(crate) fn new(inner: R, read_ahead: Vec<u8>, inflater: Option<(Inflater, Tally)>) -> Self {
        let translator =
            inflater.map(|(inflater, tally)| Translator { inflater, tally, in_compressed: false });
        Self { inner, translator, failure: None, input: read_ahead, output: Vec::new(), read: 0 }
    }

    pub(crate) fn inner_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Whether there was output to give.
    fn give(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let ready = &self.output[self.read..];
        let length = ready.len().min(buffer.remaining());
        buffer.put_slice(&ready[..length]);
        self.read += length;
        if self.read == self.output.len() {
            self.output.clear();
            self.read = 0;
        }
        length > 0
    }

    /// Makes output of as much input as it can.
    fn translate(&mut self) {
        let mut done = 0;
        while let Some(translator) = &mut self.translator {
            let rest = &self.input[done..];
            let mut cursor = Cursor::new(rest);
            let (header, length) = match FrameHeader::parse(&mut cursor) {
                Ok(None) => break,
                Ok(Some((header, length))) if length <= LARGEST_FRAME => (header, length),
                Ok(Some(_)) | Err(_) => {
                    self.translator = None;
                    break;
                }
            };
            let start = usize::try_from(cursor.position()).expect("no more than the input");
            let end = start + usize::try_from(length).expect("no more than the largest frame");
            let Some(frame) = rest.get(..end) else { break };
            if let Err(error) = translator.frame(header, &frame[start..], frame, &mut self.output) {
                self.failure = Some(error);
                break;
            }
            done += end;
        }
        self.input.drain(..done);
        if self.translator.is_none() {
            self.output.append(&mut self.input);
        }
    }
}

impl Translator {
    fn frame(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
        whole: &[u8],
        output: &mut Vec<u8>,
    ) -> io::Result<()> {
        let is_compressed = match header.opcode {
            OpCode::Data(Data::Text | Data::Binary) => {
                self.in_compressed = header.rsv1;
                header.rsv1
            }
            // The bit is for the first frame only (RFC 7692 §6.1).
            OpCode::Data(Data::Continue) => self.in_compressed && !header.rsv1,
            OpCode::Data(_) | OpCode::Control(_) => false,
        };
        if !is_compressed {
            output.extend_from_slice(whole);
            return Ok(());
        }
        let mask = header.mask.unwrap_or_default();
        let payload: Vec<_> =
            payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        let inflated = match header.is_final {
            true => self.inflater.last_piece(&payload)?,
            false => self.inflater.piece(&payload)?,
        };
        if header.is_final {
            self.in_compressed = false;
            (self.tally)();
        }
        // Masked if it was, so that who reads it can see that.
        let header = FrameHeader { rsv1: false, mask: header.mask.map(|_| [0; 4]), ..header };
        Frame::from_payload(header, inflated.into()).format(output).map_err(io::Error::other)
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Inflated<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.give(buffer) {
                return Poll::Ready(Ok(()));
            }
            if let Some(failure) = this.failure.take() {
                return Poll::Ready(Err(failure));
            }
            this.translate();
            if !this.output.is_empty() || this.failure.is_some() {
                continue;
            }
            if this.translator.is_none() {
                return Pin::new(&mut this.inner).poll_read(cx, buffer);
            }
            let mut chunk = [0; READ];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.input.extend_from_slice(chunk.filled());
        }
    }
}
