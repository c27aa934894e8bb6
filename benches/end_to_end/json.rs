//! The results for programs.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::goals::{GOALS, Limit};
use crate::outcome::Outcome;
use crate::results::Row;

/// Writes rows and goals into a file.
pub(crate) fn write(path: &Path, rows: &[Row], rounds: u32) -> Outcome {
    let rows_json = rows.iter().map(|row| {
        let values = row.values.iter().map(|(quantity, value)| (quantity.name().to_owned(), json!(value)));
        json!({
            "group": row.group.name(),
            "contender": row.contender,
            "values": values.collect::<Map<String, Value>>(),
        })
    });
    let goals = GOALS.iter().map(|goal| {
        let (word, limit) = match goal.limit {
            Limit::AtMost(limit) => ("at_most", limit),
            Limit::AtLeast(limit) => ("at_least", limit),
        };
        let verdict = goal.judge(rows);
        json!({
            "goal": goal.to_string(),
            word: limit,
            "value": verdict.as_ref().map(|verdict| verdict.value),
            "reached": verdict.map(|verdict| verdict.reached),
        })
    });
    let all =
        json!({ "rounds": rounds, "rows": rows_json.collect::<Value>(), "goals": goals.collect::<Value>() });
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(path, format!("{all:#}\n"))?)
}
