//! `РегулярноеВыражение`.

use crate::outcome::{Checked, Outcome, ensure};
use crate::stage::{ROM, Stage, WEBSOCKET, connect, expect_text, finish, truly};

/// An expression with texts that come through and texts that do not.
const CASES: [(&str, &[&str], &[&str]); 4] = [
    ("заказ (?!7\\b)\\d+", &["новый заказ 8", "заказ 77"], &["заказ 7", "возврат 8"]),
    ("(?i)^ВОЗВРАТ(?= 5)", &["возврат 5", "Возврат 55"], &["возврат 6", "не возврат 5"]),
    ("(?<=\"exten\":\")90[12](?=\")", &[r#"{"exten":"902"}"#], &[r#"{"exten":"903"}"#, r#"{"id":"902"}"#]),
    ("(\\w)\\1(\\w)\\2", &["ввоодд"], &["ввод"]),
];

pub(crate) fn filter(stage: &Stage) -> Outcome {
    for class in [ROM, WEBSOCKET] {
        one(stage, class)?;
    }
    Ok(format!("{} выражения", CASES.len()))
}

fn one(stage: &Stage, class: &str) -> Checked {
    let object = stage.object(class)?;
    connect(&object, &stage.servers.echo)?;
    for (expression, passed, stopped) in CASES {
        object.set("РегулярноеВыражение", expression)?;
        for text in stopped.iter().chain(passed) {
            truly(&object, "Отправить", [*text])?;
        }
        for text in passed {
            expect_text(&object, text)?;
        }
    }
    let wrong = object.set("РегулярноеВыражение", "(");
    ensure(wrong.is_err(), || "негодное выражение принято".to_owned())?;
    // A search without end is given up, and the message comes through.
    object.set("РегулярноеВыражение", "^(?:(?!x)(a|aa))+$")?;
    let endless = format!("{}!", "a".repeat(60));
    truly(&object, "Отправить", [endless.as_str()])?;
    expect_text(&object, &endless)?;
    finish(object)
}
