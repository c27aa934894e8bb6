use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::bitrix::mid::Mid;

fn framed(json: &str) -> String {
    format!("#!NGINXNMS!#{json}#!NGINXNME!#")
}

fn message(number: u64, text: &str) -> String {
    json!({"id": number, "mid": format!("1795302676{number:016}"), "text": {"value": text}}).to_string()
}

/// The numbers of the frames.
fn ids(frames: &[Frame]) -> Vec<&str> {
    frames.iter().map(|frame| frame.id.as_str()).collect()
}

/// The frames of a whole body, and how many bytes were skipped.
fn parse(body: &[u8]) -> (Vec<Frame>, u64) {
    parse_pieces([body])
}

fn parse_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Frame>, u64) {
    let mut parser = FrameParser::default();
    let mut frames = Vec::new();
    for piece in pieces {
        frames.extend(parser.feed(piece));
    }
    frames.extend(parser.finish());
    (frames, parser.skipped())
}

fn parse_bytewise(body: &[u8]) -> (Vec<Frame>, u64) {
    parse_pieces(body.chunks(1))
}

#[test]
fn one_frame_is_one_message() {
    let (frames, skipped) = parse(framed(&message(1, "привет")).as_bytes());
    assert_eq!((frames.len(), skipped), (1, 0));
    assert_eq!(frames[0].mid, Mid::parse("17953026760000000000000001"));
    assert_eq!(frames[0].text, r#"{"value":"привет"}"#);
}

#[test]
fn a_message_is_there_as_soon_as_its_end_marker_is() {
    let body = framed(&message(1, "a"));
    let mut parser = FrameParser::default();
    assert!(parser.feed(&body.as_bytes()[..body.len() - 1]).is_empty());
    assert_eq!(parser.feed(b"#").len(), 1);
    assert!(parser.finish().is_empty());
}

#[test]
fn markers_inside_of_strings_are_text() {
    let tricky = "#!NGINXNME!# \" \\ #!NGINXNMS!#{} #!NGINXNME!##!NGINXNMS!#";
    let body = [framed(&message(1, tricky)), framed(&message(2, "b"))].concat();
    let (frames, skipped) = parse_bytewise(body.as_bytes());
    assert_eq!((ids(&frames), skipped), (vec!["1", "2"], 0));
    assert_eq!(serde_json::from_str::<Value>(&frames[0].text).unwrap()["value"], tricky);
}

#[test]
fn arrays_and_single_objects_are_read() {
    let (one, two) = (message(1, "a]"), message(2, "#!NGINXNMS!#"));
    for body in [
        format!("[{one},{two}]"),
        format!("\u{FEFF} \r\n[ {one} ,\n {two} ]\n"),
        format!("{one}{two}"),
        format!("{one}\n{two}\n"),
        format!("[{one}]{}", framed(&two)),
    ] {
        assert_eq!(parse(body.as_bytes()), parse_bytewise(body.as_bytes()));
        let (frames, skipped) = parse(body.as_bytes());
        assert_eq!((ids(&frames), skipped), (vec!["1", "2"], 0), "{body}");
    }
    assert_eq!(parse(b"[]"), (Vec::new(), 0));
    assert_eq!(parse(b" \r\n"), (Vec::new(), 0));
}

#[test]
fn garbage_is_skipped_to_the_next_marker_and_counted() {
    let good = framed(&message(2, "b"));
    for (garbage, skipped) in [
        ("<html>502</html>", 16),
        ("#!NGINXNMS!#", 12),
        ("#!NGINXNMS!#{}#!NGINXNME!#", 26),
        ("#!NGINXNMS!#{\"text\":1}", 22),
        ("#!NGINXNMS!#{\"text\":tru}#!NGINXNME!#", 36),
        ("#!NGINXNMS!#{\"text\":1}\n#!NGINXNME!#", 34),
        ("#!NGINXNMS!#1#!NGINXNME!#", 25),
        ("#!NGINXNMS!#{\"id\":1,\"te", 23),
        ("#!NGINXNMS!#{\"id\":1,", 20),
        ("#!NGIN", 6),
        ("#!NGINXNMS!", 11),
        ("#!NGINXNMS!#!NGINXNMS!", 22),
        ("[1]", 2),
        ("{\"broken\"!}", 11),
    ] {
        let body = format!("{garbage}{good}");
        assert_eq!(parse(body.as_bytes()), parse_bytewise(body.as_bytes()), "{body}");
        let (frames, counted) = parse(body.as_bytes());
        assert_eq!((ids(&frames), counted), (vec!["2"], skipped), "{body}");
    }
}

#[test]
fn half_a_frame_is_not_delivered_and_the_next_body_begins_anew() {
    let (first, second) = (framed(&message(1, "a")), framed(&message(2, "b")));
    for cut in 1..second.len() {
        let mut parser = FrameParser::default();
        assert_eq!(
            ids(&parser.feed([first.as_bytes(), &second.as_bytes()[..cut]].concat().as_slice())),
            ["1"]
        );
        parser.abandon();
        assert_eq!(parser.skipped(), 0);
        assert_eq!(ids(&parser.feed(second.as_bytes())), ["2"], "cut at {cut}");
    }
}

#[test]
fn a_frame_at_the_bound_passes_and_a_longer_one_is_garbage() {
    let overhead = message(1, "").len();
    let longest = framed(&message(1, &"x".repeat(LONGEST_FRAME - overhead)));
    let longer = framed(&message(1, &"x".repeat(LONGEST_FRAME - overhead + 1)));
    let next = framed(&message(2, "b"));
    for (body, expected) in [(longest + &next, vec!["1", "2"]), (longer + &next, vec!["2"])] {
        for piece in [body.len(), 65_536] {
            let (frames, _) = parse_pieces(body.as_bytes().chunks(piece));
            assert_eq!(ids(&frames), expected);
        }
    }
}

#[test]
fn a_value_without_end_is_given_up_at_the_bound() {
    let mut parser = FrameParser::default();
    let endless = format!("#!NGINXNMS!#{{\"text\":\"{}", "x".repeat(LONGEST_FRAME));
    assert!(parser.feed(endless.as_bytes()).is_empty());
    assert_eq!(parser.skipped(), u64::try_from(endless.len()).unwrap(), "nothing of it is kept");
    assert_eq!(ids(&parser.feed(framed(&message(2, "b")).as_bytes())), ["2"]);
}

#[test]
fn deep_nesting_is_garbage() {
    let deep = format!("{{\"text\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let (frames, _) = parse((framed(&deep) + &framed(&message(2, "b"))).as_bytes());
    assert_eq!(ids(&frames), ["2"]);
}

#[test]
fn a_large_body_in_small_pieces_is_read() {
    let large = "Ж".repeat(450_000);
    let body = framed(&message(1, &large)).repeat(3);
    let (frames, skipped) = parse_pieces(body.as_bytes().chunks(7));
    assert_eq!((frames.len(), skipped), (3, 0));
    assert!(frames.iter().all(|frame| frame.text.len() == large.len() + 12));
}

/// Each start marker could make the parser look through all that is behind it. Looked at again and again, these
/// 8 MiB would take hours.
#[test]
fn hostile_bodies_take_linear_time() {
    for unit in ["#!NGINXNMS!#", "#!NGINXNMS!#{\"", "#!NGINXNMS!#[\"\\", "#!NGINXNMS!#[", "#", "{", "[\""] {
        let body = unit.repeat((8 << 20) / unit.len());
        let (frames, skipped) = parse_pieces(body.as_bytes().chunks(1 << 16));
        assert!(frames.is_empty() && skipped > 0, "{unit}");
    }
}

#[test]
fn broken_utf_8_is_replaced_and_not_lost() {
    let body = [b"#!NGINXNMS!#{\"text\":\"".as_slice(), &[0xFF], b"\"}#!NGINXNME!#"].concat();
    assert_eq!(parse(&body).0[0].text, "\"\u{FFFD}\"");
}

/// Pieces of the grammar, so that the arbitrary comes near to the valid.
fn token() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(START.to_vec()),
        Just(END.to_vec()),
        Just(message(1, "я#!NGINXNME!#").into_bytes()),
        Just(framed(&message(2, "b")).into_bytes()),
        "[\\[\\]{}\",:#! \\\\a1]{1,4}".prop_map(String::into_bytes),
        vec(any::<u8>(), 1..6),
    ]
}

