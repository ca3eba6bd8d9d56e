//! A house that buys from two others in memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::App;
use domain::product::Product;
use domain::purchase::{self, Houses, NewMapping};
use domain::supply::{self, NewSource, Registry, Settings, Supply};

use super::shop::{Connector, Shop};
use crate::house::{House, may};

/// A house that buys from two others, of which the first is cheaper.
pub(super) struct Market {
    pub(super) house: House,
    pub(super) alpha: Shop,
    pub(super) beta: Shop,
    pub(super) sources: [i64; 2],
    patience: Duration,
    registry: Arc<Registry>,
}

impl Market {
    /// A house with two services, `own` numbers of its own, and two houses upstream.
    pub(super) async fn open(house: House, own: usize) -> Self {
        Self::patient(house, own, Houses::PATIENCE).await
    }

    /// The same, where an order waits for so long.
    pub(super) async fn patient(house: House, own: usize, patience: Duration) -> Self {
        let house = House::stocked(house, own).await;
        let market = Self::begun(house, Product::ShortTerm, patience).await;
        market.round().await;
        market
    }

    /// The same for a product, before the houses' lists were read.
    pub(super) async fn bare(house: House, product: Product) -> Self {
        Self::begun(house, product, Houses::PATIENCE).await
    }

    async fn begun(house: House, product: Product, patience: Duration) -> Self {
        let (alpha, beta) = (Shop::new(312, 20), Shop::new(415, 30));
        let connectors: Vec<Box<dyn Supply>> =
            vec![Box::new(Connector("alpha", alpha.clone())), Box::new(Connector("beta", beta.clone()))];
        let registry = Arc::new(Registry::new(connectors));
        let mut sources = [0; 2];
        for (place, slug) in ["alpha", "beta"].into_iter().enumerate() {
            let settings = Settings::new(BTreeMap::new());
            let new = NewSource { slug: slug.into(), connector: slug.into(), settings, by: may("test") };
            sources[place] = supply::add_source(&house.app, &registry, new).await.expect("a source");
        }
        let market = Self { house, alpha, beta, sources, patience, registry };
        market.connect(&market.house.app);
        for source in ["alpha", "beta"] {
            market.map(source, product, false).await;
        }
        market
    }

    pub(super) fn connect(&self, app: &App) {
        app.buy_from(Houses::new(Arc::clone(&self.registry), self.patience, || 1));
    }

    pub(super) async fn map(&self, source: &str, product: Product, short_ok: bool) {
        let (source, service, code, by) = (source.into(), "instagram".into(), "ig".into(), may("test"));
        let new = NewMapping { source, service, product, code, short_ok, by };
        purchase::map(&self.house.app, new).await.expect("mapped");
    }

    /// Both houses are looked after once.
    pub(super) async fn round(&self) {
        for source in self.sources {
            purchase::round(&self.house.app, source).await.expect("a round");
        }
    }

    /// Time passes, and both houses are looked after.
    pub(super) async fn later(&self, ms: i64) {
        self.house.pass_ms(ms);
        self.round().await;
    }

    /// The states of all purchases, oldest first.
    pub(super) async fn states(&self) -> Vec<&'static str> {
        let lines = purchase::list(&self.house.app, false, None).await.expect("a list");
        lines.iter().rev().map(|line| line.state.word()).collect()
    }

    /// Nothing breaks an invariant.
    pub(super) async fn is_sound(&self) {
        let findings = domain::verify::verify(&self.house.app, &|_| {}).await.expect("looked");
        assert_eq!(findings, Vec::new());
    }
}
