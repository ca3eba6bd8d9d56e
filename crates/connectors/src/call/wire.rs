//! One connection, one question, one answer.

use http::{HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::{Answer, Beside, Call, CallError, Caller, NotSent, Site, Unknown};

/// Bytes of an answer's head.
const HEAD_MAX: usize = 64 * 1024;

/// A connection, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Caller {
    /// Asks one site, and follows nothing.
    pub(super) async fn ask(&self, site: &Site, target: &str, call: &Call, by: Instant) -> Result<Answer, CallError> {
        let request = request(site, target, call).ok_or(NotSent::BadAddress)?;
        let connected_by = by.min(Instant::now() + call.limits.connect);
        let stream = match timeout_at(connected_by, self.connect(site, connected_by)).await {
            Ok(stream) => stream?,
            Err(_) => return Err(NotSent::TimedOut.into()),
        };
        match timeout_at(by, exchange(stream, request, call.limits.body)).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Unknown::TimedOut.into()),
        }
    }

    async fn connect(&self, site: &Site, by: Instant) -> Result<Box<dyn Stream>, NotSent> {
        let beside = if site.is_encrypted { Beside::Internet } else { Beside::Nothing };
        let tcp = self.guard.connect(&site.host, site.port, beside, by).await?;
        if !site.is_encrypted {
            return Ok(Box::new(tcp));
        }
        let name = ServerName::try_from(site.host.clone()).map_err(|_| NotSent::NotSecure)?;
        let secured = self.tls.connect(name, tcp).await.map_err(|_| NotSent::NotSecure)?;
        Ok(Box::new(secured))
    }
}

fn request(site: &Site, target: &str, call: &Call) -> Option<Request<Full<Bytes>>> {
    let mut request = Request::builder().method(call.method.clone()).uri(target);
    let headers = request.headers_mut()?;
    headers.insert(http::header::HOST, HeaderValue::from_str(&site.authority()).ok()?);
    headers.insert(http::header::USER_AGENT, HeaderValue::from_static("jesusnumber"));
    headers.insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    for (name, value) in &call.headers {
        headers.insert(HeaderName::clone(name), value.clone());
    }
    request.body(Full::new(Bytes::from(call.body.clone()))).ok()
}

async fn exchange(stream: Box<dyn Stream>, request: Request<Full<Bytes>>, body_max: usize) -> Result<Answer, Unknown> {
    let handshake = http1::Builder::new().max_buf_size(HEAD_MAX).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| Unknown::BrokeOff)?;
    // Whatever ends this ends the connection with it.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = sender.send_request(request).await.map_err(|_| Unknown::BrokeOff)?;
    let (head, incoming) = response.into_parts();
    let body = body(incoming, body_max).await?;
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

async fn body(mut incoming: Incoming, most: usize) -> Result<Vec<u8>, Unknown> {
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|_| Unknown::BrokeOff)?;
        let Some(data) = frame.data_ref() else { continue };
        if body.len() + data.len() > most {
            return Err(Unknown::TooLarge);
        }
        body.extend_from_slice(data);
    }
    Ok(body)
}
