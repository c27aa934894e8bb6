//! Where cargo leaves the library under test.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::PathBuf;

/// Finds the library of the package `name` that cargo built together with the running test, bench or
/// example; `None` when there is none.
///
/// Tests and benches lie in `deps`, and so does the library they were built with; examples lie beside that
/// folder. The copy one level up is older than that after a mere `cargo test`, so it comes last.
#[must_use]
pub fn locate(name: &str) -> Option<PathBuf> {
    let file = format!("{DLL_PREFIX}{}{DLL_SUFFIX}", name.replace('-', "_"));
    let executable = std::env::current_exe().ok()?;
    let folder = executable.parent()?;
    let in_profile = !folder.ends_with("deps") && !folder.ends_with("examples");
    let profile = if in_profile { folder } else { folder.parent()? };
    [profile.join("deps"), profile.to_owned()]
        .map(|folder| folder.join(&file))
        .into_iter()
        .find(|p| p.is_file())
}
