//! What Vonage's own library takes for a push of its Messages API.

use domain::supply::{Request, Settings};
use tokio::process::Command;

use crate::program::Told;

const SECRET: &str = "abcdefgh12345678ijkl";
const NOW_S: i64 = 1_779_460_200;

#[tokio::test]
async fn a_push_that_vonages_own_library_takes_is_taken() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/vonage.js");
    let mut library = Told::start(Command::new("node").arg(script).args([SECRET, &NOW_S.to_string()]));
    let (body, token) = (library.line().await, library.line().await);
    let hear = |secret: &str, body: &str| {
        let request = Request {
            method: "POST".to_owned(),
            tail: String::new(),
            query: String::new(),
            headers: vec![("authorization".to_owned(), format!("Bearer {token}").into_bytes())],
            body: body.as_bytes().to_vec(),
        };
        let settings = Settings::new([("signature_secret".to_owned(), secret.to_owned())].into());
        let registry = connectors::registry();
        let connector = registry.get("vonage_messages").expect("it is there");
        connector.hear(&settings, &request, NOW_S * 1_000).map_err(|reply| reply.status)
    };
    let parts = hear(SECRET, &body).unwrap_or_else(|status| panic!("{status}")).parts;
    assert!(parts.len() == 1 && parts[0].text == "G-123456 = 验证码 😀" && parts[0].sender == "22395");
    assert_eq!(hear("abcdefgh12345678ijkm", &body).err(), Some(401));
    assert_eq!(hear(SECRET, &body.replace("22395", "22396")).err(), Some(401));
}
