//! The options for TLS on the command line of `echo-server`.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use echo_server::{CertificateKind, Certificates, Identity};

#[derive(Args)]
pub(crate) struct TlsArguments {
    /// Speak TLS and show this certificate; connect to localhost
    #[arg(long, value_name = "CERTIFICATE")]
    tls: Option<CertificateKind>,

    /// Write the certificate of the authority (never a key) to this file, in PEM, for clients to trust
    #[arg(long, value_name = "FILE", requires = "tls")]
    authority_out: Option<PathBuf>,
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
        writeln!(output, "{:width$}{kind}", "certificate:")?;
        certificates.identity(kind).map(Some)
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
