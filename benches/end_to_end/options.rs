//! The command line.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::results::Group;

/// Measures the add-in from the socket to 1C and back, beside raw TCP and other WebSocket engines
#[derive(Parser)]
#[command(version)]
pub(crate) struct Options {
    /// A tenth of the messages, and three rounds
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only this group; may be given more than once
    #[arg(long, value_enum)]
    only: Vec<Group>,
    /// Rounds of each contender; the table has their medians
    #[arg(long)]
    rounds: Option<u32>,
    /// Folder for a plot of each group; from the project's folder, where cargo does not start this program
    #[arg(long, value_parser = from_project)]
    pub(crate) plots: Option<PathBuf>,
    /// The add-in to measure, from the project's folder, instead of the one that was built with this program
    #[arg(long, value_parser = from_project)]
    pub(crate) library: Option<PathBuf>,
    /// What cargo passes, after everything else
    #[arg(long, hide = true, global = true)]
    bench: bool,
    #[command(subcommand)]
    pub(crate) role: Option<Role>,
}

/// What else this program can be.
#[derive(Clone, Subcommand)]
pub(crate) enum Role {
    /// Serves until standard input ends; the first line of the output is the address
    Server,
    /// Receives a burst of an exchange
    #[command(hide = true)]
    Burst {
        milliseconds: u64,
        address: SocketAddr,
        library: PathBuf,
        #[arg(long)]
        quick: bool,
    },
    /// Holds connections on which nothing happens
    #[command(hide = true)]
    Idle { client: String, count: u32, seconds: u64, address: SocketAddr, library: PathBuf },
    /// Creates objects
    #[command(hide = true)]
    Start { library: PathBuf },
}

fn from_project(path: &str) -> Result<PathBuf, Infallible> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path))
}

impl Options {
    pub(crate) fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 }).max(1)
    }

    pub(crate) fn wants(&self, group: Group) -> bool {
        self.only.is_empty() || self.only.contains(&group)
    }

    /// So many messages, or a tenth.
    pub(crate) fn count(&self, messages: u32) -> u32 {
        if self.quick { messages / 10 } else { messages }
    }
}
