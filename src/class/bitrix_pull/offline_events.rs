//! The queue of offline events: subscribing to events, fetching them, and saying what became of them.

use std::time::Instant;

use native_api::class::{Default, Method, Parameter};
use native_api::{Arguments, Misuse, Returned, Text, Value};

use super::BitrixPull;
use crate::bitrix::offline_events;
use crate::bitrix::rest_error::RestErrorKind;
use crate::class::common::arguments::{object, strings, syntax};
use crate::class::common::{name, optional, required};
use crate::rest::failure::RestFailure;

/// Most events that are asked for at once.
const LARGEST_LIMIT: f64 = 500.0;
/// Most pages of a list, of 50 records each.
const MOST_PAGES: usize = 200;

const EVENT: Parameter = required("Event", "Событие");
const CONNECTOR: Parameter = optional("Connector", "Коннектор", Default::String(""));
const PROCESS: Parameter = required("ProcessId", "ИдентификаторПроцесса");

pub(super) const BIND: Method<BitrixPull> = Method {
    name: name("BindOfflineEvent", "ПодписатьсяНаСобытие"),
    parameters: &[EVENT, CONNECTOR],
    returns: true,
    run: |this, arguments| {
        let (event, connector) = (filled(arguments, 0)?, arguments.string(1)?);
        let deadline = this.call_deadline();
        let error_before = this.pull.client().last_error();
        let refusal = match this.call("event.bind", &offline_events::binding(event, connector), deadline)? {
            Ok(_) => return Ok(true.into()),
            Err(failure) => failure,
        };
        let may_be_bound =
            matches!(&refusal, RestFailure::Refused(error) if offline_events::may_be_bound(&error.code));
        let is_bound = may_be_bound && this.is_bound(event, connector, deadline)?;
        // Who binds at every start has what it wants: nothing has failed. Else the first refusal says why.
        this.pull.client().set_last_error(match is_bound {
            true => Text::made(&*error_before, &*error_before),
            false => refusal.text().clone(),
        });
        Ok(is_bound.into())
    },
};

pub(super) const UNBIND: Method<BitrixPull> = Method {
    name: name("UnbindOfflineEvent", "ОтписатьсяОтСобытия"),
    parameters: &[EVENT, CONNECTOR],
    returns: true,
    run: |this, arguments| {
        let binding = offline_events::binding(filled(arguments, 0)?, arguments.string(1)?);
        Ok(this.call("event.unbind", &binding, this.call_deadline())?.is_ok().into())
    },
};

pub(super) const GET: Method<BitrixPull> = Method {
    name: name("GetOfflineEvents", "ПолучитьОфлайнСобытия"),
    parameters: &[
        optional("Limit", "Количество", Default::Number(50.0)),
        optional("Connector", "Коннектор", Default::Empty),
        optional("DeleteAtOnce", "УдалятьСразу", Default::Bool(false)),
    ],
    returns: true,
    run: |this, arguments| {
        let limit = arguments.whole(0, 1.0..=LARGEST_LIMIT)?;
        let connector = match arguments.value(1) {
            Value::Empty => this.pull.settings().connector,
            _ => arguments.string(1)?.to_owned(),
        };
        let delete = arguments.bool(2)?;
        let parameters = offline_events::get(limit, delete, &connector);
        match this.call("event.offline.get", &parameters, this.call_deadline())? {
            Ok(answer) => Ok(answer.result.into()),
            Err(failure) => {
                if !delete && lacks_license(&failure) {
                    this.pull.client().set_last_error(no_confirming(&connector));
                }
                Ok(Value::Empty.into())
            }
        }
    },
};

pub(super) const CONFIRM: Method<BitrixPull> = Method {
    name: name("ConfirmOfflineEvents", "ПодтвердитьОфлайнСобытия"),
    parameters: &[PROCESS, optional("MessageIds", "ИдентификаторыСообщений", Default::String(""))],
    returns: true,
    run: |this, arguments| {
        let process = filled(arguments, 0)?;
        let ids = match arguments.string(1)? {
            "" => None,
            _ => Some(strings(arguments, 1)?),
        };
        this.mark("event.offline.clear", process, ids.as_deref())
    },
};

