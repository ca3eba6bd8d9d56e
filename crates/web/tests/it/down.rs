//! A database that cannot be reached: nothing is acknowledged meanwhile, and everything goes on afterwards.

use std::net::SocketAddr;

use domain::db::DbUrl;
use scratch::Schema;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::http::request;
use crate::world::{World, quiet};

/// A line to PostgreSQL that can be cut.
struct Line {
    address: SocketAddr,
    is_cut: watch::Sender<bool>,
}

impl Line {
    async fn lay(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (is_cut, cut) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut cut = cut.clone();
                tokio::spawn(async move {
                    let talk = async {
                        let mut far = TcpStream::connect(server).await?;
                        copy_bidirectional(&mut near, &mut far).await
                    };
                    tokio::select! {
                        biased;
                        _ = cut.wait_for(|is_cut| *is_cut) => {}
                        _ = talk => {}
                    }
                });
            }
        });
        Self { address, is_cut }
    }

    fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_down_nothing_is_acknowledged_and_the_repeat_is_one_message() {
    let schema = Schema::new();
    let config: tokio_postgres::Config = schema.server().parse().expect("an address");
    let (host, port) = (config.get_hosts().first(), config.get_ports().first().copied().unwrap_or(5432));
    let Some(tokio_postgres::config::Host::Tcp(host)) = host else { panic!("a server by its address") };
    let server = SocketAddr::new(host.parse().expect("an address"), port);
    let line = Line::lay(server).await;
    let url = schema.url().replacen(&server.to_string(), &line.address.to_string(), 1);
    let world = World::open_at(DbUrl::Postgres(url), quiet()).await;
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    let sms = format!("short-term/sms/?order_id={order}");
    let body = format!("{digits} 482910 is your Instagram code");
    let push = request("POST", "/ingest/wire/message-1", &[], body.as_bytes());

    line.cut();
    for _ in 0..3 {
        let refused = world.send(&push).await;
        assert_eq!(refused.refusal(), (503, "server_error".to_owned()));
        assert_eq!(refused.header("retry-after"), Some("5"));
    }
    assert_eq!(world.get(&ann, &sms).await.refusal(), (500, "server_error".to_owned()));
    assert_eq!(world.send(&request("GET", "/readyz", &[], b"")).await.status, 503);

    line.mend();
    assert_eq!(world.get(&ann, &sms).await.error(), "sms_not_received");
    for _ in 0..2 {
        assert_eq!(world.send(&push).await.status, 200);
    }
    let answer = world.get(&ann, &sms).await.json();
    assert_eq!((answer["code"].as_str(), answer["messages"].as_array().map(Vec::len)), (Some("482910"), Some(1)));
    let messages = world.app.db.row("SELECT COUNT(*) FROM message", &[]).await.expect("read").expect("a row");
    assert_eq!(messages.int(0), 1);
    world.close().await;
}