fn cut_at(body: &[u8], mut cuts: Vec<usize>) -> Vec<&[u8]> {
    cuts.push(body.len());
    cuts.sort_unstable();
    let mut from = 0;
    cuts.into_iter().map(|cut| &body[std::mem::replace(&mut from, cut)..cut]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn a_valid_stream_gives_the_same_messages_however_it_is_cut(
        texts in vec("(\\PC|[\"\\\\\n]|#!NGINXNM[ES]!#)*", 0..6),
        shape in 0..3,
        cuts in vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let messages = (0..).zip(&texts).map(|(number, text)| message(number, text)).collect::<Vec<_>>();
        let body = match shape {
            0 => messages.iter().map(|message| framed(message)).collect(),
            1 => format!("[{}]", messages.join(",")),
            _ => messages.join("\n"),
        };
        let cuts = cuts.into_iter().map(|cut| cut.index(body.len() + 1)).collect();
        let (frames, skipped) = parse_pieces(cut_at(body.as_bytes(), cuts));
        let read = frames.iter().map(|frame| {
            serde_json::from_str::<Value>(&frame.text).unwrap()["value"].as_str().unwrap().to_owned()
        });
        prop_assert_eq!(read.collect::<Vec<_>>(), texts);
        prop_assert_eq!(skipped, 0);
    }

    #[test]
    fn any_stream_gives_the_same_however_it_is_cut(
        tokens in vec(token(), 0..24),
        cuts in vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let body = tokens.concat();
        let cuts = cuts.into_iter().map(|cut| cut.index(body.len() + 1)).collect();
        prop_assert_eq!(parse_pieces(cut_at(&body, cuts)), parse(&body));
    }

    #[test]
    fn a_good_frame_is_found_behind_any_garbage(tokens in vec(token(), 0..12)) {
        let body = [tokens.concat(), framed(&message(77, "x")).into_bytes()].concat();
        let (frames, _) = parse(&body);
        // A string that is open at its end may hold the frame, as text; then it is inside of another one.
        prop_assert!(frames.iter().any(|frame| frame.id == "77" || frame.text.contains("77")), "{frames:?}");
    }
}
