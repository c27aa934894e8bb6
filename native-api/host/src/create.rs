//! `Новый("AddIn.<name>.<class>")`: the order in which the platform brings an object up.

use std::error::Error;
use std::ffi::c_long;
use std::fmt;

use native_api::abi::exports::TECHNOLOGY_VERSION;

use crate::host::Host;
use crate::library::Library;
use crate::object::Object;

/// The level from which on the platform knows the base `UserLanguageBase`.
const WITH_USER_LANGUAGE: i32 = 3;

impl Library {
    /// Creates an object as the platform does: `SetPlatformCapabilities`, `GetClassObject`,
    /// `setMemManager`, `RegisterExtensionAs`, `Init`, `GetInfo`, `SetLocale`,
    /// `SetUserInterfaceLanguageCode`.
    ///
    /// # Errors
    /// When the add-in refuses one of these steps, or answers it in a way that the platform would not take.
    pub fn create(&self, class: &str, host: Host) -> Result<Object, CreateError> {
        let level = self.set_platform_capabilities(host.capabilities).min(host.capabilities);
        let (locale, language) = (host.locale.clone(), host.language.clone());
        let object = self.instantiate(class, host)?;
        let component = object.component();
        if !component.set_mem_manager() {
            return Err(CreateError::NoMemManager);
        }
        let registered = component.register_extension_as().ok_or(CreateError::Unnamed)?;
        if registered != class {
            return Err(CreateError::Misnamed { registered });
        }
        if !component.init() {
            return Err(CreateError::InitRefused);
        }
        let answered = component.get_info();
        if answered != TECHNOLOGY_VERSION {
            return Err(CreateError::TechnologyVersion { answered });
        }
        component.set_locale(Some(locale.as_str()));
        if level >= WITH_USER_LANGUAGE {
            component.set_user_interface_language_code(Some(language.as_str()));
        }
        drop(component);
        Ok(object)
    }

    /// `GetClassObject` and no more: an object that was not even given an allocator.
    ///
    /// # Errors
    /// When the add-in has no such class.
    pub fn instantiate(&self, class: &str, host: Host) -> Result<Object, CreateError> {
        Object::new(self, class, host).ok_or(CreateError::NoSuchClass)
    }
}

/// Why there is no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateError {
    /// `GetClassObject` gave none.
    NoSuchClass,
    /// `setMemManager` answered false.
    NoMemManager,
    /// `RegisterExtensionAs` gave no name.
    Unnamed,
    /// `RegisterExtensionAs` gave another name than the class was asked for by.
    Misnamed {
        /// That name.
        registered: String,
    },
    /// `Init` answered false.
    InitRefused,
    /// `GetInfo` answered another version than 2000.
    TechnologyVersion {
        /// That version.
        answered: c_long,
    },
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchClass => f.write_str("the add-in has no such class"),
            Self::NoMemManager => f.write_str("setMemManager answered false"),
            Self::Unnamed => f.write_str("RegisterExtensionAs gave no name"),
            Self::Misnamed { registered } => write!(f, "RegisterExtensionAs gave the name {registered}"),
            Self::InitRefused => f.write_str("Init answered false"),
            Self::TechnologyVersion { answered } => write!(f, "GetInfo answered {answered}"),
        }
    }
}

impl Error for CreateError {}
