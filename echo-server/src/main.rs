//! `echo-server`: the WebSocket peer on the command line.

#![forbid(unsafe_code)]

mod bitrix;
mod client_files;
mod interruption;
mod tls_arguments;

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use echo_server::{
    AfterReplay, Answer, Behaviour, Compression, Entry, Event, Fault, Journal, Options, Pace, Replay, Server,
};

use crate::{bitrix::Bitrix, interruption::until_interrupted, tls_arguments::TlsArguments};

/// A WebSocket server that echoes, replays recordings, and does wrong on purpose.
///
/// It echoes whatever it is sent, a text as a text, a binary message as a binary one, and answers pings and closes.
/// Ctrl-C ends it.
#[derive(Parser)]
#[command(version, after_help = lists(), args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// Address and port to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9002")]
    listen: SocketAddr,

    #[command(flatten)]
    tls: TlsArguments,

    /// Speak this subprotocol; given several times, the first that the client offers
    #[arg(long, value_name = "NAME")]
    subprotocol: Vec<String>,

    /// Compress where the client offers it, with these parameters of permessage-deflate if any
    #[arg(long, value_name = "PARAMETERS", num_args = 0..=1, default_missing_value = "")]
    compression: Option<Compression>,

    /// Answer handshakes as recorded in this file: `>>> request`, the request, `<<< response`, the response
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,

    /// End connections above this number with zero bytes
    #[arg(long, value_name = "CONNECTIONS")]
    session_limit: Option<usize>,

    /// Do this wrong, see the list below; given several times, one connection after the other gets its own
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,

    /// Let a fault that strikes an open connection wait until so many messages have been sent on it
    #[arg(long, value_name = "MESSAGES", default_value_t = 0)]
    after: u64,

    /// Send so many numbered messages to whoever connects
    #[arg(long, value_name = "COUNT", conflicts_with = "replay")]
    greeting: Option<u64>,

    /// Send this file to whoever connects: a frame per line, or seconds<TAB>frame
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,

    /// How fast to replay: `recorded`, `max`, or a number of frames per second
    #[arg(long, value_name = "RATE", default_value = "recorded", requires = "replay")]
    rate: Pace,

    /// What to do after the last frame
    #[arg(long, value_name = "WHAT", default_value = "echo", requires = "replay")]
    then: AfterReplay,
}

#[derive(Subcommand)]
enum Command {
    Bitrix(Bitrix),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match &arguments.command {
        Some(Command::Bitrix(portal)) => bitrix::run(portal, &mut io::stdout().lock()),
        None => run(&arguments),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("echo-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let mut output = io::stdout().lock();
    let tls = arguments.tls.identity(&mut output, "address:     ".len())?;
    let behaviour = behaviour(arguments, &mut output)?;
    let answer = arguments.answer.as_ref().map(|file| Answer::open(file).map_err(|error| of(file, &error)));
    for fault in &arguments.fault {
        writeln!(output, "fault:       {fault}")?;
    }
    let server = Server::start(Options {
        listen: arguments.listen,
        tls,
        subprotocols: arguments.subprotocol.clone(),
        compression: arguments.compression,
        answer: answer.transpose()?,
        session_limit: arguments.session_limit,
        behaviour,
        fault: Fault::None,
        faults_in_turn: arguments.fault.clone(),
        fault_after: arguments.after,
    })
    .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", arguments.listen)))?;
    writeln!(output, "address:     {}", server.url())?;
    log_until_interrupted(&server, &mut output)
}

fn behaviour(arguments: &Arguments, output: &mut impl Write) -> io::Result<Behaviour> {
    if let Some(file) = &arguments.replay {
        let replay =
            Replay::open(file, arguments.rate).map_err(|error| of(file, &error))?.then(arguments.then);
        writeln!(output, "replay:      {} frames of {}", replay.frames(), file.display())?;
        return Ok(Behaviour::Replay(replay));
    }
    match arguments.greeting {
        Some(count) => {
            writeln!(output, "greeting:    {count} messages")?;
            Ok(Behaviour::Greeting(count))
        }
        None => Ok(Behaviour::Echo),
    }
}

/// The error with the file that it is about.
fn of(file: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", file.display()))
}

/// A line for whatever happens but single messages, which the last line of a connection counts.
fn log_until_interrupted(server: &Server, output: &mut impl Write) -> io::Result<()> {
    let mut logged = 0;
    until_interrupted(|| {
        let lines = server.read_journal(|journal| {
            let news = journal.since(logged).filter(|entry| !is_message(&entry.event));
            let lines: Vec<_> = news.map(Entry::to_string).collect();
            logged = journal.next_number();
            lines
        });
        for line in lines {
            writeln!(output, "{line}")?;
        }
        output.flush()
    })?;
    let totals = server.read_journal(Journal::totals);
    let (connections, received) = (totals.accepted, totals.texts + totals.binaries);
    writeln!(output, "{connections} connections, {received} messages in, {} out", totals.sent)
}

fn is_message(event: &Event) -> bool {
    matches!(event, Event::Text(_) | Event::Binary(_) | Event::Ping(_) | Event::Pong(_))
}

fn lists() -> String {
    let rows = Fault::ALL.iter().map(|fault| format!("  {:<31} {}\n", fault.form, fault.text));
    format!("Faults:\n{}\n{}", rows.collect::<String>(), client_files::LIST)
}
