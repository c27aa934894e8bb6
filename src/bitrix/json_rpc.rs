//! The extra words of push servers of version 5 and later on a WebSocket. Their messages, alone or in arrays, are
//! read by [`crate::bitrix::frames::FrameParser`] like all others.

use crate::bitrix::frame::Frame;

/// The query parameter that asks for this mode.
pub const PARAMETER: (&str, &str) = ("jsonRpc", "true");

/// What to answer to a text message that is a word and not JSON: the server asks about every 10 s whether we are
/// there.
#[must_use]
pub fn answer(message: &str) -> Option<&'static str> {
    (message.trim() == "ping").then_some("pong")
}

/// What acknowledges `frame`, if its server wants that.
#[must_use]
pub fn acknowledgement(frame: &Frame) -> Option<String> {
    frame.receipt.as_ref().map(|mid| format!("mack:{mid}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitrix::frames::FrameParser;

    #[test]
    fn a_ping_is_answered_and_nothing_else_is() {
        assert_eq!(answer("ping"), Some("pong"));
        assert_eq!(answer("pong"), None);
        assert_eq!(answer("{}"), None);
    }

    #[test]
    fn every_message_of_an_array_is_acknowledged() {
        let request = |mid: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","method":"incoming.message","id":1,"params":{{"mid":"{mid}","body":{{}}}}}}"#
            )
        };
        let mut parser = FrameParser::default();
        let frames = parser.feed(format!("[{},{}]", request("a"), request("b")).as_bytes());
        let acknowledgements = frames.iter().filter_map(acknowledgement).collect::<Vec<_>>();
        assert_eq!(acknowledgements, ["mack:a", "mack:b"]);
        assert_eq!(acknowledgement(&Frame::default()), None);
    }
}
