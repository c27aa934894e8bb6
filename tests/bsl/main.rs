//! The BSL of the examples and of the documentation: it parses, and calls only what the library has. The
//! documents name all that the library has.

mod checker;
mod class_table;
mod documents;
mod source;
mod syntax;

use std::path::Path;

use checker::{Findings, check};
use class_table::ClassTable;
use documents::{DOCUMENTED, Document};
use native_api::Value;
use native_api_host::{Host, Library, Method, Property, Table, locate};
use source::{Source, all};

#[test]
fn every_piece_of_bsl_parses_and_calls_only_what_the_library_has() {
    let tables = tables_of_the_library();
    let mut problems = Vec::new();
    let mut modules = 0;
    for source in all(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let findings = check(&source, &tables);
        problems.extend(findings.problems.iter().map(ToString::to_string));
        if source.path.starts_with("examples/bsl") && source.path.extension().is_some_and(|it| it == "bsl") {
            modules += 1;
            assert!(findings.uses > 0, "{}: no object of the add-in was found", source.path.display());
        }
    }
    assert!(modules > 0, "no BSL under examples/bsl");
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn the_documents_name_every_member_and_every_event() {
    let tables = tables_of_the_library();
    let mut missing = Vec::new();
    for documented in DOCUMENTED {
        let document = Document::read(Path::new(env!("CARGO_MANIFEST_DIR")), documented.file);
        let table =
            tables.iter().find(|table| table.name == documented.class).expect("a class of the library");
        missing.extend(document.missing_members(&table.members));
        missing.extend(document.missing_events(&documented));
    }
    assert_eq!(tables.len(), DOCUMENTED.len(), "every class has its document");
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

#[test]
fn right_bsl_has_no_problems() {
    let module = "
        &НаКлиенте
        Перем Объект;
        &НаКлиенте
        Асинх Процедура Проверить()
            Объект = Новый(\"AddIn.\" + ИмяКомпоненты + \".Sample\");
            Объект.Size = объект.РАЗМЕР + ЭтотОбъект.Объект.State;
            Объект.Послать(\"а\", , Вычислить(1, 2));
            Объект.Send(\"а\");
            Результат = Ждать Объект.ПослатьАсинх(\"а\", 1);
            Ждать Объект.УстановитьРазмерАсинх(1);
            Состояние = Ждать Объект.GetStateAsync();
            Объект.НачатьВызовПослать(Оповещение, \"а\");
            Объект.НачатьПолучениеСостояние(Оповещение);
            Объект.НачатьУстановкуРазмер(Оповещение, 1);
            Прочее.Неизвестно(Объект.Размер);
        КонецПроцедуры";
    let findings = check_module(module);
    assert_eq!(texts(&findings), Vec::<&str>::new());
    assert_eq!(findings.uses, 12);
}

#[test]
fn a_wrong_member_is_found() {
    for (statement, problem) in [
        ("А = Объект.Ширина;", "Sample has no property Ширина"),
        ("Объект.Послатъ(1);", "Sample has no method Послатъ"),
        ("Объект.Размер(1);", "Sample has no method Размер"),
        ("А = Объект.Послать;", "Sample has no property Послать"),
        ("Объект.Состояние = 1;", "Состояние is read-only"),
        ("Объект.НачатьУстановкуСостояние(О, 1);", "Состояние is read-only"),
        ("Ждать Объект.УстановитьСостояниеАсинх(1);", "Состояние is read-only"),
        ("Объект.ПолучитьШиринаАсинх();", "Sample has no property ширина"),
        ("Объект.НачатьВызовПринять(О);", "Sample has no method принять"),
        ("Если Истина Тогда А = Б + ЭтотОбъект.Объект.Ширина; КонецЕсли;", "Sample has no property Ширина"),
    ] {
        assert_eq!(texts(&check_statement(statement)), [problem], "{statement}");
    }
}

#[test]
fn a_wrong_number_of_arguments_is_found() {
    for (statement, problem) in [
        ("Объект.Послать();", "Послать: argument 1 is missing"),
        ("Объект.Послать(, 1);", "Послать: argument 1 is missing"),
        ("Объект.Послать(1, , 3, 4);", "Послать takes at most 3 arguments, not 4"),
        ("Объект.Послать(1, , ,);", "Послать takes at most 3 arguments, not 4"),
        ("Объект.ПослатьАсинх();", "ПослатьАсинх: argument 1 is missing"),
        ("Объект.НачатьВызовПослать();", "НачатьВызовПослать: argument 1 is missing"),
        ("Объект.НачатьВызовПослать(О);", "НачатьВызовПослать: argument 1 is missing"),
        ("Объект.НачатьПолучениеРазмер();", "НачатьПолучениеРазмер: argument 1 is missing"),
        ("Объект.НачатьУстановкуРазмер(О);", "НачатьУстановкуРазмер: argument 2 is missing"),
        ("Объект.УстановитьРазмерАсинх();", "УстановитьРазмерАсинх: argument 1 is missing"),
    ] {
        assert_eq!(texts(&check_statement(statement)), [problem], "{statement}");
    }
}

#[test]
fn an_unknown_class_is_found() {
    let findings = check_module("Объект = Новый(\"AddIn.Имя.Sampel\"); Объект.Послать(1);");
    assert_eq!(texts(&findings), ["the library has no class Sampel"]);
}

#[test]
fn a_syntax_error_is_found_at_its_line() {
    for (statement, problem) in [
        ("Если Истина А = 1; КонецЕсли;", "syntax error"),
        ("А = (1;", ") is missing"),
        ("А = 1", "the statement does not end with ;"),
        ("Процедура П() Ждать А(); КонецПроцедуры", "Ждать stands in a method that is not Асинх"),
    ] {
        let findings = check_module(&format!("Б = 1;\n{statement}\n"));
        let found: Vec<_> = findings.problems.iter().map(|it| (it.line, it.text.as_str())).collect();
        assert_eq!(found, [(2, problem)], "{statement}");
    }
}

#[test]
fn the_blocks_of_a_markdown_file_are_one_module() {
    let text = "# Title\n```bsl\nОбъект = Новый(\"AddIn.Имя.Sample\");\n```\n\
                ```text\nне BSL (\n```\n```bsl\nА = 1;\nОбъект.Нет();\n```\n";
    let findings = check(&Source::markdown(Path::new("README.md"), text), &[sample()]);
    let found: Vec<String> = findings.problems.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["README.md:10: Sample has no method Нет"]);
}

fn check_statement(statement: &str) -> Findings {
    check_module(&format!("Объект = Новый(\"AddIn.Имя.Sample\");\n{statement}\n"))
}

fn check_module(text: &str) -> Findings {
    check(&Source::module(Path::new("module.bsl"), text), &[sample()])
}

fn texts(findings: &Findings) -> Vec<&str> {
    findings.problems.iter().map(|problem| problem.text.as_str()).collect()
}

/// A class with everything that a member can be.
fn sample() -> ClassTable {
    let property = |name: &str, alias: &str, writable| Property {
        name: name.to_owned(),
        alias: alias.to_owned(),
        readable: true,
        writable,
    };
    let send = Method {
        name: "Send".to_owned(),
        alias: "Послать".to_owned(),
        parameters: vec![None, Some(Value::Empty), Some(Value::Number(1.0))],
        has_return: true,
    };
    let properties = vec![property("Size", "Размер", true), property("State", "Состояние", false)];
    ClassTable { name: "Sample".to_owned(), members: Table { properties, methods: vec![send] } }
}

/// The tables of every class of the built library.
fn tables_of_the_library() -> Vec<ClassTable> {
    let library = Library::load(locate("vestnik").expect("the library beside this test")).expect("an add-in");
    let table_of = |name: String| {
        let object = library.create(&name, Host::default()).expect("an object of a class that is listed");
        ClassTable { members: object.table().expect("readable defaults"), name }
    };
    library.class_names().into_iter().map(table_of).collect()
}
