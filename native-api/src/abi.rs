//! The binary interface as it is: layouts, tables and codes, nothing else.
//!
//! Source of every number: the public 1C headers and layout dumps of clang for each target.
//! Sizes and offsets are asserted at compile time, so a target whose layout differs does not build.

pub mod component;
pub mod exports;
pub mod platform;
pub mod variant;
