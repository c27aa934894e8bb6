//! The REST methods of the portal: who may call them, what is called, and how the answer is wrapped.

use serde_json::{Map, Value, json};

use crate::push_pull::{
    clock::{Clock, iso},
    configuration::configuration,
    oauth::Endpoints,
    offline_methods,
    parameters::Parameters,
    request::Asked,
    response::Response,
    rest_error::RestError,
    rest_fault::RestFault,
    site::Site,
};

/// How many calls a batch may hold.
const LARGEST_BATCH: usize = 50;

/// What a method gives.
pub(super) struct Answer {
    pub(super) result: Value,
    pub(super) total: Option<usize>,
    pub(super) next: Option<usize>,
}

impl<V: Into<Value>> From<V> for Answer {
    fn from(result: V) -> Self {
        Self { result: result.into(), total: None, next: None }
    }
}

/// Answers a call of `/rest/METHOD`, or as the fault wants it.
pub(super) fn answer(site: &Site, asked: &Asked, fault: &RestFault) -> Response {
    let reset_at = match fault {
        RestFault::OperationLimit(seconds) => Some(site.clock.seconds() + seconds),
        _ => None,
    };
    let answer = refusal(fault).map_or_else(|| call(site, asked, fault), Err);
    let (status, mut value) = match answer {
        Ok(answer) => {
            let mut value = json!({"result": answer.result});
            let counts = [("total", answer.total), ("next", answer.next)];
            for (name, count) in counts.into_iter().filter_map(|(name, count)| Some((name, count?))) {
                value[name] = count.into();
            }
            (200, value)
        }
        Err(error) => (error.status, error.json()),
    };
    if status == 200 || reset_at.is_some() {
        value["time"] = time(site.clock, reset_at);
    }
    Response::json(status, &value)
}

/// Answers a request for new tokens.
pub(super) fn refresh(site: &Site, asked: &Asked) -> Response {
    let endpoints = Endpoints {
        base: &site.base,
        client_id: &site.options.client_id,
        client_secret: &site.options.client_secret,
    };
    site.records().oauth.answer(&asked.parameters(), &endpoints, site.clock.seconds())
}

/// What the fault answers without making the call.
fn refusal(fault: &RestFault) -> Option<RestError> {
    Some(match fault {
        RestFault::ExpiredToken => RestError::expired_token(),
        RestFault::InsufficientScope => RestError::new(
            403,
            "insufficient_scope",
            "The request requires higher privileges than provided by the access token",
        ),
        RestFault::WrongAuthType => RestError::wrong_auth_type(),
        RestFault::QueryLimit => RestError::new(503, "QUERY_LIMIT_EXCEEDED", "Too many requests"),
        RestFault::OperationLimit(_) => {
            RestError::new(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")
        }
        RestFault::Error(status, code) => RestError::new(*status, code.clone(), "Refused on purpose"),
        _ => return None,
    })
}

fn call(site: &Site, asked: &Asked, fault: &RestFault) -> Result<Answer, RestError> {
    let path = asked.path().trim_start_matches("/rest/").trim_end_matches('/');
    let method = path.strip_suffix(".json").unwrap_or(path);
    if method.contains('/') {
        // A webhook: its user and its secret come before the method.
        return Err(RestError::wrong_auth_type());
    }
    let parameters = asked.parameters();
    let bearer = asked.head.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let token = bearer
        .map(str::to_owned)
        .or_else(|| parameters.text("auth"))
        .or_else(|| parameters.text("access_token"));
    site.records().oauth.authorize(token.as_deref(), site.clock.seconds())?;
    let extended = *fault != RestFault::WrongLicense;
    match method.to_lowercase().as_str() {
        "batch" => batch(site, &parameters, extended),
        method => dispatch(site, method, &parameters, extended),
    }
}

fn dispatch(site: &Site, method: &str, asked: &Parameters, extended: bool) -> Result<Answer, RestError> {
    match method {
        "pull.application.config.get" => Ok(configuration(site).into()),
        "event.bind" => offline_methods::bind(site, asked),
        "event.unbind" => offline_methods::unbind(site, asked),
        "event.get" => Ok(offline_methods::bindings(site)),
        "event.offline.get" => offline_methods::get(site, asked, extended),
        "event.offline.clear" => offline_methods::clear(site, asked),
        "event.offline.error" => offline_methods::fail(site, asked),
        "event.offline.list" => Ok(offline_methods::list(site, asked)),
        "app.info" => Ok(json!({"CODE": site.options.client_id, "STATUS": "L", "INSTALLED": true}).into()),
        _ => Err(RestError::new(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")),
    }
}

/// `batch`: several calls in one, written as `method?parameters`.
fn batch(site: &Site, asked: &Parameters, extended: bool) -> Result<Answer, RestError> {
    let commands: Vec<(String, String)> = match asked.value("cmd") {
        Some(Value::Object(map)) => {
            map.iter().filter_map(|(name, call)| Some((name.clone(), call.as_str()?.to_owned()))).collect()
        }
        Some(Value::Array(calls)) => {
            let texts = calls.iter().filter_map(Value::as_str);
            texts.enumerate().map(|(place, call)| (place.to_string(), call.to_owned())).collect()
        }
        _ => return Err(RestError::argument("cmd")),
    };
    if commands.len() > LARGEST_BATCH {
        return Err(RestError::new(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded"));
    }
    let halts = asked.text("halt").is_some_and(|halt| matches!(halt.as_str(), "1" | "Y"));
    let parts = ["result", "result_error", "result_total", "result_next", "result_time"];
    let mut batch: Value = parts
        .iter()
        .map(|part| ((*part).to_owned(), Value::Object(Map::new())))
        .collect::<Map<_, _>>()
        .into();
    for (name, call) in commands {
        let (method, query) = call.split_once('?').unwrap_or((&call, ""));
        match dispatch(site, &method.to_lowercase(), &Parameters::from_form(query), extended) {
            Ok(answer) => {
                batch["result"][&name] = answer.result;
                batch["result_time"][&name] = time(site.clock, None);
                if let Some(total) = answer.total {
                    batch["result_total"][&name] = total.into();
                }
                if let Some(next) = answer.next {
                    batch["result_next"][&name] = next.into();
                }
            }
            Err(error) => {
                batch["result_error"][&name] = error.json();
                if halts {
                    break;
                }
            }
        }
    }
    Ok(batch.into())
}

/// How long the call took, by the portal's clock: no time at all.
fn time(clock: Clock, reset_at: Option<u64>) -> Value {
    let now = clock.now();
    let mut time = json!({
        "start": now.as_secs_f64(),
        "finish": now.as_secs_f64(),
        "duration": 0.0,
        "processing": 0.0,
        "date_start": iso(now.as_secs()),
        "date_finish": iso(now.as_secs()),
        "operating": 0,
    });
    if let Some(seconds) = reset_at {
        time["operating_reset_at"] = seconds.into();
    }
    time
}
