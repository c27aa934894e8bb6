//! Proxies as the environment names them.

use native_api::Text;

use crate::transport::proxy::system::bypass::Bypass;
use crate::transport::proxy::system::proxies::{Named, SystemProxies};

/// Reads what curl reads, lower case before upper case; a variable that is empty is as good as none.
pub(super) fn proxies(variable: impl Fn(&str) -> Option<String>) -> SystemProxies {
    let first = |names: &[&'static str]| {
        names.iter().find_map(|name| Some((*name, variable(name).filter(|value| !value.is_empty())?)))
    };
    let named = |names: &[&'static str]| {
        first(names).or_else(|| first(&["all_proxy", "ALL_PROXY"])).map(|(name, url)| {
            let place =
                Text::made(format!("переменная среды {name}"), format!("environment variable {name}"));
            Named { place, url: url.trim().to_owned() }
        })
    };
    // Of a CGI script, HTTP_PROXY is a header of the request ("httpoxy", CVE-2016-5385).
    let in_cgi = variable("REQUEST_METHOD").is_some();
    let plain: &[_] = if in_cgi { &["http_proxy"] } else { &["http_proxy", "HTTP_PROXY"] };
    SystemProxies {
        plain: named(plain),
        secure: named(&["https_proxy", "HTTPS_PROXY"]),
        bypass: first(&["no_proxy", "NO_PROXY"])
            .map(|(_, list)| Bypass::from_no_proxy(&list))
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::address::Address;

    fn chosen(variables: &[(&str, &str)], uri: &str) -> Result<String, String> {
        let variable =
            |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        let server = proxies(variable).server_for(&Address::parse(uri).unwrap());
        server
            .map(|server| server.map_or_else(|| "direct".to_owned(), |server| server.to_string()))
            .map_err(|failure| failure.text.en.into_owned())
    }

    #[test]
    fn every_scheme_has_its_variable() {
        let variables = [("http_proxy", "http://plain:1"), ("HTTPS_PROXY", "secure:2")];
        assert_eq!(chosen(&variables, "ws://host").unwrap(), "http://plain:1");
        assert_eq!(chosen(&variables, "wss://host").unwrap(), "http://secure:2");
        assert_eq!(chosen(&[], "ws://host").unwrap(), "direct");
        let variables = [("ALL_PROXY", "socks5h://all:3"), ("http_proxy", "")];
        assert_eq!(chosen(&variables, "ws://host").unwrap(), "socks5://all:3");
        assert_eq!(chosen(&variables, "wss://host").unwrap(), "socks5://all:3");
    }

    #[test]
    fn lower_case_goes_first_and_alone_in_a_cgi_script() {
        let variables = [("HTTP_PROXY", "upper:1"), ("http_proxy", "lower:2"), ("REQUEST_METHOD", "GET")];
        assert_eq!(chosen(&variables[..2], "ws://host").unwrap(), "http://lower:2");
        assert_eq!(chosen(&variables[..1], "ws://host").unwrap(), "http://upper:1");
        assert_eq!(chosen(&[variables[0], variables[2]], "ws://host").unwrap(), "direct");
    }

    #[test]
    fn no_proxy_leads_around() {
        let variables = [("all_proxy", "all:1"), ("NO_PROXY", "other,host")];
        assert_eq!(chosen(&variables, "ws://host").unwrap(), "direct");
        assert_eq!(chosen(&variables, "ws://another").unwrap(), "http://all:1");
    }

    #[test]
    fn what_cannot_be_used_is_told_by_the_name_of_the_variable() {
        let failure = chosen(&[("https_proxy", "socks4://u:secret@host:1")], "wss://host").unwrap_err();
        assert_eq!(
            failure,
            "Malformed address of a proxy (environment variable https_proxy): another scheme"
        );
    }
}
