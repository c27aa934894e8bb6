//! Bodies that a push server sends: however they are cut they give the same frames, what is in the frames is JSON, and
//! a good frame is found behind any garbage.

use serde_json::Value;
use vestnik::bitrix::command::Command;
use vestnik::bitrix::frame::Frame;
use vestnik::bitrix::frames::FrameParser;
use vestnik::bitrix::json_rpc;

const GOOD: &[u8] =
    br##"#!NGINXNMS!#{"id":77,"mid":"17953026760000000000000077","text":{"command":"x"}}#!NGINXNME!#"##;

/// The last byte tells into what pieces the body before it is cut.
pub fn target(data: &[u8]) {
    let Some((piece, body)) = data.split_last() else { return };
    let whole = parse(body, body.len().max(1));
    for piece in [1, usize::from(*piece) + 2] {
        assert_eq!(parse(body, piece), whole, "pieces of {piece}");
    }
    whole.0.iter().for_each(check);
    let size: usize = whole.0.iter().map(size).sum();
    assert!(size <= 20 * body.len(), "{size} bytes out of {}", body.len());

    let good = &parse(GOOD, GOOD.len()).0[0];
    // Apart from it: an end marker that lacks its last character would take the good frame's first one.
    let behind_garbage = [body, b"\n", GOOD].concat();
    assert_eq!(parse(&behind_garbage, behind_garbage.len()).0.last(), Some(good));
    let mut cut_off = FrameParser::default();
    cut_off.feed(body);
    cut_off.abandon();
    assert_eq!(cut_off.feed(GOOD), std::slice::from_ref(good), "what was cut off is forgotten");
}

fn parse(body: &[u8], piece: usize) -> (Vec<Frame>, u64) {
    let mut parser = FrameParser::default();
    let mut frames: Vec<_> = body.chunks(piece).flat_map(|piece| parser.feed(piece)).collect();
    frames.extend(parser.finish());
    (frames, parser.skipped())
}

fn check(frame: &Frame) {
    let json = [Some(&frame.text), frame.extra.as_ref()];
    for text in json.into_iter().flatten() {
        serde_json::from_str::<Value>(text).expect("what is published is JSON");
    }
    if let Command::OfflineEvents(events) = Command::read(&frame.text) {
        assert!(!events.is_empty(), "a hint is not lost");
    }
    if let Some(receipt) = &frame.receipt {
        assert_eq!(json_rpc::acknowledgement(frame), Some(format!("mack:{receipt}")));
    }
}

fn size(frame: &Frame) -> usize {
    let optional = [&frame.extra, &frame.receipt].map(|text| text.as_ref().map_or(0, String::len));
    let texts = [&frame.id, &frame.channel, &frame.tag, &frame.time, &frame.text].map(String::len);
    texts.iter().chain(&optional).sum()
}
