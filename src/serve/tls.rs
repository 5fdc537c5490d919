//! TLS: the certificates by which the service proves who it is, read anew when they are replaced.
//!
//! A certificate that cannot be used changes nothing: the one before stays, and it is told. Versions 1.2 and 1.3, with the
//! library's own choice of ciphers. Refuses to know who connects: that is what tokens are for.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

#[cfg(feature = "tls")]
use std::{path::Path, sync::Arc};

#[cfg(feature = "tls")]
use arc_swap::ArcSwap;
#[cfg(feature = "tls")]
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

use super::Refused;
use crate::diagnostics::codes::serve as codes;

/// Who the service is.
pub struct Identity {
    certificate: PathBuf,
    key: PathBuf,
    #[cfg(feature = "tls")]
    loaded: ArcSwap<Loaded>,
}

/// What was read.
#[cfg(feature = "tls")]
struct Loaded {
    /// The service's own first.
    chain: Vec<CertificateDer<'static>>,
    config: Arc<ServerConfig>,
}

impl Identity {
    /// Something that changes when other files lie there.
    pub(super) fn looks(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for path in [&self.certificate, &self.key] {
            let found = path.metadata().ok();
            found.and_then(|found| Some((found.len(), found.modified().ok()?))).hash(&mut hasher);
        }
        hasher.finish()
    }
}

#[cfg(feature = "tls")]
impl Identity {
    /// Reads a chain of certificates, the service's own first, and its key; both in PEM.
    ///
    /// # Errors
    /// One of them cannot be read, or they do not belong together.
    pub fn open(certificate: PathBuf, key: PathBuf) -> Result<Self, Refused> {
        let loaded = ArcSwap::from_pointee(read(&certificate, &key)?);
        Ok(Self { certificate, key, loaded })
    }

    /// Reads both anew; whether the certificates are others. Where they cannot be used those before stay.
    pub(super) fn reload(&self) -> Result<bool, Refused> {
        let loaded = read(&self.certificate, &self.key)?;
        let is_other = loaded.chain != self.loaded.load().chain;
        self.loaded.store(Arc::new(loaded));
        Ok(is_other)
    }

    /// Greets whoever has connected.
    pub(super) async fn greet(
        &self,
        stream: tokio::net::TcpStream,
    ) -> std::io::Result<tokio_rustls::server::TlsStream<tokio::net::TcpStream>> {
        TlsAcceptor::from(Arc::clone(&self.loaded.load().config)).accept(stream).await
    }
}

#[cfg(feature = "tls")]
fn read(certificate: &Path, key: &Path) -> Result<Loaded, Refused> {
    let refused = |path: &Path, why: &dyn std::fmt::Display, help: &str| Refused {
        code: &codes::BAD_CERTIFICATE,
        message: format!("{}: {why}", path.display()),
        help: Some(help.to_owned()),
    };
    let of_chain = "name a file of certificates in PEM, the service's own first";
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|why| refused(certificate, &why, of_chain))?;
    if chain.is_empty() {
        return Err(refused(certificate, &"it holds no certificate", of_chain));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|why| {
        refused(key, &why, "name a file with the key of the certificate, in PEM and without a password")
    })?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain.clone(), secret));
    let mut config =
        config.map_err(|why| refused(certificate, &why, "name a certificate, and the key that belongs to it"))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Loaded { chain, config: Arc::new(config) })
}

#[cfg(not(feature = "tls"))]
impl Identity {
    /// This program speaks no TLS.
    ///
    /// # Errors
    /// Always.
    pub fn open(certificate: PathBuf, _: PathBuf) -> Result<Self, Refused> {
        Err(Refused {
            code: &codes::BAD_CERTIFICATE,
            message: format!("{}: this program was built without TLS", certificate.display()),
            help: Some("build it with `--features tls`, or put something before it that speaks TLS".to_owned()),
        })
    }

    pub(super) fn reload(&self) -> Result<bool, Refused> {
        Ok(false)
    }

    pub(super) async fn greet(&self, stream: tokio::net::TcpStream) -> std::io::Result<tokio::net::TcpStream> {
        Ok(stream)
    }
}
