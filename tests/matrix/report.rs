//! `docs/reliability/matrix.md`: what the table expects, and what the last run by hand has seen.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::axes::{Cell, Class, Phase};
use crate::host::{HostCell, ROWS};
use crate::stage::Outcome;
use crate::table::{EXCUSES, Entry, Table};

const COMMAND: &str = "VESTNIK_MATRIX_REPORT=1 cargo test --test matrix";
/// Asks for the report to be written.
pub(crate) const VARIABLE: &str = "VESTNIK_MATRIX_REPORT";
/// In the place of an outcome that is what was expected, word for word.
const SAME: &str = "=";

/// What was seen in the cells and in the rows of the host.
pub(crate) struct Seen<'a> {
    pub(crate) cells: &'a [(Cell, &'static str, Outcome)],
    pub(crate) host: &'a [(HostCell, Outcome)],
}

/// Writes the report if that is asked for.
pub(crate) fn keep(table: &Table, seen: &Seen<'_>) {
    if env::var_os(VARIABLE).is_some() {
        fs::create_dir_all(file().parent().unwrap()).unwrap();
        fs::write(file(), text(table, Some(seen))).unwrap();
    }
}

/// The report without what was seen must be that of the table.
pub(crate) fn check(table: &Table) {
    let committed = fs::read_to_string(file()).unwrap_or_default();
    let expected = text(table, None);
    let committed = committed.lines().map(without_seen).collect::<Vec<_>>();
    let differs = |(number, line): &(usize, &str)| committed.get(*number).is_none_or(|known| known != line);
    let differs = expected.lines().enumerate().find(differs);
    if let Some((number, line)) = differs {
        panic!("{} is out of date, write it with `{COMMAND}`. Line {}: {line}", file().display(), number + 1);
    }
    assert_eq!(committed.len(), expected.lines().count(), "write it with `{COMMAND}`");
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability/matrix.md")
}

/// A line of a table of outcomes without its last column, other lines as they are.
fn without_seen(line: &str) -> String {
    let cells = line.split(" | ").collect::<Vec<_>>();
    match cells.as_slice() {
        ["|---|---|---|---|"] => "|---|---|---|".to_owned(),
        [first @ .., _] if first.len() == 3 => format!("{} |", first.join(" | ")),
        _ => line.to_owned(),
    }
}

fn text(table: &Table, seen: Option<&Seen<'_>>) -> String {
    let mut text = head(table);
    for class in Class::ALL {
        for phase in Phase::ALL {
            let cells = table.expected().filter(|(cell, _)| cell.class == class && cell.phase == phase);
            let mut cells = cells.peekable();
            if cells.peek().is_none() {
                continue;
            }
            writeln!(text, "\n## {}: {}\n", class.name(), phase.name()).unwrap();
            heading(&mut text, "сбой", "режим", seen.is_some());
            for (cell, script) in cells {
                let outcome = seen.map(|seen| {
                    let found = seen.cells.iter().find(|(played, ..)| *played == cell);
                    found.map(|(.., outcome)| outcome)
                });
                line(&mut text, cell.fault, cell.mode.name(), script, outcome);
            }
        }
    }
    host(&mut text, seen);
    excuses(&mut text, table);
    text
}

fn heading(text: &mut String, first: &str, second: &str, has_seen: bool) {
    let (title, rule) = if has_seen { (" вышло |", "---|") } else { ("", "") };
    writeln!(text, "| {first} | {second} | ожидается |{title}\n|---|---|---|{rule}").unwrap();
}

fn line(text: &mut String, fault: &str, second: &str, expected: &str, outcome: Option<Option<&Outcome>>) {
    write!(text, "| {} | {second} | {} |", code(fault), code(expected)).unwrap();
    if let Some(outcome) = outcome {
        let seen = match outcome {
            None => "не проверялось".to_owned(),
            Some(outcome) if outcome.seen == straight(expected) => SAME.to_owned(),
            Some(outcome) => code(&outcome.seen),
        };
        write!(text, " {seen} |").unwrap();
    }
    text.push('\n');
}

/// A script without what may come any number of times: mostly it does not come.
fn straight(script: &str) -> String {
    let parts = script.split(" { ").map(|part| part.split_once(" }*").map_or(part, |(_, rest)| rest));
    parts.collect()
}

fn code(text: &str) -> String {
    // A bar would end the cell of the table.
    format!("`{}`", text.replace('|', "\\|"))
}

