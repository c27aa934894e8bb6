//! Plays the 1C:Enterprise platform: loads an add-in and uses it as BSL would, for tests and examples.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use native_api_host::{Host, Library, locate};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let library = Library::load(locate("vestnik").ok_or("not built")?)?;
//! let socket = library.create("ROM-WebSocket", Host::default())?;
//! socket.set("Таймаут", 5)?;
//! if socket.call("Подключиться", ["ws://localhost:8080"])? == true.into() {
//!     for event in socket.events(Duration::from_secs(10)) {
//!         println!("{} {} {}", event.source, event.event, event.data);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! When the object is dropped it is taken down as the platform does it, and the drop panics if the add-in
//! broke a rule on the way: leaked memory, freed it twice, wrote beyond it, used the platform after its
//! end ([`Problem`] lists them all).
//!
//! - *Bring up*: [`Library`] and [`locate`], [`Host`] (what kind of platform), [`Library::create`].
//! - *Use as BSL*: [`Instance::get`], [`Instance::set`], [`Instance::call`], [`Instance::next_event`].
//! - *Use as the binary interface allows*: [`Component`], raw [`Argument`]s, [`Instance::table`].
//! - *Make trouble*: [`Faults`], [`Gate`], [`Object::during_event`].
//! - *Measure*: [`Host::count_events_only`], [`Host::without_memory_checks`], [`RepeatedCall`].
//! - *Torture*: a [`Script`] of legal and illegal calls made up from a seed, in a [`Sandbox`].
//! - *Take down*: drop the [`Object`], or [`Object::finish`] it.

mod argument;
mod block;
mod calls;
mod component;
mod counter;
mod create;
mod error_log;
mod event;
mod exception;
mod faces;
mod faults;
mod gate;
mod host;
mod ledger;
mod library;
mod locate;
mod members;
mod object;
mod platform;
mod problem;
mod repeated;
mod sandbox;
mod script;
mod sync;
mod table;
mod text;
mod variant;

pub use argument::{Argument, Arguments, Parameters};
pub use component::Component;
pub use create::CreateError;
pub use error_log::AddError;
pub use event::{Event, EventCounts};
pub use exception::{Exception, Failure};
pub use faults::Faults;
pub use gate::Gate;
pub use host::Host;
pub use library::{Library, LoadError};
pub use locate::locate;
pub use object::{Instance, Object};
pub use problem::Problem;
pub use repeated::{Answer, RepeatedCall};
pub use sandbox::{Assignment, Outcome, Sandbox, Verdict};
pub use script::{Script, Vocabulary, VocabularyError};
pub use table::{Method, Property, Table};
pub use text::{Name, TextFault};
