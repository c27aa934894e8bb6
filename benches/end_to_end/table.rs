//! The table, for people.

use crate::goals::GOALS;
use crate::number::number;
use crate::results::{Group, Quantity, Row};

/// Characters of the column of contenders.
const NAME: usize = 40;

/// Prints a group.
pub(crate) fn print(group: Group, rows: &[Row]) {
    let quantities = columns(rows);
    println!("\n{}", group.title());
    print!("{:<NAME$}", "");
    quantities.iter().for_each(|quantity| print!(" {:>width$}", quantity.title(), width = width(*quantity)));
    println!();
    for row in rows {
        print!("{:<NAME$}", row.contender);
        for quantity in &quantities {
            let value = row.get(*quantity).map_or_else(|| "-".to_owned(), number);
            print!(" {value:>width$}", width = width(*quantity));
        }
        println!();
    }
}

/// Prints what became of the goals that were measured.
pub(crate) fn print_goals(rows: &[Row]) {
    println!("\nGoals");
    for goal in GOALS {
        if let Some(verdict) = goal.judge(rows) {
            let word = if verdict.reached { "reached" } else { "MISSED" };
            println!("{word:<8} {:>8}  {}", number(verdict.value), goal);
        }
    }
}

/// All quantities of the rows, in the order in which they first appear.
fn columns(rows: &[Row]) -> Vec<Quantity> {
    let mut columns = Vec::new();
    for (quantity, _) in rows.iter().flat_map(|row| &row.values) {
        if !columns.contains(quantity) {
            columns.push(*quantity);
        }
    }
    columns
}

fn width(quantity: Quantity) -> usize {
    quantity.title().chars().count().max(9)
}
