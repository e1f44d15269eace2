//! Whom we believe under TLS: the roots of the web, and those that the operator adds. Names are always checked.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use x509_cert::der::Decode as _;

use crate::domain::condition::Term;

/// What a connection to a relay is checked against. `extra` is a file of certificates in PEM.
///
/// # Errors
/// When the file cannot be read, or holds no certificate.
pub fn client_config(extra: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = extra {
        let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let found: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(path).map_err(|error| fault(&error))?.collect();
        let found = found.map_err(|error| fault(&error))?;
        if found.is_empty() {
            return Err(fault(&"no certificate in it"));
        }
        for certificate in found {
            roots.add(certificate).map_err(|error| fault(&error))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// From when to when a certificate is good; none where it does not read, which the handshake has something to say about.
pub(super) fn term(certificate: &CertificateDer<'_>) -> Option<Term> {
    let read = x509_cert::Certificate::from_der(certificate).ok()?;
    let ms = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_millis()).ok();
    let validity = read.tbs_certificate.validity;
    Some(Term { from: ms(validity.not_before)?, until: ms(validity.not_after)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_until_when_it_is_good() {
        let pem = include_bytes!("../../../tests/data/tls/expired.pem");
        let certificate = CertificateDer::from_pem_slice(pem).unwrap();
        // The year 2020, from its first day to the first of February.
        let january = Term { from: 1_577_836_800_000, until: 1_580_515_200_000 };
        assert_eq!(term(&certificate), Some(january));
        assert_eq!(term(&CertificateDer::from_slice(&[0x30, 0x82, 0xff])), None);
    }
}
