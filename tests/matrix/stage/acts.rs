//! What scripts do: calls of 1C, and acts of the world.

use std::time::{Duration, Instant};

use native_api::Value;

use super::{PATIENCE, Stage, words};

/// A state is looked at so often.
const POLL: Duration = Duration::from_millis(2);
/// Longer than any message has to wait.
const WAIT: f64 = 120.0;
/// A message above the limit of `server:frame-limit`.
const LARGE: usize = 70_000;
/// What `fill` sends at a time, and how often at most: more than all buffers on the way hold.
const PIECE: usize = 1 << 20;
const PIECES: usize = 200;

impl Stage {
    /// Does one thing; `argument` is what it is to give, or what it is done with.
    pub(super) fn act(&mut self, name: &'static str, argument: &'static str) -> Result<(), String> {
        if let Some(act) = name.strip_prefix('@') {
            self.seen.push(if argument.is_empty() { name.to_owned() } else { format!("{name}={argument}") });
            return self.world.act(act, argument);
        }
        let result = match name {
            "connect" => {
                let address = self.world.address();
                self.call_told("Подключиться", vec![address.into()])
            }
            "disconnect" => self.call_told("Отключиться", Vec::new()),
            "send" => self.call_told("Отправить", vec!["x".into()]),
            "send-large" => self.call_told("Отправить", vec!["x".repeat(LARGE).into()]),
            "fill" => self.fill(),
            "take" => self.call("Получить", vec![WAIT.into()]),
            "until" => self.take_message(),
            "ping" => {
                let patience = if argument == "none" { 0.3 } else { WAIT };
                self.call("Пинг", vec![patience.into()])
            }
            "call" => match self.call_told("ВызватьМетод", vec!["app.info".into(), "{}".into(), 30.into()])
            {
                result if result == "none" => result,
                _ => "answer".to_owned(),
            },
            "lost" => {
                self.lost_told = true;
                self.lost()
            }
            "state" => return self.await_state(argument),
            "timeout" => {
                self.seen.push(format!("timeout={argument}"));
                return self.set("Таймаут", argument);
            }
            "queue" => {
                self.seen.push(format!("queue={argument}"));
                return self.set("РазмерОчереди", argument);
            }
            "pings" => {
                self.seen.push(format!("pings={argument}"));
                self.set("ИнтервалПинга", argument)?;
                return self.set("ТаймаутОтветаНаПинг", argument);
            }
            "proxy" => {
                let proxy = if argument == "none" { String::new() } else { self.world.proxy_url() };
                self.seen.push(format!("proxy={argument}"));
                return self.object().set("Прокси", proxy).map_err(|exception| exception.to_string());
            }
            _ => return Err(format!("no such word: {name}")),
        };
        self.seen.push(format!("{name}={result}"));
        if argument.split('|').any(|expected| expected == result) {
            Ok(())
        } else {
            Err(format!("{name}={result} in the place of {name}={argument}"))
        }
    }

    fn call(&self, method: &str, arguments: Vec<Value>) -> String {
        let arguments = arguments.into_iter().map(native_api_host::Argument::Value).collect::<Vec<_>>();
        match self.object().call(method, arguments) {
            Ok(value) => words::of_value(&value),
            Err(exception) => format!("({exception})"),
        }
    }

    /// The same; where it failed, the last error must say why.
    fn call_told(&self, method: &str, arguments: Vec<Value>) -> String {
        let result = self.call(method, arguments);
        let failed = matches!(result.as_str(), "no" | "none");
        match self.object().get("ПоследняяОшибка") {
            Ok(Value::String(text)) if failed && text.is_empty() => format!("{result}(no-reason)"),
            _ => result,
        }
    }

    /// The next message that is no hint of our own, which may come once or twice.
    fn take_message(&self) -> String {
        loop {
            let taken = self.call("Получить", vec![WAIT.into()]);
            if !taken.starts_with("Check:") {
                return taken;
            }
        }
    }

    /// Sends until it is refused.
    fn fill(&self) -> String {
        let piece = "x".repeat(PIECE);
        let refused = (0..PIECES).any(|_| self.call("Отправить", vec![piece.as_str().into()]) == "no");
        if refused { "no" } else { "yes" }.to_owned()
    }

    fn lost(&self) -> String {
        match self.object().get("Статистика") {
            Ok(Value::String(text)) => {
                let statistics: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                statistics["lost"].to_string()
            }
            other => format!("{other:?}"),
        }
    }

    fn set(&self, property: &str, number: &str) -> Result<(), String> {
        let number: f64 = number.parse().expect("a number");
        self.object().set(property, number).map_err(|exception| exception.to_string())
    }

    /// Waits until the object is in this state; `ROM-WebSocket` knows two.
    fn await_state(&mut self, expected: &str) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let state = match (self.object().get("Состояние"), self.object().get("Подключено"))
            {
                (Ok(Value::String(state)), _) => state,
                (Err(_), Ok(Value::Bool(true))) => "Open".to_owned(),
                (Err(_), Ok(Value::Bool(false))) => "Closed".to_owned(),
                other => format!("{other:?}"),
            };
            if state == expected {
                self.seen.push(format!("state={state}"));
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                self.seen.push(format!("state={state}"));
                return Err(format!("state={state} in the place of state={expected}"));
            }
            std::thread::sleep(POLL);
        }
    }
}
