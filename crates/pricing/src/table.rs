//! The price table in force: the built-in one, and the person's own laid over it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write};
use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::read::{ModelSheet, Sheet, sheet};
use crate::{CloudRegion, Factor, Model, Origin, Price, PriceTableError, canonical};

/// The table that comes with the product; its format is described at its head.
const BUILT_IN: &str = include_str!("../../../assets/prices.toml");

/// Prices of every known model, with the dates from which and until which they held.
#[derive(Debug, Clone)]
pub struct PriceTable {
    updated: NaiveDate,
    batch: Factor,
    web_search_per_1k: Price,
    multiplier: Factor,
    cloud_regional: Factor,
    cloud_gov: Factor,
    sources: BTreeMap<String, String>,
    models: Vec<Model>,
    /// Index of the model of every name.
    names: HashMap<String, usize>,
    version: String,
}

impl PriceTable {
    /// The table that comes with the product.
    pub fn built_in() -> Self {
        static TABLE: LazyLock<PriceTable> = LazyLock::new(|| {
            PriceTable::empty().laid_over(BUILT_IN, Origin::BuiltIn).expect("a test reads the built-in table")
        });
        TABLE.clone()
    }

    /// Reads a table of the built-in's format and lays it over this one.
    ///
    /// It may add models, names and rows. On the days that one of its rows covers, that row counts.
    pub fn with_overrides(self, toml: &str) -> Result<Self, PriceTableError> {
        self.laid_over(toml, Origin::Yours)
    }

    /// Identifies the table in force: the day of its last update and a hash that changes when any price changes.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day on which the table was last compared with its sources.
    pub fn updated(&self) -> NaiveDate {
        self.updated
    }

    /// What a request of the batch tier pays, as a share.
    pub fn batch(&self) -> Factor {
        self.batch
    }

    /// The negotiated share of models without one of their own; once the price where nothing is negotiated.
    pub fn multiplier(&self) -> Factor {
        self.multiplier
    }

    /// What regional profiles of cloud providers pay, as a share, for models with a surcharge.
    pub fn cloud_regional(&self) -> Factor {
        self.cloud_regional
    }

    /// What US government profiles of cloud providers pay, as a share.
    pub fn cloud_gov(&self) -> Factor {
        self.cloud_gov
    }

    /// Dollars per thousand web searches, for models that name no price of their own.
    pub fn web_search_per_1k(&self) -> Price {
        self.web_search_per_1k
    }

