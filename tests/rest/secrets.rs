//! No secret in addresses, logs and texts.

#[path = "../../src/log/folder.rs"]
mod folder;

use std::fs;

use echo_server::RestFault;
use vestnik::log::Level;

use self::folder::Folder;
use super::*;

#[test]
fn no_secret_is_in_an_address_a_log_or_a_text() {
    let folder = Folder::new("rest");
    let path = folder.path("log");
    let log = Log::new("Test");
    log.set_file(path.to_str().unwrap()).unwrap();
    log.set_level(Level::Trace);
    let room = Room::with(PortalOptions::default(), log.clone());
    let mut pairs = vec![room.portal.tokens()];
    let texts = run(provoke(&room, &mut pairs));
    log.close(Instant::now() + PATIENCE);

    let options = PortalOptions::default();
    let (shared, private) = (room.portal.shared_channel(), room.portal.private_channel());
    let mut secrets = vec![options.client_secret, shared, private];
    secrets.extend(pairs.into_iter().flat_map(|(access, refresh)| [access, refresh]));
    let logged = fs::read_to_string(&path).unwrap();
    for word in [
        "REST, pull.application.config.get: HTTP 200",
        "REST, event.get: HTTP 401",
        "invalid_grant",
        "новые токены",
    ] {
        assert!(logged.contains(word), "{word}\n{logged}");
    }
    room.portal.read_journal(|journal| {
        assert!(journal.requests().count() > 8 && texts.len() > 10);
        for secret in &secrets {
            assert!(!logged.contains(secret.as_str()), "{logged}");
            assert!(texts.iter().all(|text| !text.contains(secret.as_str())), "{texts:?}");
            assert!(journal.requests().all(|request| !request.head.target.contains(secret.as_str())));
        }
    });
}

/// Makes the client say all that it can say; the texts that came of it. `pairs` gets those that were in
/// force.
async fn provoke(room: &Room, pairs: &mut Vec<(String, String)>) -> Vec<String> {
    let mut texts = Vec::new();
    room.call_within("pull.application.config.get", PATIENCE).await.unwrap();
    room.portal.expire_tokens();
    room.call().await.unwrap();
    pairs.push(room.portal.tokens());
    for fault in [
        RestFault::HangUp,
        RestFault::Cut,
        RestFault::Html(502),
        RestFault::InsufficientScope,
        RestFault::OperationLimit(3600),
    ] {
        room.portal.set_rest_faults([fault]);
        texts.extend(shown(room.call().await));
    }
    room.portal.set_rest_faults([RestFault::Stall]);
    texts.extend(shown(room.call_within(METHOD, Duration::from_millis(100)).await));
    room.portal.set_rest_faults([]);
    room.portal.expire_tokens();
    for fault in [RestFault::HangUp, RestFault::Html(502)] {
        room.portal.set_oauth_faults([fault]);
        texts.extend(shown(room.call().await));
    }
    room.portal.set_oauth_faults([]);
    let dead = Credentials { refresh: pairs[0].1.clone(), ..room.credentials() };
    room.rest.set_credentials(Credentials::default());
    texts.extend(shown(room.call().await));
    room.rest.set_credentials(dead);
    texts.extend(shown(room.call().await));
    room.rest.set_credentials(Credentials { access: format!("{}\n", pairs[0].0), ..room.credentials() });
    texts.extend(shown(room.call().await));
    texts.push(format!("{:?} {:?} {:?}", room.rest, room.rest.tokens(), room.credentials()));
    texts
}

fn shown(result: Result<RestAnswer, RestFailure>) -> [String; 3] {
    let failure = result.unwrap_err();
    let told = Failure::from(failure.clone());
    [format!("{failure:?}"), format!("{told:?}"), failure.text().ru.clone().into_owned()]
}
