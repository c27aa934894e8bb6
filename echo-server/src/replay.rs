//! A recording of text frames, and how fast it is played.

use std::{fs, io, num::NonZeroU32, path::Path, str::FromStr, sync::Arc, time::Duration};

use clap::ValueEnum;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::error::InvalidValue;

/// A recording of text frames, at a pace.
#[derive(Clone, Debug)]
pub struct Replay {
    frames: Arc<[Recorded]>,
    pace: Pace,
    after: AfterReplay,
}

/// How fast a recording is played. In text form `recorded`, `max`, or the number of frames per second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pace {
    /// As fast as it was recorded.
    Recorded,
    /// This many frames per second.
    PerSecond(NonZeroU32),
    /// As fast as the client takes it.
    Maximum,
}

/// What follows the last frame of a recording.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum AfterReplay {
    /// The connection stays open and echoes.
    #[default]
    Echo,
    /// The connection is closed with code 1000.
    Close,
}

#[derive(Debug)]
struct Recorded {
    at: Duration,
    text: Utf8Bytes,
}

impl Replay {
    /// Reads a file as [`Replay::parse`] does.
    ///
    /// # Errors
    /// The file cannot be read or is not UTF-8; whatever [`Replay::parse`] rejects, as
    /// [`io::ErrorKind::InvalidData`].
    pub fn open(path: impl AsRef<Path>, pace: Pace) -> io::Result<Self> {
        Self::parse(&fs::read_to_string(path)?, pace)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Takes a text of one frame per line. When the first line is `seconds<TAB>frame`, every line must be; blank
    /// lines are left out.
    ///
    /// # Errors
    /// A line without its time where the others have one; no times at all, and [`Pace::Recorded`] asked for.
    pub fn parse(text: &str, pace: Pace) -> Result<Self, InvalidValue> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).peekable();
        let timed = lines.peek().is_some_and(|(_, line)| timed_frame(line).is_some());
        if !timed && pace == Pace::Recorded && lines.peek().is_some() {
            return Err(InvalidValue::new(
                "recorded",
                "another pace: the lines do not begin with their times",
            ));
        }
        let frames = lines
            .map(|(index, line)| match timed_frame(line) {
                Some((at, text)) if timed => Ok(Recorded { at, text: text.into() }),
                _ if timed => {
                    Err(InvalidValue::new(line, format_args!("seconds<TAB>frame in line {}", index + 1)))
                }
                _ => Ok(Recorded { at: Duration::ZERO, text: line.into() }),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { frames, pace, after: AfterReplay::default() })
    }

    /// The same recording with something else after its last frame.
    #[must_use]
    pub fn then(self, after: AfterReplay) -> Self {
        Self { after, ..self }
    }

    /// How many frames it holds.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.frames.len()
    }

    pub(crate) fn after(&self) -> AfterReplay {
        self.after
    }

    /// The frame at `index`, and when it is due, counted from the beginning of the replay.
    pub(crate) fn frame(&self, index: usize) -> Option<(Duration, Utf8Bytes)> {
        let recorded = self.frames.get(index)?;
        let due = match self.pace {
            Pace::Recorded => recorded.at.saturating_sub(self.frames[0].at),
            Pace::PerSecond(rate) => {
                let nanoseconds = u64::try_from(index).unwrap_or(u64::MAX).saturating_mul(1_000_000_000);
                Duration::from_nanos(nanoseconds / u64::from(rate.get()))
            }
            Pace::Maximum => Duration::ZERO,
        };
        Some((due, recorded.text.clone()))
    }
}

fn timed_frame(line: &str) -> Option<(Duration, &str)> {
    let (seconds, text) = line.split_once('\t')?;
    let at = Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?;
    Some((at, text))
}

impl FromStr for Pace {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match text {
            "recorded" => Ok(Self::Recorded),
            "max" => Ok(Self::Maximum),
            _ => text
                .parse()
                .map(Self::PerSecond)
                .map_err(|_| InvalidValue::new(text, "`recorded`, `max`, or frames per second")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMED: &str = "5.5\tone\n\n6.25\ttwo\n6.25\tthree\twith a tab\n";

    fn played(replay: &Replay) -> Vec<(u128, String)> {
        (0..).map_while(|i| replay.frame(i)).map(|(due, text)| (due.as_millis(), text.to_string())).collect()
    }

    #[test]
    fn the_recorded_pace_starts_with_the_first_frame() {
        let replay = Replay::parse(TIMED, Pace::Recorded).unwrap();
        let expected = [(0, "one"), (750, "two"), (750, "three\twith a tab")];
        assert_eq!(played(&replay), expected.map(|(due, text)| (due, text.to_owned())));
    }

    #[test]
    fn a_rate_spaces_the_frames_evenly() {
        let replay = Replay::parse(TIMED, "4".parse().unwrap()).unwrap();
        let due: Vec<_> = played(&replay).into_iter().map(|(due, _)| due).collect();
        assert_eq!(due, [0, 250, 500]);
    }

    #[test]
    fn a_plain_file_keeps_its_tabs_and_has_no_recorded_pace() {
        let text = "{\"a\": 1}\nx\t2\n";
        let replay = Replay::parse(text, Pace::Maximum).unwrap();
        assert_eq!(played(&replay), [(0, "{\"a\": 1}".to_owned()), (0, "x\t2".to_owned())]);
        assert!(Replay::parse(text, Pace::Recorded).is_err());
    }

    #[test]
    fn a_line_without_its_time_is_named() {
        let error = Replay::parse("0.5\tone\ntwo\n", Pace::Maximum).unwrap_err().to_string();
        assert!(error.ends_with("line 2"), "{error}");
    }

    #[test]
    fn a_pace_that_is_none_is_rejected() {
        assert_eq!("max".parse(), Ok(Pace::Maximum));
        assert_eq!("recorded".parse(), Ok(Pace::Recorded));
        for text in ["0", "-1", "1.5", "fast", ""] {
            assert!(text.parse::<Pace>().is_err(), "{text}");
        }
    }
}
