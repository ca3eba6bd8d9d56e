//! A mail server on the loopback that does as a test says.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What the server does with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It takes it.
    Takes,
    /// It says this to the recipient.
    Recipient(&'static str),
    /// It hangs up in the middle of the text.
    HangsUp,
    /// It never says a word.
    Silent,
    /// It wants TLS first.
    Starttls,
    /// It wants a name and a password first, and takes none.
    WrongPassword,
}

/// The server, and what was said to it.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    said: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub(crate) async fn open(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let said = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&said);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, manner, Arc::clone(&kept)));
            }
        });
        Self { port, said }
    }

    /// Every line that was said to it.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().expect("whole").clone()
    }
}

/// A file of the pair that is for localhost and for tests alone.
pub(crate) fn pair(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/it/tls").join(name)
}

pub(crate) fn acceptor() -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(pair("cert.pem")).expect("PEM").collect::<Result<Vec<_>, _>>();
    let key = PrivateKeyDer::from_pem_file(pair("key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("TLS");
    let config = builder.with_no_client_auth().with_single_cert(chain.expect("certificates"), key).expect("a pair");
    TlsAcceptor::from(Arc::new(config))
}

async fn talk(stream: TcpStream, manner: Manner, said: Arc<Mutex<Vec<String>>>) {
    if manner == Manner::Silent {
        // It holds the line until the other side hangs up.
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(_)) = lines.next_line().await {}
        return;
    }
    let mut stream = BufReader::new(stream);
    answer(&mut stream, "220 mail.example ready").await;
    if manner == Manner::Starttls {
        while let Some(line) = hear(&mut stream, &said).await {
            if line == "STARTTLS" {
                answer(&mut stream, "220 go ahead").await;
                let Ok(secret) = acceptor().accept(stream.into_inner()).await else { return };
                return serve(BufReader::new(secret), manner, &said).await;
            }
            answer(&mut stream, "250-mail.example\r\n250 STARTTLS").await;
        }
        return;
    }
    serve(stream, manner, &said).await;
}

async fn serve(mut stream: impl AsyncBufReadExt + AsyncWrite + Unpin, manner: Manner, said: &Mutex<Vec<String>>) {
    while let Some(line) = hear(&mut stream, said).await {
        let word = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" if manner == Manner::WrongPassword => "250-mail.example\r\n250 AUTH PLAIN",
            "AUTH" => "535 5.7.8 wrong",
            "RCPT" => match manner {
                Manner::Recipient(word) => word,
                _ => "250 fine",
            },
            "DATA" => {
                answer(&mut stream, "354 go on").await;
                while let Some(line) = hear(&mut stream, said).await {
                    if manner == Manner::HangsUp {
                        return;
                    }
                    if line == "." {
                        break;
                    }
                }
                "250 taken"
            }
            "QUIT" => return answer(&mut stream, "221 bye").await,
            _ => "250 fine",
        };
        answer(&mut stream, word).await;
    }
}

async fn hear(stream: &mut (impl AsyncBufReadExt + Unpin), said: &Mutex<Vec<String>>) -> Option<String> {
    let mut line = String::new();
    let count = stream.read_line(&mut line).await.ok()?;
    let line = line.trim_end().to_owned();
    said.lock().expect("whole").push(line.clone());
    (count > 0).then_some(line)
}

async fn answer(stream: &mut (impl AsyncWrite + Unpin), words: &str) {
    // Whoever hung up does not hear it.
    drop(stream.write_all(format!("{words}\r\n").as_bytes()).await);
}
