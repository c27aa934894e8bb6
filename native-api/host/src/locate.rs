//! Which file is the library under test.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::PathBuf;

/// Finds the library of the package `name`: the file that the environment variable `NAME_LIBRARY` names, else
/// the one that cargo built together with the running test, bench or example; `None` when there is none.
///
/// With the variable, tests try a library that was built otherwise: for other systems, or by someone else.
/// Its path should be absolute, as cargo runs tests and benches in their package's folder.
///
/// Tests and benches lie in `deps`, and so does the library they were built with; examples lie beside that
/// folder. The copy one level up is older than that after a mere `cargo test`, so it comes last.
#[must_use]
pub fn locate(name: &str) -> Option<PathBuf> {
    let name = name.replace('-', "_");
    if let Some(file) = std::env::var_os(format!("{}_LIBRARY", name.to_uppercase())) {
        return Some(file.into());
    }
    let file = format!("{DLL_PREFIX}{name}{DLL_SUFFIX}");
    let executable = std::env::current_exe().ok()?;
    let folder = executable.parent()?;
    let in_profile = !folder.ends_with("deps") && !folder.ends_with("examples");
    let profile = if in_profile { folder } else { folder.parent()? };
    [profile.join("deps"), profile.to_owned()]
        .map(|folder| folder.join(&file))
        .into_iter()
        .find(|p| p.is_file())
}
