//! Properties and methods as BSL uses them, and as a hostile caller would.

use native_api::abi::variant::{Payload, RawVariant, Span, vt};
use native_api::date::Date;
use native_api::value::Value;
use native_api_host::{Answer, Argument, Exception, Failure, Host, Method, Problem, Property};

use crate::create;

#[test]
fn every_kind_of_value_crosses_the_border_unchanged() {
    let object = create(Host::default());
    for value in [
        Value::Empty,
        true.into(),
        false.into(),
        0.into(),
        i32::MIN.into(),
        Value::Number(f64::from(i32::MAX) + 1.0),
        0.5.into(),
        "".into(),
        "Ёлка 🎄\0".into(),
        Date { year: 2026, month: 11, day: 22, hour: 1, minute: 2, second: 3 }.into(),
        vec![].into(),
        vec![0, 1, 255].into(),
        "я".repeat(1 << 20).into(),
    ] {
        assert_eq!(object.call("Echo", [value.clone()]).unwrap(), value);
    }
}

#[test]
fn whole_numbers_come_as_integers_and_others_as_floats() {
    let object = create(Host::default());
    for (raw, expected) in [
        (RawVariant { payload: Payload { i16: -2 }, elements: 0, vt: vt::I2 }, (-2.0).into()),
        (RawVariant { payload: Payload { u32: u32::MAX }, elements: 0, vt: vt::UI4 }, 4_294_967_295.0.into()),
        (RawVariant { payload: Payload { f32: 1.5 }, elements: 0, vt: vt::R4 }, 1.5.into()),
    ] {
        let echo: Value = object.call("Echo", vec![Argument::Raw(raw)]).unwrap();
        assert_eq!(echo, expected);
    }
}

#[test]
fn missing_arguments_take_their_defaults() {
    let object = create(Host::default());
    assert_eq!(object.call("Второй", [1]).unwrap(), "по умолчанию".into());
    assert_eq!(object.call("Second", (1, "мой")).unwrap(), "мой".into());
    assert_eq!(object.call("Second", (1, 2.5, true)).unwrap(), 2.5.into());
    let failure = |arguments: Vec<Argument>| object.call("Second", arguments).unwrap_err().failure;
    assert_eq!(failure(vec![]), Failure::MissingArgument { number: 1 });
    assert_eq!(failure(vec![Argument::Value(Value::Empty); 4]), Failure::TooManyArguments { parameters: 3 });
}

#[test]
fn members_that_do_not_exist_or_are_closed_throw() {
    let object = create(Host::default());
    assert_eq!(object.get("Нет").unwrap_err().failure, Failure::UnknownMember);
    assert_eq!(object.set("Нет", 1).unwrap_err().failure, Failure::UnknownMember);
    assert_eq!(object.call("Нет", ()).unwrap_err().failure, Failure::UnknownMember);
    assert_eq!(object.get("Секрет").unwrap_err().failure, Failure::NotReadable);
    assert_eq!(object.set("Журнал", "").unwrap_err().failure, Failure::NotWritable);
}

#[test]
fn an_exception_carries_the_text_of_add_error() {
    let object = create(Host::default());
    let text = Some("так не пойдёт".to_owned());
    let refused =
        Exception { member: "Отказать".to_owned(), failure: Failure::Refused, text: text.clone() };
    assert_eq!(object.call("Отказать", ()).unwrap_err(), refused);
    assert_eq!(refused.to_string(), "Отказать: failed: так не пойдёт");

    let raised = object.call("Предупредить", [1]).unwrap_err();
    assert_eq!((raised.failure, raised.text), (Failure::Raised, text));
    assert_eq!(object.call("Предупредить", [0]).unwrap(), true.into(), "a message is no exception");
    assert_eq!(object.call("Эхо", [1]).unwrap(), 1.into(), "an old error does not count");

    let errors = object.errors();
    assert_eq!(errors.iter().map(|error| error.scode).collect::<Vec<_>>(), [1, 1, 0]);
    assert!(errors.iter().all(|error| (error.code, error.source.as_str()) == (1006, "Probe")));
}

#[test]
fn an_error_from_a_thread_of_its_own_is_a_problem() {
    let object = create(Host::default());
    object.call("Break", ["error from a thread"]).unwrap();
    assert_eq!(object.errors().len(), 1);
    assert_eq!(object.finish(), [Problem::OutsideCall { function: "AddError" }]);
}

