//! Push & Pull and REST of Bitrix24, without sockets and clocks: what to ask, and what the answers mean.
//!
//! A poll's bytes become [`frame::Frame`]s in [`frames`], are judged by [`mids`], and understood by [`command`].
//! [`config`] says where to poll and when to ask the portal again, [`ladder`] how long to wait after a failure,
//! [`rest_answer`] what a call of REST brought, [`offline_events`] what the calls for them are made with,
//! [`token_answer`] what the authorization server gave.

pub mod address;
pub mod clock;
pub mod command;
pub mod config;
pub mod date;
pub mod frame;
pub mod frames;
mod json;
pub mod json_rpc;
pub mod ladder;
pub mod mid;
pub mod mids;
pub mod offline_events;
pub mod rest_answer;
pub mod rest_error;
pub mod token_answer;
