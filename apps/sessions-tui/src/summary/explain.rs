//! How far the figures can be trusted: in a line, and explained.

use pricing::PicoUsd;

use super::words::money;
use super::{Summary, Words};
use crate::figures;

/// One line: what is missing in the figures, if anything is, and which prices they follow.
pub(crate) fn honesty(summary: &Summary) -> (bool, String) {
    let total = &summary.page.total;
    let (unknown, incomplete) = (total.unknown_cost_requests, total.incomplete_requests);
    let ledger = summary.page.ledger;
    let difference = PicoUsd(ledger.cost.0 - ledger.computed.0);
    let mut parts = Vec::new();
    if unknown > 0 {
        parts.push(format!("{} without a price", figures::counted(unknown, "request")));
    }
    if incomplete > 0 {
        parts.push(format!("{} cut off: a lower bound", figures::counted(incomplete, "request")));
    }
    if ledger.sessions > 0 && difference.nano().0 != 0 {
        let more = if difference.0 > 0 { "more" } else { "less" };
        parts.push(format!("the client counts {} {more}", money(PicoUsd(difference.0.abs()))));
    }
    let is_warning = unknown > 0;
    if parts.is_empty() && total.requests > 0 {
        parts.push("every request has a price and its end".to_owned());
    }
    if let Some(prices) = summary.cube.as_ref().and_then(|cube| cube.prices()) {
        let day = prices.get(..10).unwrap_or(prices);
        parts.push(format!("prices of {day}"));
    }
    (is_warning, parts.join(" · "))
}

/// The same in full.
pub(crate) fn explanation(summary: &Summary, words: Words) -> String {
    let page = &summary.page;
    let total = &page.total;
    let mut text = vec![format!(
        "{}: {} in {}.",
        words.period(page),
        figures::counted(total.requests, "request"),
        figures::counted(page.sessions, "session")
    )];
    text.push(if total.unknown_cost_requests == 0 {
        "Every request has a price.".to_owned()
    } else {
        let without: Vec<String> = page
            .models
            .iter()
            .filter(|(_, usage)| usage.unknown_cost_requests > 0)
            .map(|(name, usage)| format!("{} ({})", figures::model(name), usage.unknown_cost_requests))
            .collect();
        format!(
            "{} cost nobody knows how much: no price is known for {}. Their tokens count, their cost does not. Put the \
             price into prices.toml; `sessions prices` says where.",
            figures::counted(total.unknown_cost_requests, "request"),
            without.join(", ")
        )
    });
    if total.recorded.0 != 0 {
        text.push(format!(
            "{} of the cost is what an old client wrote down itself, where the model has no price.",
            money(total.recorded)
        ));
    }
    text.push(if total.incomplete_requests == 0 {
        "Every answer was written to its end.".to_owned()
    } else {
        format!(
            "{} cut off before the transcript held the end of the answer: their output is a lower bound.",
            match total.incomplete_requests {
                1 => "1 request was".to_owned(),
                count => format!("{} were", figures::counted(count, "request")),
            }
        )
    });
    text.push(ledger(summary));
    let prices = summary.cube.as_ref().and_then(|cube| cube.prices()).unwrap_or("none");
    text.push(format!(
        "Costs follow the price table {prices}, each request at the prices of its day. Costs by kind divide each cost in \
         the proportions of list prices. Cache savings compare with the same prompts at the list price of input."
    ));
    text.join("\n\n")
}

fn ledger(summary: &Summary) -> String {
    let ledger = summary.page.ledger;
    if ledger.sessions == 0 {
        return "No session that lies in this period with all its requests has a total of the client's own to compare \
                with."
            .to_owned();
    }
    let left_out = match (ledger.forks, ledger.unknown) {
        (0, 0) => String::new(),
        (forks, unknown) => {
            format!(" Left out: {forks} that carry on another session, {unknown} with requests of unknown cost.")
        }
    };
    format!(
        "The client's own totals of {} are {}, ours are {}. The client also counts calls that leave no line in a \
         transcript.{left_out}",
        figures::counted(ledger.sessions, "session"),
        money(ledger.cost),
        money(ledger.computed)
    )
}