    /// Where the figures come from: the letter that models name, and what it stands for.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().map(|(letter, source)| (letter.as_str(), source.as_str()))
    }

    /// Every model, in the order of their names.
    pub fn models(&self) -> impl Iterator<Item = &Model> {
        self.models.iter()
    }

    /// The model of a name as Claude Code writes it: the name itself, or what is left without known decorations.
    ///
    /// It is never guessed from a part of the name.
    pub fn find(&self, name: &str) -> Option<&Model> {
        let index = self.names.get(name).or_else(|| self.names.get(canonical(name)))?;
        self.models.get(*index)
    }

    /// What a token of `model` costs in that region, as a share.
    ///
    /// Regional profiles pay more from the 4.5 family on, US government ones always, global ones never.
    pub(crate) fn cloud(&self, model: &Model, region: CloudRegion) -> Factor {
        match region {
            CloudRegion::Regional if model.cloud_surcharge => self.cloud_regional,
            CloudRegion::Gov => self.cloud_gov,
            CloudRegion::Unstated | CloudRegion::Global | CloudRegion::Regional => Factor::ONE,
        }
    }

    pub(crate) fn empty() -> Self {
        Self {
            updated: NaiveDate::MIN,
            batch: Factor::ONE,
            web_search_per_1k: Price::default(),
            multiplier: Factor::ONE,
            cloud_regional: Factor::ONE,
            cloud_gov: Factor::ONE,
            sources: BTreeMap::new(),
            models: Vec::new(),
            names: HashMap::new(),
            version: String::new(),
        }
    }

    pub(crate) fn laid_over(mut self, toml: &str, origin: Origin) -> Result<Self, PriceTableError> {
        let Sheet { updated, batch, web_search_per_1k, multiplier, cloud_regional, cloud_gov, sources, models } =
            sheet(toml, origin)?;
        self.updated = updated.unwrap_or(self.updated).max(self.updated);
        self.batch = batch.unwrap_or(self.batch);
        self.web_search_per_1k = web_search_per_1k.unwrap_or(self.web_search_per_1k);
        self.multiplier = multiplier.unwrap_or(self.multiplier);
        self.cloud_regional = cloud_regional.unwrap_or(self.cloud_regional);
        self.cloud_gov = cloud_gov.unwrap_or(self.cloud_gov);
        self.sources.extend(sources);
        let claims = claims(&models)?;
        for sheet in models {
            self.lay(sheet, origin);
        }
        self.models.sort_by(|one, two| one.name.cmp(&two.name));
        self.index(&claims);
        self.version = self.fingerprint();
        Ok(self)
    }

    fn lay(&mut self, sheet: ModelSheet, origin: Origin) {
        let known = self.models.iter().position(|model| model.name == sheet.name);
        let index = known.unwrap_or_else(|| {
            self.models.push(Model::new(&sheet.name, origin));
            self.models.len() - 1
        });
        let model = &mut self.models[index];
        model.ids.extend(sheet.ids);
        model.family = sheet.family.or(model.family.take());
        model.context_window = sheet.context_window.or(model.context_window);
        model.sources.extend(sheet.sources);
        model.released = sheet.released.or(model.released);
        model.retired = sheet.retired.or(model.retired);
        model.geo_us = sheet.geo_us.unwrap_or(model.geo_us);
        model.cloud_surcharge = sheet.cloud_surcharge.unwrap_or(model.cloud_surcharge);
        model.web_search_per_1k = sheet.web_search_per_1k.or(model.web_search_per_1k);
        model.multiplier = sheet.multiplier.or(model.multiplier);
        model.rows.splice(0..0, sheet.rows);
    }

    /// Finds every model by all its names; what the latest text claims goes before what was there.
    fn index(&mut self, claims: &BTreeMap<String, String>) {
        self.names.clear();
        for (index, model) in self.models.iter_mut().enumerate() {
            model.ids.retain(|id| claims.get(id).is_none_or(|owner| *owner == model.name));
            for name in model.ids.iter().chain([&model.name]) {
                self.names.insert(name.clone(), index);
            }
        }
    }

    fn fingerprint(&self) -> String {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        let shares = (self.batch, self.web_search_per_1k, self.multiplier, self.cloud_regional, self.cloud_gov);
        let mut say = |text: fmt::Arguments<'_>| hash.write_fmt(text).expect("hashing cannot fail");
        say(format_args!("{} {} {} {} {}\n", shares.0, shares.1, shares.2, shares.3, shares.4));
        for model in &self.models {
            say(format_args!("{} {:?} {} {}", model.name, model.ids, model.geo_us, model.cloud_surcharge));
            say(format_args!(" {:?} {:?}\n", model.web_search_per_1k, model.multiplier));
            for row in &model.rows {
                say(format_args!("{:?} {:?} {:?} {:?}\n", row.kind, row.span.from, row.span.until, row.prices));
            }
        }
        format!("{}-{:016x}", self.updated, hash.0)
    }
}

/// The model that claims each name in one text.
fn claims(models: &[ModelSheet]) -> Result<BTreeMap<String, String>, PriceTableError> {
    let mut claims = BTreeMap::<String, String>::new();
    for model in models {
        for id in model.ids.iter().chain([&model.name]) {
            match claims.insert(id.clone(), model.name.clone()) {
                Some(first) if first != model.name => {
                    return Err(PriceTableError::SharedName { id: id.clone(), first, second: model.name.clone() });
                }
                _ => {}
            }
        }
    }
    Ok(claims)
}

/// The 64-bit FNV-1a hash: the same on every machine and in every release, which the standard hashers do not promise.
struct Fnv(u64);

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = text.bytes().fold(self.0, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
