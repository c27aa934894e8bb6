//! Wrong use becomes one exception in BSL, with a text that says what was wrong; the object stays as it was.

use crate::common::{rom, rom_on};
use native_api::Value;
use native_api::abi::variant::{RawVariant, vt};
use native_api_host::{Argument, Host, Instance};

/// The text of the exception that setting the property throws.
fn refused(object: &Instance, name: &str, value: impl Into<Value>) -> String {
    let before = object.get(name).unwrap();
    let errors = object.errors().len();
    let exception = object.set(name, value).unwrap_err();
    assert_eq!(object.get(name).unwrap(), before, "the property is as before");
    assert_eq!(object.errors().len(), errors + 1, "AddError is called once");
    exception.text.expect("AddError was called")
}

#[test]
fn the_text_names_member_expectation_and_what_came() {
    let object = rom();
    assert_eq!(
        refused(&object, "Таймаут", "пять"),
        "ROM-WebSocket.Таймаут: ожидается Число, получено: Строка"
    );
    assert_eq!(
        refused(&object, "Таймаут", -1),
        "ROM-WebSocket.Таймаут: ожидается Число от 0 до 86400, получено: -1"
    );
    assert_eq!(
        refused(&object, "РежимПрослушивания", 1),
        "ROM-WebSocket.РежимПрослушивания: ожидается Булево, получено: Число"
    );
    let text = object.call("Отправить", [5]).unwrap_err().text.unwrap();
    assert_eq!(text, "ROM-WebSocket.Отправить, параметр 1 «Сообщение»: ожидается Строка, получено: Число");
}

#[test]
fn numbers_that_are_none_are_refused() {
    let object = rom();
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 86_400.5] {
        let text = refused(&object, "Таймаут", number);
        assert!(text.contains("ожидается Число от 0 до 86400"), "{text}");
    }
}

#[test]
fn a_pattern_that_does_not_compile_is_told_and_the_old_one_stays() {
    let object = rom();
    object.set("РегулярноеВыражение", "хорошее").unwrap();
    let text = refused(&object, "РегулярноеВыражение", "(незакрытая");
    assert!(text.starts_with("ROM-WebSocket.РегулярноеВыражение: ожидается регулярное выражение"), "{text}");
}

#[test]
fn texts_are_english_when_the_platform_says_so() {
    let object = rom_on(Host::default().locale("en_US").language("en"));
    assert_eq!(refused(&object, "Timeout", true), "ROM-WebSocket.Timeout: expected Number, got: Boolean");
    let mixed = rom_on(Host::default().locale("en_US").language("ru"));
    assert!(refused(&mixed, "Timeout", true).contains("ожидается"));
}

#[test]
fn read_only_members_cannot_be_written() {
    let object = rom();
    assert!(object.set("Подключено", true).is_err());
    assert!(object.set("Версия", "2.0").is_err());
    let component = object.component();
    assert!(!component.set_prop_val(0, Argument::Value(true.into())));
}

#[test]
fn every_code_of_a_variant_is_answered() {
    let object = rom();
    let number = object.component().find_prop(Some("Таймаут"));
    for code in [vt::I8, vt::UI8, vt::UI4, vt::I1, vt::R4, vt::INT, vt::ERROR] {
        let zero = RawVariant { vt: code, ..RawVariant::EMPTY };
        assert!(object.component().set_prop_val(number, Argument::Raw(zero)), "code {code} is a number");
    }
    for code in [vt::INTERFACE, vt::VARIANT, vt::CLSID, 25, 0xFFF, 0x1003, 0x2016, 0x4003, 0xFFFF] {
        let errors = object.errors().len();
        let unknown = RawVariant { vt: code, ..RawVariant::EMPTY };
        assert!(!object.component().set_prop_val(number, Argument::Raw(unknown)), "code {code}");
        let text = object.errors().last().unwrap().description.clone();
        assert_eq!(object.errors().len(), errors + 1);
        assert!(text.contains(&format!("тип с кодом {code}")), "{text}");
    }
}

#[test]
fn too_many_too_few_and_no_parameters_are_answered() {
    let object = rom();
    let component = object.component();
    let send = component.find_method(Some("Отправить"));
    assert!(!component.call_as_proc(send, component.parameters(["a", "b"])));
    assert!(!component.call_as_proc(send, component.parameters(())));
    assert!(!component.call_as_proc(send, component.parameters(["a"]).null_array()));
    assert!(!component.call_as_proc(send, component.parameters(["a"]).declare(-5)));
    assert!(!component.call_as_func_without_result(send, component.parameters(())));
    let texts = object.errors();
    assert_eq!(texts.len(), 5);
    assert!(texts[0].description.contains("ожидается параметров: 1, получено: 2"), "{:?}", texts[0]);
}

#[test]
fn a_lone_surrogate_does_not_break_anything() {
    let object = rom();
    let number = object.component().find_prop(Some("РегулярноеВыражение"));
    assert!(object.component().set_prop_val(number, Argument::Units(vec![0x41, 0xD83D, 0x42])));
    assert_eq!(object.get("РегулярноеВыражение").unwrap(), "A\u{FFFD}B".into());
}

#[test]
fn an_allocator_that_refuses_makes_an_exception() {
    let object = rom();
    object.faults().allow_allocations(Some(0));
    let text = object.get("Версия").unwrap_err().text.unwrap();
    assert!(text.contains("память для результата"), "{text}");
    assert_eq!(object.component().get_prop_name(0, 0), None);
    object.faults().allow_allocations(None);
    assert_eq!(object.get("Версия").unwrap(), env!("CARGO_PKG_VERSION").into());
}
