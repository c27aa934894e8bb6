//! Finds what BSL calls on objects of the add-in, and compares it with the class tables.
//!
//! The rule by which an object is found: a name to which the same file somewhere assigns
//! `Новый("AddIn.<any>.<class>")`. The argument may be put together with `+`, if it starts with a literal
//! `"AddIn.…"` and ends with a literal `"….<class>"`. The name means the object in the whole file, whatever
//! the method: as a variable, and as `ЭтотОбъект.<name>`. The blocks of a Markdown file count as one module.

use std::collections::BTreeMap;

use tree_sitter::{Node, Tree};

use crate::class_table::{ClassTable, Use};
use crate::source::{Piece, Problem, Source};
use crate::syntax::{children, errors, parse, walk};

/// What was found in one file.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) problems: Vec<Problem>,
    /// Uses of members that were compared with a table.
    pub(crate) uses: usize,
}

/// Checks syntax and members of one file.
pub(crate) fn check(source: &Source, tables: &[ClassTable]) -> Findings {
    let trees: Vec<Tree> = source.pieces.iter().map(|piece| parse(&piece.text)).collect();
    let parsed = || source.pieces.iter().zip(&trees);
    // Lower-case name → class.
    let mut objects = BTreeMap::new();
    let mut findings = Findings::default();
    let report = |findings: &mut Findings, piece: &Piece, row: usize, text: String| {
        let line = piece.lines_before + row + 1;
        findings.problems.push(Problem { path: source.path.clone(), line, text });
    };
    for (piece, tree) in parsed() {
        for (row, text) in errors(tree) {
            report(&mut findings, piece, row, text);
        }
        objects
            .extend(walk(tree.root_node()).into_iter().filter_map(|node| created_object(node, &piece.text)));
    }
    for (piece, tree) in parsed() {
        for node in walk(tree.root_node()) {
            let Some((object, member)) = member_of(node, &piece.text) else { continue };
            let Some(class) = objects.get(&object) else { continue };
            findings.uses += 1;
            let outcome = match tables.iter().find(|table| table.name == *class) {
                Some(table) => check_member(table, node, member, &piece.text),
                None => Err(format!("the library has no class {class}")),
            };
            if let Err(text) = outcome {
                report(&mut findings, piece, member.start_position().row, text);
            }
        }
    }
    findings
}

/// For `Name = Новый("AddIn.….Class")`: the name in lower case, and the class.
fn created_object(node: Node<'_>, text: &str) -> Option<(String, String)> {
    if node.kind() != "assignment_statement" {
        return None;
    }
    let creation = node.child_by_field_name("right")?.child(0)?;
    if creation.kind() != "new_expression_method" {
        return None;
    }
    let argument = creation.child_by_field_name("type")?;
    let literals: Vec<&str> = walk(argument)
        .into_iter()
        .filter(|node| node.kind() == "string_content")
        .map(|node| text_of(node, text))
        .collect();
    if !literals.first()?.to_lowercase().starts_with("addin.") {
        return None;
    }
    let (_, class) = literals.last()?.rsplit_once('.')?;
    Some((object_name(node.child_by_field_name("left")?, text), class.to_owned()))
}

/// For `Object.Member` and `Object.Member(…)`: the object's name in lower case, and the member's node.
fn member_of<'tree>(node: Node<'tree>, text: &str) -> Option<(String, Node<'tree>)> {
    let parts = children(node);
    match (node.kind(), parts.as_slice()) {
        ("call_expression" | "property_access" | "access", [object, dot, member]) if dot.kind() == "." => {
            Some((object_name(*object, text), *member))
        }
        _ => None,
    }
}

fn object_name(node: Node<'_>, text: &str) -> String {
    let name = text_of(node, text).to_lowercase();
    let own = ["этотобъект.", "thisobject."].iter().find_map(|form| name.strip_prefix(form));
    own.map(str::to_owned).unwrap_or(name)
}

fn check_member(table: &ClassTable, access: Node<'_>, member: Node<'_>, text: &str) -> Result<(), String> {
    if member.kind() == "method_call" {
        let name = member.child_by_field_name("name").expect("a call has a name");
        let arguments = member.child_by_field_name("arguments").expect("a call has parentheses");
        return table.check(text_of(name, text), &Use::Call(&given(arguments)));
    }
    let is_assigned = access.parent().is_some_and(|statement| {
        statement.kind() == "assignment_statement" && statement.child_by_field_name("left") == Some(access)
    });
    table.check(text_of(member, text), if is_assigned { &Use::Write } else { &Use::Read })
}

/// For each argument between the parentheses, whether something stands there: `(А, , Б)` is yes, no, yes.
fn given(arguments: Node<'_>) -> Vec<bool> {
    let mut given = vec![false];
    for node in children(arguments) {
        match node.kind() {
            "(" | ")" | "line_comment" => {}
            // What the grammar calls an omitted argument is the comma after it.
            "," | "omitted_argument" => given.push(false),
            _ => given.last_mut().map_or((), |last| *last = true),
        }
    }
    if given == [false] { Vec::new() } else { given }
}

fn text_of<'text>(node: Node<'_>, text: &'text str) -> &'text str {
    &text[node.byte_range()]
}
