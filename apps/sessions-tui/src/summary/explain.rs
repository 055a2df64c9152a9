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
        "Costs follow the price table {prices}, each request at the prices of its day. Costs by kind divide what \
         requests of a model cost together in the proportions of list prices; the preview of a session divides each request \
         by itself, which comes to something else only where long prompts have prices of their own. Cache savings compare \
         with the same prompts at the list price of input."
    ));
    text.push(expectation(page.expects_as_before()).to_owned());
    text.push(
        "What a prompt, an hour and a changed line cost is worked out over the sessions that lie in the period with all \
         their requests, a changed line over those of them that changed any. Lines are those that Edit, Write and \
         NotebookEdit added to files and removed from them, each once; calls that failed count nothing."
            .to_owned(),
    );
    text.join("\n\n")
}

/// How what is expected comes about.
fn expectation(as_before: bool) -> &'static str {
    if as_before {
        "At the pace of 28 days: what is expected at the end of a running period is what it came to so far, for the rest of today what the same \
         hours of the last 28 days came to on average, and for each day after it the average of these days."
    } else {
        "What is expected at the end of a running period supposes that it goes on as so far: less than a day of history is \
         too little to say more."
    }
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
