//! Safe Rust over the 1C:Enterprise Native API, the add-in's side.
//!
//! # The life of an add-in
//!
//! 1. The platform loads the library and asks `GetClassNames`, `SetPlatformCapabilities`, `GetAttachType`.
//! 2. `GetClassObject` makes an object; [`Class::new`] must be cheap, because often only the name is wanted.
//! 3. `setMemManager` brings the allocator, `RegisterExtensionAs` takes the name, `Init` brings the
//!    connection: [`Class::init`] may set the depth of the event buffer.
//! 4. `SetLocale` and `SetUserInterfaceLanguageCode` may tell the language of texts, or not.
//! 5. Members are looked up by name, then called by number. Wrong use becomes an exception in BSL; a panic
//!    ends at the border.
//! 6. Threads of the add-in call [`Platform::external_event`]. A host may call the object from inside it.
//! 7. `Done`, once or more or never, ends all work within [`DONE_LIMIT`].
//! 8. `DestroyObject`, or C++ `delete` through any of the four bases, frees the object.
//!
//! A class implements [`Class`]; [`export!`] makes the library's exports from a list of classes.

pub mod abi;
mod arguments;
mod barrier;
mod call;
pub mod class;
pub mod date;
#[doc(hidden)]
pub mod export;
mod language;
mod marshal;
mod memory;
mod misuse;
pub mod module;
mod object;
mod platform;
mod returned;
mod tables;
mod text;
pub mod utf16;
pub mod value;

pub use arguments::Arguments;
pub use class::{Class, Method, Name, Parameter, Property};
pub use date::Date;
pub use language::{Language, Text};
pub use misuse::{Kind, Misuse, MisuseKind};
pub use object::DONE_LIMIT;
pub use platform::{Application, EventAnswer, Platform, Turn};
pub use returned::{Lender, Lent, Returned};
pub use text::WideText;
pub use value::Value;
