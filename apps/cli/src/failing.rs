//! Remotes with which something did not work, told together.

use crate::report::Fault;

/// A remote with which something did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failing {
    /// The remote.
    pub(crate) remote: String,
    /// What is wrong, behind its name.
    pub(crate) why: String,
    /// What to do next.
    pub(crate) step: String,
}

impl Failing {
    /// By a fault of the remote.
    pub(crate) fn of(remote: &str, fault: &sync::Fault) -> Self {
        let step = fault.remedy().replace("<name>", remote);
        Self { remote: remote.to_owned(), why: fault.shown(), step }
    }
}

/// What leaves the program: every one by its name with what is wrong, and what to do; none where all is well.
pub(crate) fn told(code: &'static str, what: &str, failing: &[Failing]) -> Option<Fault> {
    let whys: Vec<String> = failing.iter().map(|one| format!("{} {}.", one.remote, one.why)).collect();
    let message = match &whys[..] {
        [] => return None,
        [only] => format!("{what}: {only}"),
        several => format!("{what}:\n{}", several.join("\n")),
    };
    // those that need the same are told once
    let mut steps: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in failing {
        match steps.iter_mut().find(|(step, _)| *step == one.step) {
            Some((_, remotes)) => remotes.push(&one.remote),
            None => steps.push((&one.step, vec![&one.remote])),
        }
    }
    let steps: Vec<String> = match &steps[..] {
        [(step, _)] => vec![(*step).to_owned()],
        several => several.iter().map(|(step, remotes)| format!("{}: {step}", remotes.join(", "))).collect(),
    };
    Some(Fault::new(code, message).next(steps.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_remote_is_named_and_what_is_to_be_done_is_told_once() {
        let failing = |remote: &str, why: &str, step: &str| Failing {
            remote: remote.to_owned(),
            why: why.to_owned(),
            step: step.to_owned(),
        };
        let check = |failing: &[Failing], expect: &str| {
            let fault = told("sync", "Not synced", failing);
            assert_eq!(fault.map(|fault| fault.in_one_line()).unwrap_or_default(), expect);
        };
        let [home, work, nas] = [
            failing("home", "is away", "Wait."),
            failing("work", "refuses: who are you", "Say it."),
            failing("nas", "is away, too", "Wait."),
        ];
        check(&[], "");
        check(std::slice::from_ref(&home), "Not synced: home is away. Wait.");
        check(&[home.clone(), nas.clone()], "Not synced: home is away. nas is away, too. Wait.");
        check(
            &[home, work, nas],
            "Not synced: home is away. work refuses: who are you. nas is away, too. home, nas: Wait. work: Say it.",
        );
    }
}
