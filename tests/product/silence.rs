//! A peer that is silent for good is noticed: a ping after 30 s, the end 20 s later (the defaults).

use crate::common::{CLOSE_DROP, PATIENCE, connect, echo, expect, faulty, rom};

#[test]
fn half_a_frame_and_silence_or_no_pong_is_a_drop_and_a_live_peer_is_not() {
    let (half, deaf, live) = (faulty("half-frame"), faulty("ignore-ping"), echo());
    let objects = [rom(), rom(), rom()];
    for (object, server) in objects.iter().zip([&half, &deaf, &live]) {
        connect(object, &server.url());
    }
    for (object, server) in objects.iter().zip([&half, &deaf]) {
        expect(object, CLOSE_DROP);
        assert_eq!(server.journal().totals().pings, 1);
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
    }
    assert!(live.wait_for(PATIENCE, |journal| journal.totals().pings >= 1));
    assert_eq!(objects[2].get("Подключено").unwrap(), true.into());
}
