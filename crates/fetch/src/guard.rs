//! What may be fetched at all. Pure: an address or a number in, yes or a refusal out.

use crate::Refused;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Which schemes are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schemes {
    /// `https` alone: for what is kept and fetched again and again.
    #[default]
    HttpsOnly,
    /// `http` too: for looking whether a link that an entry gives still leads anywhere.
    HttpToo,
}

/// The rules with what a configuration lets through.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    schemes: Schemes,
    allowed: Vec<Allowed>,
}

/// A private address that a configuration lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Allowed {
    Name(String),
    Net(IpAddr, u8),
}

impl Guard {
    pub(crate) fn new(schemes: Schemes, allow_private: &[String]) -> Result<Guard, Refused> {
        Ok(Guard {
            schemes,
            allowed: allow_private.iter().map(|entry| allowed(entry)).collect::<Result<_, _>>()?,
        })
    }

    /// The address, if its own words are in order. A host that is a number is checked here; a name when it is looked
    /// up.
    pub(crate) fn check_address(&self, address: &str) -> Result<Url, Refused> {
        let url = Url::parse(address.trim()).map_err(|_| Refused::NotAnAddress)?;
        self.check_url(&url)?;
        Ok(url)
    }

    pub(crate) fn check_url(&self, url: &Url) -> Result<(), Refused> {
        match (url.scheme(), self.schemes) {
            ("https", _) | ("http", Schemes::HttpToo) => {}
            _ => return Err(Refused::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::NamesAUser);
        }
        if url.port_or_known_default().is_none_or(|port| port < 1_024 && port != 80 && port != 443) {
            return Err(Refused::Port);
        }
        match url.host().ok_or(Refused::NotAnAddress)? {
            Host::Domain(_) => Ok(()),
            Host::Ipv4(number) => self.check_number(IpAddr::V4(number), &number.to_string()),
            Host::Ipv6(number) => self.check_number(IpAddr::V6(number), &number.to_string()),
        }
    }

    /// Whether a connection may go to a number that a host has.
    pub(crate) fn check_number(&self, number: IpAddr, host: &str) -> Result<(), Refused> {
        if is_public(number) || self.allowed.iter().any(|allowed| allowed.covers(number, host)) {
            Ok(())
        } else {
            Err(Refused::NotPublic { host: host.to_owned() })
        }
    }
}