#[test]
fn a_function_runs_as_a_statement_too() {
    let object = create(Host::default());
    object.call_as_statement("Эхо", ["результат никому не нужен"]).unwrap();
    assert!(object.call_as_statement("Отказать", ()).is_err());
    let Value::String(journal) = object.get("Журнал").unwrap() else { panic!("a string") };
    assert_eq!(journal.matches("CallAsProc").count(), 2);
}

#[test]
fn a_function_runs_without_a_place_for_its_result() {
    let object = create(Host::default());
    let component = object.component();
    let number = component.find_method(Some("Эхо"));
    assert!(!component.call_as_func_without_result(number, component.parameters([1])));
}

#[test]
fn numbers_out_of_range_reach_the_add_in() {
    let object = create(Host::default());
    let component = object.component();
    for number in [-1, 6, std::ffi::c_long::MAX] {
        assert_eq!(component.get_prop_name(number, 0), None);
        assert_eq!(component.get_method_name(number, 1), None);
        assert_eq!(component.get_prop_val(number), Err(Failure::Refused));
        assert!(!component.set_prop_val(number, Argument::Value("значение".into())));
        assert!(!component.is_prop_readable(number));
        assert!(!component.is_prop_writable(number));
        assert_eq!(component.get_n_params(number), 0);
        assert_eq!(component.get_param_def_value(number, 0), Ok(None));
        assert!(!component.has_ret_val(number));
        assert!(!component.call_as_proc(number, component.parameters(())));
        assert_eq!(component.call_as_func(number, component.parameters(())), Err(Failure::Refused));
    }
    assert_eq!(component.find_prop(None), -1);
    assert_eq!(component.find_method(None), -1);
}

#[test]
fn a_wrong_number_of_parameters_reaches_the_add_in() {
    let object = create(Host::default());
    let component = object.component();
    let echo = component.find_method(Some("Echo"));
    for count in [-1, 0, 2, 1000] {
        let parameters = component.parameters(["строка"]).declare(count);
        assert_eq!(component.call_as_func(echo, parameters), Err(Failure::Refused));
    }
    let parameters = component.parameters(["строка"]).declare(2).null_array();
    assert_eq!(component.call_as_func(echo, parameters), Err(Failure::Refused));
}

#[test]
#[should_panic(expected = "a raw address must be null")]
fn a_raw_argument_cannot_point_anywhere() {
    let object = create(Host::default());
    let span = Span { ptr: std::ptr::dangling_mut(), len: 1 };
    let raw = RawVariant { payload: Payload { span }, elements: 0, vt: vt::PWSTR };
    let _ = object.call("Echo", vec![Argument::Raw(raw)]);
}

#[test]
fn the_table_lists_every_member() {
    let object = create(Host::default());
    let table = object.table().unwrap();
    let secret =
        Property {
            name: "Secret".to_owned(), alias: "Секрет".to_owned(), readable: false, writable: true
        };
    assert_eq!((table.properties.len(), &table.properties[3]), (4, &secret));
    let second = Method {
        name: "Second".to_owned(),
        alias: "Второй".to_owned(),
        parameters: vec![None, Some("по умолчанию".into()), Some(Value::Empty)],
        has_return: true,
    };
    assert_eq!((table.methods.len(), &table.methods[1]), (6, &second));
}

#[test]
fn a_repeated_call_tells_the_size_of_its_result() {
    for host in [Host::default(), Host::default().without_memory_checks()] {
        let object = create(host);
        let repeat = |argument: Value| {
            let component = object.component();
            let echo = component.find_method(Some("Echo"));
            let mut call = component.repeat(echo, [argument]);
            [call.call(), call.call()]
        };
        assert_eq!(repeat("строка".into()), [Some(Answer::Sized(6)); 2]);
        assert_eq!(repeat(vec![1, 2, 3].into()), [Some(Answer::Sized(3)); 2]);
        assert_eq!(repeat(true.into()), [Some(Answer::Bool(true)); 2]);
        assert_eq!(repeat(Value::Empty), [Some(Answer::Empty); 2]);
        assert_eq!(repeat(1.into()), [Some(Answer::Other); 2]);
        let component = object.component();
        assert_eq!(component.repeat(-1, ()).call(), None);
    }
}
