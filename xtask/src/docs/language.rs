//! The page on the query language, from the table that parsing and help read.

use std::fmt::Write as _;

/// The page.
pub(super) fn language() -> String {
    let mut page = super::page("Searching", "the table of the query language in `search`");
    page.push_str(BEFORE);
    page.push_str("| written | finds | examples |\n|---|---|---|\n");
    for form in search::FORMS {
        let code = |text: &str| format!("`{}`", text.replace('|', "\\|"));
        let examples: Vec<String> = form.examples.iter().map(|example| code(example)).collect();
        let finds = form.finds.replace('|', "\\|");
        writeln!(page, "| {} | {finds} | {} |", code(form.written), examples.join(", "))
            .expect("memory takes every text");
    }
    page.push_str(AFTER);
    page
}

const BEFORE: &str = "\
One language for the box of the screen, `sessions ls` (what is known of a session) and `sessions search` (what was said in
it, too). Everything in a query must hold. A value with spaces stands in quotes: `project:\"my shop\"`.

";

const AFTER: &str = "
## What counts as content

Prompts, answers, thinking (`Ctrl-G` on the screen, `--no-thinking`: without), what tools were given and what they gave
back, commands and their output, summaries of compactions; those of subagents count for the session that started them.
Texts are searched as they read: `\\n` in a transcript is a line end, `\\\"` a quote, `\\u00f6` an ö. Not searched: names of
fields, ids, pictures, snapshots of files and prompts, copies of requests, reminders that the client adds for the model.

Case counts where a word has a capital letter (`-i`: never, `-s`: always); in titles it never does, nor do accents. In
titles, projects and branches small gaps are forgiven (`fixrefund` finds `fix/refund`). A single letter of the Latin
alphabet is looked for in titles only.

A regular expression never matches a line end, not by `\\s`, `\\W` or `[^…]` either; `^` and `$` are the ends of a line.

A word that is not a field keeps its colon: `std::fs`, `https://…` and `Error:` are words. What looks like a misspelt field
is explained and left out; in quotes it is searched for as it stands. `--flag` is a word (at a shell behind `--`, as in `sessions search git push -- --force`), `-word` is a negation.

## Order

The best matches come first, of equal ones the latest: a word in a title before one that is only in the contents, all
words side by side before words on one line, those before words on several lines and of these the near ones first, whole
words before parts of words, ten hits before one. Of several words, one in the title counts little where the others are not
in it, and the first prompt counts hardly more than what was said later. The line shown is the one with most of the words;
of such lines the one in which they stand side by side, or the one with the word that is rarest in the session.

Of several words, a hit is a line with all of them. Where a session has none, its messages with all of them are counted, and
shown by the lines in which they are nearest to each other; where no message has all, the words are apart, and the lines
between which they are nearest are shown.

## On the screen

`Ctrl-F` goes from everything to titles to contents. `Tab` completes names of fields and their values; where there is
nothing to complete it goes to the list. What is wrong with a query is said under the box, and the rest of it still works.

## At the prompt

`sessions search <query>` prints the session, its turn, the time and the line. The reference `<session>#<turn>` is durable:
`sessions show <session>#<turn>` shows that turn; `<session>#<turn>/<agent>` is what a subagent says that was started in it.
A slash command that a model answered is a turn like a prompt. `--json` has every hit with its place; `--limit` and `--max-count` bound
sessions and hits; nothing else does. When nothing is found, the exit code is 1.
";
