//! Nothing is lost and nothing comes twice, over cut polls, new channels and a restart of the server.

use std::thread;

use echo_server::{PollFault, PortalOptions, Renewal};
use native_api_host::Object;

use super::listener::{client_of, listen, next, portal_with, publish};

const MESSAGES: usize = 1_500;
const SEEDS: u64 = 20;
/// Faults that are made ready: more than there are polls.
const FAULTS: usize = 20_000;
/// Longest run of messages that nobody waits for.
const BURST: usize = 12;

#[test]
fn over_cut_polls_new_channels_and_a_restart_nothing_is_lost_or_doubled() {
    thread::scope(|scope| {
        for seed in 0..SEEDS {
            scope.spawn(move || run(seed));
        }
    });
}

fn run(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let portal = portal_with(PortalOptions::default());
    let object = client_of(&portal);
    listen(&object, &portal);
    let faults = (0..FAULTS).map(|_| fault(&mut random)).chain([PollFault::None]);
    portal.set_poll_faults(faults.collect::<Vec<_>>());
    let (mut published, mut received) = (Vec::new(), Vec::new());
    for number in 0..MESSAGES {
        match number {
            500 => portal.renew_channel(Renewal::GetConfig),
            750 => portal.restart(),
            1000 => portal.renew_channel(Renewal::Reconnect),
            _ => {}
        }
        published.push(publish(&portal, number));
        if random.usize(..3) == 0 {
            let behind = random.usize(..BURST);
            receive(&object, &mut received, published.len().saturating_sub(behind));
        }
    }
    receive(&object, &mut received, MESSAGES);
    assert!(received == published, "seed {seed}: {}", first_difference(&received, &published));
    let [polls, cut, configurations] = portal.read_journal(|journal| {
        let cut = journal.polls().filter(|poll| poll.status.is_none()).count();
        [journal.polls().count(), cut, journal.calls("pull.application.config.get").count()]
    });
    assert!(polls > MESSAGES / BURST && cut > 0, "seed {seed}: {polls} polls, {cut} cut: nothing was tried");
    assert_eq!(configurations, 3, "seed {seed}: one at the start, one for each new channel");
    object.done();
    let left = std::iter::from_fn(|| object.next_event(std::time::Duration::ZERO)).collect::<Vec<_>>();
    assert!(left.iter().all(|event| !event.event.contains("\"Message\"")), "seed {seed}: {left:?}");
}

/// Three polls in a hundred are cut, anywhere.
fn fault(random: &mut fastrand::Rng) -> PollFault {
    match random.u32(..300) {
        0..6 => PollFault::Cut(Some(random.usize(..3_000))),
        6 => PollFault::Reset,
        7 => PollFault::HangUp,
        8 => PollFault::Stale,
        _ => PollFault::None,
    }
}

/// Takes events until so many messages have come.
fn receive(object: &Object, received: &mut Vec<String>, count: usize) {
    while received.len() < count {
        let (event, data) = next(object);
        if event["Event"] == "Message" {
            received.push(data);
        }
    }
}

fn first_difference(received: &[String], published: &[String]) -> String {
    let at = received.iter().zip(published).position(|(received, published)| received != published);
    let at = at.unwrap_or_else(|| received.len().min(published.len()));
    format!("at {at} of {}: {:?} for {:?}", received.len(), received.get(at), published.get(at))
}