impl Allowed {
    fn covers(&self, number: IpAddr, host: &str) -> bool {
        match (self, number) {
            (Allowed::Name(name), _) => name.eq_ignore_ascii_case(host.trim_end_matches('.')),
            (Allowed::Net(IpAddr::V4(net), bits), IpAddr::V4(number)) => {
                let shift = 32 - u32::from(*bits);
                net.to_bits().checked_shr(shift) == number.to_bits().checked_shr(shift)
            }
            (Allowed::Net(IpAddr::V6(net), bits), IpAddr::V6(number)) => {
                let shift = 128 - u32::from(*bits);
                net.to_bits().checked_shr(shift) == number.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

fn allowed(entry: &str) -> Result<Allowed, Refused> {
    let unreadable = || Refused::Configuration { entry: entry.to_owned() };
    let (host, bits) = match entry.split_once('/') {
        Some((host, bits)) => (host, Some(bits.parse::<u8>().map_err(|_| unreadable())?)),
        None => (entry, None),
    };
    match (host.parse::<IpAddr>(), bits) {
        (Ok(number), bits) => {
            let most = if number.is_ipv4() { 32 } else { 128 };
            let bits = bits.unwrap_or(most);
            if bits > most { Err(unreadable()) } else { Ok(Allowed::Net(number, bits)) }
        }
        (Err(_), None) if !host.is_empty() => Ok(Allowed::Name(host.to_owned())),
        _ => Err(unreadable()),
    }
}

/// Whether a number is out on the open internet. Only what is known to be is; the registers are IANA's lists of
/// special-purpose addresses.
pub(crate) fn is_public(number: IpAddr) -> bool {
    match number {
        IpAddr::V4(number) => is_public_v4(number),
        IpAddr::V6(number) => is_public_v6(number),
    }
}

fn is_public_v4(number: Ipv4Addr) -> bool {
    let [a, b, c, _] = number.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127, ..)                  // this network, private, loopback
            | (100, 64..=127, _)            // carrier-grade NAT
            | (169, 254, _)                 // link-local, and where clouds keep their machines' secrets
            | (172, 16..=31, _)             // private
            | (192, 0, 0 | 2)               // protocol assignments, documentation
            | (192, 88, 99)                 // relays of 6to4
            | (192, 168, _)                 // private
            | (198, 18..=19, _)             // benchmarks
            | (198, 51, 100)                // documentation
            | (203, 0, 113)                 // documentation
            | (224..=255, ..) // multicast, reserved, broadcast
    )
}

fn is_public_v6(number: Ipv6Addr) -> bool {
    let segments = number.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // An IPv4 address in IPv6 clothes is judged as what it is.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => v4(high, low),
        // Protocol assignments (Teredo among them) and documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // The rest of the global unicast block, and nothing outside it: not ::, ::1, fc00::/7, fe80::/10, ff00::/8.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allow: &[&str]) -> Guard {
        let allow: Vec<String> = allow.iter().map(|entry| (*entry).to_owned()).collect();
        Guard::new(Schemes::HttpToo, &allow).unwrap()
    }

    #[test]
    fn no_number_inside_a_network_is_fetched_however_it_is_written() {
        let hidden = [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0.0.0.0",
            "0",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "①②⑦.0.0.1",
            "[::]",
            "[::1]",
            "[::127.0.0.1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:169.254.169.254]",
            "[2002:7f00:1::]",
            "[2002:a00:1::1]",
            "[2002:c0a8:1::]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b::a00:1]",
            "[64:ff9b:1::a00:1]",
            "[fc00::1]",
            "[fd12:3456::1]",
            "[fe80::1]",
            "[febf::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[2001::1]",
            "[2001:10::1]",
            "[2001:20::1]",
            "[2001:db8::1]",
            "[3fff::1]",
            "[100::1]",
            "[5f00::1]",
        ];
        for host in hidden {
            let refused = guard(&[]).check_address(&format!("http://{host}/feed")).unwrap_err();
            assert!(matches!(refused, Refused::NotPublic { .. }), "{host}: {refused:?}");
        }
        for host in [
            "8.8.8.8",
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.1.1",
            "223.255.255.255",
            "[2001:4860:4860::8888]",
            "[2606:4700::1111]",
            "[::ffff:8.8.8.8]",
            "[2002:808:808::1]",
            "[64:ff9b::8.8.8.8]",
            "[2a00:1450::1]",
        ] {
            assert!(guard(&[]).check_address(&format!("https://{host}/")).is_ok(), "{host}");
        }
    }

    #[test]
    fn an_address_says_how_and_where_and_nothing_more() {
        let strict = Guard::new(Schemes::HttpsOnly, &[]).unwrap();
        for (address, refused) in [
            ("", Refused::NotAnAddress),
            ("example.org/feed", Refused::NotAnAddress),
            ("//example.org/feed", Refused::NotAnAddress),
            ("https://", Refused::NotAnAddress),
            ("http://example.org/", Refused::Scheme),
            ("file:///etc/passwd", Refused::Scheme),
            ("gopher://example.org/", Refused::Scheme),
            ("ftp://example.org/", Refused::Scheme),
            ("data:text/plain,hello", Refused::Scheme),
            ("javascript:alert(1)", Refused::Scheme),
            ("https://name:word@example.org/", Refused::NamesAUser),
            ("https://name@example.org/", Refused::NamesAUser),
            ("https://:word@example.org/", Refused::NamesAUser),
            ("https://example.org:22/", Refused::Port),
            ("https://example.org:25/", Refused::Port),
            ("https://example.org:0/", Refused::Port),
        ] {
            assert_eq!(strict.check_address(address).unwrap_err(), refused, "{address}");
        }
        for address in [
            "https://example.org",
            " https://example.org:443/a?b#c ",
            "https://example.org:8443/",
            "https://example.org:80/",
        ] {
            assert!(strict.check_address(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn a_configuration_lets_through_what_it_names_and_nothing_beside_it() {
        let guard = guard(&["127.0.0.1", "10.1.0.0/16", "fd00::/8", "feed.internal"]);
        for open in ["127.0.0.1", "10.1.200.3", "[fd99::1]"] {
            assert!(guard.check_address(&format!("http://{open}:8080/")).is_ok(), "{open}");
        }
        for shut in ["127.0.0.2", "10.2.0.1", "[fc00::1]", "[::1]", "[::ffff:127.0.0.1]"] {
            assert!(guard.check_address(&format!("http://{shut}:8080/")).is_err(), "{shut}");
        }
        let inside = "192.168.1.1".parse().unwrap();
        assert!(guard.check_number(inside, "Feed.Internal.").is_ok());
        assert!(guard.check_number(inside, "other.internal").is_err());
        for wrong in ["", "10.0.0.0/33", "10.0.0.0/x", "name/8"] {
            assert!(Guard::new(Schemes::HttpsOnly, &[wrong.to_owned()]).is_err(), "{wrong}");
        }
        assert!(super::allowed("0.0.0.0/0").unwrap().covers(inside, "x"));
    }
}
