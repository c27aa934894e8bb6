//! Proxies as Windows names them: the user's settings, those of Internet Explorer, and where these name none, the
//! machine's, those of WinHTTP, which `netsh winhttp` sets and services use.

use native_api::Text;

use crate::transport::proxy::system::bypass::Bypass;
use crate::transport::proxy::system::proxies::{Named, SystemProxies};

/// Flag of the settings: there is a proxy.
const PROXY: u32 = 2;

/// What Windows says about proxies; `None`: nothing. Scripts (PAC) are not run.
#[cfg(windows)]
pub(super) fn proxies() -> Option<SystemProxies> {
    const SETTINGS: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
    let of_user = || {
        let key = windows_registry::CURRENT_USER.open(SETTINGS).ok()?;
        let enabled = key.get_u32("ProxyEnable").is_ok_and(|enabled| enabled != 0);
        let servers = key.get_string("ProxyServer").ok().filter(|servers| enabled && !servers.is_empty())?;
        Some(understand(&servers, &key.get_string("ProxyOverride").unwrap_or_default()))
    };
    let of_machine = || {
        let key = windows_registry::LOCAL_MACHINE.open(format!(r"{SETTINGS}\Connections")).ok()?;
        let (servers, bypass) = parse_winhttp(&key.get_value("WinHttpSettings").ok()?)?;
        Some(understand(&servers, &bypass))
    };
    of_user().or_else(of_machine)
}

/// `servers` is a host with or without a port, or a list such as `http=host:port;https=host:port;socks=host:port`.
fn understand(servers: &str, bypass: &str) -> SystemProxies {
    let entries = servers.split([';', ' ', '\t']).map(|entry| entry.split_once('=').unwrap_or(("", entry)));
    let of_kind = |wanted: &str, scheme: &str| {
        let (_, url) = entries.clone().find(|(kind, url)| *kind == wanted && !url.is_empty())?;
        let url = if url.contains("://") { url.to_owned() } else { format!("{scheme}://{url}") };
        Some(Named { place: Text::fixed("параметры Windows", "settings of Windows"), url })
    };
    let otherwise = of_kind("", "http").or_else(|| of_kind("socks", "socks5"));
    SystemProxies {
        plain: of_kind("http", "http").or_else(|| otherwise.clone()),
        secure: of_kind("https", "http").or(otherwise),
        bypass: Bypass::from_windows(bypass),
    }
}

/// Proxies and exceptions in the registry's `WinHttpSettings`: three numbers, of which the third are flags, and two
/// texts behind their lengths; all numbers of 32 bits, little-endian. Wine reads and writes the same.
fn parse_winhttp(settings: &[u8]) -> Option<(String, String)> {
    let (flags, texts) = settings.get(8..)?.split_first_chunk()?;
    if u32::from_le_bytes(*flags) & PROXY == 0 {
        return None;
    }
    let (servers, rest) = split_text(texts)?;
    let (bypass, _) = split_text(rest)?;
    Some((servers, bypass))
}

fn split_text(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (text, rest) = rest.split_at_checked(length)?;
    Some((String::from_utf8_lossy(text).into_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::address::Address;

    fn chosen(servers: &str, bypass: &str, uri: &str) -> String {
        let server = understand(servers, bypass).server_for(&Address::parse(uri).unwrap());
        server.unwrap().map_or_else(|| "direct".to_owned(), |server| server.to_string())
    }

    #[test]
    fn one_server_is_for_all_schemes() {
        for uri in ["ws://host", "wss://host"] {
            assert_eq!(chosen("proxy:3128", "", uri), "http://proxy:3128");
            assert_eq!(chosen("https://proxy", "", uri), "https://proxy:443");
            assert_eq!(chosen("socks=proxy", "", uri), "socks5://proxy:1080");
        }
    }

    #[test]
    fn a_list_names_a_server_for_each_scheme() {
        let list = "ftp=f:1;http=h:2;https=s:3;socks=x:4";
        assert_eq!(chosen(list, "", "ws://host"), "http://h:2");
        assert_eq!(chosen(list, "", "wss://host"), "http://s:3");
        assert_eq!(chosen("http=h:2;socks=x:4", "", "wss://host"), "socks5://x:4");
        assert_eq!(chosen("ftp=f:1; http=h:2", "", "wss://host"), "direct");
    }

    #[test]
    fn exceptions_are_reached_directly() {
        assert_eq!(chosen("proxy", "*.org;<local>", "ws://example.org"), "direct");
        assert_eq!(chosen("proxy", "*.org;<local>", "ws://server"), "direct");
        assert_eq!(chosen("proxy", "*.org;<local>", "ws://example.com"), "http://proxy:80");
    }

    #[test]
    fn the_settings_of_winhttp_are_taken_apart() {
        let settings = |flags: u8| {
            [&[0x18, 0, 0, 0, 0, 0, 0, 0, flags, 0, 0, 0, 7, 0, 0, 0][..], b"proxy:1", &[3, 0, 0, 0], b"a;b"]
                .concat()
        };
        let with_proxy = settings(3);
        assert_eq!(parse_winhttp(&with_proxy), Some(("proxy:1".to_owned(), "a;b".to_owned())));
        assert_eq!(parse_winhttp(&settings(1)), None);
        for length in 0..with_proxy.len() {
            assert_eq!(parse_winhttp(&with_proxy[..length]), None);
        }
    }
}
