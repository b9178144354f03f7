//! Which addresses belong to the public internet, and what the others are called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// From IANA's registry of special addresses; what clouds answer their machines on comes first, as the clearer word.
const V4: [(Ipv4Addr, u32, &str); 18] = [
    (Ipv4Addr::new(169, 254, 169, 254), 32, "a cloud's metadata address"),
    (Ipv4Addr::new(100, 100, 100, 200), 32, "a cloud's metadata address"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud's metadata address"),
    (Ipv4Addr::new(0, 0, 0, 0), 8, "no address of a machine"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private address"),
    (
        Ipv4Addr::new(100, 64, 0, 0),
        10,
        "an address inside a provider's network",
    ),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "this machine itself"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "a link-local address"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private address"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "a reserved address"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "an address for examples"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 address"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private address"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "a reserved address"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "an address for examples"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "an address for examples"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "a multicast address"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "a reserved address"),
];

/// The last one stands for all that is not global unicast; see [`GLOBAL_V6`].
const V6: [(Ipv6Addr, u32, &str); 14] = [
    (Ipv6Addr::UNSPECIFIED, 128, "no address of a machine"),
    (Ipv6Addr::LOCALHOST, 128, "this machine itself"),
    (v6(0, 0, 0xffff), 96, "an IPv4 address written as IPv6"),
    (v6(0, 0, 0), 96, "an IPv4 address written as IPv6"),
    (v6(0x64, 0xff9b, 0), 96, "a NAT64 address"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "a NAT64 address"),
    (v6(0x2001, 0, 0), 23, "a reserved address"),
    (v6(0x2001, 0xdb8, 0), 32, "an address for examples"),
    (v6(0x2002, 0, 0), 16, "a 6to4 address"),
    (v6(0x3fff, 0, 0), 20, "an address for examples"),
    (v6(0xfc00, 0, 0), 7, "a private address"),
    (v6(0xfe80, 0, 0), 10, "a link-local address"),
    (v6(0xfec0, 0, 0), 10, "a private address"),
    (v6(0xff00, 0, 0), 8, "a multicast address"),
];

/// Only here does IPv6 give public addresses to machines.
const GLOBAL_V6: (Ipv6Addr, u32) = (v6(0x2000, 0, 0), 3);

/// The first two groups of sixteen bits, and the sixth.
const fn v6(first: u16, second: u16, sixth: u16) -> Ipv6Addr {
    Ipv6Addr::new(first, second, 0, 0, 0, sixth, 0, 0)
}

/// What an address is, when it is not one of the public internet.
pub(super) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => {
            let found = V4.iter().find(|(base, bits, _)| v4_begins(address, *base, *bits));
            found.map(|(.., words)| *words)
        }
        IpAddr::V6(address) => {
            let found = V6.iter().find(|(base, bits, _)| v6_begins(address, *base, *bits));
            let other = || (!v6_begins(address, GLOBAL_V6.0, GLOBAL_V6.1)).then_some("a reserved address");
            found.map(|(.., words)| *words).or_else(other)
        }
    }
}

fn v4_begins(address: Ipv4Addr, base: Ipv4Addr, bits: u32) -> bool {
    (address.to_bits() ^ base.to_bits()).leading_zeros() >= bits
}

fn v6_begins(address: Ipv6Addr, base: Ipv6Addr, bits: u32) -> bool {
    (address.to_bits() ^ base.to_bits()).leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn words(address: &str) -> Option<&'static str> {
        not_public(address.parse().unwrap())
    }

    #[test]
    fn what_is_not_public_has_a_name() {
        for (addresses, expected) in [
            (
                &["169.254.169.254", "100.100.100.200", "168.63.129.16"][..],
                "a cloud's metadata address",
            ),
            (&["127.0.0.1", "127.255.255.254", "::1"], "this machine itself"),
            (&["0.0.0.0", "0.1.2.3", "::"], "no address of a machine"),
            (
                &[
                    "10.0.0.1",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.1.1",
                    "fd00:ec2::254",
                    "fc00::1",
                    "fec0::1",
                ],
                "a private address",
            ),
            (&["169.254.0.1", "fe80::1", "febf::1"], "a link-local address"),
            (
                &["100.64.0.1", "100.127.255.255"],
                "an address inside a provider's network",
            ),
            (
                &["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
                "a multicast address",
            ),
            (
                &["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8"],
                "an IPv4 address written as IPv6",
            ),
            (
                &["64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1"],
                "a NAT64 address",
            ),
            (&["2002:7f00:1::1", "2002:808:808::1", "192.88.99.1"], "a 6to4 address"),
            (
                &["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff:fff::1"],
                "an address for examples",
            ),
            (
                &[
                    "192.0.0.192",
                    "198.18.0.1",
                    "198.19.255.255",
                    "240.0.0.1",
                    "255.255.255.255",
                    "2001::1",
                    "2001:1ff::1",
                    "100::1",
                    "5f00::1",
                    "4000::1",
                    "::ffff:0:8.8.8.8",
                ],
                "a reserved address",
            ),
        ] {
            for address in addresses {
                assert_eq!(words(address), Some(expected), "{address}");
            }
        }
    }

    #[test]
    fn neighbours_of_what_is_reserved_are_public() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700:4700::1111",
            "2a00::1",
            "2003::1",
        ] {
            assert_eq!(words(address), None, "{address}");
        }
    }
}
