//! The golden table of the class: names, aliases, access, arity, defaults, and what is misuse.

use native_api::Value;
use native_api_host::{Argument, Host};
use serde_json::{Value as Json, json};

use super::{bitrix, on};
use crate::common::text;

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

/// Names of a property, what cannot be written to it, and what is told in Russian and in English.
const WRONG_VALUES: [(&str, &str, fn() -> Value, &str, &str); 8] = [
    (
        "СерверАвторизации",
        "AuthServer",
        || "https://секрет@oauth".into(),
        "адрес https://, получено: это не адрес сервера, или в нем есть лишнее",
        "an address https://, got: this is no address of a server, or there is too much in it",
    ),
    (
        "Транспорт",
        "Transport",
        || "Почта".into(),
        "одно из: ДлинныйОпрос, WebSocket, Авто, получено: другое слово",
        "one of: LongPoll, WebSocket, Auto, got: another word",
    ),
    ("Коннектор", "Connector", || 5.into(), "Строка, получено: Число", "String, got: Number"),
    (
        "Позиция",
        "Position",
        || "17953026760000000000000001x".into(),
        "пустая строка, 0 или 26 цифр, получено: другая строка",
        "an empty string, 0 or 26 digits, got: another string",
    ),
    (
        "ИнтервалПроверки",
        "CheckInterval",
        || 0.05.into(),
        "0 или Число от 0.1 до 86400, получено: 0.05",
        "0 or a Number from 0.1 to 86400, got: 0.05",
    ),
    (
        "ИнтервалПроверки",
        "CheckInterval",
        || (-1).into(),
        "Число от 0 до 86400, получено: -1",
        "a Number from 0 to 86400, got: -1",
    ),
    (
        "РазмерОчереди",
        "QueueSize",
        || 0.5.into(),
        "Число от 1 до 2147483647, получено: 0.5",
        "a Number from 1 to 2147483647, got: 0.5",
    ),
    (
        "Таймаут",
        "Timeout",
        || f64::NAN.into(),
        "Число от 0 до 86400, получено: NaN",
        "a Number from 0 to 86400, got: NaN",
    ),
];

#[test]
fn values_that_cannot_be_are_told_and_change_nothing() {
    let (russian, english) = (bitrix(), on(Host::default().locale("en_US").language("en")));
    for (ru, en, value, expected_ru, expected_en) in WRONG_VALUES {
        let before = russian.get(ru).unwrap();
        let thrown = russian.set(ru, value()).unwrap_err().text.unwrap();
        assert_eq!(thrown, format!("BitrixPull.{ru}: ожидается {expected_ru}"));
        assert_eq!(text(&russian, "ПоследняяОшибка"), thrown);
        assert_eq!(russian.get(ru).unwrap(), before, "{ru}");
        let thrown = english.set(en, value()).unwrap_err().text.unwrap();
        assert_eq!(thrown, format!("BitrixPull.{en}: expected {expected_en}"));
    }
}

