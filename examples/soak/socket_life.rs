//! The life of one object of a WebSocket class.

use std::time::{Duration, Instant};

use native_api::Value;
use native_api_host::{Host, Object};

use crate::fleet::{Socket, Taking};
use crate::report::{Account, Report};
use crate::sending::Sending;
use crate::socket_client::SocketClient;
use crate::text::{GREETING, Seen, seen, sent};

/// How long there is nothing to do between two looks.
const TICK: Duration = Duration::from_millis(20);
/// Events that are taken in a row before anything else is done.
const MOST_EVENTS: usize = 100;
/// Between attempts that 1C makes itself.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the end may take. Only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// The object of the moment, and what it has done.
pub(crate) struct Life<'a> {
    client: &'a SocketClient,
    pub(crate) object: Object,
    is_open: bool,
    /// `Подключиться` was called, and what came of it is not told yet.
    is_pending: bool,
    sending: Sending,
    /// When 1C connects it.
    connect_at: Option<Instant>,
}

/// What a step found wrong.
pub(crate) type Outcome<T = ()> = Result<T, String>;

impl<'a> Life<'a> {
    /// A new object that is about to connect.
    pub(crate) fn begin(client: &'a SocketClient, last: u64) -> Outcome<Self> {
        let socket = client.socket;
        let host = if socket.taking == Taking::Job { Host::server() } else { Host::default() };
        let object = client.library.create(socket.class, host).map_err(|error| error.to_string())?;
        let life = Self {
            client,
            object,
            is_open: false,
            is_pending: false,
            sending: Sending::after(last),
            connect_at: Some(Instant::now()),
        };
        if socket.class == "WebSocket" {
            life.configure(socket)?;
        }
        Ok(life)
    }

