//! Wrong use of the class, told in both languages.

use native_api::Value;
use native_api_host::{Argument, Host};

use super::{bitrix, on};
use crate::common::text;

/// The Russian and the English name of a member, what it cannot take, and what is told in both languages: from the
/// expectation on of a property, from the parameter on of a method.
type Wrong<T> = (&'static str, &'static str, fn() -> T, &'static str, &'static str);

const WRONG_VALUES: [Wrong<Value>; 8] = [
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

const WRONG_ARGUMENTS: [Wrong<Vec<Value>>; 15] = [
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
