//! Servers for the scripts to meet, and what to say to each class so that it meets them.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use echo_server::{
    Audience, Behaviour, CertificateKind, Certificates, Compression, Journal, Options, Portal, PortalOptions,
    Server,
};
use native_api::Value;
use native_api_host::{Library, Vocabulary, VocabularyError};
use serde_json::{Value as Json, json};

/// What servers do wrong, each its own.
const FAULTS: [&str; 14] = [
    "never-accept",
    "accept-late=0.05",
    "hang-up",
    "refuse=503",
    "refuse=401",
    "reset",
    "close=1001",
    "half-frame",
    "stop-reading",
    "ignore-close",
    "bad-utf8",
    "endless-head",
    "compression-bomb=100000000",
    "ping-flood=1000",
];
/// What a portal does wrong, one after the other.
const POLL_FAULTS: [&str; 8] =
    ["none", "reset", "cut", "stall", "byte-chunks", "status=502", "repeat", "close=4010"];
const REST_FAULTS: [&str; 8] =
    ["none", "expired-token", "hang-up", "cut", "html=502", "query-limit", "stall", "wrong-license"];
/// How often something is published, and the faults of the portal change.
const BEAT: Duration = Duration::from_millis(20);

/// Servers that run as long as this lives.
pub(crate) struct Peers {
    servers: Vec<Server>,
    portals: [Arc<Portal>; 2],
    publisher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Peers {
    /// Starts them.
    pub(crate) fn start() -> Self {
        let certificates = Certificates::new().expect("OpenSSL makes certificates");
        let identity = certificates.identity(CertificateKind::Good).expect("OpenSSL makes a certificate");
        let mut options = vec![
            Options::default(),
            Options { compression: Some(Compression::default()), ..Options::default() },
            Options { behaviour: Behaviour::Greeting(300), ..Options::default() },
            Options { tls: Some(identity), ..Options::default() },
        ];
        options.extend(FAULTS.map(|fault| {
            let fault = fault.parse().expect("a fault that the server knows");
            Options { fault, ..Options::default() }
        }));
        let start = |options| Server::start(options).expect("a port is free");
        let servers = options.into_iter().map(start).collect();
        let bindings = vec![("ONCRMDEALUPDATE".to_owned(), "OneC".to_owned())];
        let portal = |bindings| Portal::start(PortalOptions { bindings, ..PortalOptions::default() });
        let portals =
            [bindings.clone(), bindings].map(|bindings| Arc::new(portal(bindings).expect("a port is free")));
        let publisher = Some(publish(portals.clone()));
        Self { servers, portals, publisher }
    }

    /// How many connections the servers have seen, how many of them became WebSockets, how many messages they got
    /// there, and how many requests the portals have seen.
    pub(crate) fn seen(&self) -> [u64; 4] {
        let totals = self.servers.iter().map(|server| server.read_journal(Journal::totals));
        let sockets = totals.map(|seen| [seen.accepted, seen.opened, seen.texts + seen.binaries]);
        let [accepted, opened, messages] =
            sockets.fold([0; 3], |sum, seen| std::array::from_fn(|index| sum[index] + seen[index]));
        let requests = self.portals.iter().map(|portal| portal.read_journal(|journal| journal.total)).sum();
        [accepted, opened, messages, requests]
    }

    /// All that another process has to know of them; see [`vocabulary`].
    pub(crate) fn description(&self) -> String {
        let sockets: Vec<String> = self.servers.iter().map(Server::url).collect();
        let portal = |portal: &Arc<Portal>| {
            let (access, refresh) = portal.tokens();
            json!({ "url": portal.url(), "push": portal.push_url(), "access": access, "refresh": refresh })
        };
        let portals = self.portals.each_ref().map(portal);
        json!({ "sockets": sockets, "portals": portals }).to_string()
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        if let Some((stop, publisher)) = self.publisher.take() {
            drop(stop);
            assert!(publisher.join().is_ok() || thread::panicking(), "the publisher panicked");
        }
    }
}

/// Publishes on both portals until the sender is dropped; the second has a new fault every time.
fn publish(portals: [Arc<Portal>; 2]) -> (Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = channel();
    let publisher = thread::spawn(move || {
        let mut beats = 0;
        while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
            beats += 1;
            for portal in &portals {
                let text = format!(r#"{{"module_id":"crm","command":"deal","params":{{"number":{beats}}}}}"#);
                portal.publish(Audience::Shared, text);
            }
            let poll = POLL_FAULTS[beats / 2 % POLL_FAULTS.len()];
            portals[1].set_poll_faults(vec![poll.parse().expect("a fault that the portal knows")]);
            let rest = REST_FAULTS[beats / 3 % REST_FAULTS.len()];
            portals[1].set_rest_faults(vec![rest.parse().expect("a fault that the portal knows")]);
        }
    });
    (stop, publisher)
}

/// The words of scripts that meet the servers of this description.
pub(crate) fn vocabulary(library: &Library, peers: &str) -> Result<Vocabulary, VocabularyError> {
    let peers: Json = serde_json::from_str(peers).expect("written by `Peers::description`");
    let list = |name: &str| peers[name].as_array().cloned().unwrap_or_default();
    let sockets: Vec<String> = list("sockets").iter().map(text).collect();
    let mut vocabulary = Vocabulary::read(library)?.words(WORDS).words(&sockets);
    for class in ["ROM-WebSocket", "WebSocket"] {
        for url in &sockets {
            for timeout in [0.0, 0.1, 30.0] {
                let connect: [(&str, &[Value]); 3] = [
                    ("Timeout", &[timeout.into()]),
                    ("Connect", &[url.as_str().into()]),
                    ("Send", &["привет".into()]),
                ];
                vocabulary = vocabulary.cue(class, &connect);
            }
        }
    }
    let secure: [(&str, &[Value]); 1] = [("VerifyCertificate", &[false.into()])];
    vocabulary = vocabulary.prologue("WebSocket", &secure);
    for calls in web_socket_cues(&sockets[0]) {
        vocabulary = vocabulary.cue("WebSocket", &borrowed(&calls));
    }
    for portal in list("portals") {
        // Before anything else, so that no script asks the vendor's own server.
        let own: [(&str, &[Value]); 1] = [("AuthServer", &[text(&portal["url"]).into()])];
        vocabulary = vocabulary.prologue("BitrixPull", &own);
        for calls in bitrix_cues(&portal) {
            vocabulary = vocabulary.cue("BitrixPull", &borrowed(&calls));
        }
    }
    Ok(vocabulary)
}

/// Strings that mean something to some member.
const WORDS: [&str; 32] = [
    "Wait",
    "Ждать",
    "DropOldest",
    "DropNewest",
    "Close",
    "Notify",
    "Уведомление",
    "Event",
    "LongPoll",
    "WebSocket",
    "Авто",
    "trace",
    "debug",
    "1.0",
    "1.3",
    "журнал.log",
    "system",
    "http://127.0.0.1:1",
    "socks5://u:p@127.0.0.1:1",
    "ws://127.0.0.1:1/",
    "ws://localhost:1/",
    "wss://127.0.0.1:1/",
    "[]",
    "{}",
    r#"["a","b"]"#,
    r#"{"a":[1,{"b":null}]}"#,
    "(a+)+$",
    "привет",
    "crm.deal.get",
    "0",
    "11223344556677889900112233",
    "-----BEGIN CERTIFICATE-----\nMIIB",
];

type Calls = Vec<(&'static str, Vec<Value>)>;

fn borrowed(calls: &Calls) -> Vec<(&str, &[Value])> {
    calls.iter().map(|(member, values)| (*member, values.as_slice())).collect()
}

fn web_socket_cues(echo: &str) -> Vec<Calls> {
    let connect = || ("Connect", vec![echo.into()]);
    vec![
        vec![
            ("Listen", vec![false.into()]),
            ("Timeout", vec![1.into()]),
            connect(),
            ("Send", vec!["раз".into()]),
        ],
        vec![("Receive", vec![1.into()]), ("ReceiveBatch", vec![100.into(), 0.1.into()])],
        vec![("Timeout", vec![5.into()]), connect(), ("Request", vec!["раз".into(), "раз".into(), 1.into()])],
        vec![connect(), ("Request", vec!["раз".into(), "никогда".into(), 3600.into()])],
        vec![connect(), ("SendBinary", vec![vec![0_u8; 100_000].into()]), ("Ping", vec![30.into()])],
        vec![("DeliveryMode", vec!["Notify".into()]), connect(), ("Receive", vec![3600.into()])],
        vec![("ReconnectDelay", vec![0.01.into()]), ("ReconnectAttempts", vec![(-1).into()])],
        vec![("SetGreeting", vec![r#"["раз","два"]"#.into()]), connect()],
        vec![("QueueSize", vec![1.into()]), ("OverflowPolicy", vec!["DropOldest".into()]), connect()],
        vec![("Compression", vec![true.into()]), connect(), ("Send", vec!["ё".repeat(100_000).into()])],
        vec![("LogLevel", vec!["trace".into()]), ("LogFile", vec!["журнал.log".into()]), connect()],
        vec![connect(), connect(), ("Disconnect", vec![1000.into(), "хватит".into()])],
        vec![("SetHeader", vec!["X-Имя".into(), "a\r\nb".into()]), ("SetToken", vec!["token".into()])],
        vec![("Statistics", vec![]), ("State", vec![]), ("LastError", vec![]), ("QueueLength", vec![])],
    ]
}

fn bitrix_cues(portal: &Json) -> Vec<Calls> {
    let [url, push, access, refresh] = ["url", "push", "access", "refresh"].map(|name| text(&portal[name]));
    let options = PortalOptions::default();
    let tokens = [access, refresh, options.client_id, options.client_secret].map(Value::from).to_vec();
    let connect = |timeout: f64, transport: &str| {
        vec![
            ("AuthServer", vec![url.as_str().into()]),
            ("SetTokens", tokens.clone()),
            ("Timeout", vec![timeout.into()]),
            ("Transport", vec![transport.into()]),
            ("Connect", vec![url.as_str().into()]),
        ]
    };
    vec![
        connect(0.0, "LongPoll"),
        connect(0.0, "WebSocket"),
        connect(0.0, "Auto"),
        connect(5.0, "LongPoll"),
        connect(3600.0, "WebSocket"),
        vec![("Connect", vec![push.into()])],
        vec![("CallMethod", vec!["crm.deal.get".into(), r#"{"id":1}"#.into(), 30.into()])],
        vec![("BindOfflineEvent", vec!["ONCRMDEALADD".into(), "OneC".into()]), ("GetTokens", vec![])],
        vec![("GetOfflineEvents", vec![50.into(), "OneC".into(), true.into()])],
        vec![("ConfirmOfflineEvents", vec!["process".into()]), ("ListOfflineEvents", vec!["{}".into()])],
        vec![("DeliveryMode", vec!["Notify".into()]), ("Receive", vec![3600.into()])],
        vec![("Position", vec!["0".into()]), ("CheckInterval", vec![0.1.into()])],
        vec![("Statistics", vec![]), ("Position", vec![]), ("State", vec![]), ("Disconnect", vec![])],
    ]
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
