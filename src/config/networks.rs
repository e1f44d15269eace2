//! Networks inside the house that rules' HTTP requests may reach: `10.1.0.0/16`, separated by spaces.

use std::net::IpAddr;

use super::{ConfigError, invalid};

/// A network, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// `10.1.0.0/16`, `fd00::/8`, or an address alone.
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(longest), |text| text.parse().ok())?;
        (prefix <= longest).then_some(Self { address, prefix })
    }

    #[must_use]
    pub fn contains(&self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// # Errors
/// [`ConfigError::Invalid`] for the first that is none.
pub(super) fn parse(text: &str) -> Result<Vec<Network>, ConfigError> {
    let one = |word: &str| {
        let form = "a network such as 10.1.0.0/16 or fd00::/8, or an address";
        Network::parse(word).ok_or_else(|| invalid("hook_networks", format!("{word:?} is not {form}")))
    };
    text.split_whitespace().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_addresses_and_no_others() {
        for (network, address, inside) in [
            ("10.1.0.0/16", "10.1.255.1", true),
            ("10.1.0.0/16", "10.2.0.1", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("10.1.0.0/16", "fd00::1", false),
        ] {
            let network = parse(network).unwrap()[0];
            assert_eq!(network.contains(address.parse().unwrap()), inside, "{network:?} {address}");
        }
        for bad in ["10.1.0.0/33", "ten", "10.1.0.0/x", "fd00::/129"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
