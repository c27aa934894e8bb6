//! What the push server keeps and sends: messages, their numbers, and the text form in which they travel.

use std::{fmt, str::FromStr};

use crate::push_pull::{
    clock::{Clock, http_date},
    position::Moment,
};

const START: &str = "#!NGINXNMS!#";
const END: &str = "#!NGINXNME!#";
const DIGITS: usize = 26;

/// The number of a message: when the store was started, and a count that goes on over all channels.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Mid {
    pub(super) epoch: u64,
    pub(super) count: u64,
}

impl fmt::Display for Mid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}{:016}", self.epoch, self.count)
    }
}

impl FromStr for Mid {
    type Err = ();

    /// Anything but exactly 26 decimal digits is no number.
    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() != DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(());
        }
        let (epoch, count) = text.split_at(10);
        Ok(Self { epoch: epoch.parse().map_err(|_| ())?, count: count.parse().map_err(|_| ())? })
    }
}

/// A message on one or several channels.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) mid: Mid,
    pub(super) published: Moment,
    pub(super) channels: Vec<String>,
    /// The publisher's JSON, pasted as it is.
    pub(super) text: String,
    /// JSON that only JSON-RPC has: what clients put into the parameters of the text.
    pub(super) user_params: Option<String>,
}

impl Message {
    /// The object that holds the message. Its time is that of the delivery, as the vendor's server has it.
    pub(super) fn object(&self, clock: Clock) -> String {
        let now = clock.now();
        format!(
            r#"{{"id":{},"mid":"{}","channel":"-","tag":"{:03}","time":"{}","text":{}}}"#,
            self.mid.count,
            self.mid,
            now.subsec_millis(),
            http_date(now.as_secs()),
            self.text
        )
    }

    /// The object between its markers.
    pub(super) fn frame(&self, clock: Clock) -> String {
        format!("{START}{}{END}", self.object(clock))
    }

    /// The frame that nginx-push-stream makes by Bitrix's template. Its time is that of publishing.
    pub(super) fn nginx_frame(&self) -> String {
        format!(
            r#"{START}{{"id":{},"channel":"{}","tag":"{}","time":"{}","eventid":"","text":{}}}{END}"#,
            self.mid.count,
            self.channels.join("/"),
            self.published.tag,
            http_date(self.published.seconds),
            self.text
        )
    }

    /// The request of JSON-RPC 2.0 that brings the message.
    pub(super) fn json_rpc(&self) -> String {
        let user_params = self
            .user_params
            .as_ref()
            .map_or_else(String::new, |params| format!(r#","user_params":{params}"#));
        format!(
            r#"{{"jsonrpc":"2.0","method":"incoming.message","params":{{"mid":"{}","body":{}{user_params}}},"id":{}}}"#,
            self.mid, self.text, self.mid.count
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_26_digits_and_nothing_else_has() {
        let mid = Mid { epoch: 1_795_302_676, count: 3 };
        assert_eq!(mid.to_string(), "17953026760000000000000003");
        assert_eq!("17953026760000000000000003".parse(), Ok(mid));
        assert!("00000000000000000000000000".parse::<Mid>().unwrap() < mid);
        for bad in [
            "",
            "123",
            "1795302676000000000000000a",
            "179530267600000000000000031",
            "+7953026760000000000000003",
        ] {
            assert_eq!(bad.parse::<Mid>(), Err(()), "{bad}");
        }
    }

    #[test]
    fn the_text_is_pasted_between_the_markers() {
        let mid = Mid { epoch: 1_795_302_676, count: 3 };
        let published = Moment { seconds: 784_111_777, tag: 2 };
        let channels = vec!["c".to_owned()];
        let (text, user_params) = (r#"{"a":[1]}"#.to_owned(), Some("{}".to_owned()));
        let message = Message { mid, published, channels, text, user_params };
        let frame = message.frame(Clock::default());
        assert!(frame.starts_with(
            r##"#!NGINXNMS!#{"id":3,"mid":"17953026760000000000000003","channel":"-","tag":""##
        ));
        assert!(frame.ends_with(r##" GMT","text":{"a":[1]}}#!NGINXNME!#"##), "{frame}");
        assert_eq!(
            message.nginx_frame(),
            r##"#!NGINXNMS!#{"id":3,"channel":"c","tag":"2","time":"Sun, 06 Nov 1994 08:49:37 GMT","eventid":"","text":{"a":[1]}}#!NGINXNME!#"##
        );
        assert_eq!(
            message.json_rpc(),
            r#"{"jsonrpc":"2.0","method":"incoming.message","params":{"mid":"17953026760000000000000003","body":{"a":[1]},"user_params":{}},"id":3}"#
        );
    }
}
