//! The golden table: everything that 1C can see of a class, asked of the built library.

use crate::common::{ROM, library, rom};
use native_api::Value;
use native_api::abi::exports::attach_type;
use native_api_host::{Argument, Host};

#[test]
fn the_library_names_its_classes() {
    assert_eq!(library().class_names(), [ROM, "WebSocket", "BitrixPull"]);
    assert_eq!(library().attach_type(), attach_type::ANY);
    assert!(library().create("rom-websocket", Host::default()).is_err(), "names of classes are exact");
    assert!(library().create("", Host::default()).is_err());
}

#[test]
fn the_members_are_those_of_the_contract() {
    let table = rom().table().unwrap();
    let properties = table
        .properties
        .iter()
        .map(|property| {
            (property.name.as_str(), property.alias.as_str(), property.readable, property.writable)
        })
        .collect::<Vec<_>>();
    assert_eq!(
        properties,
        [
            ("Connected", "Подключено", true, false),
            ("Timeout", "Таймаут", true, true),
            ("Listen", "РежимПрослушивания", true, true),
            ("Version", "Версия", true, false),
            ("Regex", "РегулярноеВыражение", true, true),
        ]
    );
    let methods = table
        .methods
        .iter()
        .map(|method| {
            (method.name.as_str(), method.alias.as_str(), method.parameters.clone(), method.has_return)
        })
        .collect::<Vec<_>>();
    assert_eq!(
        methods,
        [
            ("Connect", "Подключиться", vec![None], true),
            ("Disconnect", "Отключиться", vec![], true),
            ("Send", "Отправить", vec![None], true),
        ]
    );
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let object = rom();
    for (name, value) in [
        ("Подключено", Value::Bool(false)),
        ("Таймаут", Value::Number(0.0)),
        ("РежимПрослушивания", Value::Bool(true)),
        ("Версия", env!("CARGO_PKG_VERSION").into()),
        ("РегулярноеВыражение", "".into()),
    ] {
        assert_eq!(object.get(name).unwrap(), value, "{name}");
    }
    assert_eq!(object.event_buffer_depth(), 100);
}

#[test]
fn properties_read_back_what_was_written() {
    let object = rom();
    for (name, value) in [
        ("Таймаут", Value::Number(5.0)),
        ("Таймаут", Value::Number(0.25)),
        ("РежимПрослушивания", Value::Bool(false)),
        ("РегулярноеВыражение", "Ё(?!лка)".into()),
    ] {
        object.set(name, value.clone()).unwrap();
        assert_eq!(object.get(name).unwrap(), value, "{name}");
    }
}

#[test]
fn names_are_found_in_both_languages_whatever_their_case() {
    let object = rom();
    let component = object.component();
    for (number, names) in [
        (1, ["Таймаут", "ТАЙМАУТ", "таймаут", "Timeout", "tImEoUt"]),
        (4, ["РегулярноеВыражение", "регулярноевыражение", "РЕГУЛЯРНОЕВЫРАЖЕНИЕ", "regex", "REGEX"]),
    ] {
        for name in names {
            assert_eq!(component.find_prop(Some(name)), number, "{name}");
            assert_eq!(component.find_method(Some(name)), -1, "{name}");
        }
    }
    for name in ["отправить", "ОТПРАВИТЬ", "send", "SEND"] {
        assert_eq!(component.find_method(Some(name)), 2, "{name}");
    }
    for name in ["", "Отправит", "Отправить2", "ОтправитьАсинх", "Sen", "Ωmega", &"Я".repeat(5000)]
    {
        assert_eq!(component.find_method(Some(name)), -1, "{name}");
        assert_eq!(component.find_prop(Some(name)), -1, "{name}");
    }
    assert_eq!((component.find_method(None), component.find_prop(None)), (-1, -1));
}

#[test]
fn numbers_out_of_range_are_answered() {
    let object = rom();
    let component = object.component();
    for number in [-1, 5, 1000, i32::MAX.into(), i32::MIN.into()] {
        assert_eq!(component.get_prop_name(number, 0), None);
        assert_eq!(component.get_method_name(number, 1), None);
        assert!(!component.is_prop_readable(number) && !component.is_prop_writable(number));
        assert!(!component.has_ret_val(number));
        assert_eq!(component.get_n_params(number), 0);
        assert!(component.get_prop_val(number).is_err());
        assert!(!component.set_prop_val(number, Argument::Value(1.into())));
        assert_eq!(component.get_param_def_value(number, 0), Ok(None));
        assert!(!component.call_as_proc(number, component.parameters(())));
        assert!(component.call_as_func(number, component.parameters(())).is_err());
    }
    for alias in [-1, 2, 100] {
        assert_eq!(component.get_prop_name(0, alias), None);
        assert_eq!(component.get_method_name(0, alias), None);
    }
    assert_eq!(component.get_param_def_value(0, 7), Ok(None));
    assert!(object.errors().is_empty(), "a question is no misuse");
}

#[test]
#[cfg(target_os = "linux")]
fn exactly_five_functions_are_exported() {
    let file = native_api_host::locate("vestnik").unwrap();
    let output = std::process::Command::new("nm").args(["-D", "--defined-only"]).arg(file).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let mut names = text.lines().filter_map(|line| line.split_whitespace().last()).collect::<Vec<_>>();
    names.sort_unstable();
    let expected =
        ["DestroyObject", "GetAttachType", "GetClassNames", "GetClassObject", "SetPlatformCapabilities"];
    assert_eq!(names, expected);
}
