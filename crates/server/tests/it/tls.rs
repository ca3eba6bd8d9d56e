//! https by certificate files. The certificate in `tls/` is for localhost and for these tests alone.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::program::{Program, run, text};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)
}

fn settings(folder: &Path, cert: &Path, key: &Path) -> String {
    let path = folder.join("house.toml");
    let house = folder.join("house");
    let text = format!(
        "database = 'sqlite:{0}.db'\nkey_file = '{0}.key'\nlisten = '127.0.0.1:0'\nprivate_listen = '127.0.0.1:0'\n\
         tls_cert = '{1}'\ntls_key = '{2}'\n",
        house.display(),
        cert.display(),
        key.display()
    );
    std::fs::write(&path, text).expect("a settings file");
    path.to_str().expect("text").to_owned()
}

#[test]
fn the_house_speaks_https_itself() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let settings = settings(folder.path(), &file("cert.pem"), &file("key.pem"));
    let program = Program::start(&["serve", "--config", &settings]);
    let line = program.line_with("the house is open listen=");
    let address = line.split(' ').next().expect("an address").to_owned();

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("cert.pem")).expect("PEM")).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let ask = |request: &[u8]| {
        let name = "localhost".try_into().expect("a name");
        let connection = ClientConnection::new(Arc::clone(&config), name).expect("a connection");
        let mut stream = StreamOwned::new(connection, TcpStream::connect(&address).expect("it listens"));
        stream.write_all(request).expect("sent");
        let mut answer = Vec::new();
        // The other end may close without a word once all is said.
        drop(stream.read_to_end(&mut answer));
        String::from_utf8(answer).expect("text")
    };
    let good = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let answer = ask(good.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = ask(format!("{}nonsense\r\n\r\n{good}", good.replace("close", "keep-alive")).as_bytes());
    let (first, last) = answer.split_once("HTTP/1.1 400 ").unwrap_or_else(|| panic!("{answer}"));
    assert!(first.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(last.contains("\r\nx-request-id: ") && last.contains(r#""error":"invalid_request""#), "{answer}");
}

#[test]
fn a_file_that_is_no_certificate_is_named() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let settings = settings(folder.path(), &file("cert.pem"), &file("../tls.rs"));
    let output = run(&["serve", "--config", &settings], &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains("tls.rs") && told.contains("PEM"), "{told}");
}
