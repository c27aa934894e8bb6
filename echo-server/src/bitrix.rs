//! The subcommand `bitrix`: a portal to try by hand.

use std::{
    io::{self, Write},
    net::SocketAddr,
    time::Duration,
};

use clap::Args;
use echo_server::{PollFault, Portal, PortalOptions, PortalRequest, PushServer, RestFault};

use crate::{interruption::until_interrupted, tls_arguments::TlsArguments};

/// Serve a stand-in for a Bitrix24 portal with its Push&Pull server.
///
/// It answers pull.application.config.get, the methods of offline events and requests for new tokens, and serves long
/// polling and WebSocket as the push server of a version does. Ctrl-C ends it.
#[derive(Args)]
#[command(after_help = faults())]
pub(crate) struct Bitrix {
    /// Address and port to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9003")]
    listen: SocketAddr,

    #[command(flatten)]
    tls: TlsArguments,

    /// Have a push server of this version
    #[arg(long, value_name = "VERSION", default_value = "4")]
    push_server: PushServer,

    /// Bind this offline event from the beginning, for this connector if one is given
    #[arg(long, value_name = "EVENT[,CONNECTOR]", default_value = "ONCRMDEALUPDATE")]
    bind: Vec<String>,

    /// How long a poll waits for a message
    #[arg(long, value_name = "SECONDS", default_value_t = 40)]
    poll_time: u64,

    /// How long an access token lives
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    access_life: u64,

    /// Do this wrong with polls; given several times, one poll after the other gets its own
    #[arg(long, value_name = "FAULT")]
    poll_fault: Vec<PollFault>,

    /// Do this wrong with calls of REST methods; given several times, one call after the other gets its own
    #[arg(long, value_name = "FAULT")]
    rest_fault: Vec<RestFault>,
}

/// Serves until Ctrl-C.
pub(crate) fn run(arguments: &Bitrix, output: &mut impl Write) -> io::Result<()> {
    let binding = |text: &String| {
        let (event, connector) = text.split_once(',').unwrap_or((text, ""));
        (event.to_owned(), connector.to_owned())
    };
    let bindings: Vec<_> = arguments.bind.iter().map(binding).collect();
    let options = PortalOptions {
        listen: arguments.listen,
        tls: arguments.tls.identity(output, "address:       ".len())?,
        push_server: arguments.push_server,
        poll_time: Duration::from_secs(arguments.poll_time),
        access_life: Duration::from_secs(arguments.access_life),
        bindings: bindings.clone(),
        ..PortalOptions::default()
    };
    let (client_id, client_secret) = (options.client_id.clone(), options.client_secret.clone());
    let portal = Portal::start(options)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", arguments.listen)))?;
    portal.set_poll_faults(arguments.poll_fault.clone());
    portal.set_rest_faults(arguments.rest_fault.clone());
    let (access, refresh) = portal.tokens();
    let (url, curl) = (portal.url(), arguments.tls.curl());
    writeln!(output, "address:       {url}")?;
    writeln!(output, "auth server:   {url}")?;
    writeln!(output, "client id:     {client_id}")?;
    writeln!(output, "client secret: {client_secret}")?;
    writeln!(output, "access token:  {access}")?;
    writeln!(output, "refresh token: {refresh}")?;
    writeln!(output, "to poll:       {}", portal.push_url())?;
    for (event, connector) in bindings {
        writeln!(output, "bound:         {event} for connector \"{connector}\"")?;
        writeln!(
            output,
            "to raise it:   {curl} -X POST \"{url}/stand-in/offline-event?event={event}&id=1\""
        )?;
    }
    writeln!(output, "to renew:      {curl} -X POST \"{url}/stand-in/renew-channel?action=get_config\"")?;
    writeln!(output, "to expire:     {curl} -X POST \"{url}/stand-in/expire-tokens\"")?;
    let mut logged = 0;
    until_interrupted(|| {
        let lines = portal.read_journal(|journal| {
            let news = journal.requests().filter(|request| request.number >= logged);
            let lines: Vec<_> = news.map(line).collect();
            logged = journal.total;
            lines
        });
        for line in lines {
            writeln!(output, "{line}")?;
        }
        output.flush()
    })
}

/// A request in a line: without its query, which may hold a token.
fn line(request: &PortalRequest) -> String {
    let mid = request.parameter("mid").map_or_else(String::new, |mid| format!(" from {mid}"));
    format!("#{} {} {}{mid}", request.connection, request.head.method, request.path())
}

fn faults() -> String {
    let table = |title: &str, rows: &[echo_server::Description]| {
        let rows = rows.iter().map(|fault| format!("  {:<27} {}\n", fault.form, fault.text));
        format!("{title}:\n{}", rows.collect::<String>())
    };
    table("Faults of polls", PollFault::ALL) + "\n" + &table("Faults of REST methods", RestFault::ALL)
}
