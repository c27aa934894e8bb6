use super::*;
use crate::report::Account;
use crate::text::{GREETING, sent};

const KEY: Key = (0, 1);

/// One connection on which the server wrote ten messages, two of them echoes; 1C is told what `took` says.
fn connection(took: impl IntoIterator<Item = Report>, end: End, over: Report) -> Balance {
    let mut ledger = Ledger::new(true);
    ledger.opened(KEY);
    ledger.told(Report::Open);
    ledger.arrived(KEY, GREETING);
    for number in 1..3 {
        ledger.told(Report::Accepted(number));
        ledger.arrived(KEY, &sent(number));
    }
    took.into_iter().for_each(|report| ledger.told(report));
    ledger.told(over);
    ledger.ended(KEY, end);
    ledger.told(Report::Account(Account { accepted: 2, greetings: 1, written: 3, lost: 0 }));
    ledger.told(Report::Finished);
    ledger.balance()
}

const CLEAN: End = End { is_clean: true, sent: 10 };
const CUT: End = End { is_clean: false, sent: 10 };

/// All ten: the greeting, seven of the series, two echoes.
fn all() -> Vec<Report> {
    let series = (1..8).map(Report::Number);
    [Report::Greeted].into_iter().chain(series).chain([Report::Echo(1), Report::Echo(2)]).collect()
}

#[test]
fn a_whole_connection_is_even() {
    let balance = connection(all(), CLEAN, Report::Closed);
    assert!(balance.is_even() && balance.cut == 0, "{balance:?}");
    assert_eq!((balance.received, balance.arrived), (9, 2));
}

#[test]
fn a_message_that_is_missing_is_lost_where_the_end_was_clean_and_was_on_the_line_where_not() {
    let mut took = all();
    took.retain(|report| *report != Report::Number(7));
    assert_eq!(connection(took.clone(), CLEAN, Report::Closed).lost, 1);
    let balance = connection(took, CUT, Report::Ended);
    assert!(balance.is_even() && balance.cut == 1, "{balance:?}");
}

#[test]
fn a_gap_is_a_loss_even_on_a_line_that_was_cut() {
    let mut took = all();
    took.retain(|report| *report != Report::Number(3));
    assert_eq!(connection(took, CUT, Report::Ended).lost, 1);
}

#[test]
fn what_comes_twice_or_out_of_place_is_told() {
    let mut twice = all();
    twice.push(Report::Echo(2));
    assert!(connection(twice, CLEAN, Report::Closed).doubled > 0);
    let mut stray = all();
    stray.push(Report::Wrong);
    assert_eq!(connection(stray, CLEAN, Report::Closed).wrong, 1);
    let mut greeted = all();
    greeted.push(Report::Greeted);
    assert!(connection(greeted, CLEAN, Report::Closed).doubled > 0);
}

#[test]
fn what_a_server_reads_late_is_neither_missing_nor_doubled() {
    let (mut ledger, old, new) = (Ledger::new(true), (0, 1), (0, 2));
    ledger.opened(old);
    ledger.arrived(old, &sent(1));
    ledger.opened(new);
    ledger.arrived(new, &sent(4));
    assert_eq!(ledger.balance().cut, 2);
    ledger.arrived(old, &sent(2));
    let balance = ledger.balance();
    assert!(balance.is_even() && balance.cut == 1, "{balance:?}");
    ledger.arrived(old, &sent(2));
    assert_eq!(ledger.balance().doubled, 1);
    ledger.arrived(new, &sent(6));
    assert_eq!(ledger.balance().lost, 1);
}

#[test]
fn what_went_with_a_line_is_not_the_fault_of_a_later_one() {
    let mut ledger = Ledger::new(true);
    for (number, end) in [(1, CUT), (2, CLEAN)] {
        ledger.opened((0, number));
        if number == 1 {
            ledger.arrived((0, 1), &sent(1));
        }
        ledger.ended((0, number), end);
    }
    ledger.opened((0, 3));
    ledger.arrived((0, 3), &sent(3));
    ledger.told(Report::Account(Account { accepted: 3, greetings: 0, written: 3, lost: 0 }));
    let balance = ledger.balance();
    assert!(balance.is_even() && balance.cut == 1, "{balance:?}");
}

#[test]
fn a_connection_that_the_server_closed_before_it_read_anything_is_whole() {
    let with = |numbers: u64| {
        let mut ledger = Ledger::new(true);
        ledger.opened(KEY);
        ledger.told(Report::Open);
        ledger.told(Report::Accepted(1));
        (1..=numbers).for_each(|number| ledger.told(Report::Number(number)));
        ledger.arrived(KEY, &sent(1));
        ledger.told(Report::Closed);
        ledger.ended(KEY, End { is_clean: true, sent: 5 });
        ledger.told(Report::Finished);
        ledger.balance()
    };
    assert!(with(5).is_even(), "{:?}", with(5));
    assert_eq!(with(4).lost, 1);
}

/// The server closes a first connection, and the object comes back and takes another message of 1C along before 1C is
/// told of either; `went` is how the first ends for 1C. Then another object brings a third; a fourth is cut before
/// anything came on it, which excuses nothing before.
fn behind(went: &[Report]) -> Balance {
    let mut ledger = Ledger::new(true);
    for number in 1..4 {
        let key = (0, number);
        ledger.opened(key);
        if number != 2 {
            ledger.told(Report::Open);
        }
        ledger.told(Report::Accepted(number));
        ledger.arrived(key, &sent(number));
        if number != 2 {
            ledger.told(Report::Number(1));
            ledger.told(Report::Echo(number));
        }
        ledger.ended(key, End { is_clean: true, sent: 2 });
        if number == 1 {
            went.iter().for_each(|report| ledger.told(*report));
        }
    }
    for report in [Report::Closed, Report::Open, Report::Ended, Report::Finished] {
        ledger.told(report);
    }
    ledger.balance()
}

#[test]
fn a_connection_that_an_abandoned_object_had_not_told_of_went_with_it() {
    for went in [&[Report::Abandoned][..], &[Report::Closed, Report::Abandoned]] {
        let balance = behind(went);
        assert!(balance.is_even(), "{balance:?}");
    }
    // Of one that was closed, all was to be told.
    assert_eq!(behind(&[Report::Closed]).lost, 1);
}

#[test]
fn what_was_accepted_must_be_written_or_counted() {
    let with = |written, lost| {
        let mut ledger = Ledger::new(true);
        ledger.told(Report::Account(Account { accepted: 5, greetings: 1, written, lost }));
        ledger.balance()
    };
    assert!(with(6, 0).is_even() && with(3, 2).is_even());
    assert_eq!(with(3, 1).lost, 1);
    assert_eq!(with(7, 0).doubled, 1);
}
