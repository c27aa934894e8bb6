//! What every address has: a host, and ways to be malformed.

use native_api::Text;
use url::{Host, ParseError};

/// The host as certificates name it.
pub(super) fn server_name(host: &Host<String>) -> String {
    match host {
        Host::Domain(name) => name.clone(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

/// What is wrong with an address; nothing of the address itself, which may hold secrets.
pub(super) fn malformed(error: ParseError) -> Text {
    match error {
        ParseError::RelativeUrlWithoutBase => Text::fixed("адрес без схемы", "an address without a scheme"),
        ParseError::EmptyHost => Text::fixed("адрес без узла", "an address without a host"),
        ParseError::InvalidPort => Text::fixed("неверный порт", "a malformed port"),
        _ => Text::fixed("неверное имя узла", "a malformed host"),
    }
}
