//! `-word` at a shell: a word of a query that begins with a minus sign, among the flags of a command.

use std::ffi::OsString;

use clap::{Arg, Command};

/// Commands whose words are a query.
const WITH_QUERY: [&str; 2] = ["ls", "search"];

/// Arguments in which what is no flag of the command is a word for the grammar, too: a space goes in front of it, which
/// means nothing in a query.
pub(crate) fn as_words(command: &Command, mut arguments: Vec<OsString>) -> Vec<OsString> {
    let named = |argument: &OsString| command.find_subcommand(argument);
    let Some((at, asked)) = arguments.iter().enumerate().find_map(|(at, argument)| Some((at, named(argument)?))) else {
        return arguments;
    };
    if !WITH_QUERY.contains(&asked.get_name()) {
        return arguments;
    }
    let mut is_value = false;
    for argument in arguments.iter_mut().skip(at + 1).take_while(|argument| *argument != "--") {
        let Some(text) = argument.to_str() else { continue };
        let is_word = !std::mem::replace(&mut is_value, awaits_value(asked, text)) && is_negation(asked, text);
        if is_word {
            *argument = format!(" {text}").into();
        }
    }
    arguments
}

fn takes_value(known: &Arg) -> bool {
    known.get_action().takes_values()
}

/// Whether the value of an option stands in the next argument.
fn awaits_value(command: &Command, argument: &str) -> bool {
    let named = |known: &&Arg| {
        let long = argument.strip_prefix("--").is_some_and(|name| known.get_long() == Some(name));
        let short = argument.strip_prefix('-').map(str::chars).and_then(Iterator::last);
        long || short.is_some() && known.get_short() == short && !argument.starts_with("--")
    };
    !is_negation(command, argument) && command.get_arguments().find(named).is_some_and(takes_value)
}

/// Whether an argument begins with one minus sign and is no flag of a command, nor several in one.
fn is_negation(command: &Command, argument: &str) -> bool {
    let Some(letters) = argument.strip_prefix('-').filter(|rest| !rest.is_empty() && !rest.starts_with('-')) else {
        return false;
    };
    let known = |letter: char| command.get_arguments().find(|known| known.get_short() == Some(letter));
    let behind = letters.trim_start_matches(|letter| known(letter).map_or(letter == 'h', |known| !takes_value(known)));
    let Some(option) = behind.chars().next() else { return false };
    let value = behind[option.len_utf8()..].trim_start_matches('=');
    !(known(option).is_some_and(takes_value) && value.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    fn check(arguments: &[&str], expect: &[&str]) {
        let given = ["sessions"].iter().chain(arguments).map(OsString::from).collect();
        assert_eq!(as_words(&Cli::command(), given)[1..], *expect, "{arguments:?}");
    }

    #[test]
    fn what_is_no_flag_is_a_word_of_the_query() {
        check(&["search", "-stripe", "refund"], &["search", " -stripe", "refund"]);
        check(
            &["search", "a", "-is:fork", "-C", "2", "-C3", "-m5", "-i"],
            &["search", "a", " -is:fork", "-C", "2", "-C3", "-m5", "-i"],
        );
        check(&["search", "-Cat", "-max", "-\"dry run\""], &["search", " -Cat", " -max", " -\"dry run\""]);
        check(&["search", "--json", "-s", "-h", "--", "-x"], &["search", "--json", "-s", "-h", "--", "-x"]);
        check(&["--color", "never", "ls", "-main"], &["--color", "never", "ls", " -main"]);
        check(&["ls", "--since", "-7d", "-C", "-2"], &["ls", "--since", "-7d", " -C", " -2"]);
        check(&["search", "-m", "-2", "-x"], &["search", "-m", "-2", " -x"]);
        check(&["show", "-stripe"], &["show", "-stripe"]);
        check(&["search"], &["search"]);
    }
}
