//! Which addresses belong to the public internet, and what the others are called.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address or a name is that belongs to no public place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotPublic {
    /// A cloud's metadata address.
    Metadata,
    /// No address of a machine.
    Nowhere,
    /// A private address.
    Private,
    /// An address inside a provider's network.
    Carrier,
    /// This machine itself.
    Here,
    /// A link-local address.
    LinkLocal,
    /// A reserved address.
    Reserved,
    /// An address for examples.
    Example,
    /// A 6to4 address.
    SixToFour,
    /// A multicast address.
    Multicast,
    /// An IPv4 address written as IPv6.
    Mapped,
    /// A NAT64 address.
    Nat64,
    /// A name of this machine or network.
    LocalName,
}

impl NotPublic {
    /// What texts choose by.
    pub fn code(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Nowhere => "nowhere",
            Self::Private => "private",
            Self::Carrier => "carrier",
            Self::Here => "here",
            Self::LinkLocal => "link-local",
            Self::Reserved => "reserved",
            Self::Example => "example",
            Self::SixToFour => "six-to-four",
            Self::Multicast => "multicast",
            Self::Mapped => "mapped",
            Self::Nat64 => "nat64",
            Self::LocalName => "local-name",
        }
    }
}

/// As callers of the API read it.
impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Metadata => "a cloud's metadata address",
            Self::Nowhere => "no address of a machine",
            Self::Private => "a private address",
            Self::Carrier => "an address inside a provider's network",
            Self::Here => "this machine itself",
            Self::LinkLocal => "a link-local address",
            Self::Reserved => "a reserved address",
            Self::Example => "an address for examples",
            Self::SixToFour => "a 6to4 address",
            Self::Multicast => "a multicast address",
            Self::Mapped => "an IPv4 address written as IPv6",
            Self::Nat64 => "a NAT64 address",
            Self::LocalName => "a name of this machine or network",
        })
    }
}

/// From IANA's registry of special addresses; what clouds answer their machines on comes first, as the clearer word.
const V4: [(Ipv4Addr, u32, NotPublic); 18] = [
    (Ipv4Addr::new(169, 254, 169, 254), 32, NotPublic::Metadata),
    (Ipv4Addr::new(100, 100, 100, 200), 32, NotPublic::Metadata),
    (Ipv4Addr::new(168, 63, 129, 16), 32, NotPublic::Metadata),
    (Ipv4Addr::new(0, 0, 0, 0), 8, NotPublic::Nowhere),
    (Ipv4Addr::new(10, 0, 0, 0), 8, NotPublic::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, NotPublic::Carrier),
    (Ipv4Addr::new(127, 0, 0, 0), 8, NotPublic::Here),
    (Ipv4Addr::new(169, 254, 0, 0), 16, NotPublic::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, NotPublic::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, NotPublic::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, NotPublic::Example),
    (Ipv4Addr::new(192, 88, 99, 0), 24, NotPublic::SixToFour),
    (Ipv4Addr::new(192, 168, 0, 0), 16, NotPublic::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, NotPublic::Reserved),
    (Ipv4Addr::new(198, 51, 100, 0), 24, NotPublic::Example),
    (Ipv4Addr::new(203, 0, 113, 0), 24, NotPublic::Example),
    (Ipv4Addr::new(224, 0, 0, 0), 4, NotPublic::Multicast),
    (Ipv4Addr::new(240, 0, 0, 0), 4, NotPublic::Reserved),
];

/// The last one stands for all that is not global unicast; see [`GLOBAL_V6`].
const V6: [(Ipv6Addr, u32, NotPublic); 14] = [
    (Ipv6Addr::UNSPECIFIED, 128, NotPublic::Nowhere),
    (Ipv6Addr::LOCALHOST, 128, NotPublic::Here),
    (v6(0, 0, 0xffff), 96, NotPublic::Mapped),
    (v6(0, 0, 0), 96, NotPublic::Mapped),
    (v6(0x64, 0xff9b, 0), 96, NotPublic::Nat64),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, NotPublic::Nat64),
    (v6(0x2001, 0, 0), 23, NotPublic::Reserved),
    (v6(0x2001, 0xdb8, 0), 32, NotPublic::Example),
    (v6(0x2002, 0, 0), 16, NotPublic::SixToFour),
    (v6(0x3fff, 0, 0), 20, NotPublic::Example),
    (v6(0xfc00, 0, 0), 7, NotPublic::Private),
    (v6(0xfe80, 0, 0), 10, NotPublic::LinkLocal),
    (v6(0xfec0, 0, 0), 10, NotPublic::Private),
    (v6(0xff00, 0, 0), 8, NotPublic::Multicast),
];

/// Only here does IPv6 give public addresses to machines.
const GLOBAL_V6: (Ipv6Addr, u32) = (v6(0x2000, 0, 0), 3);

/// The first two groups of sixteen bits, and the sixth.
const fn v6(first: u16, second: u16, sixth: u16) -> Ipv6Addr {
    Ipv6Addr::new(first, second, 0, 0, 0, sixth, 0, 0)
}

/// What an address is, when it is not one of the public internet.
pub(super) fn not_public(address: IpAddr) -> Option<NotPublic> {
    match address {
        IpAddr::V4(address) => {
            let found = V4.iter().find(|(base, bits, _)| v4_begins(address, *base, *bits));
            found.map(|(.., words)| *words)
        }
        IpAddr::V6(address) => {
            let found = V6.iter().find(|(base, bits, _)| v6_begins(address, *base, *bits));
            let other = || (!v6_begins(address, GLOBAL_V6.0, GLOBAL_V6.1)).then_some(NotPublic::Reserved);
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

    fn words(address: &str) -> Option<NotPublic> {
        not_public(address.parse().unwrap())
    }

    #[test]
    fn what_is_not_public_has_a_name() {
        for (addresses, expected) in [
            (
                &["169.254.169.254", "100.100.100.200", "168.63.129.16"][..],
                NotPublic::Metadata,
            ),
            (&["127.0.0.1", "127.255.255.254", "::1"], NotPublic::Here),
            (&["0.0.0.0", "0.1.2.3", "::"], NotPublic::Nowhere),
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
                NotPublic::Private,
            ),
            (&["169.254.0.1", "fe80::1", "febf::1"], NotPublic::LinkLocal),
            (&["100.64.0.1", "100.127.255.255"], NotPublic::Carrier),
            (
                &["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
                NotPublic::Multicast,
            ),
            (
                &["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8"],
                NotPublic::Mapped,
            ),
            (
                &["64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1"],
                NotPublic::Nat64,
            ),
            (
                &["2002:7f00:1::1", "2002:808:808::1", "192.88.99.1"],
                NotPublic::SixToFour,
            ),
            (
                &["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff:fff::1"],
                NotPublic::Example,
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
                NotPublic::Reserved,
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
