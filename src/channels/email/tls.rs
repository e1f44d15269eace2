//! Whom we believe under TLS: the roots of the web, and those that the operator adds. Names are always checked.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

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
