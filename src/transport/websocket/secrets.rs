//! What this side has told a server and a server must not tell 1C, should it repeat it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use crate::log::masked;
use crate::log::secrets::Secrets;
use crate::transport::address::Address;
use crate::transport::settings::Settings;

/// Those that the handshake carries: credentials, and the values of headers and of the query whose names tell that
/// they are secret.
pub(super) fn secrets_of(address: &Address, settings: &Settings) -> Secrets {
    let mut secrets = Vec::new();
    for authorization in settings.authorization.as_deref().into_iter().chain(address.authorization()) {
        let (scheme, value) = authorization.split_once(' ').unwrap_or_default();
        let decoded = if scheme == "Basic" { STANDARD.decode(value).ok() } else { None };
        if let Some((_, password)) =
            decoded.as_ref().and_then(|decoded| str::from_utf8(decoded).ok()?.split_once(':'))
        {
            secrets.push(password.to_owned());
        }
        secrets.push(value.to_owned());
    }
    for (name, value) in &settings.headers {
        if is_secret(name) {
            let (_, credentials) = value.split_once(' ').unwrap_or_default();
            secrets.extend([value.clone(), credentials.to_owned()]);
        }
    }
    let (_, query) = address.target().split_once('?').unwrap_or_default();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        if is_secret(name) {
            secrets.extend([percent_decode_str(value).decode_utf8_lossy().into_owned(), value.to_owned()]);
        }
    }
    Secrets::new(secrets)
}

/// A server's `text` without them, and without whatever else looks like a secret.
pub(super) fn without(secrets: &Secrets, text: &str) -> String {
    masked(&secrets.hide(text)).into_owned()
}

/// Whether a value of this name would be masked.
fn is_secret(name: &str) -> bool {
    masked(&format!("{name}=value")) != format!("{name}=value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_known_wherever_they_stand() {
        let uri = "wss://user:p%40ssword@host/?app=panel&api_key=k%20ey&token=abc";
        let mut settings = Settings {
            headers: [("X-Api-Key", "header"), ("authorization", "Bearer lower"), ("X-Shop", "panel")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            ..Settings::default()
        };
        let address = Address::parse(uri).unwrap();
        let text = "panel p@ssword dXNlcjpwQHNzd29yZA== k%20ey k ey header lower abc";
        let shown = without(&secrets_of(&address, &settings), text);
        assert_eq!(shown, "panel *** *** *** *** *** *** abc", "too short is no secret");
        settings.authorization = Some("Bearer panel-token".to_owned());
        assert_eq!(without(&secrets_of(&address, &settings), "no panel-token"), "no ***");
        let plain = secrets_of(&Address::parse("ws://host/?a").unwrap(), &Settings::default());
        assert_eq!(without(&plain, "Unauthorized"), "Unauthorized");
    }
}
