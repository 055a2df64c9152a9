//! Model names without their known decorations.

/// Where a cloud provider ran a model, as far as its name tells; it changes the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum CloudRegion {
    /// The name says nothing.
    #[default]
    Unstated,
    /// `global.`: at list price.
    Global,
    /// `us.` `eu.` `jp.` `apac.` `au.`: more than list price from the 4.5 family on.
    Regional,
    /// `us-gov.`, or an ARN of the partition `aws-us-gov`: more than list price.
    Gov,
}

/// Prefixes of cross-region inference profiles.
const REGIONS: [(&str, CloudRegion); 7] = [
    ("global.", CloudRegion::Global),
    ("us-gov.", CloudRegion::Gov),
    ("us.", CloudRegion::Regional),
    ("eu.", CloudRegion::Regional),
    ("jp.", CloudRegion::Regional),
    ("apac.", CloudRegion::Regional),
    ("au.", CloudRegion::Regional),
];

/// Path segments by which gateways name a provider.
const PROVIDERS: [&str; 10] = [
    "anthropic",
    "azure",
    "azure_ai",
    "bedrock",
    "converse",
    "invoke",
    "litellm",
    "litellm_proxy",
    "openrouter",
    "vertex_ai",
];

/// The vendor within a name of Bedrock.
const VENDOR: &str = "anthropic.";

/// The name that the price table knows: decorations (`[1m]`, dates, vendor and region prefixes, `-v1:0`, ARNs) taken off.
///
/// It never shortens a name otherwise: `claude-opus-5-5` stays what it is.
pub fn canonical(model: &str) -> &str {
    without_suffixes(split(model).1)
}

/// Where a cloud provider ran the model, as far as its name tells.
pub fn cloud_region(model: &str) -> CloudRegion {
    split(model).0
}

/// The region, and the name without anything before it.
fn split(model: &str) -> (CloudRegion, &str) {
    let model = model.trim();
    let gov_partition = model.starts_with("arn:aws-us-gov:");
    let name = if model.starts_with("arn:") {
        model.rsplit_once('/').map_or(model, |(_, name)| name)
    } else {
        without_providers(model)
    };
    let (region, name) = REGIONS
        .iter()
        .find_map(|&(prefix, region)| Some((region, name.strip_prefix(prefix)?.strip_prefix(VENDOR)?)))
        .unwrap_or_else(|| (CloudRegion::Unstated, name.strip_prefix(VENDOR).unwrap_or(name)));
    (if gov_partition { CloudRegion::Gov } else { region }, name)
}

fn without_providers(model: &str) -> &str {
    if !model.contains('/') {
        return model;
    }
    let mut name = model.rsplit_once("publishers/anthropic/models/").map_or(model, |(_, name)| name);
    while let Some((provider, rest)) = name.split_once('/')
        && PROVIDERS.contains(&provider)
    {
        name = rest;
    }
    name
}

fn without_suffixes(name: &str) -> &str {
    let mut name = name;
    while let Some(shorter) = without_suffix(name) {
        name = shorter;
    }
    name
}

/// The name without its last decoration, if it has one.
fn without_suffix(name: &str) -> Option<&str> {
    let shorter = if name.ends_with(']') {
        name.rsplit_once('[')?.0.trim_end()
    } else if let Some((rest, tag)) = name.rsplit_once('@') {
        (is_date(tag) || tag == "default" || tag == "latest").then_some(rest)?
    } else {
        let (rest, tag) = name.rsplit_once('-')?;
        (is_date(tag) || is_revision(tag) || tag == "latest").then_some(rest)?
    };
    (!shorter.is_empty()).then_some(shorter)
}

/// `YYYYMMDD`.
fn is_date(tag: &str) -> bool {
    tag.len() == 8 && tag.starts_with("20") && tag.bytes().all(|byte| byte.is_ascii_digit())
}

/// `vN`, `vN:M`, and with a context size after it, `vN:M:200k`.
fn is_revision(tag: &str) -> bool {
    let Some(numbers) = tag.strip_prefix('v') else { return false };
    let mut parts = numbers.split(':');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(digits)
        && parts.next().is_none_or(digits)
        && parts.next().is_none_or(|size| size.strip_suffix('k').is_some_and(digits))
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::CloudRegion::{Global, Gov, Regional, Unstated};
    use super::*;

    fn check(model: &str, region: CloudRegion, name: &str) {
        assert_eq!((cloud_region(model), canonical(model)), (region, name), "{model}");
    }

    #[test]
    fn rule_10_known_decorations_are_taken_off() {
        check("claude-opus-5", Unstated, "claude-opus-5");
        check("claude-opus-5[1m]", Unstated, "claude-opus-5");
        check(" claude-opus-4-8 [1m] ", Unstated, "claude-opus-4-8");
        check("claude-sonnet-4-5-20250929", Unstated, "claude-sonnet-4-5");
        check("claude-sonnet-4-5-20250929[1m]", Unstated, "claude-sonnet-4-5");
        check("claude-opus-4@20250514", Unstated, "claude-opus-4");
        check("claude-opus-5@default", Unstated, "claude-opus-5");
        check("claude-3-5-sonnet-v2@20241022", Unstated, "claude-3-5-sonnet");
        check("claude-3-opus-latest", Unstated, "claude-3-opus");
        check("vertex_ai/claude-3-haiku@20240307", Unstated, "claude-3-haiku");
        check(
            "projects/p/locations/global/publishers/anthropic/models/claude-opus-5@default",
            Unstated,
            "claude-opus-5",
        );
        check("openrouter/anthropic/claude-opus-5", Unstated, "claude-opus-5");
        check("anthropic/claude-opus-5", Unstated, "claude-opus-5");
        check("anthropic.claude-opus-5", Unstated, "claude-opus-5");
        check("anthropic.claude-3-opus-20240229-v1:0:200k", Unstated, "claude-3-opus");
        check("us.anthropic.claude-opus-4-6-v1", Regional, "claude-opus-4-6");
        check("us.anthropic.claude-3-5-sonnet-20241022-v2:0", Regional, "claude-3-5-sonnet");
        check("apac.anthropic.claude-sonnet-5", Regional, "claude-sonnet-5");
        check("bedrock/eu.anthropic.claude-sonnet-5", Regional, "claude-sonnet-5");
        check("global.anthropic.claude-sonnet-5[1m]", Global, "claude-sonnet-5");
        check("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", Gov, "claude-sonnet-4-5");
        check(
            "arn:aws:bedrock:us-east-2:1:inference-profile/us.anthropic.claude-opus-4-20250514-v1:0",
            Regional,
            "claude-opus-4",
        );
        check("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5", Unstated, "claude-opus-5");
        check("arn:aws-us-gov:bedrock:x:1:inference-profile/us-gov.anthropic.claude-sonnet-5", Gov, "claude-sonnet-5");
    }

    #[test]
    fn rule_10_what_is_not_a_decoration_stays() {
        for model in [
            "claude-opus-5-5",
            "claude-opus-5-preview",
            "claude-opus-5-2026",
            "claude-opus-5-12345678",
            "claude-opus-5-vNext",
            "claude-opus-5-v1:",
            "mygateway/claude-opus-5",
            "us.claude-opus-5",
            "ca.anthropic.claude-opus-5",
            "opus",
            "",
            "[1m]",
            "@default",
            "-latest",
        ] {
            check(model, Unstated, model);
        }
        check("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc123", Unstated, "abc123");
    }
}