    fn configure(&self, socket: Socket) -> Outcome {
        if let Some(file) = &self.client.log {
            self.set("УровеньЖурнала", "debug")?;
            self.set("ФайлЖурнала", file.display().to_string())?;
        }
        self.call("УстановитьПриветствие", [format!(r#"["{GREETING}"]"#)])?;
        self.set("ПаузаПереподключения", 0.1)?;
        self.set("МаксимальнаяПауза", 1.0)?;
        self.set("ИнтервалПинга", 2.0)?;
        self.set("ТаймаутОтветаНаПинг", 4.0)?;
        self.set("Сжатие", socket.compression)?;
        if socket.is_persistent {
            self.set("ПопыткиПереподключения", -1)?;
        }
        if socket.taking == Taking::Notified {
            self.set("РежимДоставки", "Уведомление")?;
        }
        if socket.tls {
            self.call("УстановитьДоверенныеСертификаты", [self.client.authority.as_str()])?;
        }
        Ok(())
    }

    /// Connects if that is due, and takes what has come.
    pub(crate) fn step(&mut self) -> Outcome {
        if self.connect_at.is_some_and(|at| at <= Instant::now()) {
            self.connect()?;
        }
        match self.client.socket.taking {
            Taking::Events => self.take_events(TICK),
            Taking::Notified => {
                self.take_events(TICK)?;
                self.receive(0.0)
            }
            Taking::Job => {
                self.receive(TICK.as_secs_f64())?;
                // What is queued stays readable after a close; only then is it over.
                if self.is_open && self.is_closed()? {
                    self.receive(0.0)?;
                    self.over(Report::Ended)?;
                }
                Ok(())
            }
        }
    }

    fn connect(&mut self) -> Outcome {
        self.connect_at = None;
        self.sending.greets();
        let is_job = self.client.socket.taking == Taking::Job;
        if is_job {
            self.set("Таймаут", 5)?;
        }
        let connected = self.call("Подключиться", [self.client.url.as_str()])? == true.into();
        if is_job {
            // From now on sending does not wait, so that its answer says all.
            self.set("Таймаут", 0)?;
            if connected {
                self.opened()?;
            } else {
                self.tell(Report::Failed)?;
                self.reconnect();
            }
        } else {
            // One that comes back by itself tells of more than one outcome.
            self.is_pending = !self.client.socket.is_persistent;
        }
        Ok(())
    }

    /// Takes external events until none comes for this long.
    fn take_events(&mut self, quiet: Duration) -> Outcome {
        for _ in 0..MOST_EVENTS {
            let Some(event) = self.object.next_event(quiet) else { break };
            if event.event == r#"{"Event": "Message"}"# {
                self.took(&event.data)?;
            } else if event.event.contains(r#""State": "Open""#) {
                self.is_pending = false;
                // In notify mode its messages may have been taken before.
                if !self.is_open {
                    self.opened()?;
                }
            } else if event.event.contains(r#""State": "Close""#) {
                if self.client.socket.taking == Taking::Notified {
                    self.receive(0.0)?;
                }
                // 1006: the line was cut, or the server did not confirm in time.
                let is_told = event.event.contains("\"Code\": ");
                let is_cut = event.event.contains("\"Code\": 1006");
                self.over(if is_told && !is_cut { Report::Closed } else { Report::Ended })?;
            } else if event.event.contains(r#""State": "Fail""#) {
                self.is_pending = false;
                self.tell(Report::Failed)?;
                self.reconnect();
            }
            self.send()?;
        }
        Ok(())
    }

    /// Takes what `Получить` gives, waiting so many seconds for the first.
    fn receive(&mut self, mut seconds: f64) -> Outcome {
        while let Value::String(text) = self.call("Получить", [seconds])? {
            if !self.is_open {
                self.opened()?;
            }
            self.took(&text)?;
            self.send()?;
            seconds = 0.0;
        }
        Ok(())
    }

    fn took(&mut self, text: &str) -> Outcome {
        let report = match seen(text) {
            Seen::Number(number) => Report::Number(number),
            Seen::Sent(number) => {
                self.sending.came_back(number);
                Report::Echo(number)
            }
            Seen::Greeting => Report::Greeted,
            Seen::Stray => Report::Stray,
            Seen::Wrong => Report::Wrong,
        };
        self.tell(report)
    }

    fn opened(&mut self) -> Outcome {
        self.is_open = true;
        self.sending.begin_connection();
        self.tell(Report::Open)
    }

    fn over(&mut self, how: Report) -> Outcome {
        self.is_open = false;
        self.reconnect();
        self.tell(how)
    }

    /// 1C connects again, unless the object does so itself.
    fn reconnect(&mut self) {
        if !self.client.socket.is_persistent {
            self.connect_at = Some(Instant::now() + PAUSE);
        }
    }

    /// Sends a message, if it is time for one and not too many are on their way.
    pub(crate) fn send(&mut self) -> Outcome {
        if !self.is_open {
            return Ok(());
        }
        let Some(number) = self.sending.due(Instant::now()) else { return Ok(()) };
        if self.call("Отправить", [sent(number)])? == true.into() {
            self.sending.accepted();
            self.tell(Report::Accepted(number))?;
        }
        Ok(())
    }

    /// Closes the connection and waits until that is told; then 1C connects again.
    pub(crate) fn disconnect(&mut self) -> Outcome {
        self.close()?;
        self.connect_at = Some(Instant::now());
        Ok(())
    }

    fn close(&mut self) -> Outcome {
        self.call("Отключиться", ())?;
        self.connect_at = None;
        self.until("закрыто", |life| {
            if !life.is_closed()? || !life.is_empty()? {
                return Ok(false);
            }
            life.take_events(Duration::ZERO)?;
            Ok(!life.is_open && !life.is_pending)
        })?;
        // What had failed meanwhile is not tried again.
        self.connect_at = None;
        Ok(())
    }

    /// Waits until all that was sent has come back, over as many connections as that takes.
    pub(crate) fn settle(&mut self) -> Outcome {
        self.sending.settle();
        self.until("отвечено на все", |life| {
            life.send()?;
            Ok(life.is_open && life.sending.is_settled())
        })
    }

    /// Takes what comes until the condition holds.
    fn until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> Outcome<bool>) -> Outcome {
        let start = Instant::now();
        while !holds(self)? {
            if start.elapsed() > PATIENCE {
                let state = self.object.get("Состояние");
                return Err(format!("объект {}: не дождались: {what}; {state:?}", self.client.number));
            }
            self.step()?;
        }
        Ok(())
    }

    /// Closes the connection, gives the account, and takes the object away. The last message that was accepted.
    pub(crate) fn end(mut self) -> Outcome<u64> {
        self.close()?;
        if let Some(statistics) = self.statistics()? {
            let count = |name: &str| statistics[name].as_u64().ok_or_else(|| format!("нет {name}"));
            let (written, lost) = (count("messagesOut")?, count("lost")?);
            let account = self.sending.account();
            let greetings = account.greetings + count("reconnects")?;
            self.tell(Report::Account(Account { greetings, written, lost, ..account }))?;
        }
        self.finish()
    }

    /// What the object has counted, if its class counts.
    fn statistics(&self) -> Outcome<Option<serde_json::Value>> {
        if self.client.socket.class != "WebSocket" {
            return Ok(None);
        }
        match self.get("Статистика")? {
            Value::String(text) => serde_json::from_str(&text).map(Some).map_err(|error| error.to_string()),
            other => Err(format!("Статистика: {other:?}")),
        }
    }

    /// Takes the object away as it is.
    pub(crate) fn abandon(self) -> Outcome<u64> {
        self.tell(Report::Abandoned)?;
        if let Some(lost) = self.statistics()?.and_then(|statistics| statistics["lost"].as_u64()) {
            self.tell(Report::Unsent(lost))?;
        }
        self.finish()
    }

    fn finish(self) -> Outcome<u64> {
        let problems = self.object.finish();
        if problems.is_empty() {
            return Ok(self.sending.last());
        }
        let list = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Err(format!("объект {} нарушил правила: {list}", self.client.number))
    }

    fn is_closed(&self) -> Outcome<bool> {
        match self.client.socket.class {
            // It has no property that says more.
            "ROM-WebSocket" => Ok(self.get("Подключено")? == false.into()),
            _ => Ok(self.get("Состояние")? == "Closed".into()),
        }
    }

    /// Whether no message waits, as it does on a connection that 1C has not been told of yet.
    fn is_empty(&self) -> Outcome<bool> {
        match self.client.socket.class {
            "ROM-WebSocket" => Ok(true),
            _ => Ok(self.get("ДлинаОчереди")? == 0.into()),
        }
    }

    fn tell(&self, report: Report) -> Outcome {
        self.client.tell(report)
    }

    fn call(&self, method: &str, arguments: impl native_api_host::Arguments) -> Outcome<Value> {
        self.object.call(method, arguments).map_err(|error| format!("{method}: {error:?}"))
    }

    fn get(&self, property: &str) -> Outcome<Value> {
        self.object.get(property).map_err(|error| format!("{property}: {error:?}"))
    }

    fn set(&self, property: &str, value: impl Into<Value>) -> Outcome {
        self.object.set(property, value).map_err(|error| format!("{property}: {error:?}"))
    }
}
