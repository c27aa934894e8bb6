//! What `Подключиться` is given: a portal, or a channel of a push server.

use native_api::Text;
use url::{Host, Url};

use crate::bitrix::config::PullConfig;

/// Longest address, in bytes.
pub const LONGEST_ADDRESS: usize = 64 << 10;

/// Longest name of a REST method.
const LONGEST_METHOD: usize = 200;

/// Where to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A portal, which tells its push server and our channel.
    Portal(Portal),
    /// A push server and the channel to listen to.
    Channel(PullConfig),
}

/// A Bitrix24 portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portal(Url);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong; never the address itself, which may hold secrets.
    pub fn parse(address: &str) -> Result<Self, Text> {
        if address.len() > LONGEST_ADDRESS {
            return Err(Text::fixed("слишком длинный адрес", "an address that is too long"));
        }
        let malformed = Text::fixed(
            "это не адрес вида https://portal.bitrix24.ru",
            "this is no address like https://portal.bitrix24.ru",
        );
        let url = Url::parse(address.trim()).map_err(|_| malformed.clone())?;
        if url.host().is_none_or(|host| host == Host::Domain("")) {
            return Err(malformed);
        }
        if let Some(channel) = PullConfig::direct(&url) {
            return Ok(Self::Channel(channel));
        }
        Portal::new(&url).map(Self::Portal)
    }

    /// Whose messages are listened to: positions of one server mean nothing to another.
    #[must_use]
    pub fn server(&self) -> String {
        match self {
            Self::Portal(portal) => portal.0.to_string(),
            Self::Channel(config) => config.server(),
        }
    }
}

impl Portal {
    fn new(url: &Url) -> Result<Self, Text> {
        match url.path().trim_matches('/') {
            "" | "rest" if is_bare(url) => {}
            path if path.starts_with("rest/") => {
                return Err(Text::fixed(
                    "это адрес вебхука: нужен адрес портала, вебхукам офлайн-события недоступны",
                    "this is the address of a webhook: a portal's is needed, webhooks have no offline events",
                ));
            }
            _ => {
                return Err(Text::fixed(
                    "нужен адрес портала без пути и параметров или адрес канала с CHANNEL_ID",
                    "a portal's address without path and parameters is needed, or a channel's with CHANNEL_ID",
                ));
            }
        }
        let mut root = url.clone();
        root.set_path("/");
        root.set_fragment(None);
        Ok(Self(root))
    }

    /// Whether what is sent there, tokens too, can be read on the way: no TLS, and not this computer.
    #[must_use]
    pub fn is_open_to_readers(&self) -> bool {
        let is_here = match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        self.0.scheme() == "http" && !is_here
    }

    /// The portal's root.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// Where a REST method is called.
    ///
    /// # Errors
    /// Those of [`check_method`].
    pub fn method_url(&self, method: &str) -> Result<Url, Text> {
        check_method(method)?;
        let mut url = self.0.clone();
        url.set_path(&format!("/rest/{method}"));
        Ok(url)
    }
}

/// Whether `method` can be the name of a REST method: letters, digits, `.`, `_` and `-`.
///
/// # Errors
/// What was expected.
pub fn check_method(method: &str) -> Result<(), Text> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_method = method.bytes().all(is_name) && !method.split('.').any(str::is_empty);
    if !is_method || method.len() > LONGEST_METHOD {
        return Err(Text::fixed(
            "имя метода REST, например crm.deal.get",
            "a REST method's name, as crm.deal.get",
        ));
    }
    Ok(())
}

/// Reads the address of an authorization server, or what portals call its `server_endpoint`, which ends with `/rest/`.
///
/// # Errors
/// What is wrong; never the address itself.
pub fn auth_server(address: &str) -> Result<Url, Text> {
    let url = Url::parse(address.trim()).ok().filter(is_bare).filter(|_| address.len() <= LONGEST_ADDRESS);
    let mut url = url.ok_or(Text::fixed(
        "это не адрес сервера, или в нем есть лишнее",
        "this is no address of a server, or there is too much in it",
    ))?;
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/rest").unwrap_or(path).to_owned();
    url.set_path(&path);
    url.set_fragment(None);
    Ok(url)
}

