//! What a poll or a WebSocket continues after.

use crate::push_pull::{
    clock::seconds_of,
    message::{Message, Mid},
    push_server::PushServer,
    request::Asked,
};

/// When a message was published: the second, and its place among those of that second, from 1.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Moment {
    /// Since 1970.
    pub(super) seconds: u64,
    pub(super) tag: u64,
}

impl Moment {
    /// That of the next message, published at this second. It never goes back, even if the clock does.
    pub(super) fn next(self, seconds: u64) -> Self {
        match seconds > self.seconds {
            true => Self { seconds, tag: 1 },
            false => Self { tag: self.tag + 1, ..self },
        }
    }
}

/// A place in the history.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Position {
    /// After this message.
    Mid(Mid),
    /// After the message of this moment.
    Moment(Moment),
}

impl Position {
    /// What the request asks for, if it does in the way of this server.
    pub(super) fn asked(asked: &Asked, server: PushServer) -> Option<Self> {
        match server {
            PushServer::NginxPushStream => moment(asked).map(Self::Moment),
            PushServer::V4 | PushServer::V5 => asked.parameters().text("mid")?.parse().ok().map(Self::Mid),
        }
    }

    pub(super) fn is_before(self, message: &Message) -> bool {
        match self {
            Self::Mid(mid) => mid < message.mid,
            Self::Moment(moment) => moment < message.published,
        }
    }
}

/// As Bitrix configures nginx: the time is in the header or in the query, of a WebSocket in the query only; the tag is
/// in the query, and `If-None-Match` is not looked at. Without a tag, the whole second is over.
fn moment(asked: &Asked) -> Option<Moment> {
    let header = asked.head.header("if-modified-since").filter(|_| !asked.is_upgrade());
    let time = header.map(str::to_owned).or_else(|| asked.argument("time"))?;
    let tag = asked.argument("tag").and_then(|tag| tag.parse().ok()).unwrap_or(u64::MAX);
    Some(Moment { seconds: seconds_of(&time)?, tag })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::event::Request;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const SECONDS: u64 = 784_111_777;

    fn moment_of(target: &str, headers: &[(&str, &str)]) -> Option<(u64, u64)> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let head = Request { method: "GET".to_owned(), target: target.to_owned(), headers };
        moment(&Asked { head: Arc::new(head), body: String::new() })
            .map(|moment| (moment.seconds, moment.tag))
    }

    #[test]
    fn messages_of_one_second_are_told_apart_by_their_tags() {
        let first = Moment::default().next(100);
        let second = first.next(100);
        assert_eq!((first.tag, second.tag, second.next(101).tag), (1, 2, 1));
        assert!(first < second && second < second.next(101) && second < second.next(50));
    }

    #[test]
    fn time_and_tag_are_looked_for_where_nginx_is_told_to() {
        let header = ("if-modified-since", DATE);
        assert_eq!(moment_of("/?tag=3", &[header]), Some((SECONDS, 3)));
        assert_eq!(moment_of("/", &[header, ("if-none-match", "3")]), Some((SECONDS, u64::MAX)));
        let encoded = DATE.replace(' ', "%20");
        assert_eq!(moment_of(&format!("/?time={encoded}&TAG=3"), &[]), Some((SECONDS, 3)));
        assert_eq!(moment_of(&format!("/?time={}&tag=3", DATE.replace(' ', "+")), &[]), None);
        let upgrade = [header, ("upgrade", "websocket"), ("connection", "Upgrade")];
        assert_eq!(moment_of("/?tag=3", &upgrade), None);
        assert_eq!(moment_of("/?tag=3", &[]), None);
    }
}
