//! Programs that are run, and what they answer.

use std::error::Error;
use std::process::Command;

/// What a program writes to its standard output.
///
/// # Errors
/// When it cannot be started, fails, or writes what is no text.
pub fn output(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| format!("{name} не запускается: {error}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{name}: {}: {}", output.status, errors.trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