/// Whether it is an address of the web that holds neither user nor parameters.
fn is_bare(url: &Url) -> bool {
    let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    is_web && url.username().is_empty() && url.password().is_none() && url.query().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portal(address: &str) -> Portal {
        match Address::parse(address).unwrap() {
            Address::Portal(portal) => portal,
            Address::Channel(channel) => panic!("{channel:?}"),
        }
    }

    #[test]
    fn a_portal_is_its_root() {
        for address in
            ["https://my.bitrix24.ru", " https://my.bitrix24.ru/#x ", "HTTPS://My.Bitrix24.ru/rest/"]
        {
            assert_eq!(portal(address).url().as_str(), "https://my.bitrix24.ru/", "{address}");
        }
        assert_eq!(portal("http://пример.рф:8080").url().as_str(), "http://xn--e1afmkfd.xn--p1ai:8080/");
    }

    #[test]
    fn only_here_may_tokens_go_without_tls() {
        for (address, is_open) in [
            ("https://my.bitrix24.ru", false),
            ("http://my.bitrix24.ru", true),
            ("http://192.168.0.1", true),
            ("http://localhost:9003", false),
            ("http://127.0.0.1:9003", false),
            ("http://[::1]", false),
        ] {
            assert_eq!(portal(address).is_open_to_readers(), is_open, "{address}");
        }
    }

    #[test]
    fn an_address_with_a_channel_is_a_channel() {
        let address = "https://rtc.bitrix24.com/sub2/?CHANNEL_ID=secret&clientId=c";
        let Address::Channel(channel) = Address::parse(address).unwrap() else { panic!("a portal") };
        assert!(!format!("{channel:?}").contains("secret"));
    }

    #[test]
    fn what_is_neither_is_refused_without_telling_it() {
        for address in [
            "",
            "my.bitrix24.ru",
            "ftp://my.bitrix24.ru",
            "wss://rtc/subws/",
            "https://",
            "https://my/crm/",
            "https://my/?auth=secret",
            "https://user:secret@my/",
            "https://my/rest/1/secret/",
            "secret:x",
        ] {
            let why = Address::parse(address).unwrap_err();
            assert!(!why.en.contains("secret") && !why.ru.contains("secret"), "{address}");
        }
        assert!(Address::parse("https://my/rest/1/secret/").unwrap_err().en.contains("webhook"));
        assert!(Address::parse(&format!("https://my/{}", "a".repeat(LONGEST_ADDRESS))).is_err());
    }

    #[test]
    fn an_authorization_server_may_be_named_by_its_endpoint() {
        for (address, server) in [
            ("https://oauth.bitrix.info", "https://oauth.bitrix.info/"),
            (" https://OAuth.bitrix.info/#x", "https://oauth.bitrix.info/"),
            ("https://oauth.bitrix.info/rest/", "https://oauth.bitrix.info/"),
            ("http://proxy:8080/oauth.bitrix.info/", "http://proxy:8080/oauth.bitrix.info"),
        ] {
            assert_eq!(auth_server(address).unwrap().as_str(), server, "{address}");
        }
        for address in
            ["", "oauth.bitrix.info", "wss://oauth", "https://secret@oauth", "https://oauth/?secret=1"]
        {
            assert!(!auth_server(address).unwrap_err().en.contains("secret"), "{address}");
        }
    }

    #[test]
    fn methods_stay_below_rest() {
        let portal = portal("https://my.bitrix24.ru");
        let url = portal.method_url("event.offline.get").unwrap();
        assert_eq!(url.as_str(), "https://my.bitrix24.ru/rest/event.offline.get");
        for method in
            ["", "a/b", "..", "a..b", ".a", "a?auth=x", "a#b", "метод", "a b", "%2e", &"a".repeat(201)]
        {
            assert!(portal.method_url(method).is_err(), "{method}");
        }
    }
}