/// Names of a method, arguments that it cannot take, and what is told in Russian and in English, from the parameter on.
const WRONG_ARGUMENTS: [(&str, &str, fn() -> Vec<Value>, &str, &str); 15] = [
    (
        "УстановитьТокены",
        "SetTokens",
        || vec!["секрет".into()],
        ", параметр 1 «ТокенДоступа»: ожидается токен из латинских букв, цифр и знаков, получено: строка с другими знаками",
        ", parameter 1 «AccessToken»: expected a token of visible ASCII, got: a string with other characters",
    ),
    (
        "УстановитьТокены",
        "SetTokens",
        || vec!["access".into(), "refresh".into(), "id".into(), "секрет".into()],
        ", параметр 4 «КлючПриложения»: ожидается токен из латинских букв, цифр и знаков, получено: строка с другими знаками",
        ", parameter 4 «ClientSecret»: expected a token of visible ASCII, got: a string with other characters",
    ),
    (
        "УстановитьТокены",
        "SetTokens",
        || vec!["".into(), "".into(), "id".into(), "secret".into()],
        ", параметр 1 «ТокенДоступа»: ожидается токен доступа или токен обновления, получено: две пустые строки",
        ", parameter 1 «AccessToken»: expected an access or a refresh token, got: two empty strings",
    ),
    (
        "Подключиться",
        "Connect",
        || vec!["https://my.bitrix24.ru/rest/1/секрет/".into()],
        ", параметр 1 «Адрес»: ожидается адрес портала или канала, https://, получено: это адрес вебхука: нужен адрес \
         портала, вебхукам офлайн-события недоступны",
        ", parameter 1 «Address»: expected the address of a portal or of a channel, https://, got: this is the address \
         of a webhook: a portal's is needed, webhooks have no offline events",
    ),
    (
        "ВызватьМетод",
        "CallMethod",
        || vec!["../секрет".into()],
        ", параметр 1 «Метод»: ожидается имя метода REST, например crm.deal.get, получено: другая строка",
        ", parameter 1 «Method»: expected a REST method's name, as crm.deal.get, got: another string",
    ),
    (
        "ВызватьМетод",
        "CallMethod",
        || vec!["crm.deal.get".into(), "{\n\"id\": секрет}".into()],
        ", параметр 2 «Параметры»: ожидается объект JSON, получено: другой текст (строка 2, позиция 7)",
        ", parameter 2 «Parameters»: expected a JSON object, got: another text (line 2, column 7)",
    ),
    (
        "ВызватьМетод",
        "CallMethod",
        || vec!["crm.deal.get".into(), "{}".into(), 90_000.into()],
        ", параметр 3 «Таймаут»: ожидается Число от 0 до 86400, получено: 90000",
        ", parameter 3 «Timeout»: expected a Number from 0 to 86400, got: 90000",
    ),
    (
        "ВызватьМетод",
        "CallMethod",
        || vec!["crm.deal.get".into()],
        ": ожидается сначала Подключиться с адресом портала, получено: адрес портала неизвестен",
        ": expected to Connect with a portal's address first, got: no portal is known",
    ),
    (
        "ПодписатьсяНаСобытие",
        "BindOfflineEvent",
        || vec![" ".into()],
        ", параметр 1 «Событие»: ожидается непустая строка, получено: пустая строка",
        ", parameter 1 «Event»: expected a string that is not empty, got: an empty string",
    ),
    (
        "ПолучитьОфлайнСобытия",
        "GetOfflineEvents",
        || vec![501.into()],
        ", параметр 1 «Количество»: ожидается Число от 1 до 500, получено: 501",
        ", parameter 1 «Limit»: expected a Number from 1 to 500, got: 501",
    ),
    (
        "ПолучитьОфлайнСобытия",
        "GetOfflineEvents",
        || vec![50.into(), Value::Empty, "да".into()],
        ", параметр 3 «УдалятьСразу»: ожидается Булево, получено: Строка",
        ", parameter 3 «DeleteAtOnce»: expected Boolean, got: String",
    ),
    (
        "ПодтвердитьОфлайнСобытия",
        "ConfirmOfflineEvents",
        || vec!["".into()],
        ", параметр 1 «ИдентификаторПроцесса»: ожидается непустая строка, получено: пустая строка",
        ", parameter 1 «ProcessId»: expected a string that is not empty, got: an empty string",
    ),
    (
        "ПодтвердитьОфлайнСобытия",
        "ConfirmOfflineEvents",
        || vec!["process".into(), "[1]".into()],
        ", параметр 2 «ИдентификаторыСообщений»: ожидается массив строк JSON, получено: другой текст (строка 1, позиция 2)",
        ", parameter 2 «MessageIds»: expected a JSON array of strings, got: another text (line 1, column 2)",
    ),
    (
        "ОтметитьОшибкуСобытий",
        "FailOfflineEvents",
        || vec!["process".into(), "".into()],
        ", параметр 2 «ИдентификаторыСообщений»: ожидается массив строк JSON, получено: другой текст (строка 1, позиция 0)",
        ", parameter 2 «MessageIds»: expected a JSON array of strings, got: another text (line 1, column 0)",
    ),
    (
        "СписокОфлайнСобытий",
        "ListOfflineEvents",
        || vec!["[]".into()],
        ", параметр 1 «Отбор»: ожидается объект JSON, получено: другой текст (строка 1, позиция 0)",
        ", parameter 1 «Filter»: expected a JSON object, got: another text (line 1, column 0)",
    ),
];

#[test]
fn wrong_arguments_are_told_without_secrets() {
    let (russian, english) = (bitrix(), on(Host::default().locale("en_US").language("en")));
    let arguments = |values: Vec<Value>| values.into_iter().map(Argument::Value).collect::<Vec<_>>();
    for (ru, en, values, expected_ru, expected_en) in WRONG_ARGUMENTS {
        let thrown = russian.call(ru, arguments(values())).unwrap_err().text.unwrap();
        assert_eq!(thrown, format!("BitrixPull.{ru}{expected_ru}"));
        assert!(!thrown.contains("секрет"), "{thrown}");
        assert_eq!(text(&russian, "ПоследняяОшибка"), thrown);
        let thrown = english.call(en, arguments(values())).unwrap_err().text.unwrap();
        assert_eq!(thrown, format!("BitrixPull.{en}{expected_en}"));
    }
}

#[test]
fn every_method_of_rest_needs_a_portal() {
    let object = bitrix();
    for (method, arguments) in [
        ("ПодписатьсяНаСобытие", vec!["ONCRMDEALUPDATE"]),
        ("ОтписатьсяОтСобытия", vec!["ONCRMDEALUPDATE"]),
        ("ПолучитьОфлайнСобытия", vec![]),
        ("ПодтвердитьОфлайнСобытия", vec!["process"]),
        ("ОтметитьОшибкуСобытий", vec!["process", r#"["a"]"#]),
        ("СписокОфлайнСобытий", vec![]),
    ] {
        let arguments = arguments.into_iter().map(|text| Argument::Value(text.into())).collect::<Vec<_>>();
        let thrown = object.call(method, arguments).unwrap_err().text.unwrap();
        assert!(thrown.ends_with("получено: адрес портала неизвестен"), "{thrown}");
    }
}
