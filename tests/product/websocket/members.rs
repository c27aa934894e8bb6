//! The golden table of the class: names, aliases, access, arity, defaults.

use native_api::Value;

use super::{text, websocket};

/// English name, Russian name, whether it can be written, its value at the start.
fn properties() -> Vec<(&'static str, &'static str, bool, Value)> {
    let statistics = concat!(
        r#"{"messagesIn": 0,"messagesOut": 0,"bytesIn": 0,"bytesOut": 0,"filtered": 0,"queued": 0,"#,
        r#""delivered": 0,"refused": 0,"lost": 0,"reconnects": 0,"pings": 0,"roundTripMs": null,"#,
        r#""connectedSeconds": 0.0}"#
    );
    vec![
        ("Connected", "Подключено", false, false.into()),
        ("Timeout", "Таймаут", true, 0.into()),
        ("Listen", "РежимПрослушивания", true, true.into()),
        ("Version", "Версия", false, env!("CARGO_PKG_VERSION").into()),
        ("Regex", "РегулярноеВыражение", true, "".into()),
        ("State", "Состояние", false, "Closed".into()),
        ("LastError", "ПоследняяОшибка", false, "".into()),
        ("Source", "Источник", true, "WebSocket".into()),
        ("Subprotocols", "Подпротоколы", true, "".into()),
        ("SelectedSubprotocol", "ВыбранныйПодпротокол", false, "".into()),
        ("Proxy", "Прокси", true, "".into()),
        ("VerifyCertificate", "ПроверятьСертификат", true, true.into()),
        ("VerifyHostName", "ПроверятьИмяУзла", true, true.into()),
        ("MinTlsVersion", "МинимальнаяВерсияTLS", true, "1.2".into()),
        ("Compression", "Сжатие", true, false.into()),
        ("PingInterval", "ИнтервалПинга", true, 30.into()),
        ("PongTimeout", "ТаймаутОтветаНаПинг", true, 20.into()),
        ("ReconnectAttempts", "ПопыткиПереподключения", true, 0.into()),
        ("ReconnectDelay", "ПаузаПереподключения", true, 0.5.into()),
        ("MaxReconnectDelay", "МаксимальнаяПауза", true, 60.into()),
        ("MaxMessageSize", "МаксимальныйРазмерСообщения", true, (64 << 20).into()),
        ("QueueSize", "РазмерОчереди", true, 100_000.into()),
        ("QueueBytes", "ОбъемОчереди", true, (64 << 20).into()),
        ("OverflowPolicy", "ПолитикаПереполнения", true, "Wait".into()),
        ("QueueLength", "ДлинаОчереди", false, 0.into()),
        ("DeliveryMode", "РежимДоставки", true, "Event".into()),
        ("EventInterval", "ИнтервалСобытий", true, 0.into()),
        ("Statistics", "Статистика", false, statistics.into()),
        ("LogFile", "ФайлЖурнала", true, "".into()),
        ("LogLevel", "УровеньЖурнала", true, "info".into()),
    ]
}

