//! The servers that the library is tried with.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::outcome::Checked;

/// Servers that run already, outside of this process and perhaps of wine.
#[derive(Args)]
pub(crate) struct Servers {
    /// Адрес ws:// сервера, который возвращает сообщения и умеет их сжимать
    #[arg(long, value_name = "АДРЕС")]
    pub(crate) echo: String,
    /// Адрес wss:// такого же сервера
    #[arg(long, value_name = "АДРЕС")]
    pub(crate) secure: String,
    /// Файл с сертификатом его издателя, PEM
    #[arg(long, value_name = "ФАЙЛ")]
    authority: PathBuf,
    /// Файл с сертификатом издателя, который серверам ничего не выдавал, PEM
    #[arg(long, value_name = "ФАЙЛ")]
    stranger: PathBuf,
    /// Адрес wss:// сервера, чей сертификат выдан для другого имени
    #[arg(long, value_name = "АДРЕС")]
    pub(crate) misnamed: String,
    /// Файл с сертификатом издателя того сертификата, PEM
    #[arg(long, value_name = "ФАЙЛ")]
    misnamed_authority: PathBuf,
    /// Адрес wss:// сервера, который знает только TLS 1.0
    #[arg(long, value_name = "АДРЕС")]
    pub(crate) outdated: String,
    /// Адрес wss:// сервера, который требует сертификат клиента
    #[arg(long, value_name = "АДРЕС")]
    pub(crate) mutual: String,
    /// Папка с сертификатами для него (echo-server --clients-out)
    #[arg(long, value_name = "ПАПКА")]
    pub(crate) mutual_clients: PathBuf,
    /// Адрес wss:// такого же сервера, который не знает TLS 1.3
    #[arg(long, value_name = "АДРЕС")]
    pub(crate) mutual_tls_1_2: String,
    /// Папка с сертификатами для него
    #[arg(long, value_name = "ПАПКА")]
    pub(crate) mutual_tls_1_2_clients: PathBuf,
    /// Адрес ws:// сервера, который засыпает сообщениями каждого, кто подключился
    #[arg(long, value_name = "АДРЕС")]
    pub(crate) flood: String,
}

impl Servers {
    /// The authority's certificate as text.
    pub(crate) fn authority_pem(&self) -> Checked<String> {
        Ok(fs::read_to_string(&self.authority)?)
    }

    /// The path of the authority's certificate, as code in 1C would name it.
    pub(crate) fn authority_path(&self) -> Checked<&str> {
        path(&self.authority)
    }

    /// The path of a certificate of an authority that none of the servers is of.
    pub(crate) fn stranger_path(&self) -> Checked<&str> {
        path(&self.stranger)
    }

    /// The path of the certificate of the misnamed server's authority.
    pub(crate) fn misnamed_authority_path(&self) -> Checked<&str> {
        path(&self.misnamed_authority)
    }
}

fn path(file: &Path) -> Checked<&str> {
    Ok(file.to_str().ok_or("путь к сертификату не в UTF-8")?)
}
