//! The options for TLS on the command line of `echo-server`.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use echo_server::{CertificateKind, Certificates, Identity};

use crate::client_files;

#[derive(Args)]
pub(crate) struct TlsArguments {
    /// Speak TLS and show this certificate; connect to localhost
    #[arg(long, value_name = "CERTIFICATE")]
    tls: Option<CertificateKind>,

    /// Write the certificate of the authority (never a key) to this file, in PEM, for clients to trust
    #[arg(long, value_name = "FILE", requires = "tls")]
    authority_out: Option<PathBuf>,

    /// Write throw-away certificates for clients, with their keys, to this folder, see the list below
    #[arg(long, value_name = "FOLDER", requires = "tls")]
    clients_out: Option<PathBuf>,

    /// Speak TLS 1.2 only
    #[arg(long = "no-tls-1.3", requires = "tls")]
    no_tls_1_3: bool,
}

impl TlsArguments {
    /// Makes what is to be shown to clients, and tells about it in lines whose first column is so wide.
    pub(crate) fn identity(&self, output: &mut impl Write, width: usize) -> io::Result<Option<Identity>> {
        let Some(kind) = self.tls else { return Ok(None) };
        let certificates = Certificates::new()?;
        if let Some(file) = &self.authority_out {
            fs::write(file, certificates.authority_pem()?)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
            writeln!(output, "{:width$}{}", "authority:", file.display())?;
        }
        if let Some(folder) = &self.clients_out {
            client_files::write(&certificates, folder)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", folder.display())))?;
            writeln!(output, "{:width$}{}", "clients:", folder.display())?;
        }
        writeln!(output, "{:width$}{kind}", "certificate:")?;
        let identity = certificates.identity(kind)?;
        if self.no_tls_1_3 { identity.without_tls_1_3() } else { Ok(identity) }.map(Some)
    }

    /// How a person calls curl.
    pub(crate) fn curl(&self) -> String {
        match (self.tls, &self.authority_out) {
            (None, _) => "curl".to_owned(),
            (Some(_), None) => "curl --insecure".to_owned(),
            (Some(_), Some(file)) => format!("curl --cacert \"{}\"", file.display()),
        }
    }
}