pub(super) const FAIL: Method<BitrixPull> = Method {
    name: name("FailOfflineEvents", "ОтметитьОшибкуСобытий"),
    parameters: &[PROCESS, required("MessageIds", "ИдентификаторыСообщений")],
    returns: true,
    run: |this, arguments| {
        let process = filled(arguments, 0)?;
        this.mark("event.offline.error", process, Some(&strings(arguments, 1)?))
    },
};

pub(super) const LIST: Method<BitrixPull> = Method {
    name: name("ListOfflineEvents", "СписокОфлайнСобытий"),
    parameters: &[optional("Filter", "Отбор", Default::String("{}"))],
    returns: true,
    run: |this, arguments| Ok(this.list(object(arguments, 0)?)?.map_or(Value::Empty, Value::String).into()),
};

impl BitrixPull {
    /// Whether the portal says that the event is bound.
    fn is_bound(&self, event: &str, connector: &str, deadline: Instant) -> Result<bool, Misuse> {
        let bindings = self.call("event.get", "{}", deadline)?;
        Ok(bindings.is_ok_and(|bindings| offline_events::is_bound(&bindings.result, event, connector)))
    }

    /// Says of events that were reserved what became of them. No ids: of all that were reserved together.
    fn mark(&self, method: &str, process: &str, ids: Option<&[String]>) -> Result<Returned, Misuse> {
        // To the portal an empty list means all of them.
        if ids.is_some_and(<[String]>::is_empty) {
            return Ok(true.into());
        }
        let parameters = offline_events::marking(process, ids.unwrap_or_default());
        Ok(self.call(method, &parameters, self.call_deadline())?.is_ok().into())
    }

    /// All records that `filter` finds, as a JSON array; `None`: the last error says why not.
    fn list(&self, filter: &str) -> Result<Option<String>, Misuse> {
        let connector = self.pull.settings().connector;
        let deadline = self.call_deadline();
        let mut found = Vec::new();
        let mut start = 0;
        for _ in 0..MOST_PAGES {
            let parameters = offline_events::list(filter, start, &connector);
            let Ok(page) = self.call("event.offline.list", &parameters, deadline)? else {
                return Ok(None);
            };
            let Some(records) = offline_events::records(&page.result) else {
                self.pull.client().set_last_error(Text::fixed(
                    "Портал ответил не списком событий",
                    "The portal's answer is no list of events",
                ));
                return Ok(None);
            };
            found.extend(records.into_iter().map(str::to_owned));
            match page.next.filter(|next| *next > start) {
                Some(next) => start = next,
                None => return Ok(Some(format!("[{}]", found.join(",")))),
            }
        }
        self.pull.client().set_last_error(Text::made(
            format!("Событий больше {}: уточните отбор", found.len()),
            format!("There are more than {} events: narrow the filter", found.len()),
        ));
        Ok(None)
    }
}

/// A string among the arguments that must say something.
fn filled<'a>(arguments: &Arguments<'a>, index: usize) -> Result<&'a str, Misuse> {
    match arguments.string(index)?.trim() {
        "" => Err(syntax(
            index,
            "непустая строка",
            "a string that is not empty",
            Text::fixed("пустая строка", "an empty string"),
        )),
        text => Ok(text),
    }
}

fn lacks_license(failure: &RestFailure) -> bool {
    matches!(failure, RestFailure::Refused(error) if error.kind == RestErrorKind::WrongLicense)
}

/// The portal's plan keeps no events until they are confirmed.
fn no_confirming(connector: &str) -> Text {
    let (ru, en) =
        if connector.is_empty() { ("", "") } else { (" или коннекторов", " or connectors") };
    Text::made(
        format!(
            "На тарифе портала нет подтверждения офлайн-событий{ru} (WRONG_LICENSE). Третий параметр \
             ПолучитьОфлайнСобытия = Истина обходится без подтверждения: портал удаляет события, когда отвечает, \
             и если ответ не дойдет до 1С, они потеряны"
        ),
        format!(
            "The portal's plan has no confirming of offline events{en} (WRONG_LICENSE). The third parameter of \
             GetOfflineEvents = True does without it: the portal deletes the events when it answers, and if the \
             answer does not reach 1C they are lost"
        ),
    )
}
