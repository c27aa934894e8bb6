//! The add-in's library: its entry points, from a file or from this process.

use std::error::Error;
use std::ffi::c_void;
use std::fmt;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::Arc;

use native_api::abi::exports::EntryPoints;

use crate::text::{self, Name};

/// A loaded add-in. Clones share it; it is unloaded with the last of them and of its objects.
#[derive(Clone)]
pub struct Library(Arc<Loaded>);

struct Loaded {
    entry_points: EntryPoints,
    /// Keeps the code in memory.
    _file: Option<libloading::Library>,
}

impl Library {
    /// Loads a library file, which is trusted to be an add-in: its code runs here.
    ///
    /// # Errors
    /// When the file cannot be loaded, or lacks one of the five exports.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let error = |cause| LoadError { path: path.to_owned(), cause };
        // SAFETY: an add-in runs nothing when it is loaded; that the file is one is the caller's word.
        let file = unsafe { libloading::Library::new(path) }.map_err(error)?;
        let entry_points = EntryPoints {
            // SAFETY: the binary interface gives the export this type.
            get_class_names: *unsafe { file.get(c"GetClassNames") }.map_err(error)?,
            // SAFETY: as above.
            get_class_object: *unsafe { file.get(c"GetClassObject") }.map_err(error)?,
            // SAFETY: as above.
            destroy_object: *unsafe { file.get(c"DestroyObject") }.map_err(error)?,
            // SAFETY: as above.
            set_platform_capabilities: *unsafe { file.get(c"SetPlatformCapabilities") }.map_err(error)?,
            // SAFETY: as above.
            get_attach_type: *unsafe { file.get(c"GetAttachType") }.map_err(error)?,
        };
        Ok(Self(Arc::new(Loaded { entry_points, _file: Some(file) })))
    }

    /// Whether the library of this file is in the process, whoever has loaded it. One that keeps itself there is, even
    /// after the last [`Library`] of it is gone.
    #[must_use]
    pub fn is_loaded(path: impl AsRef<Path>) -> bool {
        #[cfg(unix)]
        // SAFETY: nothing is loaded by this, so no code runs.
        let found = unsafe {
            libloading::os::unix::Library::open(Some(path.as_ref()), libc::RTLD_LAZY | libc::RTLD_NOLOAD)
        };
        #[cfg(windows)]
        let found = libloading::os::windows::Library::open_already_loaded(path.as_ref());
        found.is_ok()
    }

    /// An add-in that is part of this process.
    #[must_use]
    pub fn in_process(entry_points: &EntryPoints) -> Self {
        Self(Arc::new(Loaded { entry_points: *entry_points, _file: None }))
    }

    /// What `GetClassNames` lists; empty when it lists nothing.
    ///
    /// # Panics
    /// When the list cannot be read.
    #[must_use]
    pub fn class_names(&self) -> Vec<String> {
        // SAFETY: the export takes nothing.
        let names = unsafe { (self.0.entry_points.get_class_names)() };
        if names.is_null() {
            return Vec::new();
        }
        // SAFETY: the add-in answers with a static string that ends with a NUL.
        let names = unsafe { text::read(names) };
        let names = names.unwrap_or_else(|fault| panic!("the list of GetClassNames {fault}"));
        names.split('|').map(str::to_owned).collect()
    }

    /// What `GetAttachType` answers, one of [`attach_type`](native_api::abi::exports::attach_type).
    #[must_use]
    pub fn attach_type(&self) -> i32 {
        // SAFETY: the export takes nothing.
        unsafe { (self.0.entry_points.get_attach_type)() }
    }

    /// Tells the add-in the platform's level; the answer is the highest level that the add-in knows.
    pub fn set_platform_capabilities(&self, level: i32) -> i32 {
        // SAFETY: the export takes any number.
        unsafe { (self.0.entry_points.set_platform_capabilities)(level) }
    }

    /// `GetClassObject`: null when the add-in has no such class.
    pub(crate) fn get_class_object(&self, class: impl Name) -> *mut c_void {
        let class = class.into_wide();
        let name = class.as_ref().map_or(ptr::null(), |class| class.as_ptr());
        let mut object = ptr::null_mut();
        // SAFETY: the name is null or ends with a NUL, and the place for the object holds null.
        let created = unsafe { (self.0.entry_points.get_class_object)(name, &raw mut object) };
        if created == 0 { ptr::null_mut() } else { object }
    }

    /// `DestroyObject`: its answer, and what it left in the place of the pointer.
    ///
    /// # Safety
    /// `object` came from [`Library::get_class_object`], lives, is in no call, and is not used any more.
    pub(crate) unsafe fn destroy_object(&self, mut object: *mut c_void) -> (i64, *mut c_void) {
        // SAFETY: what the caller promises.
        let code = unsafe { (self.0.entry_points.destroy_object)(&raw mut object) };
        #[allow(clippy::useless_conversion, reason = "c_long has 32 bits on some targets")]
        (i64::from(code), object)
    }
}

/// Why a library file cannot be used.
#[derive(Debug)]
pub struct LoadError {
    path: PathBuf,
    cause: libloading::Error,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be loaded as an add-in", self.path.display())
    }
}

impl Error for LoadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}
