//! Hosts that are reached directly although there is a proxy.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Host;

/// A list of such hosts.
#[derive(Debug, Default)]
pub(super) struct Bypass(Vec<Rule>);

#[derive(Debug)]
enum Rule {
    Everything,
    /// This domain, and all within it.
    Domain(String),
    Network(IpNet),
    /// Hosts that look like this, where `*` is any number of characters.
    #[cfg(any(windows, test))]
    Pattern(String),
    /// Names without a dot.
    #[cfg(any(windows, test))]
    Local,
}

impl Bypass {
    /// Reads `no_proxy` as curl does: domains, addresses and networks, by comma or space; `*` is everything.
    pub(super) fn from_no_proxy(list: &str) -> Self {
        let entries = list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty());
        Self(entries.filter_map(Rule::from_no_proxy).collect())
    }

    /// Reads `ProxyOverride` of Windows: patterns by semicolon or space, with or without a scheme; `<local>` is any
    /// name without a dot.
    #[cfg(any(windows, test))]
    pub(super) fn from_windows(list: &str) -> Self {
        let entries = list.split([';', ' ', '\t', '\r', '\n']).filter(|entry| !entry.is_empty());
        Self(entries.map(|entry| Rule::from_windows(&entry.to_lowercase())).collect())
    }

    /// Whether `host` is on it.
    pub(super) fn contains(&self, host: &Host<String>) -> bool {
        self.0.iter().any(|rule| rule.matches(host))
    }
}

impl Rule {
    /// `None` for what is neither domain nor address.
    fn from_no_proxy(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self::Everything);
        }
        let address = || entry.parse::<IpAddr>().map(IpNet::from);
        if let Ok(network) = entry.parse().or_else(|_| address()) {
            return Some(Self::Network(network));
        }
        let domain = entry.strip_prefix('*').unwrap_or(entry);
        match Host::parse(domain.strip_prefix('.').unwrap_or(domain)).ok()? {
            Host::Domain(name) => Some(Self::Domain(undotted(&name).to_owned())),
            Host::Ipv4(address) => Some(Self::Network(IpAddr::V4(address).into())),
            Host::Ipv6(address) => Some(Self::Network(IpAddr::V6(address).into())),
        }
    }

    #[cfg(any(windows, test))]
    fn from_windows(entry: &str) -> Self {
        match entry {
            "<local>" => Self::Local,
            _ => Self::Pattern(entry.split_once("://").map_or(entry, |(_, host)| host).to_owned()),
        }
    }

    fn matches(&self, host: &Host<String>) -> bool {
        match (self, host) {
            (Self::Everything, _) => true,
            (Self::Domain(domain), Host::Domain(name)) => {
                let within = undotted(name).strip_suffix(domain.as_str());
                within.is_some_and(|within| within.is_empty() || within.ends_with('.'))
            }
            (Self::Network(network), Host::Ipv4(address)) => network.contains(&IpAddr::V4(*address)),
            (Self::Network(network), Host::Ipv6(address)) => network.contains(&IpAddr::V6(*address)),
            #[cfg(any(windows, test))]
            (Self::Local, Host::Domain(name)) => !undotted(name).contains('.'),
            #[cfg(any(windows, test))]
            (Self::Pattern(pattern), host) => looks_like(undotted(&host.to_string()), pattern),
            _ => false,
        }
    }
}

/// A name may end with the dot of the root.
fn undotted(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(any(windows, test))]
fn looks_like(host: &str, pattern: &str) -> bool {
    let Some((first, others)) = pattern.split_once('*') else { return host == pattern };
    let (middle, last) = others.rsplit_once('*').unwrap_or(("", others));
    let Some(mut rest) = host.strip_prefix(first) else { return false };
    for part in middle.split('*') {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bypass: &Bypass, inside: &[&str], outside: &[&str]) {
        let contains = |host: &&&str| bypass.contains(&Host::parse(host).unwrap());
        let missing = inside.iter().filter(|host| !contains(host)).collect::<Vec<_>>();
        let wrong = outside.iter().filter(contains).collect::<Vec<_>>();
        assert!(missing.is_empty() && wrong.is_empty(), "{bypass:?}: not {missing:?}, but {wrong:?}");
    }

    #[test]
    fn no_proxy_is_read_as_curl_reads_it() {
        let list = "Example.com, .corp.local\t*.рф 192.168.0.0/16,10.1.2.3,fd00::/8,[::5],::6,,not/a/host";
        check(
            &Bypass::from_no_proxy(list),
            &[
                "example.com",
                "www.EXAMPLE.com",
                "example.com.",
                "corp.local",
                "a.b.corp.local",
                "почта.рф",
                "192.168.7.7",
                "10.1.2.3",
                "[fd12::1]",
                "[::5]",
                "[::6]",
            ],
            &["notexample.com", "example.com.org", "local", "10.1.2.4", "193.168.0.1", "[fe80::1]", "[::7]"],
        );
        check(&Bypass::from_no_proxy("a, *"), &["b", "1.2.3.4", "[::1]"], &[]);
        check(&Bypass::from_no_proxy(""), &[], &["b", "1.2.3.4", "[::1]"]);
    }

    #[test]
    fn the_override_of_windows_is_read_as_patterns() {
        let list = "*.Example.com;192.168.*; http://intra*net.org\r\n10.0.0.5;[fd*;<local>;a*b*c";
        check(
            &Bypass::from_windows(list),
            &[
                "www.example.com",
                "a.b.example.com",
                "192.168.1.1",
                "intranet.org",
                "intra.my.net.org",
                "10.0.0.5",
                "[fd12::1]",
                "server",
                "server.",
                "a.b.c",
                "a.bb.xc",
            ],
            &["example.com", "192.169.1.1", "10.0.0.50", "[fe80::1]", "server.org", "a.c", "a.b.d"],
        );
        check(&Bypass::from_windows("*"), &["a.b", "1.2.3.4", "[::1]"], &[]);
        check(&Bypass::from_windows(""), &[], &["a", "a.b", "1.2.3.4"]);
    }
}
