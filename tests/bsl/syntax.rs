//! Parses BSL, and finds what the grammar lets through but 1C does not.

use tree_sitter::{Node, Parser, Tree};

/// Parses `text`.
pub(crate) fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bsl::LANGUAGE.into()).expect("a grammar that this tree-sitter can run");
    parser.parse(text, None).expect("a parser with a language and no time limit")
}

/// Every node below `node`, itself first, in the order of the text.
pub(crate) fn walk(node: Node<'_>) -> Vec<Node<'_>> {
    let mut nodes = vec![node];
    for child in children(node) {
        nodes.extend(walk(child));
    }
    nodes
}

/// The children of `node`, those without a name in the grammar too.
pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    node.children(&mut node.walk()).collect()
}

/// What is wrong with the syntax: line in the text, from 0, and what.
pub(crate) fn errors(tree: &Tree) -> Vec<(usize, String)> {
    let error = |node: Node<'_>| {
        let what = if node.is_missing() {
            return Some((node.start_position().row, format!("{} is missing", node.kind())));
        } else if node.is_error() {
            "syntax error"
        } else if lacks_semicolon(node) {
            "the statement does not end with ;"
        } else if awaits_in_vain(node) {
            "Ждать stands in a method that is not Асинх"
        } else {
            return None;
        };
        Some((node.start_position().row, what.to_owned()))
    };
    let mut errors: Vec<_> = walk(tree.root_node()).into_iter().filter_map(error).collect();
    errors.dedup();
    errors
}

/// The grammar takes statements without an end; 1C does so only before the end of a block, and its
/// standards never.
fn lacks_semicolon(node: Node<'_>) -> bool {
    let is_semicolon = |node: Node<'_>| node.kind() == ";";
    let is_statement = node.kind().ends_with("_statement") && node.kind() != "label_statement";
    is_statement
        && !children(node).into_iter().next_back().is_some_and(is_semicolon)
        && !node.next_sibling().is_some_and(is_semicolon)
}

/// A fragment outside of any method, as in a README, may wait.
fn awaits_in_vain(node: Node<'_>) -> bool {
    if node.kind() != "await_expression" {
        return false;
    }
    let is_method = |node: &Node<'_>| matches!(node.kind(), "procedure_definition" | "function_definition");
    let mut around = std::iter::successors(node.parent(), Node::parent);
    around
        .find(is_method)
        .is_some_and(|method| method.child(0).is_some_and(|word| word.kind() != "ASYNC_KEYWORD"))
}