fn head(table: &Table) -> String {
    let (all, expected) = (table.entries.len(), table.expected().count());
    let host = HostCell::all().filter(|cell| cell.expected().is_ok()).count();
    format!(
        "# Матрица сбоев\n\n\
         Создано командой `{COMMAND}`; ожидания сверяет с таблицами в `tests/matrix/table` каждый прогон тестов.\n\n\
         Класс × сбой × фаза × режим: {all} клеток. Проверено {expected}, ещё {host} со сбоями самой платформы; \
         остальные {} не имеют смысла, причина каждой названа в конце.\n\n{LEGEND}",
        all - expected
    )
}

const CLOCKS: &str = "
Часы портала, расходящиеся с часами машины на часы и на год, — сбои `clock:*` класса BitrixPull. Перевод часов самой \
машины во время работы проверяет `cargo test --test product bitrix::clock`.

";

const LEGEND: &str = "\
Режимы: `event` — клиент, сообщения приходят внешними событиями, `Таймаут` = 0; `notify` — клиент, \
`РежимДоставки` = Уведомление; `server` — сервер 1С без внешних событий, `Таймаут` = 30.

Как читать ожидание: слова идут в том порядке, в котором всё происходит.

| слово | значение |
|---|---|
| `connect=yes` | `Подключиться` вернуло Истина (`no` — Ложь, и `ПоследняяОшибка` говорит причину); так же `disconnect`, `send` |
| `take=1` | `Получить` вернуло сообщение «1» (`none` — Неопределено); `until` — то же, минуя повторную подсказку `check_queue` |
| `call`, `ping` | `ВызватьМетод`, `Пинг` |
| `fill=no` | `Отправить` повторяли, пока очередь отправки не заполнилась и оно не вернуло Ложь |
| `state=Open` | `Состояние` (у ROM-WebSocket — `Подключено`) |
| `timeout=`, `queue=`, `pings=`, `proxy=` | 1С меняет `Таймаут`, `РазмерОчереди`, интервал пинга и ожидание ответа на него, `Прокси` |
| `Open`, `Waiting`, `Fail=ВИД:HTTP`, `Close=КОД` | событие соединения; `Close` — с причиной Drop, `Normal` — с причиной Normal |
| `Text=1`, `Hint`, `Check=…`, `Tokens` | событие с сообщением, `MessagesAvailable`, `CheckQueue`, `Tokens` |
| `@reset` и другие с `@` | что делает внешний мир: обрыв, остановка и запуск сервера, публикация, начало сбоя |
| `a\\|b`, `a?`, `{ a b }*` | одно из двух; может не быть; сколько угодно раз |
| `lost=N` | потеряно и посчитано в `Статистика`; где слова нет, потеряно 0 |

После последнего слова в каждой клетке проверено: событий больше нет, объект завершился без утечек и нарушений \
двоичного интерфейса, сервер видит, что все соединения закрыты. «=» в последнем столбце — вышло слово в слово \
то, что ожидалось, без повторений.
";

fn host(text: &mut String, seen: Option<&Seen<'_>>) {
    text.push_str("\n## Сбои платформы\n\n");
    for row in ROWS {
        writeln!(text, "- `{}`: {}", row.fault, row.text).unwrap();
    }
    text.push_str(CLOCKS);
    heading(text, "сбой", "класс", seen.is_some());
    for cell in HostCell::all() {
        let outcome = seen.map(|seen| seen.host.iter().find(|(played, _)| *played == cell));
        let outcome = outcome.map(|found| found.map(|(_, outcome)| outcome));
        if let Ok(expected) = cell.expected() {
            line(text, cell.row().fault, cell.class.name(), expected, outcome);
        }
    }
}

fn excuses(text: &mut String, table: &Table) {
    text.push_str("\n## Клетки без смысла\n\n| класс | фаза | сбои | режим | клеток | причина |\n|---|---|---|---|---|---|\n");
    for (place, excuse) in EXCUSES.iter().enumerate() {
        let excused = |entry: &&Entry| matches!(entry, Entry::Excused(known) if *known == place);
        let count = table.entries.values().filter(excused).count();
        let classes = excuse.classes.iter().map(|class| class.name()).collect::<Vec<_>>().join(", ");
        let phases = excuse.phases.iter().map(|phase| phase.name()).collect::<Vec<_>>().join(", ");
        let modes = excuse.modes.iter().map(|mode| mode.name()).collect::<Vec<_>>().join(", ");
        let faults = code(excuse.faults);
        writeln!(text, "| {classes} | {phases} | {faults} | {modes} | {count} | {} |", excuse.reason)
            .unwrap();
    }
    for cell in HostCell::all() {
        if let Err(reason) = cell.expected() {
            let (class, fault) = (cell.class.name(), cell.row().fault);
            writeln!(text, "| {class} | — | `{fault}` | — | 1 | {reason} |").unwrap();
        }
    }
}
