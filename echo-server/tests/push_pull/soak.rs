//! What the stand-in is for: a client that keeps its `mid` loses nothing, whatever is cut.

use std::{collections::BTreeSet, time::Instant};

use echo_server::{Audience, PollFault, Renewal};

use crate::client::{Client, PATIENCE, ZEROS, impatient, push_target};

const MESSAGES: usize = 300;

/// Complete frames of what came; the last may be cut.
fn complete(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut frames: Vec<_> = text.split("#!NGINXNME!#").map(str::to_owned).collect();
    frames.pop();
    frames
}

fn mid(frame: &str) -> String {
    frame.split_once(r#""mid":""#).unwrap().1[..26].to_owned()
}

#[test]
fn a_client_that_keeps_its_mid_loses_nothing() {
    let portal = impatient();
    let (mut expected, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut target = push_target(&portal);
    let mut last = ZEROS.to_owned();
    let started = Instant::now();
    let mut round = 0;
    while seen.len() < MESSAGES {
        assert!(started.elapsed() < PATIENCE * 4, "{} of {MESSAGES} messages came", seen.len());
        round += 1;
        for _ in 0..3.min(MESSAGES - expected.len()) {
            expected.insert(portal.publish(Audience::Shared, r#"{"command":"Ж"}"#));
        }
        match round {
            20 => portal.renew_channel(Renewal::GetConfig),
            40 => portal.restart(),
            60 => portal.renew_channel(Renewal::Reconnect),
            _ => {}
        }
        // Somewhere in the one to three frames, of which each has about 140 bytes.
        let fault = if round % 3 == 0 { PollFault::Cut(Some(round * 37 % 450)) } else { PollFault::None };
        portal.set_poll_faults([fault]);
        let mut client = Client::new(&portal);
        client.send("GET", &format!("{target}&mid={last}"), "Connection: close\r\n", "");
        for frame in complete(&client.read_to_end().0) {
            last = mid(&frame);
            if frame.contains("channel_expire") {
                // Everything on the old channel came before this.
                target = push_target(&portal);
            } else {
                seen.insert(last.clone());
            }
        }
    }
    assert_eq!(seen, expected);
    assert_eq!(portal.messages().len(), MESSAGES + 2);
}
