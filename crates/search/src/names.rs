//! Ranking a few names by the words of a query, as a palette shows them: what is found first is carried out by one key,
//! so nothing is found that nobody can have meant.

use std::ops::Range;

/// Fewest letters that are looked for within a word; fewer must begin it.
const WITHIN: usize = 3;
/// Most letters left out where only some of a word are typed.
const LEFT_OUT: usize = 2;
/// What a title may begin with before its first word that says something.
const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// A name that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameHit {
    /// Index of the name.
    pub index: usize,
    /// Positions of its characters that match, rising; none where only its other words did.
    pub positions: Vec<u32>,
}

/// How well something matches, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The name begins with it.
    Beginning,
    /// A word begins with it.
    Word,
    /// A word contains it.
    Within,
    /// It is some letters of a word, from its first on.
    Letters,
}

/// A word, and where it stands among the characters.
#[derive(Debug)]
struct Word {
    letters: Vec<char>,
    start: usize,
}

/// How a word of the query matches: how well, then whether less than a whole word is typed, whether only another word
/// than those of the name is met, and which of its letters.
type Met = (Rank, bool, bool, Vec<usize>);

/// Names in which every word of `query` occurs, the best first: those that begin with it, then those with a word that
/// begins with it, then those with a word that contains it, last those with a word some letters of which it is. Each has
/// other words behind it that are found as well. Of equal ones the `near` first names come before the rest, what is met
/// in whole before what is not, the name before its other words, and the earlier before the later. An empty query keeps
/// all in their order.
pub fn rank_names<'a>(query: &str, near: usize, names: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<NameHit> {
    let query = words(query);
    let mut hits = Vec::new();
    for (index, (name, other)) in names.into_iter().enumerate() {
        let (name, other) = (words(name), words(other));
        let Some(met) = query.iter().map(|typed| meet(typed, &name, &other)).collect::<Option<Vec<Met>>>() else {
            continue;
        };
        let worst = met.iter().map(|(rank, ..)| *rank).max().unwrap_or(Rank::Beginning);
        let rank = if begins(&name, &query) { Rank::Beginning } else { worst };
        let loose: Vec<_> = met.iter().map(|(rank, partly, elsewhere, _)| (*rank, *partly, *elsewhere)).collect();
        let mut positions: Vec<u32> =
            met.into_iter().flat_map(|(.., at)| at).filter_map(|at| u32::try_from(at).ok()).collect();
        positions.sort_unstable();
        positions.dedup();
        hits.push(((rank, index >= near, loose, index), NameHit { index, positions }));
    }
    hits.sort_by(|(left, _), (right, _)| left.cmp(right));
    hits.into_iter().map(|(_, hit)| hit).collect()
}

/// The words of a text, in small letters.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut goes_on = false;
    for (at, letter) in text.chars().enumerate() {
        let is_letter = letter.is_alphanumeric();
        if is_letter && !goes_on {
            words.push(Word { letters: Vec::new(), start: at });
        }
        goes_on = is_letter;
        if let Some(word) = words.last_mut().filter(|_| is_letter) {
            // one for one, so that places stay what they are
            word.letters.push(letter.to_lowercase().next().unwrap_or(letter));
        }
    }
    words
}

/// The words after an article in front.
fn after_article(name: &[Word]) -> &[Word] {
    match name {
        [first, rest @ ..] if ARTICLES.iter().any(|article| first.letters.iter().copied().eq(article.chars())) => rest,
        _ => name,
    }
}

/// Whether a name begins with a query, its last word perhaps unfinished.
fn begins(name: &[Word], query: &[Word]) -> bool {
    let Some((last, whole)) = query.split_last() else { return true };
    let follows = |name: &[Word]| {
        name.get(whole.len()).is_some_and(|word| word.letters.starts_with(&last.letters))
            && name.iter().zip(whole).all(|(word, typed)| word.letters == typed.letters)
    };
    follows(name) || follows(after_article(name))
}

