//! Regular expressions that take long stop neither their own object nor any other.

use super::{WEBSOCKET, on_client};
use crate::common::{MESSAGE, PATIENCE, connect, echo, expect, rom};

/// Two look-aheads are how "both words, in any order" is written. Without an anchor each character of a message
/// where they are on different lines begins a search of all the rest.
#[test]
fn a_costly_search_in_a_large_message_lets_it_through() {
    let (server, object, other) = (echo(), on_client(WEBSOCKET), rom());
    connect(&other, &server.url());
    object.set("РегулярноеВыражение", r#"(?=.*"order")(?=.*"paid")"#).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    object.next_event(PATIENCE).expect("it is open");
    // Without the words it would not be searched at all.
    let large = format!("{}\"paid\"\n\"order\"", "x".repeat(2 << 20));
    for _ in 0..3 {
        assert_eq!(object.call("Отправить", [large.as_str()]).unwrap(), true.into());
    }
    assert_eq!(other.call("Отправить", ["я здесь"]).unwrap(), true.into());
    expect(&other, (MESSAGE, "я здесь"));
    for _ in 0..3 {
        assert_eq!(object.next_event(PATIENCE).expect("it is let through").data, large);
    }
}
