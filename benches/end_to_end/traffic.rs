//! Groups in which messages flow: contenders take turns, round by round.

use crate::engine::Bare;
use crate::engine::sockudo::Sockudo;
use crate::engine::tokio_websockets::TokioWebsockets;
use crate::engine::tungstenite::Tungstenite;
use crate::engine::yawc::Yawc;
use crate::frames::Kind;
use crate::options::Options;
use crate::ours::{Events, Pulled};
use crate::outcome::Outcome;
use crate::peer::Peer;
use crate::raw::Raw;
use crate::results::{Group, Row, row};
use crate::work::{Contender, SENT, Work};

use native_api_host::Library;

/// The groups and what is done in a round of each.
pub(crate) fn groups(options: &Options) -> [(Group, Work); 7] {
    let receive = |kind, count| Work::Receive(kind, options.count(count));
    [
        (Group::Receive64, receive(Kind::Text64, 2_000_000)),
        (Group::Receive1K, receive(Kind::Text1K, 400_000)),
        (Group::Receive1M, receive(Kind::Text1M, 500)),
        (Group::Binary1M, receive(Kind::Binary1M, 500)),
        (Group::Deflate1K, receive(Kind::Deflate1K, 60_000)),
        (Group::Send, Work::Send(options.count(20))),
        (Group::RoundTrip, Work::RoundTrips(options.count(10_000))),
    ]
}

/// Runs a group: a row for each contender.
pub(crate) fn run(
    group: Group,
    work: Work,
    options: &Options,
    peer: Peer,
    library: &Library,
) -> Outcome<Vec<Row>> {
    let contenders = contenders(work, library);
    let mut samples = contenders.iter().map(|_| Vec::new()).collect::<Vec<_>>();
    for _ in 0..options.rounds() {
        for (contender, samples) in contenders.iter().zip(&mut samples) {
            let sample = contender.run(peer, work);
            samples.push(sample.map_err(|error| format!("{}: {error}", contender.name()))?);
        }
    }
    let size = match work {
        Work::Receive(kind, _) => kind.size(),
        _ => Some(SENT),
    };
    let size = size.and_then(|size| u32::try_from(size).ok());
    Ok(contenders
        .iter()
        .zip(&samples)
        .map(|(contender, samples)| row(group, contender.name(), samples, size))
        .collect())
}

fn contenders(work: Work, library: &Library) -> Vec<Box<dyn Contender + '_>> {
    let mut contenders: Vec<Box<dyn Contender>> = vec![Box::new(Raw)];
    if !work.is_compressed() {
        contenders.push(Box::new(Bare::<Tungstenite>::new()));
        contenders.push(Box::new(Bare::<TokioWebsockets>::new()));
    }
    contenders.push(Box::new(Bare::<Yawc>::new()));
    contenders.push(Box::new(Bare::<Sockudo>::new()));
    contenders.push(Box::new(Events(library)));
    if let Work::Receive(Kind::Text64 | Kind::Text1K | Kind::Text1M | Kind::Binary1M, _) = work {
        contenders.push(Box::new(Pulled(library)));
    }
    contenders
}