/// How a typed word matches a name or its other words best.
fn meet(typed: &Word, name: &[Word], other: &[Word]) -> Option<Met> {
    let first = after_article(name).first().map(|word| word.start);
    let in_name = name.iter().filter_map(|word| {
        let (rank, at) = place(&typed.letters, &word.letters)?;
        let is_first = rank == Rank::Word && first == Some(word.start);
        let rank = if is_first { Rank::Beginning } else { rank };
        let partly = word.letters.len() != typed.letters.len();
        Some((rank, partly, false, at.into_iter().map(|at| word.start + at).collect()))
    });
    let in_other = other.iter().filter_map(|word| {
        let (rank, _) = place(&typed.letters, &word.letters)?;
        Some((rank, word.letters.len() != typed.letters.len(), true, Vec::new()))
    });
    in_name.chain(in_other).min()
}

/// How typed letters stand in a word, and which of it they are.
fn place(typed: &[char], word: &[char]) -> Option<(Rank, Vec<usize>)> {
    let all = |range: Range<usize>| range.collect::<Vec<_>>();
    if word.starts_with(typed) {
        return Some((Rank::Word, all(0..typed.len())));
    }
    if typed.len() < WITHIN {
        return None;
    }
    if let Some(start) = word.windows(typed.len()).position(|part| part == typed) {
        return Some((Rank::Within, all(start..start + typed.len())));
    }
    let mut places = Vec::new();
    for letter in typed {
        let from = places.last().map_or(0, |last| last + 1);
        places.push(from + word.get(from..)?.iter().position(|one| one == letter)?);
    }
    let stands_close = places.first() == Some(&0) && places.last().is_some_and(|last| *last < typed.len() + LEFT_OUT);
    stands_close.then_some((Rank::Letters, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [(&str, &str); 6] = [
        ("Read its transcript", "open"),
        ("Resume the session in its directory", "start"),
        ("Look for new sessions now", "rescan"),
        ("Leave at once", "quit"),
        ("A month by its days", ""),
        ("Star it", ""),
    ];

    fn found(query: &str) -> Vec<usize> {
        rank_names(query, NAMES.len(), NAMES).iter().map(|hit| hit.index).collect()
    }

    #[test]
    fn what_begins_with_it_comes_before_a_word_that_does_before_one_that_contains_it() {
        assert_eq!(found("star"), [5, 1]);
        assert_eq!(found("mon"), [4]);
        assert_eq!(found("session"), [1, 2]);
        assert_eq!(found("can"), [2]);
        assert_eq!(found("s"), [5, 1, 2]);
        assert_eq!(found(""), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn every_word_must_occur_in_any_order() {
        assert_eq!(found("tran read"), [0]);
        assert_eq!(found("dir RESUME"), [1]);
        assert_eq!(found("look sky"), Vec::<usize>::new());
    }

    #[test]
    fn scattered_letters_are_found_within_a_word_only() {
        assert_eq!(found("rsm"), [1]);
        assert_eq!(found("snow"), Vec::<usize>::new());
        assert_eq!(found("lao"), Vec::<usize>::new());
        assert_eq!(found("ts"), Vec::<usize>::new());
        assert_eq!(found("zzz"), Vec::<usize>::new());
    }

    #[test]
    fn what_is_near_goes_first_among_equals_only() {
        let far_first = |query| rank_names(query, 1, [("Fork it", "copy"), ("Copy it", "")])[0].index;
        assert_eq!(far_first("copy"), 1);
        let names = [("Write a note", ""), ("Add a note", ""), ("Note it", "")];
        assert_eq!(rank_names("note", 1, names).iter().map(|hit| hit.index).collect::<Vec<_>>(), [2, 0, 1]);
    }

    #[test]
    fn the_other_words_are_found_too_but_mark_nothing() {
        let hits = |query| rank_names(query, NAMES.len(), NAMES);
        assert_eq!(hits("quit"), [NameHit { index: 3, positions: Vec::new() }]);
        assert_eq!(hits("leave")[0].positions, [0, 1, 2, 3, 4]);
        assert_eq!(hits("once lea")[0].positions, [0, 1, 2, 9, 10, 11, 12]);
    }
}
