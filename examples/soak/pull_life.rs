//! The life of one object of class `BitrixPull`.

use std::fmt;
use std::time::{Duration, Instant};

use native_api::Value;
use native_api_host::{Arguments, Host, Object};

use crate::access::Access;
use crate::fleet::Taking;
use crate::pull_client::PullClient;
use crate::report::Report;
use crate::text::{Seen, seen_published};

/// How long there is nothing to do between two looks.
const TICK: Duration = Duration::from_millis(50);
/// Events that are taken in a row before anything else is done.
const MOST_EVENTS: usize = 100;
/// Between attempts that 1C makes itself.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a synchronous connection, or a call, may take, in seconds.
const TIMEOUT: u32 = 30;
/// After so many looks without an event, at an object that is closed and has nothing, nothing more comes.
const QUIET_LOOKS: u32 = 5;
/// How long an end may take. Only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is kept from one object to the next.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) position: String,
}

/// The object of the moment.
pub(crate) struct Life<'a> {
    client: &'a PullClient,
    pub(crate) object: Object,
    kept: Kept,
    is_open: bool,
    /// That the connection has ended and will not come back was told.
    is_told: bool,
    /// Events taken.
    taken: u64,
    pub(crate) connect_at: Option<Instant>,
}

/// What a step found wrong.
pub(crate) type Outcome<T = ()> = Result<T, String>;

impl<'a> Life<'a> {
    /// A new object that is about to connect, with what was kept of the one before.
    pub(crate) fn begin(client: &'a PullClient, kept: Kept) -> Outcome<Self> {
        let host = if client.pull.taking == Taking::Job { Host::server() } else { Host::default() };
        let object = client.library.create("BitrixPull", host).map_err(|error| error.to_string())?;
        let Access { portal, client_id, client_secret, .. } = &client.access;
        let life = Self {
            client,
            object,
            kept,
            is_open: false,
            is_told: false,
            taken: 0,
            connect_at: Some(Instant::now()),
        };
        let tokens = [&life.kept.access, &life.kept.refresh, client_id, client_secret].map(String::as_str);
        life.call("УстановитьТокены", tokens)?;
        life.set("СерверАвторизации", portal.as_str())?;
        if let Some(file) = &client.log {
            life.set("УровеньЖурнала", "debug")?;
            life.set("ФайлЖурнала", file.display().to_string())?;
        }
        life.set("Транспорт", client.pull.transport)?;
        life.set("Позиция", life.kept.position.as_str())?;
        if client.pull.taking == Taking::Job {
            life.set("Таймаут", f64::from(TIMEOUT))?;
        }
        Ok(life)
    }

    /// Connects if that is due, and takes what has come.
    pub(crate) fn step(&mut self) -> Outcome {
        if self.connect_at.is_some_and(|at| at <= Instant::now()) {
            self.connect()?;
        }
        if self.client.pull.taking == Taking::Job {
            self.receive(TICK.as_secs_f64())?;
            if self.is_open && self.is_closed()? {
                self.receive(0.0)?;
                self.is_open = false;
                self.connect_at = Some(Instant::now() + PAUSE);
                self.tell(Report::Ended)?;
            }
            return Ok(());
        }
        self.take_events()
    }

    fn connect(&mut self) -> Outcome {
        self.connect_at = None;
        let connected = self.call("Подключиться", [self.client.access.portal.as_str()])? == true.into();
        if self.client.pull.taking == Taking::Job {
            self.is_open = connected;
            if !connected {
                self.connect_at = Some(Instant::now() + PAUSE);
            }
            self.tell(if connected { Report::Open } else { Report::Failed })?;
        }
        Ok(())
    }

