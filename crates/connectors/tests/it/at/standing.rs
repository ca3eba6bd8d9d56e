//! Whether a modem is in the network, and what that means for its number.

use super::modem::Modem;
use super::{plug, plugged};
use crate::smpp::house::until;

#[tokio::test]
async fn a_number_whose_modem_is_not_in_the_network_is_not_sold() {
    let modem = Modem::open().await;
    modem.state().stands = [2, 0];
    let (house, held) = plug(&modem).await;
    let port = modem.address();
    until(async || house.line().await.is_some()).await;
    let line = house.line().await.expect("told");
    assert_eq!((line.is_online, line.port, line.signal.as_str()), (false, port, "-71 dBm"));
    modem.state().stands = [0, 5];
    modem.cut();
    until(async || house.is_online().await).await;
    held.close(&house).await;
    assert!(house.is_online().await, "the house ends, the SIM does not");
}

#[tokio::test]
async fn a_modem_that_is_unplugged_takes_its_number_from_the_sale() {
    let (modem, house, held) = plugged().await;
    until(async || house.is_online().await).await;
    modem.state().pin = "SIM NOT READY";
    modem.cut();
    until(async || !house.is_online().await).await;
    modem.state().pin = "READY";
    until(async || house.is_online().await).await;
    held.close(&house).await;
}
