//! Whom we trust when we connect by TLS.

use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// The public authorities, and the certificates that stand in the setting `ca`.
///
/// # Errors
/// A sentence that says what is wrong with the setting.
pub(crate) fn config(ca: Option<&str>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = ca {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        let certificates = certificates.ok().filter(|all| !all.is_empty());
        for certificate in certificates.ok_or("`ca` must be certificates in PEM")? {
            roots.add(certificate).map_err(|_| "`ca` has a certificate that cannot be used".to_owned())?;
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| format!("TLS: {error}"))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