#[test]
fn the_properties_are_those_of_the_contract() {
    let object = websocket();
    let table = object.table().unwrap();
    let found = table.properties.iter().map(|property| {
        assert!(property.readable);
        let value = object.get(&property.alias).unwrap();
        (property.name.clone(), property.alias.clone(), property.writable, value)
    });
    let expected = properties()
        .into_iter()
        .map(|(name, alias, writable, value)| (name.to_owned(), alias.to_owned(), writable, value));
    assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn the_methods_are_those_of_the_contract() {
    let empty = || Some(Value::Empty);
    let expected: Vec<(&str, &str, Vec<Option<Value>>, bool)> = vec![
        ("Connect", "Подключиться", vec![None], true),
        ("Disconnect", "Отключиться", vec![Some(1000.into()), Some("".into())], true),
        ("Send", "Отправить", vec![None], true),
        ("SendBinary", "ОтправитьДвоичныеДанные", vec![None], true),
        ("SetHeader", "УстановитьЗаголовок", vec![None, None], false),
        ("ClearHeaders", "ОчиститьЗаголовки", vec![], false),
        ("SetCredentials", "УстановитьАвторизацию", vec![None, None], false),
        ("SetToken", "УстановитьТокен", vec![None], false),
        ("SetTrustedCertificates", "УстановитьДоверенныеСертификаты", vec![None], false),
        (
            "SetClientCertificate",
            "УстановитьСертификатКлиента",
            vec![None, Some("".into()), Some("".into())],
            false,
        ),
        ("SetGreeting", "УстановитьПриветствие", vec![None], false),
        ("Receive", "Получить", vec![empty()], true),
        ("ReceiveBatch", "ПолучитьПакет", vec![Some(100.into()), empty()], true),
        ("Request", "Запросить", vec![None, None, empty()], true),
        ("Ping", "Пинг", vec![empty()], true),
        ("ClearQueue", "ОчиститьОчередь", vec![], true),
    ];
    let table = websocket().table().unwrap();
    let found = table.methods.iter().map(|method| {
        (method.name.as_str(), method.alias.as_str(), method.parameters.clone(), method.has_return)
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn settings_read_back_what_was_written() {
    let object = websocket();
    for (name, written, read) in [
        ("Источник", Value::from("Касса №1"), Value::from("Касса №1")),
        ("Подпротоколы", "ari, wamp.2.json".into(), "ari, wamp.2.json".into()),
        ("Прокси", "socks5://user:pass@proxy:1080".into(), "socks5://user:pass@proxy:1080".into()),
        ("ПроверятьСертификат", false.into(), false.into()),
        ("ПроверятьИмяУзла", false.into(), false.into()),
        ("МинимальнаяВерсияTLS", "1.3".into(), "1.3".into()),
        ("Сжатие", true.into(), true.into()),
        ("ИнтервалПинга", 0.5.into(), 0.5.into()),
        ("ТаймаутОтветаНаПинг", 0.into(), 0.into()),
        ("ПопыткиПереподключения", (-1).into(), (-1).into()),
        ("ПаузаПереподключения", 1.into(), 1.into()),
        ("МаксимальнаяПауза", 5.into(), 5.into()),
        ("МаксимальныйРазмерСообщения", 1.into(), 1.into()),
        ("РазмерОчереди", 1.into(), 1.into()),
        ("ОбъемОчереди", 1.into(), 1.into()),
        ("ПолитикаПереполнения", "УдалятьСтарые".into(), "DropOldest".into()),
        ("ПолитикаПереполнения", "dropnewest".into(), "DropNewest".into()),
        ("ПолитикаПереполнения", "Закрыть".into(), "Close".into()),
        ("ПолитикаПереполнения", "ждать".into(), "Wait".into()),
        ("РежимДоставки", "Уведомление".into(), "Notify".into()),
        ("РежимДоставки", "Event".into(), "Event".into()),
        ("ИнтервалСобытий", 150.into(), 150.into()),
        ("УровеньЖурнала", "trace".into(), "trace".into()),
    ] {
        object.set(name, written).unwrap();
        assert_eq!(object.get(name).unwrap(), read, "{name}");
    }
}

#[test]
fn misuse_is_told_and_kept_as_the_last_error() {
    let object = websocket();
    for (name, value) in [
        ("Таймаут", Value::from(-1)),
        ("Подпротоколы", "a b".into()),
        ("Подпротоколы", "ari, ari".into()),
        ("Прокси", "ftp://proxy".into()),
        ("МинимальнаяВерсияTLS", "2.0".into()),
        ("ИнтервалПинга", f64::NAN.into()),
        ("ПопыткиПереподключения", (-2).into()),
        ("ПопыткиПереподключения", 1.5.into()),
        ("МаксимальныйРазмерСообщения", 0.into()),
        ("РазмерОчереди", 0.into()),
        ("ОбъемОчереди", 0.5.into()),
        ("ПолитикаПереполнения", "Забыть".into()),
        ("РежимДоставки", 1.into()),
        ("ИнтервалСобытий", 60_001.into()),
        ("УровеньЖурнала", "громко".into()),
    ] {
        let before = object.get(name).unwrap();
        let thrown = object.set(name, value.clone()).unwrap_err().text.unwrap();
        assert!(thrown.starts_with(&format!("WebSocket.{name}: ожидается ")), "{thrown}");
        assert_eq!(text(&object, "ПоследняяОшибка"), thrown);
        assert_eq!(object.get(name).unwrap(), before, "{name} {value:?}");
    }
}

#[test]
fn wrong_arguments_are_told() {
    let object = websocket();
    for (method, arguments, parameter) in [
        ("Подключиться", vec![Value::from("http://host/")], "параметр 1 «URI»"),
        ("Отключиться", vec![999.into()], "параметр 1 «Код»"),
        ("Отключиться", vec![1005.into()], "параметр 1 «Код»"),
        ("Отключиться", vec![1000.into(), "я".repeat(62).into()], "параметр 2 «Причина»"),
        ("Отправить", vec![true.into()], "параметр 1 «Сообщение»"),
        ("ОтправитьДвоичныеДанные", vec!["текст".into()], "параметр 1 «Данные»"),
        ("УстановитьЗаголовок", vec!["X\r\nEvil".into(), "1".into()], "параметр 1 «Имя»"),
        ("УстановитьЗаголовок", vec!["Host".into(), "1".into()], "параметр 1 «Имя»"),
        ("УстановитьЗаголовок", vec!["X-A".into(), "1\r\nEvil: 2".into()], "параметр 2 «Значение»"),
        ("УстановитьАвторизацию", vec!["a:b".into(), "секрет".into()], "параметр 1 «Пользователь»"),
        ("УстановитьТокен", vec!["секрет".into()], "параметр 1 «Токен»"),
        ("УстановитьДоверенныеСертификаты", vec!["/no/such/file.pem".into()], "параметр 1 «Сертификаты»"),
        ("УстановитьСертификатКлиента", vec!["секрет".into()], "параметр 1 «Сертификат»"),
        ("УстановитьПриветствие", vec!["{}".into()], "параметр 1 «Сообщения»"),
        ("Запросить", vec!["x".into(), "(".into()], "параметр 2 «ВыражениеОтвета»"),
        ("Пинг", vec!["секунда".into()], "параметр 1 «Таймаут»"),
    ] {
        let arguments = arguments.into_iter().map(native_api_host::Argument::Value).collect::<Vec<_>>();
        let thrown = object.call(method, arguments).unwrap_err().text.unwrap();
        assert!(thrown.starts_with(&format!("WebSocket.{method}, {parameter}: ожидается ")), "{thrown}");
        assert!(!thrown.contains("секрет") && !thrown.contains("Evil"), "{thrown}");
        assert_eq!(text(&object, "ПоследняяОшибка"), thrown);
    }
    let thrown = object.call("Получить", ()).unwrap_err().text.unwrap();
    assert!(thrown.contains("РежимПрослушивания = Ложь или РежимДоставки = Уведомление"), "{thrown}");
}
