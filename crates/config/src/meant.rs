//! The name that was probably meant by one that means nothing.

/// Below this likeness (0 to 1) two names have nothing to do with each other.
const LIKENESS_MIN: f64 = 0.8;

/// The candidate that a name is most like, if it is like any.
pub fn meant<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let likely = candidates.into_iter().map(|candidate| (strsim::jaro_winkler(&name, candidate), candidate));
    let best = likely.max_by(|(left, _), (right, _)| left.total_cmp(right));
    best.filter(|(likeness, _)| *likeness >= LIKENESS_MIN).map(|(_, candidate)| candidate)
}
