//! Origins of host pages that may embed Bellwire, and the server's own public address.

use super::error::{Error, Fault, Result};

/// An origin as browsers send it (RFC 6454): scheme, host and, where it is not the default, port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// # Errors
    /// `field` is named; only `http` and `https` origins without path are accepted.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let fault = || Error::field(field, Fault::NotAnOrigin);
        let url = url::Url::parse(text.trim()).map_err(|_| fault())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let plain = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare || !plain || !url.has_host() {
            return Err(fault());
        }
        Ok(Self(url.origin().ascii_serialization()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