    fn take_events(&mut self) -> Outcome {
        for _ in 0..MOST_EVENTS {
            let Some(event) = self.object.next_event(TICK) else { break };
            self.taken += 1;
            if event.event == r#"{"Event": "Message"}"# {
                self.took(&event.data)?;
            } else if event.event.contains(r#""State": "Open""#) {
                self.is_open = true;
                self.tell(Report::Open)?;
            } else if event.event.contains(r#""State": "Close""#) {
                self.is_open = false;
                self.is_told = event.event.contains(r#""Reason": "Normal""#);
                self.tell(Report::Ended)?;
            } else if event.event.contains(r#""State": "Fail""#) {
                self.is_told = !event.event.contains(r#""RetryIn""#);
                self.tell(Report::Failed)?;
            }
        }
        Ok(())
    }

    /// Takes what `Получить` gives, waiting so many seconds for the first.
    fn receive(&mut self, mut seconds: f64) -> Outcome {
        while let Value::String(text) = self.call("Получить", [seconds])? {
            if !text.starts_with(r#"{"module_id":"vestnik""#) {
                self.took(&text)?;
            }
            seconds = 0.0;
        }
        Ok(())
    }

    fn took(&self, text: &str) -> Outcome {
        self.tell(match seen_published(text) {
            Seen::Number(number) => Report::Number(number),
            Seen::Stray => Report::Stray,
            Seen::Sent(_) | Seen::Greeting | Seen::Wrong => Report::Wrong,
        })
    }

    /// Closes the connection and takes all that is given by then, so that `Позиция` tells of nothing else.
    pub(crate) fn close(&mut self) -> Outcome {
        self.call("Отключиться", ())?;
        let start = Instant::now();
        // The end is told last, but for a connection that was cut just before.
        self.is_told = false;
        let mut quiet = 0;
        while quiet < QUIET_LOOKS && !(self.is_told && self.is_closed()?) {
            if start.elapsed() > PATIENCE {
                return Err(format!("объект {}: не закрылся", self.client.number));
            }
            self.connect_at = None;
            let taken = self.taken;
            self.step()?;
            let is_over = !self.is_open && self.is_closed()? && self.get("ДлинаОчереди")? == 0.into();
            quiet = if is_over && taken == self.taken { quiet + 1 } else { 0 };
        }
        self.connect_at = None;
        Ok(())
    }

    /// Goes on with another object; with this one where the portal does not answer, since an exchange of tokens that
    /// is cut short may take the new pair with it.
    pub(crate) fn renew(mut self) -> Outcome<Self> {
        self.close()?;
        let method = "pull.application.config.get";
        if !matches!(self.call("ВызватьМетод", (method, "{}", f64::from(TIMEOUT)))?, Value::String(_))
        {
            self.connect_at = Some(Instant::now());
            return Ok(self);
        }
        let tokens = self.text("ПолучитьТокены")?;
        let tokens: serde_json::Value = serde_json::from_str(&tokens).map_err(|error| error.to_string())?;
        let token =
            |name: &str| tokens[name].as_str().map(str::to_owned).ok_or_else(|| format!("нет {name}"));
        let Value::String(position) = self.get("Позиция")? else {
            return Err("Позиция — не строка".to_owned());
        };
        let kept = Kept { access: token("access_token")?, refresh: token("refresh_token")?, position };
        let client = self.client;
        self.finish()?;
        Self::begin(client, kept)
    }

    pub(crate) fn finish(self) -> Outcome {
        let problems = self.object.finish();
        if problems.is_empty() {
            return Ok(());
        }
        let list = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Err(format!("объект {} нарушил правила: {list}", self.client.number))
    }

    fn is_closed(&self) -> Outcome<bool> {
        Ok(self.get("Состояние")? == "Closed".into())
    }

    fn text(&self, method: &str) -> Outcome<String> {
        match self.call(method, ())? {
            Value::String(text) => Ok(text),
            _ => Err(format!("{method} — не строка")),
        }
    }

    fn tell(&self, report: Report) -> Outcome {
        self.client.tell(report)
    }

    fn call(&self, method: &str, arguments: impl Arguments) -> Outcome<Value> {
        self.object.call(method, arguments).map_err(failed(method))
    }

    fn get(&self, property: &str) -> Outcome<Value> {
        self.object.get(property).map_err(failed(property))
    }

    fn set(&self, property: &str, value: impl Into<Value>) -> Outcome {
        self.object.set(property, value).map_err(failed(property))
    }
}

/// What did not go as it should, in words.
fn failed<E: fmt::Debug>(member: &str) -> impl Fn(E) -> String {
    move |error| format!("{member}: {error:?}")
}
