//! What the measured process tells of its objects, line by line.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

/// One thing that 1C saw or did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Report {
    /// A connection was opened.
    Open,
    /// It is over, and all that had come on it was taken.
    Ended,
    /// The same, and the object was told that the server had closed it, or confirmed that.
    Closed,
    /// An attempt failed.
    Failed,
    /// The object was taken away as it was: what it had not given to 1C yet went with it, the news that one connection
    /// was over and another open too.
    Abandoned,
    /// The message of this number came from the server's series.
    Number(u64),
    /// The message of this number came back that 1C had sent.
    Echo(u64),
    /// The greeting came back.
    Greeted,
    /// What a fault sends beside the series.
    Stray,
    /// A text that nobody sent, or an event out of its place.
    Wrong,
    /// `Отправить` took the message of this number.
    Accepted(u64),
    /// What an object's `Статистика` said of what it sent, and what had been accepted from 1C.
    Account(Account),
    /// How many messages an abandoned object had counted as lost.
    Unsent(u64),
    /// All is done with this object.
    Finished,
}

/// The balance of one object's outgoing messages.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Account {
    /// What `Отправить` took.
    pub(crate) accepted: u64,
    /// The most greetings there may have been, one for each connection.
    pub(crate) greetings: u64,
    /// `messagesOut`.
    pub(crate) written: u64,
    /// `lost`.
    pub(crate) lost: u64,
}

/// Writes the line of one object's report.
pub(crate) fn tell(member: usize, report: Report) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{member} {report}")
}

/// Reads a line: the object's number in the fleet, and its report.
pub(crate) fn read(line: &str) -> Option<(usize, Report)> {
    let (member, report) = line.split_once(' ')?;
    Some((member.parse().ok()?, report.parse().ok()?))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("open"),
            Self::Ended => f.write_str("ended"),
            Self::Closed => f.write_str("closed"),
            Self::Failed => f.write_str("failed"),
            Self::Abandoned => f.write_str("abandoned"),
            Self::Number(number) => write!(f, "number {number}"),
            Self::Echo(number) => write!(f, "echo {number}"),
            Self::Greeted => f.write_str("greeted"),
            Self::Stray => f.write_str("stray"),
            Self::Wrong => f.write_str("wrong"),
            Self::Accepted(number) => write!(f, "accepted {number}"),
            Self::Account(Account { accepted, greetings, written, lost }) => {
                write!(f, "account {accepted} {greetings} {written} {lost}")
            }
            Self::Unsent(lost) => write!(f, "unsent {lost}"),
            Self::Finished => f.write_str("finished"),
        }
    }
}

impl FromStr for Report {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split(' ');
        let kind = words.next();
        let mut number = || words.next().and_then(|word| word.parse::<u64>().ok()).ok_or(());
        Ok(match kind {
            Some("open") => Self::Open,
            Some("ended") => Self::Ended,
            Some("closed") => Self::Closed,
            Some("failed") => Self::Failed,
            Some("abandoned") => Self::Abandoned,
            Some("number") => Self::Number(number()?),
            Some("echo") => Self::Echo(number()?),
            Some("greeted") => Self::Greeted,
            Some("stray") => Self::Stray,
            Some("wrong") => Self::Wrong,
            Some("accepted") => Self::Accepted(number()?),
            Some("account") => Self::Account(Account {
                accepted: number()?,
                greetings: number()?,
                written: number()?,
                lost: number()?,
            }),
            Some("unsent") => Self::Unsent(number()?),
            Some("finished") => Self::Finished,
            _ => return Err(()),
        })
    }
}
