//! Builds the add-in for every platform, checks it, and packs it for 1C; and tells what is wrong with a package.
//!
//! - *Build*: [`toolchain`] (what this machine can), [`compile`] (a call of cargo), [`version_resource`].
//! - *Check*: [`library`] (what a file says), [`check`](mod@check) (what it must say), [`presence`] (what
//!   systems have of themselves).
//! - *Pack*: [`manifest`], [`info`], [`licences`], [`checksum`], [`archive`], [`package`].
//! - *Examine*: [`doctor`], and [`loading`], which really loads a library.

#![forbid(unsafe_code)]

pub mod archive;
pub mod check;
pub mod checksum;
pub mod compile;
pub mod doctor;
pub mod info;
pub mod library;
pub mod licences;
pub mod loading;
pub mod manifest;
pub mod package;
pub mod platform;
pub mod presence;
pub mod run;
pub mod target;
pub mod text;
pub mod toolchain;
pub mod version_resource;
pub mod workspace;
