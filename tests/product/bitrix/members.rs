//! The golden table of the class: names, aliases, access, arity, defaults.

use native_api::Value;
use serde_json::{Value as Json, json};

use super::bitrix;

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
        ("Source", "Источник", true, "BitrixPull".into()),
        ("Proxy", "Прокси", true, "".into()),
        ("VerifyCertificate", "ПроверятьСертификат", true, true.into()),
        ("VerifyHostName", "ПроверятьИмяУзла", true, true.into()),
        ("MinTlsVersion", "МинимальнаяВерсияTLS", true, "1.2".into()),
        ("QueueSize", "РазмерОчереди", true, 100_000.into()),
        ("QueueBytes", "ОбъемОчереди", true, (64 << 20).into()),
        ("OverflowPolicy", "ПолитикаПереполнения", true, "Wait".into()),
        ("QueueLength", "ДлинаОчереди", false, 0.into()),
        ("DeliveryMode", "РежимДоставки", true, "Event".into()),
        ("EventInterval", "ИнтервалСобытий", true, 0.into()),
        ("Statistics", "Статистика", false, statistics.into()),
        ("LogFile", "ФайлЖурнала", true, "".into()),
        ("LogLevel", "УровеньЖурнала", true, "info".into()),
        ("AuthServer", "СерверАвторизации", true, "https://oauth.bitrix.info".into()),
        ("Transport", "Транспорт", true, "LongPoll".into()),
        ("Connector", "Коннектор", true, "".into()),
        ("Position", "Позиция", true, "".into()),
        ("CheckInterval", "ИнтервалПроверки", true, 600.into()),
    ]
}

#[test]
fn the_properties_are_those_of_the_contract() {
    let object = bitrix();
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
    assert_eq!(object.event_buffer_depth(), 100);
}

#[test]
fn the_methods_are_those_of_the_contract() {
    let (empty, blank) = (|| Some(Value::Empty), || Some(Value::from("")));
    let expected: Vec<(&str, &str, Vec<Option<Value>>, bool)> = vec![
        ("SetTokens", "УстановитьТокены", vec![None, blank(), blank(), blank()], false),
        ("GetTokens", "ПолучитьТокены", vec![], true),
        ("Connect", "Подключиться", vec![None], true),
        ("Disconnect", "Отключиться", vec![], true),
        ("SetTrustedCertificates", "УстановитьДоверенныеСертификаты", vec![None], false),
        ("SetClientCertificate", "УстановитьСертификатКлиента", vec![None, blank(), blank()], false),
        ("Receive", "Получить", vec![empty()], true),
        ("ReceiveBatch", "ПолучитьПакет", vec![Some(100.into()), empty()], true),
        ("ClearQueue", "ОчиститьОчередь", vec![], true),
        ("CallMethod", "ВызватьМетод", vec![None, Some("{}".into()), Some(30.into())], true),
        ("BindOfflineEvent", "ПодписатьсяНаСобытие", vec![None, blank()], true),
        ("UnbindOfflineEvent", "ОтписатьсяОтСобытия", vec![None, blank()], true),
        (
            "GetOfflineEvents",
            "ПолучитьОфлайнСобытия",
            vec![Some(50.into()), empty(), Some(false.into())],
            true,
        ),
        ("ConfirmOfflineEvents", "ПодтвердитьОфлайнСобытия", vec![None, blank()], true),
        ("FailOfflineEvents", "ОтметитьОшибкуСобытий", vec![None, None], true),
        ("ListOfflineEvents", "СписокОфлайнСобытий", vec![Some("{}".into())], true),
    ];
    let table = bitrix().table().unwrap();
    let found = table.methods.iter().map(|method| {
        (method.name.as_str(), method.alias.as_str(), method.parameters.clone(), method.has_return)
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn no_name_is_one_that_the_platform_makes_of_a_property() {
    let table = bitrix().table().unwrap();
    for property in &table.properties {
        for method in &table.methods {
            for made in [format!("Получить{}", property.alias), format!("Установить{}", property.alias)]
            {
                assert_ne!(method.alias.to_lowercase(), made.to_lowercase());
            }
            for made in [format!("Get{}", property.name), format!("Set{}", property.name)] {
                assert_ne!(method.name.to_lowercase(), made.to_lowercase());
            }
        }
    }
}

#[test]
fn settings_read_back_what_was_written() {
    let object = bitrix();
    let mid = "17953026760000000000000007";
    for (name, written, read) in [
        ("Источник", Value::from("Портал №1"), Value::from("Портал №1")),
        ("Прокси", "http://user:pass@proxy:3128".into(), "http://user:pass@proxy:3128".into()),
        ("ПроверятьСертификат", false.into(), false.into()),
        ("ПроверятьИмяУзла", false.into(), false.into()),
        ("МинимальнаяВерсияTLS", "1.3".into(), "1.3".into()),
        ("РазмерОчереди", 7.into(), 7.into()),
        ("ОбъемОчереди", 8.into(), 8.into()),
        ("ПолитикаПереполнения", "УдалятьСтарые".into(), "DropOldest".into()),
        ("РежимДоставки", "Уведомление".into(), "Notify".into()),
        ("ИнтервалСобытий", 150.into(), 150.into()),
        ("УровеньЖурнала", "отладка".into(), "debug".into()),
        ("СерверАвторизации", "https://oauth.bitrix24.tech".into(), "https://oauth.bitrix24.tech".into()),
        ("СерверАвторизации", "http://127.0.0.1:8080/".into(), "http://127.0.0.1:8080".into()),
        ("Транспорт", "WebSocket".into(), "WebSocket".into()),
        ("Транспорт", "авто".into(), "Auto".into()),
        ("Транспорт", "ДлинныйОпрос".into(), "LongPoll".into()),
        ("Транспорт", "auto".into(), "Auto".into()),
        ("Коннектор", "OneC".into(), "OneC".into()),
        ("Позиция", mid.into(), mid.into()),
        ("Позиция", "0".into(), "0".repeat(26).as_str().into()),
        ("Позиция", "".into(), "".into()),
        ("ИнтервалПроверки", 0.into(), 0.into()),
        ("ИнтервалПроверки", 0.1.into(), 0.1.into()),
        ("ИнтервалПроверки", 86_400.into(), 86_400.into()),
    ] {
        object.set(name, written).unwrap();
        assert_eq!(object.get(name).unwrap(), read, "{name}");
    }
}

#[test]
fn tokens_read_back_as_json() {
    let object = bitrix();
    let tokens = || {
        let Value::String(tokens) = object.call("ПолучитьТокены", ()).unwrap() else {
            panic!("no text")
        };
        serde_json::from_str::<Json>(&tokens).unwrap()
    };
    assert_eq!(tokens(), json!({ "access_token": "", "refresh_token": "", "expires": null }));
    object.call("УстановитьТокены", ["access", "refresh", "id", "secret"]).unwrap();
    assert_eq!(tokens(), json!({ "access_token": "access", "refresh_token": "refresh", "expires": null }));
    object.call("УстановитьТокены", ["", "refresh-2"]).unwrap();
    assert_eq!(tokens(), json!({ "access_token": "", "refresh_token": "refresh-2", "expires": null }));
}
