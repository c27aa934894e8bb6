//! The private keys that Windows has stored for the account and for the machine.

use crate::outcome::Checked;

/// How many there are in each place; none on a system that has no such places.
#[cfg(not(windows))]
pub(crate) fn stored_keys() -> Checked<Vec<(String, usize)>> {
    Ok(Vec::new())
}

/// How many there are in each place.
#[cfg(windows)]
pub(crate) fn stored_keys() -> Checked<Vec<(String, usize)>> {
    use windows_registry::{CURRENT_USER, LOCAL_MACHINE};
    let mut places = Vec::new();
    for variable in ["APPDATA", "LOCALAPPDATA", "ProgramData"] {
        let folder = std::env::var_os(variable).ok_or_else(|| format!("нет переменной {variable}"))?;
        let folder = std::path::Path::new(&folder).join("Microsoft").join("Crypto");
        places.push((format!("%{variable}%\\Microsoft\\Crypto"), files(&folder)?));
    }
    // Where wine's providers have theirs.
    for (name, root) in [("HKCU", CURRENT_USER), ("HKLM", LOCAL_MACHINE)] {
        let count = root.open(r"Software\Wine\Crypto").map_or(Ok(0), |key| subkeys(&key))?;
        places.push((format!(r"{name}\Software\Wine\Crypto"), count));
    }
    Ok(places)
}

/// Whether this Windows is wine.
pub(crate) fn is_wine() -> bool {
    #[cfg(windows)]
    return windows_registry::CURRENT_USER.open(r"Software\Wine").is_ok();
    #[cfg(not(windows))]
    false
}

/// Files in a folder and those below it; 0 if there is none.
#[cfg(windows)]
fn files(folder: &std::path::Path) -> Checked<usize> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(0) };
    let mut count = 0;
    for entry in entries {
        let entry = entry?;
        count += if entry.file_type()?.is_dir() { files(&entry.path())? } else { 1 };
    }
    Ok(count)
}

/// Keys below a key of the registry.
#[cfg(windows)]
fn subkeys(key: &windows_registry::Key) -> Checked<usize> {
    let mut count = 0;
    for name in key.keys()? {
        count += 1 + subkeys(&key.open(name)?)?;
    }
    Ok(count)
}
